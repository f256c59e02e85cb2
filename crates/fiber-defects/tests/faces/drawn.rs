//! A small healthy face with exactly known geometry and noise, to plant marks in.

use fiber_anomaly::self_reference;
use fiber_defects::{DetectOptions, Detection, detect};
use fiber_geometry::{Core, Ellipse, Geometry};
use fiber_image::Plane;
use fiber_synth::{
    Contrast, DefectKind, DefectTruth, FaceFrame, Fill, PlantedDefect, Polarity, Shape, plant,
};

/// Diameter in micrometres of what is inspected.
pub(crate) const ZONE_UM: f64 = 250.0;

/// A face around which marks are planted by pixel position.
pub(crate) struct Drawn {
    pub(crate) image: Plane<u8>,
    pub(crate) geometry: Geometry,
}

impl Drawn {
    /// A fibre of 110 x 110 pixels in an image of 240 x 240, with noise of deviation 2.
    pub(crate) fn square() -> Self {
        Self::with_pixels(1.0)
    }

    /// The same with pixels that are `aspect` times as high as wide.
    pub(crate) fn with_pixels(aspect: f64) -> Self {
        let cladding = Ellipse {
            cx: 120.2,
            cy: 119.7,
            width_px: 110.0,
            height_px: 110.0 / aspect,
            angle_deg: 0.0,
        };
        let geometry = Geometry {
            cladding,
            core: Some(Core { cx: 120.2, cy: 119.7, diameter_um: 50.0 }),
            cladding_um: 125.0,
            edge_rms_px: 0.1,
            rim_coverage: 1.0,
            rim_step: 50.0,
        };
        let image = Plane::from_fn(240, 240, |x, y| {
            let radius = 55.0 * cladding.normalised_radius(x as f64, y as f64);
            // Logistic edges, three pixels from 10 to 90 %.
            let edge = |at: f64| 1.0 / (1.0 + ((at - radius) / 0.7).exp());
            let level = 160.0 - 60.0 * edge(22.0) + 50.0 * edge(55.0);
            (level + 2.0 * normal(x, y)).round() as u8
        })
        .expect("positive sides");
        Self { image, geometry }
    }

    /// Plants `kind` with the given shapes in pixels and grey levels.
    pub(crate) fn plant(
        &mut self,
        kind: DefectKind,
        shapes: Vec<Shape>,
        polarity: Polarity,
        grey: f64,
    ) -> DefectTruth {
        let defect = PlantedDefect {
            kind,
            shapes,
            polarity,
            contrast: Contrast::Grey(grey),
            fill: Fill::Solid,
            opaque: false,
        };
        plant(&mut self.image, &FaceFrame::PIXELS, &defect, 0.6).expect("inside the image")
    }

    pub(crate) fn detect(&self) -> Detection {
        let reference = self_reference(self.image.view(), Some(&self.geometry), ZONE_UM);
        let reference = reference.expect("a legal zone");
        let size = self.image.dimensions();
        detect(&reference, size, Some(&self.geometry), None, &DetectOptions::default())
            .expect("legal options")
    }
}

/// Noise of mean 0 and deviation 1 that depends on the position alone: twelve uniform values of a hash,
/// summed.
pub(crate) fn normal(x: usize, y: usize) -> f64 {
    let mut state = (x as u64) << 32 | y as u64;
    let mut sum = -6.0;
    for _ in 0..12 {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        sum += ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
    }
    sum
}
