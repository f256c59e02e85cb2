use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::border::{fill_ends, reflect_101};

/// Sums the neighbours of every pixel, each weighted by the kernel's value at its place.
///
/// The kernel is not turned round (a correlation, not a convolution); its centre is at half of its width and height,
/// rounded down. Border: reflect-101. Computed in `f32`, row by row of the kernel; for kernels that are no
/// product of a row and a column, which other operators do faster.
///
/// ```
/// use fiber_filters::correlate;
/// use fiber_image::Plane;
///
/// let mut dot = Plane::filled(5, 5, 0.0_f32)?;
/// dot[(2, 2)] = 1.0;
/// let kernel = Plane::new(3, 1, vec![1.0, 2.0, 5.0])?;
/// assert_eq!(correlate(dot.view(), kernel.view()).row(2), [0.0, 5.0, 2.0, 1.0, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn correlate(plane: PlaneView<'_, f32>, kernel: PlaneView<'_, f32>) -> Plane<f32> {
    pulp::Arch::new().dispatch(Correlation { plane, kernel })
}

/// Pixels that are summed together: as many as vector registers hold.
const BLOCK: usize = 64;

struct Correlation<'a> {
    plane: PlaneView<'a, f32>,
    kernel: PlaneView<'a, f32>,
}

impl NullaryFnOnce for Correlation<'_> {
    type Output = Plane<f32>;

    #[inline(always)]
    fn call(self) -> Plane<f32> {
        let Self { plane, kernel } = self;
        let (width, height) = plane.dimensions();
        let (reach, above) = (kernel.width() / 2, kernel.height() / 2);
        let mut sums = Vec::with_capacity(width * height);
        // So many rows from the current one on are needed, those mirrored at the first among them.
        let ahead = (kernel.height() - above).max(above + 1);
        // Rows of the plane continued to both sides and to whole blocks; row `y` is at `y % length`.
        let stride = width.next_multiple_of(BLOCK) + 2 * reach;
        let mut rows = vec![vec![0.0_f32; stride]; (above + ahead).min(height)];
        let length = rows.len();
        let mut near = vec![0; kernel.height()];
        let mut next = 0;
        for y in 0..height {
            while next < height.min(y + ahead) {
                let row = &mut rows[next % length][..width + 2 * reach];
                row[reach..][..width].copy_from_slice(plane.row(next));
                fill_ends(row, reach, reflect_101);
                next += 1;
            }
            for (offset, near) in near.iter_mut().enumerate() {
                let at = y as isize + offset as isize - above as isize;
                *near = reflect_101(at, height) % length;
            }
            for first in (0..width).step_by(BLOCK) {
                let mut sum = [0.0_f32; BLOCK];
                for (&near, weights) in near.iter().zip(kernel.rows()) {
                    let row = &rows[near][first..][..BLOCK + 2 * reach];
                    for (values, &weight) in row.windows(BLOCK).zip(weights) {
                        let values: &[f32; BLOCK] = values.first_chunk().expect("a whole block");
                        for x in 0..BLOCK {
                            sum[x] += values[x] * weight;
                        }
                    }
                }
                sums.extend_from_slice(&sum[..BLOCK.min(width - first)]);
            }
        }
        Plane::new(width, height, sums).expect("a row for each row")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plane(widths: std::ops::Range<usize>) -> impl Strategy<Value = Plane<f32>> {
        (widths.clone(), widths).prop_flat_map(|(width, height)| {
            prop::collection::vec(-9.0_f32..9.0, width * height)
                .prop_map(move |v| Plane::new(width, height, v).expect("as many as pixels"))
        })
    }

    proptest! {
        #[test]
        fn sums_are_those_of_the_definition(plane in plane(1..90), kernel in plane(1..8)) {
            let sums = correlate(plane.view(), kernel.view());
            let (width, height) = plane.dimensions();
            for y in 0..height {
                for x in 0..width {
                    let mut expected = 0.0_f64;
                    for (v, row) in kernel.rows().enumerate() {
                        for (u, &weight) in row.iter().enumerate() {
                            let at = |i: usize, offset: usize, side: usize, n: usize| {
                                reflect_101(i as isize + offset as isize - (side / 2) as isize, n)
                            };
                            let at = (at(x, u, kernel.width(), width), at(y, v, kernel.height(), height));
                            expected += f64::from(weight) * f64::from(plane[at]);
                        }
                    }
                    prop_assert!((f64::from(sums[(x, y)]) - expected).abs() < 1e-3);
                }
            }
        }
    }
}
