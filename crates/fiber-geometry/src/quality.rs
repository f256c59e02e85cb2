//! Can this image be judged? Focus, exposure, illumination, coverage.

use fiber_filters::Histogram;
use fiber_image::PlaneView;
use fiber_stats::median_in_place;
use serde::{Deserialize, Serialize};

use crate::Geometry;
use crate::noise::noise_sigma;
use crate::patch::Patch;
use crate::shrink::shrink;
use crate::spoke::Spoke;

/// Figures of an image that decide whether it can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImageQuality {
    /// Rise distance of the cladding's rim in micrometres: its brightness step over its steepest slope, both
    /// of the median profile over angle. `None` without a fibre.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub focus_rise_um: Option<f64>,
    /// The same in pixels (mean of x and y scale).
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub focus_rise_px: Option<f64>,
    /// Share of pixels at the brightest level, 255.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub saturated_share: f64,
    /// Share of pixels at level 0.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub black_share: f64,
    /// Median grey level.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub median_level: f64,
    /// Darkest over brightest of the slow brightness (5 % and 95 % quantiles of 64-pixel blocks), 1 for even
    /// illumination. With a fibre, of the blocks around it only.
    pub illumination_evenness: f64,
    /// Standard deviation of the pixel noise in grey levels.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub noise: f64,
    /// Share of the contact zone (twice the cladding's diameter) that is in view. `None` without a fibre.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub contact_zone_coverage: Option<f64>,
}

impl ImageQuality {
    /// Measures an image whose geometry is known or known to be absent.
    #[must_use]
    pub fn measure(view: PlaneView<'_, u8>, geometry: Option<&Geometry>) -> Self {
        let histogram = Histogram::of(view);
        let counts = histogram.counts();
        let total = counts.iter().sum::<u64>() as f64;
        let focus = geometry.and_then(|g| focus_rise_px(view, g));
        Self {
            focus_rise_um: focus
                .zip(geometry)
                .map(|(px, g)| px * g.cladding_um / (2.0 * g.cladding.mean_radius_px())),
            focus_rise_px: focus,
            saturated_share: counts[255] as f64 / total,
            black_share: counts[0] as f64 / total,
            median_level: median_level(counts, total),
            illumination_evenness: illumination_evenness(view, geometry),
            noise: noise_sigma(view),
            contact_zone_coverage: geometry.map(|g| contact_zone_coverage(view, g)),
        }
    }
}

fn median_level(counts: &[u64; 256], total: f64) -> f64 {
    let mut below = 0;
    for (level, count) in counts.iter().enumerate() {
        below += count;
        if below as f64 * 2.0 >= total {
            return level as f64;
        }
    }
    255.0
}

/// Contact zone over cladding diameter.
const CONTACT_ZONE: f64 = 2.0;

fn contact_zone_coverage(view: PlaneView<'_, u8>, geometry: &Geometry) -> f64 {
    const SIDE: i32 = 64;
    let (right, bottom) = (view.width() as f64 - 0.5, view.height() as f64 - 0.5);
    let (mut inside, mut all) = (0_u32, 0_u32);
    for row in -SIDE..=SIDE {
        for column in -SIDE..=SIDE {
            let (u, v) = (f64::from(column) / f64::from(SIDE), f64::from(row) / f64::from(SIDE));
            if u.hypot(v) <= 1.0 {
                let (x, y) = geometry.cladding.from_unit_disc(CONTACT_ZONE * u, CONTACT_ZONE * v);
                all += 1;
                inside += u32::from(x >= -0.5 && y >= -0.5 && x <= right && y <= bottom);
            }
        }
    }
    f64::from(inside) / f64::from(all)
}

/// Half-range of the rim's profile as a share of the radius, and its spacing in pixels.
const RIM_RANGE: f64 = 0.12;
const SPACING_PX: f64 = 0.5;
const RAYS: usize = 360;

fn focus_rise_px(view: PlaneView<'_, u8>, geometry: &Geometry) -> Option<f64> {
    let rim = geometry.cladding;
    let patch = Patch::around(view, &rim, 1.0 + 1.2 * RIM_RANGE, 0.5)?;
    let radius = rim.mean_radius_px();
    let half = (RIM_RANGE * radius / SPACING_PX).ceil() as i32;
    let spokes: Vec<Spoke> = rim.spokes(RAYS).collect();
    let mut column = Vec::with_capacity(RAYS);
    let mut profile = Vec::new();
    for i in -half..=half {
        let scale = 1.0 + f64::from(i) * SPACING_PX / radius;
        column.clear();
        column
            .extend(spokes.iter().filter_map(|spoke| patch.sample(spoke.at(scale)).map(f64::from)));
        if column.len() < RAYS / 4 {
            return None;
        }
        profile.push(median_in_place(&mut column).ok()?);
    }
    // Far enough from the rim for its own rise not to count.
    let quarter = profile.len() / 4;
    if quarter == 0 {
        return None;
    }
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let step = (mean(&profile[profile.len() - quarter..]) - mean(&profile[..quarter])).abs();
    let slope =
        profile.windows(3).map(|w| (w[2] - w[0]).abs()).fold(0.0, f64::max) / (2.0 * SPACING_PX);
    (slope > 0.0).then(|| step / slope)
}

