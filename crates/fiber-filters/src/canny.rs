use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::border::replicate;
use crate::components::Connectivity;
use crate::error::FilterError;
use crate::gradient::SobelRows;
use crate::seeds::{KEPT, grow_seeds};

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
    let mut marks = plane.filled_like(0_u8);
    let seeds = pulp::Arch::new().dispatch(Mark { plane, low, high, marks: &mut marks });
    grow_seeds(&mut marks, seeds, Connectivity::Eight);
    Ok(marks)
}

/// Marks candidates and seeds.
struct Mark<'a, 'b> {
    plane: PlaneView<'a, u8>,
    low: i32,
    high: i32,
    marks: &'b mut Plane<u8>,
}

/// Pixels that are looked at together: where none of them exceeds a threshold, they are passed over.
const BLOCK: usize = 64;

impl NullaryFnOnce for Mark<'_, '_> {
    /// Where the seeds are.
    type Output = Vec<usize>;

    #[inline(always)]
    fn call(self) -> Vec<usize> {
        let Self { plane, low, high, marks } = self;
        let (width, height) = plane.dimensions();
        let mut sobel = SobelRows::new(plane, replicate);
        // No more rows than are needed, so that these stay in the nearest cache.
        let [mut above, mut here, mut below] = [(); 3].map(|()| Slopes::new(width));
        below.derive(&mut sobel, 0);
        let mut seeds = Vec::new();
        for (y, marks) in marks.pixels_mut().chunks_exact_mut(width).enumerate() {
            std::mem::swap(&mut above, &mut here);
            std::mem::swap(&mut here, &mut below);
            if y + 1 < height {
                below.derive(&mut sobel, y + 1);
            } else {
                below.magnitude.fill(0);
            }
            let slopes = [&above, &here, &below];
            for (first, block) in (0..).step_by(BLOCK).zip(marks.chunks_mut(BLOCK)) {
                let magnitudes = &here.magnitude[1 + first..][..block.len()];
                let highest = magnitudes.iter().fold(0, |most, &m| if m > most { m } else { most });
                if i32::from(highest) <= low {
                    continue;
                }
                mark_peaks(slopes, first, low, high, block);
                if i32::from(highest) <= high {
                    continue;
                }
                for (x, &mark) in (first..).zip(&*block) {
                    if mark == KEPT {
                        seeds.push(y * width + x);
                    }
                }
            }
        }
        seeds
    }
}

/// The gradient of one row.
struct Slopes {
    dx: Vec<i16>,
    dy: Vec<i16>,
    /// `|dx| + |dy|` with a frame of one pixel of 0.
    magnitude: Vec<i16>,
}

impl Slopes {
    fn new(width: usize) -> Self {
        Self { dx: vec![0; width], dy: vec![0; width], magnitude: vec![0; width + 2] }
    }

    #[inline(always)]
    fn derive(&mut self, sobel: &mut SobelRows<'_>, y: usize) {
        let Self { dx, dy, magnitude } = self;
        sobel.derive(y, dx, dy);
        for ((magnitude, &dx), &dy) in magnitude[1..].iter_mut().zip(&*dx).zip(&*dy) {
            *magnitude = dx.abs() + dy.abs();
        }
    }
}

/// Marks the pixels from `first` on of the middle one of three rows.
///
/// All four pairs of neighbours are compared, without a branch: directions of noise are as good as random,
/// and a wrong guess costs more than the comparisons, of which many are made at once.
#[inline(always)]
fn mark_peaks(rows: [&Slopes; 3], first: usize, low: i32, high: i32, marks: &mut [u8]) {
    let count = marks.len();
    let [[up_left, up, up_right], [left, middle, right], [down_left, down, down_right]] =
        rows.map(|row| three(&row.magnitude[first..], count));
    let (dx, dy) = (&rows[1].dx[first..][..count], &rows[1].dy[first..][..count]);
    for x in 0..count {
        let magnitude = middle[x];
        let (flat, steep) = (i32::from(dx[x]).abs(), i32::from(dy[x]).abs() << 15);
        let shallow_limit = flat * TAN_22_5;
        // tan 67.5 degrees is tan 22.5 degrees plus 2.
        let steep_limit = shallow_limit + (flat << 16);
        let along_row = steep < shallow_limit;
        let along_column = steep > steep_limit;
        let falling = (dx[x] < 0) == (dy[x] < 0);
        let in_row = (magnitude > left[x]) & (magnitude >= right[x]);
        let in_column = (magnitude > up[x]) & (magnitude >= down[x]);
        let on_falling = (magnitude > up_left[x]) & (magnitude > down_right[x]);
        let on_rising = (magnitude > up_right[x]) & (magnitude > down_left[x]);
        let diagonal = (falling & on_falling) | (!falling & on_rising);
        let peak = (along_row & in_row)
            | (along_column & in_column)
            | (!(along_row | along_column) & diagonal);
        let candidate = peak & (i32::from(magnitude) > low);
        let seed = candidate & (i32::from(magnitude) > high);
        // CANDIDATE is one bit, KEPT all of them.
        marks[x] = u8::from(candidate) | 0_u8.wrapping_sub(u8::from(seed));
    }
}

/// A framed row seen from one pixel to the left, at, and one to the right.
#[inline(always)]
fn three(framed: &[i16], width: usize) -> [&[i16]; 3] {
    [&framed[..width], &framed[1..][..width], &framed[2..][..width]]
}
