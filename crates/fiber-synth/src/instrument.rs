use serde::{Deserialize, Serialize};

use crate::error::{SynthError, check};

/// Microscope, camera and digitiser: everything about a picture that does not depend on the face.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instrument {
    /// Columns of the image.
    pub width: usize,
    /// Rows of the image.
    pub height: usize,
    /// Micrometres per pixel along x and along y.
    pub um_per_px: [f64; 2],
    /// Standard deviation of the optics' Gaussian blur at best focus, in pixels.
    pub blur_px: f64,
    /// Edge enhancement of the camera.
    pub sharpening: Sharpening,
    /// Fall of brightness towards the corners.
    pub vignetting: Vignetting,
    /// Oblique light, which gives every step of height a bright and a dark side.
    pub relief: Option<Relief>,
    /// Noise of the sensor.
    pub noise: SensorNoise,
    /// Dark frame around the picture, as frame grabbers leave it.
    pub border: Option<Border>,
}

/// Unsharp masking: adds `amount` times the difference from a Gaussian-blurred copy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sharpening {
    /// Factor of the difference; 0 turns it off.
    pub amount: f64,
    /// Standard deviation of the blurred copy in pixels.
    pub sigma_px: f64,
}

/// Brightness lost away from a centre: `1 - ((a u)^2 + (b v)^2)^(power / 2)`, where `u` and `v` are
/// the distances from it in half widths and half heights and `a^power`, `b^power` the losses
/// `fall`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vignetting {
    /// Centre as fractions of width and height.
    pub centre: [f64; 2],
    /// Share of brightness lost half a width, and half a height, away from the centre.
    pub fall: [f64; 2],
    /// Exponent: 2 falls smoothly from the centre on, larger ones spare all but the corners.
    pub power: f64,
}

impl Vignetting {
    /// Share of brightness that is left at a pixel of an image of the given size, 0 to 1.
    #[must_use]
    pub fn factor(&self, x: f64, y: f64, width: usize, height: usize) -> f64 {
        self.shading(width, height)(x, y)
    }

    /// [`Vignetting::factor`] for one size of image.
    pub(crate) fn shading(self, width: usize, height: usize) -> impl Fn(f64, f64) -> f64 {
        let [w, h] = [width as f64, height as f64];
        let [a, b] = self.fall.map(|fall| fall.powf(2.0 / self.power));
        move |x, y| {
            let u = (x + 0.5 - self.centre[0] * w) / (0.5 * w);
            let v = (y + 0.5 - self.centre[1] * h) / (0.5 * h);
            (1.0 - (a * u * u + b * v * v).powf(self.power / 2.0)).max(0.0)
        }
    }
}

/// Oblique light.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Relief {
    /// Direction in which the light travels, from x towards y: 0 for a lamp at the left.
    pub direction_deg: f64,
    /// Contrast of a defect's lit flank as a multiple of the defect's own contrast.
    pub strength: f64,
    /// How far the lit flank reaches beyond the defect, in micrometres.
    pub flank_um: f64,
}

/// Gaussian sensor noise whose variance grows with the signal: `read^2 + gain * level`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SensorNoise {
    /// Standard deviation in the dark, in grey levels.
    pub read: f64,
    /// Variance per grey level of signal.
    pub gain: f64,
    /// Standard deviation in pixels of the Gaussian that correlates neighbours (demosaicing,
    /// analogue bandwidth); 0 for independent pixels. The noise keeps its variance.
    pub correlation_px: f64,
}

impl SensorNoise {
    /// Standard deviation at a signal in grey levels.
    #[must_use]
    pub fn sigma(&self, level: f64) -> f64 {
        (self.read * self.read + self.gain * level.max(0.0)).sqrt()
    }
}

/// The dark frame that a grabber leaves around the active picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Border {
    /// Dark columns at the left.
    pub left: usize,
    /// Dark columns at the right.
    pub right: usize,
    /// Dark rows at the top.
    pub top: usize,
    /// Dark rows at the bottom.
    pub bottom: usize,
    /// Grey level of the frame.
    pub level: f64,
    /// Column at which the first active line starts one row earlier (interlaced half line).
    pub half_line: Option<usize>,
}

