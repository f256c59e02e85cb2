use serde::{Deserialize, Serialize};

use crate::error::{SynthError, check};

/// Where the face lies in the image: maps micrometres around the fibre's centre to pixels.
///
/// Pixel centres lie at whole numbers, y points down. Shapes of defects are given in this frame, so
/// that one list of defects can be rendered shifted, turned, magnified, or with pixels that are not
/// square.
///
/// ```
/// use fiber_synth::FaceFrame;
///
/// let frame = FaceFrame { centre: [100.0, 80.0], um_per_px: [0.5, 0.25], rotation_deg: 0.0 };
/// assert_eq!(frame.to_px([10.0, -5.0]), [120.0, 60.0]);
/// assert_eq!(frame.to_um([120.0, 60.0]), [10.0, -5.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaceFrame {
    /// Column and row of the fibre's centre.
    pub centre: [f64; 2],
    /// Micrometres per pixel along x and along y.
    pub um_per_px: [f64; 2],
    /// Turns the face from x towards y (clockwise on a screen) before it is scaled to pixels.
    pub rotation_deg: f64,
}

impl FaceFrame {
    /// The frame in which micrometres are the image's own pixels, for planting by pixel position
    /// and size.
    pub const PIXELS: Self = Self { centre: [0.0, 0.0], um_per_px: [1.0, 1.0], rotation_deg: 0.0 };

    /// Image position of a point of the face.
    #[must_use]
    pub fn to_px(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (sin, cos) = self.rotation_deg.to_radians().sin_cos();
        [
            self.centre[0] + (x * cos - y * sin) / self.um_per_px[0],
            self.centre[1] + (x * sin + y * cos) / self.um_per_px[1],
        ]
    }

    /// Point of the face at an image position; the inverse of [`FaceFrame::to_px`].
    #[must_use]
    pub fn to_um(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (sin, cos) = self.rotation_deg.to_radians().sin_cos();
        let dx = (x - self.centre[0]) * self.um_per_px[0];
        let dy = (y - self.centre[1]) * self.um_per_px[1];
        [dx * cos + dy * sin, dy * cos - dx * sin]
    }

    /// Half of a pixel's diagonal in micrometres: no point of a pixel is farther from its centre.
    pub(crate) fn half_diagonal_um(&self) -> f64 {
        self.um_per_px[0].hypot(self.um_per_px[1]) / 2.0
    }

    pub(crate) fn check(&self) -> Result<(), SynthError> {
        for value in self.centre {
            check("centre", value, -1e5..=1e5, "-1e5 to 1e5 px")?;
        }
        for value in self.um_per_px {
            check("um_per_px", value, 1e-3..=1e3, "0.001 to 1000 um")?;
        }
        check("rotation_deg", self.rotation_deg, -360.0..=360.0, "-360 to 360 degrees")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_two_maps_undo_each_other(
            centre in [-500.0..500.0_f64, -500.0..500.0_f64],
            um_per_px in [0.1..5.0_f64, 0.1..5.0_f64],
            rotation_deg in -360.0..360.0_f64,
            point in [-500.0..500.0_f64, -500.0..500.0_f64],
        ) {
            let frame = FaceFrame { centre, um_per_px, rotation_deg };
            let back = frame.to_um(frame.to_px(point));
            prop_assert!((back[0] - point[0]).hypot(back[1] - point[1]) < 1e-8);
        }
    }

    #[test]
    fn a_quarter_turn_takes_x_to_y() {
        let frame = FaceFrame { rotation_deg: 90.0, ..FaceFrame::PIXELS };
        let [x, y] = frame.to_px([3.0, 0.0]);
        assert!(x.abs() < 1e-12 && (y - 3.0).abs() < 1e-12);
    }
}
