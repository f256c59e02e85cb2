use fiber_filters::{gaussian_blur, sample_cubic, sample_cubic_grid};
use fiber_image::{Plane, PlaneView};

use crate::error::positive;
use crate::{Geometry, GeometryError};

/// The canonical view of a face: square, the fibre centred, true aspect, a fixed number of micrometres
/// a pixel. Shift, scale and camera no longer show in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CanonicalFrame {
    geometry: Geometry,
    um_per_px: f64,
    side: usize,
}

/// A face resampled to its canonical frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalView {
    /// Luma, `side` x `side`. What lies outside the input repeats its nearest pixel.
    pub luma: Plane<u8>,
    /// 255 where the input has the pixel, 0 where it had to be filled in.
    pub valid: Plane<u8>,
}

/// Largest side of a canonical view in pixels.
const LARGEST_SIDE: f64 = 4096.0;

impl CanonicalFrame {
    /// The frame of `field_um` x `field_um` micrometres around the fibre at `um_per_px`.
    ///
    /// # Errors
    /// [`GeometryError::Parameter`] where a parameter is not finite and above 0, or the view would have
    /// more than 4096 pixels a side.
    pub fn new(geometry: &Geometry, um_per_px: f64, field_um: f64) -> Result<Self, GeometryError> {
        let um_per_px = positive("um_per_px", um_per_px)?;
        let side = (positive("field_um", field_um)? / um_per_px).round().max(1.0);
        if side > LARGEST_SIDE {
            return Err(GeometryError::Parameter {
                parameter: "field_um / um_per_px",
                value: side,
                allowed: "at most 4096 pixels",
            });
        }
        Ok(Self { geometry: *geometry, um_per_px, side: side as usize })
    }

    /// Pixels a side.
    #[must_use]
    pub fn side(&self) -> usize {
        self.side
    }

    /// Micrometres a pixel, the same in x and y.
    #[must_use]
    pub fn um_per_px(&self) -> f64 {
        self.um_per_px
    }

    /// Input position of a position in the canonical view.
    #[must_use]
    pub fn to_image(&self, x: f64, y: f64) -> (f64, f64) {
        let middle = (self.side as f64 - 1.0) / 2.0;
        self.geometry.to_px((x - middle) * self.um_per_px, (y - middle) * self.um_per_px)
    }

    /// Position in the canonical view of an input position.
    #[must_use]
    pub fn from_image(&self, x: f64, y: f64) -> (f64, f64) {
        let middle = (self.side as f64 - 1.0) / 2.0;
        let (x_um, y_um) = self.geometry.to_um(x, y);
        (x_um / self.um_per_px + middle, y_um / self.um_per_px + middle)
    }

    /// Resamples an image by Catmull-Rom interpolation; where the canonical pixels are larger than the
    /// input's, a Gaussian first removes what they cannot carry.
    #[must_use]
    pub fn resample(&self, view: PlaneView<'_, u8>) -> CanonicalView {
        let image = self.band_limited(view);
        if self.geometry.cladding.angle_deg == 0.0 {
            self.resample_aligned(image.view())
        } else {
            self.resample_turned(image.view())
        }
    }

    /// Where the cladding lies along the axes, columns are asked for at the same x in all rows, and rows at the same
    /// y in all columns.
    fn resample_aligned(&self, image: PlaneView<'_, f32>) -> CanonicalView {
        let places = |n: usize, position: &dyn Fn(f64) -> f64| -> (Vec<f32>, Vec<bool>) {
            (0..self.side).map(|i| nearest(position(i as f64), n)).unzip()
        };
        let (xs, inside_x) = places(image.width(), &|column| self.to_image(column, 0.0).0);
        let (ys, inside_y) = places(image.height(), &|row| self.to_image(0.0, row).1);
        let grid = sample_cubic_grid(image, &xs, &ys);
        let luma = grid.map_or_else(|| self.filled(0), |grid| grid.map(|&value| level(value)));
        let valid = Plane::from_fn(self.side, self.side, |column, row| {
            mark(inside_x[column] && inside_y[row])
        });
        CanonicalView { luma, valid: valid.expect(SIDES) }
    }

    fn resample_turned(&self, image: PlaneView<'_, f32>) -> CanonicalView {
        let (mut luma, mut valid) = (self.filled(0), self.filled(0));
        for row in 0..self.side {
            for column in 0..self.side {
                let (x, y) = self.to_image(column as f64, row as f64);
                let ((x, inside_x), (y, inside_y)) =
                    (nearest(x, image.width()), nearest(y, image.height()));
                luma[(column, row)] = sample_cubic(image, x, y).map_or(0, level);
                valid[(column, row)] = mark(inside_x && inside_y);
            }
        }
        CanonicalView { luma, valid }
    }

    fn filled(&self, value: u8) -> Plane<u8> {
        Plane::filled(self.side, self.side, value).expect(SIDES)
    }

    fn band_limited(&self, view: PlaneView<'_, u8>) -> Plane<f32> {
        let image = view.map(|&v| f32::from(v));
        let scale = self.geometry.um_per_px();
        // Input pixels a canonical pixel; sigma of half of what exceeds one leaves little aliasing.
        let ratio = self.um_per_px / scale.x.min(scale.y);
        if ratio <= 1.25 {
            return image;
        }
        let sigma = 0.5 * (ratio * ratio - 1.0).sqrt();
        gaussian_blur(image.view(), sigma as f32).unwrap_or(image)
    }
}

