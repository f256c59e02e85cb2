use serde::{Deserialize, Serialize};

use crate::error::{SynthError, check};
use crate::shape::Shape;

/// What a defect is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefectKind {
    /// A permanent linear mark.
    Scratch,
    /// A pit.
    Dig,
    /// Dirt, droplets, a film: lies on the face and can be cleaned.
    Contamination,
    /// A piece broken out of the cladding's rim.
    Chip,
}

/// Whether a defect is darker or brighter than its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// Darker.
    Dark,
    /// Brighter.
    Bright,
}

impl Polarity {
    /// -1 for dark, 1 for bright.
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::Dark => -1.0,
            Self::Bright => 1.0,
        }
    }
}

/// How much a defect differs from its surroundings, before blur.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contrast {
    /// In grey levels of the image.
    Grey(f64),
    /// In multiples of the image's noise (see [`noise_level`](crate::noise_level)), which counts as
    /// at least [`NOISE_FLOOR`](crate::NOISE_FLOOR).
    Cnr(f64),
}

/// How a defect's contrast is spread over its area.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// The same everywhere.
    Solid,
    /// Full within `rim_um` of the outline, `centre` times as much farther in: a droplet, a broken
    /// edge.
    Rimmed {
        /// Width of the rim.
        rim_um: f64,
        /// Factor of the contrast inside; negative for the opposite polarity.
        centre: f64,
    },
    /// Irregular patches: a factor of `1 - depth` to `1 + depth`.
    Mottled {
        /// Size of a patch.
        size_um: f64,
        /// Strength of the patches, 0 to 1.
        depth: f64,
        /// Chooses the pattern.
        seed: u64,
    },
}

impl Fill {
    /// Factor of the contrast at a point of the face that lies `depth_um` below the outline.
    pub(crate) fn weight(&self, point: [f64; 2], depth_um: f64) -> f64 {
        match *self {
            Self::Solid => 1.0,
            Self::Rimmed { rim_um, centre } => {
                let t = ((depth_um - 0.5 * rim_um) / rim_um).clamp(0.0, 1.0);
                1.0 + (centre - 1.0) * t * t * (3.0 - 2.0 * t)
            }
            Self::Mottled { size_um, depth, seed } => {
                1.0 + depth * lattice_noise([point[0] / size_um, point[1] / size_um], seed)
            }
        }
    }
}

/// A defect to draw: the union of some shapes with one contrast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlantedDefect {
    /// What it is.
    pub kind: DefectKind,
    /// Its parts; where they overlap they count once.
    pub shapes: Vec<Shape>,
    /// Darker or brighter than the surroundings.
    pub polarity: Polarity,
    /// By how much.
    pub contrast: Contrast,
    /// Where on its area.
    pub fill: Fill,
    /// Whether it hides what lies below it: its surroundings are then the mean level under its
    /// area, in place of the level of each pixel.
    pub opaque: bool,
}

impl PlantedDefect {
    /// Depth of a point below the union's outline, negative outside; a lower bound in magnitude.
    pub(crate) fn depth(&self, point: [f64; 2]) -> f64 {
        self.shapes.iter().map(|shape| shape.depth(point)).fold(f64::NEG_INFINITY, f64::max)
    }

    pub(crate) fn check(&self) -> Result<(), SynthError> {
        if self.shapes.is_empty() {
            let allowed = "at least 1 shape";
            return Err(SynthError::Parameter { name: "shapes", value: 0.0, allowed });
        }
        self.shapes.iter().try_for_each(Shape::check)?;
        match self.contrast {
            Contrast::Grey(value) => check("contrast", value, 0.0..=255.0, "0 to 255 grey levels")?,
            Contrast::Cnr(value) => check("contrast", value, 0.0..=1000.0, "a ratio of 0 to 1000")?,
        }
        match self.fill {
            Fill::Solid => Ok(()),
            Fill::Rimmed { rim_um, centre } => {
                check("rim_um", rim_um, 1e-3..=1e4, "0.001 to 10000 um")?;
                check("fill centre", centre, -10.0..=10.0, "-10 to 10")
            }
            Fill::Mottled { size_um, depth, .. } => {
                check("patch size_um", size_um, 1e-3..=1e4, "0.001 to 10000 um")?;
                check("patch depth", depth, 0.0..=1.0, "0 to 1")
            }
        }
    }
}

/// Smooth noise in -1..=1: random values on the whole numbers, interpolated between them.
fn lattice_noise([x, y]: [f64; 2], seed: u64) -> f64 {
    let (left, top) = (x.floor(), y.floor());
    let ease = |t: f64| t * t * (3.0 - 2.0 * t);
    let (u, v) = (ease(x - left), ease(y - top));
    let knot = |dx: i64, dy: i64| 2.0 * hashed(left as i64 + dx, top as i64 + dy, seed) - 1.0;
    let upper = knot(0, 0) + u * (knot(1, 0) - knot(0, 0));
    let lower = knot(0, 1) + u * (knot(1, 1) - knot(0, 1));
    upper + v * (lower - upper)
}

/// A value in 0..1 that depends on a lattice point and a seed alone (mixing steps of `SplitMix64`).
pub(crate) fn hashed(x: i64, y: i64, seed: u64) -> f64 {
    let mut state = seed
        .wrapping_add((x as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add((y as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f));
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((state ^ (state >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}
