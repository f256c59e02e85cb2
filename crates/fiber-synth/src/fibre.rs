use serde::{Deserialize, Serialize};

use crate::error::{SynthError, check};

/// The face itself: diameters and grey levels of ferrule, cladding and core, and the circles of a
/// healthy fibre. Levels are those at full brightness, before the optics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fibre {
    /// Cladding diameter in micrometres.
    pub cladding_um: f64,
    /// Core diameter in micrometres.
    pub core_um: f64,
    /// Grey level of the ferrule.
    pub ferrule: f64,
    /// Grey level of the cladding.
    pub cladding: f64,
    /// Layers of another index between cladding and core, from the outermost.
    pub layers: Vec<Layer>,
    /// Light in the core.
    pub core: CoreLight,
    /// Fringes and index rings.
    pub rings: Vec<Ring>,
    /// Grain of the ferrule.
    pub grain: Grain,
}

/// A disc of another grey level under the core.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// Diameter in micrometres.
    pub diameter_um: f64,
    /// Grey level.
    pub level: f64,
}

/// How the core shines.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoreLight {
    /// Grey level at the core's edge.
    pub level: f64,
    /// Added at the centre, falling with the square of the radius to nothing at the edge.
    pub dome: f64,
    /// Amplitude of the rings of light that the modes of the fibre make.
    pub ripple: f64,
    /// Rings from the centre to the edge.
    pub ripples: f64,
    /// Added at the index dip in the exact centre, a dot of about a micrometre; negative for a dark
    /// one.
    pub dip: f64,
    /// Light of the core scattered in the cladding: grey levels just outside the core.
    pub glow: f64,
    /// Distance over which that light falls to `1 / e`, in micrometres.
    pub glow_um: f64,
}

/// A circle of Gaussian cross-section around the fibre's centre.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ring {
    /// Radius in micrometres.
    pub radius_um: f64,
    /// Standard deviation across, in micrometres.
    pub sigma_um: f64,
    /// Grey levels added all around.
    pub level: f64,
    /// Added on the side away from an oblique lamp, falling with the cosine to nothing at right
    /// angles.
    pub far: f64,
    /// Added on the side towards an oblique lamp, in the same way.
    pub near: f64,
}

/// Irregular brightness of the polished ceramic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grain {
    /// Standard deviation in grey levels.
    pub amplitude: f64,
    /// Size of a grain (standard deviation of the Gaussian that smooths it), in micrometres.
    pub size_um: f64,
}

const DIP_SIGMA_UM: f64 = 0.5;

/// Where the deposited glass of a 50 um graded-index fibre ends: a faint ring.
const DEPOSIT_RADIUS_UM: f64 = 36.5;

impl Fibre {
    /// A 50/125 um graded-index fibre on a bright ferrule, its core dark, as the bench microscope
    /// shows it.
    #[must_use]
    pub fn graded_50() -> Self {
        let cladding_um = 125.0;
        let rim = cladding_um / 2.0;
        Self {
            cladding_um,
            core_um: 50.0,
            ferrule: 192.0,
            cladding: 86.0,
            layers: Vec::new(),
            core: CoreLight { level: 90.0, dome: 4.0, ..CoreLight::DARK },
            rings: vec![
                Ring::even(rim + 1.3, 0.5, 8.0),
                Ring::even(rim - 1.6, 0.6, 34.0),
                Ring::even(rim - 3.0, 0.5, -6.0),
                Ring::even(DEPOSIT_RADIUS_UM, 0.6, 3.0),
            ],
            grain: Grain { amplitude: 0.6, size_um: 0.5 },
        }
    }

    /// The same fibre with a rim that is dark inside and bright outside, in place of all its rings
    /// but that of the deposit boundary.
    #[must_use]
    pub fn dark_rim(self) -> Self {
        let rim = self.cladding_um / 2.0;
        let rings = vec![
            Ring::even(rim + 1.3, 0.5, 6.0),
            Ring::even(rim - 1.1, 0.6, -24.0),
            Ring::even(DEPOSIT_RADIUS_UM, 0.6, 2.0),
        ];
        Self { rings, ..self }
    }

    /// A fibre of 91 um core and 140 um cladding with a dark index trench around the core.
    #[must_use]
    pub fn large_core_91() -> Self {
        let cladding_um = 140.0;
        Self {
            cladding_um,
            core_um: 91.0,
            ferrule: 194.0,
            cladding: 86.0,
            layers: vec![Layer { diameter_um: 119.0, level: 80.0 }],
            core: CoreLight { level: 89.0, dome: 2.0, ..CoreLight::DARK },
            rings: vec![
                Ring::even(cladding_um / 2.0 - 1.9, 0.75, 58.0),
                Ring::even(cladding_um / 2.0 - 0.6, 0.5, -14.0),
                Ring::even(58.2, 0.7, 3.0),
            ],
            grain: Grain { amplitude: 0.6, size_um: 0.5 },
        }
    }

    /// The fibre of 91 um core in the relief light of a frame grabber's microscope: the core glows,
    /// the rim is dark towards the lamp and bright away from it.
    #[must_use]
    pub fn large_core_91_relief() -> Self {
        let cladding_um = 140.1;
        let rim = cladding_um / 2.0;
        Self {
            cladding_um,
            core_um: 92.5,
            ferrule: 176.0,
            cladding: 112.0,
            layers: Vec::new(),
            core: CoreLight {
                level: 178.0,
                glow: 42.0,
                glow_um: 6.5,
                ripple: 2.0,
                ripples: 2.5,
                ..CoreLight::DARK
            },
            rings: vec![
                Ring { far: 44.0, ..Ring::even(rim + 0.9, 0.95, 0.0) },
                Ring { far: 11.0, ..Ring::even(rim + 3.0, 2.4, 0.0) },
                Ring { near: -44.0, ..Ring::even(rim - 1.5, 0.9, 0.0) },
                Ring { near: -14.0, ..Ring::even(rim - 3.6, 1.6, 0.0) },
            ],
            grain: Grain { amplitude: 0.8, size_um: 0.9 },
        }
    }

