use fiber_geometry::Ellipse;
use fiber_image::Plane;
use serde::{Deserialize, Serialize};

use crate::defect::PlantedDefect;
use crate::error::{SynthError, check};
use crate::fibre::Fibre;
use crate::footprint::Footprint;
use crate::frame::FaceFrame;
use crate::instrument::Instrument;
use crate::noise::{NOISE_FLOOR, noise_level, unit_noise};
use crate::optics::{blur, sharpen};
use crate::plant::{describe, grey_contrast};
use crate::truth::{FaceZone, Truth};

/// All that decides the pixels of a rendered face.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaceSpec {
    /// Microscope and camera.
    pub instrument: Instrument,
    /// The healthy face.
    pub fibre: Fibre,
    /// Column and row of the fibre's centre.
    pub centre: [f64; 2],
    /// Turns the defects around the fibre's centre, from x towards y.
    pub rotation_deg: f64,
    /// Blur that is added to the instrument's own (in quadrature), in pixels.
    pub defocus_px: f64,
    /// Factor of all light, 1 for the levels as specified.
    pub brightness: f64,
    /// Whether the sensor's noise and the ferrule's grain are left out.
    pub noise_free: bool,
    /// Chooses noise and grain.
    pub seed: u64,
    /// What is wrong with the face.
    pub defects: Vec<PlantedDefect>,
}

/// A rendered face and what is known about it.
#[derive(Clone, Debug, PartialEq)]
pub struct RenderedFace {
    /// The picture.
    pub image: Plane<u8>,
    /// 255 where a defect covers at least half of a pixel, else 0.
    pub mask: Plane<u8>,
    /// Where everything is.
    pub truth: Truth,
}

impl FaceSpec {
    /// A clean face in the middle of the instrument's image, in focus, at full brightness.
    #[must_use]
    pub fn clean(instrument: Instrument, fibre: Fibre) -> Self {
        let [width, height] = [instrument.width, instrument.height];
        Self {
            centre: [width, height].map(|side| (side as f64 - 1.0) / 2.0),
            instrument,
            fibre,
            rotation_deg: 0.0,
            defocus_px: 0.0,
            brightness: 1.0,
            noise_free: false,
            seed: 0,
            defects: Vec::new(),
        }
    }

    /// The frame in which the defects' shapes are given.
    #[must_use]
    pub fn frame(&self) -> FaceFrame {
        FaceFrame {
            centre: self.centre,
            um_per_px: self.instrument.um_per_px,
            rotation_deg: self.rotation_deg,
        }
    }

    fn size(&self) -> (usize, usize) {
        (self.instrument.width, self.instrument.height)
    }

    fn circle(&self, diameter_um: f64) -> Ellipse {
        let [x, y] = self.instrument.um_per_px;
        Ellipse {
            cx: self.centre[0],
            cy: self.centre[1],
            width_px: diameter_um / x,
            height_px: diameter_um / y,
            angle_deg: 0.0,
        }
    }

    /// Share of the specified levels that reaches the sensor at a pixel.
    fn exposure(&self) -> impl Fn(f64, f64) -> f64 {
        let (width, height) = self.size();
        let shading = self.instrument.vignetting.shading(width, height);
        let brightness = self.brightness;
        move |x, y| brightness * shading(x, y)
    }

    fn zone(&self, inner_radius_um: f64) -> FaceZone {
        if inner_radius_um < self.fibre.core_um / 2.0 {
            FaceZone::Core
        } else if inner_radius_um < self.fibre.cladding_um / 2.0 {
            FaceZone::Cladding
        } else {
            FaceZone::Ferrule
        }
    }

    fn check(&self) -> Result<(), SynthError> {
        self.instrument.check()?;
        self.fibre.check()?;
        self.frame().check()?;
        check("defocus_px", self.defocus_px, 0.0..=50.0, "0 to 50 px")?;
        check("brightness", self.brightness, 0.01..=100.0, "0.01 to 100")?;
        self.defects.iter().try_for_each(PlantedDefect::check)
    }
}

/// Renders a face: ideal scene with anti-aliased edges, defects, blur, vignetting, dark frame,
/// sharpening, noise, rounding, in this order.
///
/// The same specification gives the same bytes. Contrasts are those in the image before blur and
/// sharpening: brightness and vignetting at a defect's centroid are made up for.
///
/// # Errors
/// [`SynthError::Parameter`] for a value out of range; [`SynthError::Unseen`] where a defect covers
/// no pixel of the image by half.
pub fn render(spec: &FaceSpec) -> Result<RenderedFace, SynthError> {
    spec.check()?;
    let mut scene = ideal_scene(spec)?;
    let sensor = Sensor::new(spec)?;
    let mut image = sensor.expose(scene.clone());
    let mut mask = scene.filled_like(0_u8);
    let noise = noise_level(image.view());
    let mut defects = Vec::with_capacity(spec.defects.len());
    for (index, defect) in spec.defects.iter().enumerate() {
        defects.push(
            draw(spec, defect, noise.max(NOISE_FLOOR), &mut scene, &mut mask)
                .ok_or(SynthError::Unseen { index })?,
        );
    }
    if !defects.is_empty() {
        image = sensor.expose(scene);
    }
    let [x, y] = spec.instrument.um_per_px;
    let truth = Truth {
        width: image.width(),
        height: image.height(),
        cladding: spec.circle(spec.fibre.cladding_um),
        core: spec.circle(spec.fibre.core_um),
        pixel_aspect: y / x,
        um_per_px: [x, y],
        noise,
        defects,
    };
    Ok(RenderedFace { image, mask, truth })
}