fn illumination_evenness(view: PlaneView<'_, u8>, geometry: Option<&Geometry>) -> f64 {
    const BLOCK: usize = 64;
    let blocks = shrink(view, BLOCK.min(view.width()).min(view.height()));
    let factor = BLOCK.min(view.width()).min(view.height());
    let clear_of_rim = |column: usize, row: usize| {
        geometry.is_none_or(|g| {
            let centre = |i: usize| (i * factor) as f64 + factor as f64 / 2.0;
            let distance = g.cladding.normalised_radius(centre(column), centre(row));
            distance > 1.0 + factor as f64 / g.cladding.mean_radius_px() && distance < CONTACT_ZONE
        })
    };
    let mut levels: Vec<f32> = (0..blocks.height())
        .flat_map(|y| (0..blocks.width()).map(move |x| (x, y)))
        .filter(|&(x, y)| clear_of_rim(x, y))
        .map(|at| blocks[at])
        .collect();
    levels.sort_unstable_by(f32::total_cmp);
    match levels.len() {
        0 => 1.0,
        n => {
            let (dark, bright) = (levels[(n - 1) * 5 / 100], levels[(n - 1) * 95 / 100]);
            if bright > 0.0 { f64::from(dark / bright) } else { 1.0 }
        }
    }
}

#[cfg(test)]
mod tests {
    use fiber_image::Plane;

    use super::*;
    use crate::Ellipse;
    use crate::drawn_face::{DrawnFace, geometry_of};

    #[test]
    fn the_rise_of_the_rim_is_measured() {
        for rise_px in [3.0, 6.0, 10.0] {
            let face = DrawnFace { rise_px, noise: 1.0, ..DrawnFace::plain() };
            let geometry = geometry_of(face.cladding);
            let quality = ImageQuality::measure(face.draw().view(), Some(&geometry));
            let rise = quality.focus_rise_px.expect("a rim in view");
            // Sampling and the smoothing before it widen sharp edges a little.
            assert!((0.9 * rise_px..1.15 * rise_px + 0.6).contains(&rise), "{rise} for {rise_px}");
            let um = quality.focus_rise_um.expect("a rim in view");
            assert!((um - rise * 125.0 / 120.0).abs() < 1e-9);
        }
    }

    #[test]
    fn exposure_is_counted_in_shares() {
        let half = Plane::from_fn(100, 50, |x, _| {
            if x < 25 {
                255
            } else if x < 35 {
                0
            } else {
                80
            }
        });
        let quality = ImageQuality::measure(half.expect("positive sides").view(), None);
        assert!((quality.saturated_share - 0.25).abs() < 1e-12);
        assert!((quality.black_share - 0.1).abs() < 1e-12);
        assert_eq!(quality.median_level, 80.0);
        assert_eq!((quality.focus_rise_px, quality.contact_zone_coverage), (None, None));
    }

    #[test]
    fn the_contact_zone_is_covered_as_far_as_it_is_in_view() {
        let covered = |cx: f64, cy: f64, diameter: f64| {
            let view = Plane::filled(200, 200, 80_u8).expect("positive sides");
            let geometry = geometry_of(Ellipse::circle(cx, cy, diameter));
            ImageQuality::measure(view.view(), Some(&geometry))
                .contact_zone_coverage
                .expect("known")
        };
        assert_eq!(covered(99.5, 99.5, 99.0), 1.0);
        assert!((covered(-0.5, 99.5, 90.0) - 0.5).abs() < 0.02);
        assert!((covered(-0.5, -0.5, 90.0) - 0.25).abs() < 0.02);
        assert_eq!(covered(-500.0, 0.0, 90.0), 0.0);
    }

    #[test]
    fn the_smallest_images_have_a_quality() {
        for (width, height) in [(1, 1), (1, 90), (70, 2)] {
            let view = Plane::filled(width, height, 7_u8).expect("positive sides");
            let geometry = geometry_of(Ellipse::circle(0.0, 0.0, 40.0));
            let quality = ImageQuality::measure(view.view(), Some(&geometry));
            assert_eq!((quality.median_level, quality.noise), (7.0, quality.noise.abs()));
            assert!((0.0..=1.0).contains(&quality.illumination_evenness));
        }
    }
}
