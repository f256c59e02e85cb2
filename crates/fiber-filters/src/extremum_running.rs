use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::element::{Rectangle, StructuringElement};

/// The best value in an element around each pixel, for elements of any size: of each of the centred rectangles that the
/// element is the union of, by doubling windows along rows and then from row to row.
///
/// Rows pass by once. Of each rectangle those that a longer window will need again are kept, as many as it is high.
pub(crate) struct RunningExtremum<'a, F> {
    pub(crate) plane: PlaneView<'a, u8>,
    pub(crate) element: &'a StructuringElement,
    /// What never wins.
    pub(crate) neutral: u8,
    pub(crate) better: F,
}

impl<F: Fn(u8, u8) -> u8 + Copy> NullaryFnOnce for RunningExtremum<'_, F> {
    type Output = Plane<u8>;

    #[inline(always)]
    fn call(self) -> Plane<u8> {
        let Self { plane, element, neutral, better } = self;
        let (width, height) = plane.dimensions();
        // Beyond the far edge an element meets only pixels that never win.
        let clip = |rectangle: &Rectangle| Rectangle {
            half_width: rectangle.half_width.min(width - 1),
            half_height: rectangle.half_height.min(height - 1),
        };
        let row = vec![neutral; width];
        let parts = element.rectangles().iter().map(clip);
        let mut parts: Vec<(Rectangle, Windows)> =
            parts.map(|part| (part, Windows::new(2 * part.half_height + 1, &row))).collect();
        // The first is the highest, the last the widest and lowest.
        let reach = parts.first().map_or(0, |(part, _)| part.half_height);
        let (margin, least) =
            parts.last().map_or((0, 0), |(part, _)| (part.half_width, part.half_height));
        let mut padded = vec![neutral; width + 2 * margin];
        let mut spare = padded.clone();
        let mut current = row.clone();
        // The best so far of the rows that low rectangles have passed and high ones have not.
        let mut best = vec![row; reach - least + 1];
        let mut result = Vec::with_capacity(width * height);
        for y in 0..height + reach {
            if y < height {
                padded.fill(neutral);
                padded[margin..][..width].copy_from_slice(plane.row(y));
            }
            let mut length = 1;
            for (Rectangle { half_width, half_height }, windows) in &mut parts {
                if y < height {
                    widen(&mut padded, &mut spare, &mut length, 2 * *half_width + 1, better);
                    // A window starts at its first pixel: the one centred on x starts half its size before.
                    current.copy_from_slice(&padded[margin - *half_width..][..width]);
                } else {
                    current.fill(neutral);
                }
                windows.pass(&mut current, better);
                if let Some(centre) = y.checked_sub(*half_height).filter(|&centre| centre < height)
                {
                    let slot = centre % best.len();
                    for (best, &value) in best[slot].iter_mut().zip(&current) {
                        *best = better(*best, value);
                    }
                }
            }
            if let Some(done) = y.checked_sub(reach) {
                let slot = done % best.len();
                result.extend_from_slice(&best[slot]);
                best[slot].fill(neutral);
            }
        }
        Plane::new(width, height, result).expect("a row for each row")
    }
}

/// Windows of a number of rows that double from step to step.
struct Windows(Vec<Step>);

/// A step from windows of some rows to longer ones.
struct Step {
    /// Windows that begin as many rows before as the longer one is longer.
    earlier: Vec<Vec<u8>>,
    first: usize,
}

impl Windows {
    /// Windows of `target` rows; those before the first row are `before`.
    fn new(target: usize, before: &[u8]) -> Self {
        let (mut steps, mut length) = (Vec::new(), 1);
        while length < target {
            let next = (2 * length).min(target);
            steps.push(Step { earlier: vec![before.to_vec(); next - length], first: 0 });
            length = next;
        }
        Self(steps)
    }

    /// Replaces a further row by the best of the window that ends with it.
    #[inline(always)]
    fn pass(&mut self, row: &mut [u8], better: impl Fn(u8, u8) -> u8 + Copy) {
        for Step { earlier, first } in &mut self.0 {
            for (earlier, value) in earlier[*first].iter_mut().zip(row.iter_mut()) {
                let shorter = *value;
                *value = better(*earlier, shorter);
                *earlier = shorter;
            }
            *first = if *first + 1 < earlier.len() { *first + 1 } else { 0 };
        }
    }
}

/// Replaces the best of `length` values from each index on by the best of `target`.
///
/// The last `target - length` values are left as they were at some time; no window starts there.
#[inline(always)]
fn widen(
    values: &mut Vec<u8>,
    spare: &mut Vec<u8>,
    length: &mut usize,
    target: usize,
    better: impl Fn(u8, u8) -> u8,
) {
    while *length < target {
        let next = (2 * *length).min(target);
        let shifted = values.get(next - *length..).unwrap_or_default();
        for ((out, &here), &there) in spare.iter_mut().zip(values.iter()).zip(shifted) {
            *out = better(here, there);
        }
        std::mem::swap(values, spare);
        *length = next;
    }
}