/// The clean face under perfect optics.
fn ideal_scene(spec: &FaceSpec) -> Result<Plane<f64>, SynthError> {
    let (width, height) = spec.size();
    let [ux, uy] = spec.instrument.um_per_px;
    let light = spec.instrument.relief.map_or(0.0, |relief| relief.direction_deg.to_radians());
    let (sin, cos) = light.sin_cos();
    let mut scene = Plane::from_fn(width, height, |x, y| {
        let dx = (x as f64 - spec.centre[0]) * ux;
        let dy = (y as f64 - spec.centre[1]) * uy;
        let radius = dx.hypot(dy);
        if radius == 0.0 {
            return spec.fibre.level(0.0, ux, 0.0);
        }
        let pixel_um = (dx / radius * ux).hypot(dy / radius * uy);
        let facing = spec.instrument.relief.map_or(0.0, |_| (dx * cos + dy * sin) / radius);
        spec.fibre.level(radius, pixel_um, facing)
    })?;
    let grain = spec.fibre.grain;
    if grain.amplitude > 0.0 && !spec.noise_free {
        let pattern = unit_noise((width, height), grain.size_um / (ux * uy).sqrt(), spec.seed, 1)?;
        let rim = spec.circle(spec.fibre.cladding_um);
        for y in 0..height {
            for (x, value) in scene.row_mut(y).iter_mut().enumerate() {
                if rim.normalised_radius(x as f64, y as f64) > 1.0 {
                    *value += grain.amplitude * pattern[(x, y)];
                }
            }
        }
    }
    Ok(scene)
}

/// Adds a defect to scene and mask; `None` where it covers no pixel.
fn draw(
    spec: &FaceSpec,
    defect: &PlantedDefect,
    noise: f64,
    scene: &mut Plane<f64>,
    mask: &mut Plane<u8>,
) -> Option<crate::truth::DefectTruth> {
    let frame = spec.frame();
    let relief = spec.instrument.relief;
    let flank = relief.map_or(0.0, |r| r.flank_um / frame.um_per_px[0].min(frame.um_per_px[1]));
    let footprint = Footprint::new(defect, &frame, scene.dimensions(), flank.ceil() as usize)?;
    let contrast = grey_contrast(defect, noise);
    let mut truth = describe(defect, &frame, &footprint, contrast, noise)?;
    truth.zone = Some(spec.zone(truth.inner_radius_um));
    for position in footprint.mask_pixels() {
        mask[position] = 255;
    }
    // Where no light arrives no contrast can be made up for.
    let exposure = spec.exposure()(truth.centroid[0], truth.centroid[1]).max(0.05);
    let signed = defect.polarity.sign() * contrast / exposure;
    let [x0, y0] = footprint.origin;
    let backdrop = |x: usize, y: usize| scene[(x0 + x, y0 + y)];
    let change = footprint.change(defect, signed, &frame, relief, backdrop);
    for (y, row) in change.rows().enumerate() {
        for (value, change) in scene.row_mut(y0 + y)[x0..].iter_mut().zip(row) {
            *value += change;
        }
    }
    Some(truth)
}

/// The way from scene to image, the same for the clean and the damaged face.
struct Sensor<'a> {
    spec: &'a FaceSpec,
    noise: Option<Plane<f64>>,
}

impl<'a> Sensor<'a> {
    fn new(spec: &'a FaceSpec) -> Result<Self, SynthError> {
        let correlation = spec.instrument.noise.correlation_px;
        let noise = if spec.noise_free {
            None
        } else {
            Some(unit_noise(spec.size(), correlation, spec.seed, 0)?)
        };
        Ok(Self { spec, noise })
    }

    fn expose(&self, scene: Plane<f64>) -> Plane<u8> {
        let Instrument { width, height, border, sharpening, .. } = self.spec.instrument;
        let mut light = blur(scene, self.spec.instrument.blur_px.hypot(self.spec.defocus_px));
        let exposure = self.spec.exposure();
        for y in 0..height {
            for (x, value) in light.row_mut(y).iter_mut().enumerate() {
                *value *= exposure(x as f64, y as f64);
                if let Some(border) = border
                    && border.covers(x, y, width, height)
                {
                    *value = border.level;
                }
            }
        }
        let mut signal = sharpen(light, sharpening.amount, sharpening.sigma_px);
        if let Some(noise) = &self.noise {
            for (value, unit) in signal.pixels_mut().iter_mut().zip(noise.pixels()) {
                *value += self.spec.instrument.noise.sigma(*value) * unit;
            }
        }
        signal.map(|value| value.round().clamp(0.0, 255.0) as u8)
    }
}