    /// The same fibre with light in its core.
    #[must_use]
    pub fn lit(self, core: CoreLight) -> Self {
        Self { core, ..self }
    }

    /// Discs from the outermost in, as diameter and level.
    fn discs(&self) -> impl Iterator<Item = (f64, f64)> {
        let layers = self.layers.iter().map(|layer| (layer.diameter_um, layer.level));
        std::iter::once((self.cladding_um, self.cladding))
            .chain(layers)
            .chain(std::iter::once((self.core_um, self.core.level)))
    }

    /// Grey level at `radius_um` from the centre, where one pixel spans `pixel_um` along the
    /// radius; `facing` is the cosine of the angle between the radius and the light's direction.
    pub(crate) fn level(&self, radius_um: f64, pixel_um: f64, facing: f64) -> f64 {
        let cover = |diameter: f64| ((diameter / 2.0 - radius_um) / pixel_um + 0.5).clamp(0.0, 1.0);
        let mut level = self.ferrule;
        for (diameter, inside) in self.discs() {
            level += cover(diameter) * (inside - level);
        }
        let rho = 2.0 * radius_um / self.core_um;
        let core_cover = cover(self.core_um);
        level += core_cover * self.core.shape(rho.min(1.0), radius_um);
        if self.core.glow != 0.0 {
            let outside = (1.0 - core_cover) * cover(self.cladding_um);
            let distance = (radius_um - self.core_um / 2.0).max(0.0);
            level += outside * self.core.glow * (-distance / self.core.glow_um).exp();
        }
        for ring in &self.rings {
            level += ring.level(radius_um, facing);
        }
        level
    }

    pub(crate) fn check(&self) -> Result<(), SynthError> {
        check("cladding_um", self.cladding_um, 1.0..=5000.0, "1 to 5000 um")?;
        let below_cladding = 0.0..=self.cladding_um;
        check("core_um", self.core_um, 0.1..=self.cladding_um, "0.1 um to the cladding's")?;
        let mut levels = vec![("ferrule", self.ferrule), ("cladding", self.cladding)];
        for layer in &self.layers {
            check(
                "layer.diameter_um",
                layer.diameter_um,
                below_cladding.clone(),
                "0 to the cladding's",
            )?;
            levels.push(("layer.level", layer.level));
        }
        let core = &self.core;
        levels.extend([
            ("core.level", core.level),
            ("core.dome", core.dome),
            ("core.ripple", core.ripple),
            ("core.dip", core.dip),
            ("core.glow", core.glow),
        ]);
        check("core.ripples", core.ripples, 0.0..=100.0, "0 to 100")?;
        check("core.glow_um", core.glow_um, 0.01..=1000.0, "0.01 to 1000 um")?;
        for ring in &self.rings {
            check("ring.radius_um", ring.radius_um, 0.0..=5000.0, "0 to 5000 um")?;
            check("ring.sigma_um", ring.sigma_um, 0.01..=1000.0, "0.01 to 1000 um")?;
            levels.extend([
                ("ring.level", ring.level),
                ("ring.far", ring.far),
                ("ring.near", ring.near),
            ]);
        }
        for (name, value) in levels {
            check(name, value, -1000.0..=1000.0, "-1000 to 1000 grey levels")?;
        }
        check("grain.amplitude", self.grain.amplitude, 0.0..=255.0, "0 to 255 grey levels")?;
        check("grain.size_um", self.grain.size_um, 0.0..=100.0, "0 to 100 um")
    }
}

impl CoreLight {
    /// No light: every field 0, the fall-off of the glow 1 um.
    pub const DARK: Self = Self {
        level: 0.0,
        dome: 0.0,
        ripple: 0.0,
        ripples: 0.0,
        dip: 0.0,
        glow: 0.0,
        glow_um: 1.0,
    };

    /// Light above the edge's level at the share `rho` of the core's radius.
    fn shape(&self, rho: f64, radius_um: f64) -> f64 {
        let dome = self.dome * (1.0 - rho * rho);
        let ripple = if self.ripple == 0.0 {
            0.0
        } else {
            self.ripple * (std::f64::consts::TAU * self.ripples * rho).cos()
        };
        let dip = if self.dip == 0.0 {
            0.0
        } else {
            self.dip * (-0.5 * (radius_um / DIP_SIGMA_UM).powi(2)).exp()
        };
        dome + ripple + dip
    }
}

impl Ring {
    /// A ring that is the same all around.
    #[must_use]
    pub fn even(radius_um: f64, sigma_um: f64, level: f64) -> Self {
        Self { radius_um, sigma_um, level, far: 0.0, near: 0.0 }
    }

    fn level(&self, radius_um: f64, facing: f64) -> f64 {
        let t = (radius_um - self.radius_um) / self.sigma_um;
        // Beyond five standard deviations a ring adds less than a thousandth of a grey level.
        if t.abs() > 5.0 {
            return 0.0;
        }
        let amplitude = self.level + self.far * facing.max(0.0) + self.near * (-facing).max(0.0);
        amplitude * (-0.5 * t * t).exp()
    }
}