/// Why a plane of a frame's size can be made.
const SIDES: &str = "a frame has 1 to 4096 pixels a side";

/// The position among `n` pixel centres that is nearest to another one, and whether that lies within a pixel.
fn nearest(position: f64, n: usize) -> (f32, bool) {
    let near = position.clamp(0.0, n as f64 - 1.0);
    (near as f32, (near - position).abs() <= 0.5)
}

/// The grey level of an interpolated brightness.
fn level(value: f32) -> u8 {
    // Half a level more, cut off: rounds as `round` does, without a call for each pixel.
    (f64::from(value).clamp(0.0, 255.0) + 0.5) as u8
}

fn mark(valid: bool) -> u8 {
    if valid { 255 } else { 0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Ellipse;
    use crate::drawn_face::{DrawnFace, geometry_of};

    #[test]
    fn shift_scale_and_pixel_shape_disappear() {
        let of = |cladding: Ellipse| {
            let face = DrawnFace { width: 420, height: 400, cladding, ..DrawnFace::plain() };
            let geometry = geometry_of(cladding);
            let frame = CanonicalFrame::new(&geometry, 1.0, 180.0).expect("a legal frame");
            frame.resample(face.draw().view())
        };
        let usual = of(Ellipse::circle(200.0, 190.0, 125.0));
        assert!(usual.valid.pixels().iter().all(|&v| v == 255));
        let others = [
            Ellipse::circle(223.4, 180.7, 125.0),
            Ellipse::circle(205.0, 196.0, 170.0),
            Ellipse { cx: 200.3, cy: 200.0, width_px: 150.0, height_px: 165.0, angle_deg: 0.0 },
        ];
        for cladding in others {
            let other = of(cladding);
            let pairs = usual.luma.pixels().iter().zip(other.luma.pixels());
            let mean = pairs.map(|(&a, &b)| f64::from(a.abs_diff(b))).sum::<f64>()
                / usual.luma.pixels().len() as f64;
            // Of edges two pixels wide that are 110 and 30 grey levels high; a pixel's shift makes 2.3.
            assert!(mean < 0.8, "{cladding:?}: {mean}");
        }
    }

    #[test]
    fn columns_and_rows_are_resampled_as_single_pixels_are() {
        let face = DrawnFace { noise: 3.0, ..DrawnFace::plain() }.draw();
        let cladding = Ellipse { width_px: 110.3, height_px: 121.9, ..DrawnFace::plain().cladding };
        // Once reaching out of the image, once within it.
        for field_um in [400.0, 130.0] {
            let frame = CanonicalFrame::new(&geometry_of(cladding), 0.8, field_um);
            let frame = frame.expect("a legal frame");
            let image = frame.band_limited(face.view());
            let (aligned, turned) =
                (frame.resample_aligned(image.view()), frame.resample_turned(image.view()));
            assert!(aligned == turned);
        }
    }

    #[test]
    fn what_the_image_does_not_show_is_marked() {
        let view = Plane::filled(60, 60, 90_u8).expect("positive sides");
        let geometry = geometry_of(Ellipse::circle(-0.5, 29.5, 40.0));
        let frame = CanonicalFrame::new(&geometry, 125.0 / 40.0, 125.0).expect("a legal frame");
        let seen = frame.resample(view.view());
        assert_eq!(seen.luma.dimensions(), (40, 40));
        let valid = seen.valid.pixels().iter().filter(|&&v| v == 255).count();
        assert_eq!(valid, 20 * 40);
        assert!(seen.luma.pixels().iter().all(|&v| v == 90));
    }

    #[test]
    fn every_wrong_parameter_is_named() {
        let geometry = geometry_of(Ellipse::circle(0.0, 0.0, 40.0));
        for (um_per_px, field_um, name) in [
            (f64::NAN, 10.0, "um_per_px"),
            (0.0, 10.0, "um_per_px"),
            (1.0, -1.0, "field_um"),
            (1.0, f64::INFINITY, "field_um"),
            (1e-3, 10.0, "field_um / um_per_px"),
        ] {
            let error = CanonicalFrame::new(&geometry, um_per_px, field_um).expect_err(name);
            assert!(error.to_string().starts_with(&format!("{name} is ")), "{error}");
        }
    }

    proptest! {
        #[test]
        fn positions_go_there_and_back(
            (cx, cy) in (-50.0_f64..300.0, -50.0_f64..300.0),
            (width_px, height_px) in (40.0_f64..400.0, 40.0_f64..400.0),
            (x, y) in (0.0_f64..250.0, 0.0_f64..250.0),
        ) {
            let cladding = Ellipse { cx, cy, width_px, height_px, angle_deg: 0.0 };
            let frame = CanonicalFrame::new(&geometry_of(cladding), 0.5, 125.0);
            let frame = frame.expect("a legal frame");
            let (image_x, image_y) = frame.to_image(x, y);
            let back = frame.from_image(image_x, image_y);
            prop_assert!((back.0 - x).abs() < 1e-9 && (back.1 - y).abs() < 1e-9);
        }
    }
}
