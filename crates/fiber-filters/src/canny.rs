use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::border::replicate;
use crate::components::Connectivity;
use crate::error::FilterError;
use crate::gradient::{Gradient, sobel};
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

    let mut marks = plane.filled_like(0_u8);
    let thresholds = (low, high);
    let peaks = MarkPeaks { gradient: &gradient, magnitudes: &magnitudes, thresholds };
    let seeds = pulp::Arch::new().dispatch(MarkInto { peaks, marks: &mut marks });
    grow_seeds(&mut marks, seeds, Connectivity::Eight);
    Ok(marks)
}

/// Finds the candidates and seeds.
struct MarkPeaks<'a> {
    gradient: &'a Gradient,
    magnitudes: &'a Magnitudes,
    thresholds: (i32, i32),
}

struct MarkInto<'a, 'b> {
    peaks: MarkPeaks<'a>,
    marks: &'b mut Plane<u8>,
}

impl NullaryFnOnce for MarkInto<'_, '_> {
    /// Where the seeds are.
    type Output = Vec<usize>;

    #[inline(always)]
    fn call(self) -> Vec<usize> {
        /// Pixels that are searched for seeds at once.
        const BLOCK: usize = 64;
        let Self { peaks, marks } = self;
        let width = marks.width();
        let mut seeds = Vec::new();
        for (y, row) in marks.pixels_mut().chunks_exact_mut(width).enumerate() {
            peaks.mark(y, row);
            for (start, block) in (y * width..).step_by(BLOCK).zip(row.chunks(BLOCK)) {
                if block.iter().fold(0, |any, &mark| any | mark) <= CANDIDATE {
                    continue;
                }
                for (i, &mark) in block.iter().enumerate() {
                    if mark == KEPT {
                        seeds.push(start + i);
                    }
                }
            }
        }
        seeds
    }
}

impl MarkPeaks<'_> {
    /// Marks row `y`.
    ///
    /// All four pairs of neighbours are compared, without a branch: directions of noise are as good as random,
    /// and a wrong guess costs more than the comparisons, of which many are made at once.
    #[inline(always)]
    fn mark(&self, y: usize, marks: &mut [u8]) {
        let width = marks.len();
        let (low, high) = self.thresholds;
        let [above, here, below] = self.magnitudes.around(y);
        let [up_left, up, up_right] = three(above, width);
        let [left, middle, right] = three(here, width);
        let [down_left, down, down_right] = three(below, width);
        let dx = &self.gradient.dx.row(y)[..width];
        let dy = &self.gradient.dy.row(y)[..width];
        for x in 0..width {
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
}

/// A framed row seen from one pixel to the left, at, and one to the right.
#[inline(always)]
fn three(framed: &[i16], width: usize) -> [&[i16]; 3] {
    [&framed[..width], &framed[1..][..width], &framed[2..][..width]]
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
    #[inline(always)]
    fn around(&self, y: usize) -> [&[i16]; 3] {
        let row = |i: usize| &self.values[(y + i) * self.stride..][..self.stride];
        [row(0), row(1), row(2)]
    }
}
