use fiber_image::{Plane, PlaneView};

use crate::border::replicate;
use crate::components::Connectivity;
use crate::error::FilterError;
use crate::gradient::sobel;
use crate::seeds::{CANDIDATE, KEPT, grow_seeds};

/// tan 22.5 degrees with 15 fractional bits.
const TAN_22_5: i32 = 13573;

/// Edges (255) of one pixel's width on a ground of 0: Canny's method, without smoothing of its own.
///
/// The magnitude is `|dx| + |dy|` of the unnormalised 3 x 3 Sobel derivatives (border: edge pixel
/// repeated). A pixel above `low` is a candidate where its magnitude is a maximum across the edge, in
/// steps of 45 degrees; outside the plane the magnitude is 0. Candidates above `high`, and those
/// 8-connected to them, are edges. Equal, pixel for pixel, to OpenCV's `Canny` of aperture 3 with L1
/// magnitude. Canny 1986.
///
/// # Errors
/// [`FilterError::Parameter`] where `low` is negative or above `high`.
///
/// ```
/// use fiber_filters::canny;
/// use fiber_image::Plane;
///
/// let step = Plane::from_fn(6, 4, |x, _| if x < 3 { 0 } else { 200 })?;
/// assert_eq!(canny(step.view(), 50, 150)?.row(2), &[0, 0, 255, 0, 0, 0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn canny(plane: PlaneView<'_, u8>, low: i32, high: i32) -> Result<Plane<u8>, FilterError> {
    FilterError::require(low >= 0, "low", f64::from(low), "at least 0")?;
    FilterError::require(low <= high, "high", f64::from(high), "at least low")?;
    let gradient = sobel(plane, replicate);
    let magnitudes = Magnitudes::new(&gradient.dx, &gradient.dy);

    let (width, height) = plane.dimensions();
    let mut marks = plane.filled_like(0_u8);
    let mut seeds = Vec::new();
    for y in 0..height {
        let [above, here, below] = magnitudes.around(y);
        let slopes = gradient.dx.row(y).iter().zip(gradient.dy.row(y));
        for (x, (mark, (&dx, &dy))) in marks.row_mut(y).iter_mut().zip(slopes).enumerate() {
            let magnitude = here[x + 1];
            if i32::from(magnitude) <= low {
                continue;
            }
            let (flat, steep) = (i32::from(dx).abs(), i32::from(dy).abs() << 15);
            let shallow_limit = flat * TAN_22_5;
            // tan 67.5 degrees is tan 22.5 degrees plus 2.
            let steep_limit = shallow_limit + (flat << 16);
            let peak = if steep < shallow_limit {
                magnitude > here[x] && magnitude >= here[x + 2]
            } else if steep > steep_limit {
                magnitude > above[x + 1] && magnitude >= below[x + 1]
            } else if (dx < 0) != (dy < 0) {
                magnitude > above[x + 2] && magnitude > below[x]
            } else {
                magnitude > above[x] && magnitude > below[x + 2]
            };
            if peak && i32::from(magnitude) > high {
                *mark = KEPT;
                seeds.push(y * width + x);
            } else if peak {
                *mark = CANDIDATE;
            }
        }
    }
    grow_seeds(&mut marks, seeds, Connectivity::Eight);
    Ok(marks)
}

/// L1 magnitudes with a frame of zeros one pixel wide.
struct Magnitudes {
    stride: usize,
    values: Vec<i16>,
}

impl Magnitudes {
    fn new(dx: &Plane<i16>, dy: &Plane<i16>) -> Self {
        let (width, height) = dx.dimensions();
        let stride = width + 2;
        let mut values = vec![0; stride * (height + 2)];
        for (y, (dx, dy)) in dx.rows().zip(dy.rows()).enumerate() {
            let row = &mut values[(y + 1) * stride + 1..][..width];
            for ((value, &dx), &dy) in row.iter_mut().zip(dx).zip(dy) {
                *value = dx.abs() + dy.abs();
            }
        }
        Self { stride, values }
    }

    /// The framed rows above, at and below row `y` of the plane.
    fn around(&self, y: usize) -> [&[i16]; 3] {
        [0, 1, 2].map(|i| &self.values[(y + i) * self.stride..][..self.stride])
    }
}