impl Border {
    /// Whether the pixel belongs to the dark frame of an image of the given size.
    #[must_use]
    pub fn covers(&self, x: usize, y: usize, width: usize, height: usize) -> bool {
        let top = match self.half_line {
            Some(column) if x >= column => self.top.saturating_sub(1),
            _ => self.top,
        };
        x < self.left || y < top || x + self.right >= width || y + self.bottom >= height
    }
}

impl Instrument {
    /// A bench microscope with a digital camera: 1152 x 864 square pixels of 0.434 um, sharpened
    /// edges.
    #[must_use]
    pub fn bench() -> Self {
        Self {
            width: 1152,
            height: 864,
            um_per_px: [0.434, 0.434],
            blur_px: 0.95,
            sharpening: Sharpening { amount: 1.3, sigma_px: 2.0 },
            vignetting: Vignetting { centre: [0.55, 0.42], fall: [0.016, 0.008], power: 5.0 },
            relief: None,
            noise: SensorNoise { read: 0.95, gain: 0.001, correlation_px: 0.7 },
            border: None,
        }
    }

    /// The bench microscope with its pixels binned two by two: 576 x 432 pixels of 0.868 um.
    #[must_use]
    pub fn bench_binned() -> Self {
        let full = Self::bench();
        Self {
            width: full.width / 2,
            height: full.height / 2,
            um_per_px: full.um_per_px.map(|um| 2.0 * um),
            blur_px: 0.6,
            sharpening: Sharpening { amount: 1.0, sigma_px: 1.2 },
            noise: SensorNoise { read: 0.5, gain: 0.001, correlation_px: 0.45 },
            ..full
        }
    }

    /// An analogue camera on a frame grabber: 720 x 576 pixels of 0.680 x 0.6235 um, light from the
    /// left, strong vignetting, dark frame.
    #[must_use]
    pub fn frame_grabber() -> Self {
        Self {
            width: 720,
            height: 576,
            um_per_px: [0.680, 0.6235],
            blur_px: 1.0,
            sharpening: Sharpening { amount: 0.35, sigma_px: 1.8 },
            vignetting: Vignetting { centre: [0.493, 0.52], fall: [0.37, 0.14], power: 2.0 },
            relief: Some(Relief { direction_deg: -4.0, strength: 0.75, flank_um: 1.7 }),
            noise: SensorNoise { read: 1.2, gain: 0.018, correlation_px: 0.8 },
            border: Some(Border {
                left: 8,
                right: 10,
                top: 7,
                bottom: 0,
                level: 19.0,
                half_line: Some(278),
            }),
        }
    }

    pub(crate) fn check(&self) -> Result<(), SynthError> {
        for (name, value) in [("width", self.width), ("height", self.height)] {
            check(name, value as f64, 16.0..=16384.0, "16 to 16384 px")?;
        }
        check("blur_px", self.blur_px, 0.0..=50.0, "0 to 50 px")?;
        check("sharpening.amount", self.sharpening.amount, 0.0..=10.0, "0 to 10")?;
        check("sharpening.sigma_px", self.sharpening.sigma_px, 0.0..=50.0, "0 to 50 px")?;
        for value in self.vignetting.centre {
            check("vignetting.centre", value, -10.0..=10.0, "-10 to 10 image sides")?;
        }
        for value in self.vignetting.fall {
            check("vignetting.fall", value, 0.0..=1.0, "0 to 1")?;
        }
        check("vignetting.power", self.vignetting.power, 1.0..=32.0, "1 to 32")?;
        if let Some(relief) = self.relief {
            let direction = relief.direction_deg;
            check("relief.direction_deg", direction, -360.0..=360.0, "-360 to 360 degrees")?;
            check("relief.strength", relief.strength, 0.0..=10.0, "0 to 10")?;
            check("relief.flank_um", relief.flank_um, 0.0..=100.0, "0 to 100 um")?;
        }
        check("noise.read", self.noise.read, 0.0..=255.0, "0 to 255 grey levels")?;
        check("noise.gain", self.noise.gain, 0.0..=255.0, "0 to 255 per grey level")?;
        check("noise.correlation_px", self.noise.correlation_px, 0.0..=50.0, "0 to 50 px")?;
        if let Some(border) = self.border {
            check("border.level", border.level, 0.0..=255.0, "0 to 255 grey levels")?;
        }
        Ok(())
    }
}
