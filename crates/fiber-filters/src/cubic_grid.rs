use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::border::{fill_ends, reflect_101};
use crate::sample::{cell, cubic_tap, cubic_weights};

/// The values where the columns at `xs` and the rows at `ys` cross, each as [`sample_cubic`](crate::sample_cubic)
/// gives it: interpolated along x first, and that once for all rows of the grid.
///
/// `None` where a position lies outside the pixel centres' rectangle, is NaN, or there is none.
///
/// ```
/// use fiber_filters::sample_cubic_grid;
/// use fiber_image::Plane;
///
/// let squares = Plane::new(4, 1, vec![0.0_f32, 1.0, 4.0, 9.0])?;
/// let grid = sample_cubic_grid(squares.view(), &[1.0, 1.5], &[0.0]).expect("all inside");
/// assert_eq!(grid.pixels(), &[1.0, 2.25]);
/// assert!(sample_cubic_grid(squares.view(), &[3.1], &[0.0]).is_none());
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[must_use]
pub fn sample_cubic_grid(plane: PlaneView<'_, f32>, xs: &[f32], ys: &[f32]) -> Option<Plane<f32>> {
    let columns = xs.iter().map(|&x| Place::of(x, plane.width())).collect::<Option<Vec<_>>>()?;
    let rows = ys.iter().map(|&y| Place::of(y, plane.height())).collect::<Option<Vec<_>>>()?;
    let values = pulp::Arch::new().dispatch(Grid { plane, columns: &columns, rows: &rows });
    Plane::new(xs.len(), ys.len(), values).ok()
}

/// Where a position lies along one side of a plane.
struct Place {
    /// The pixel at or before it.
    before: usize,
    /// Of the four pixels around it, from the one before that on.
    weights: [f32; 4],
}

impl Place {
    fn of(position: f32, n: usize) -> Option<Self> {
        let (before, beyond) = cell(position, n)?;
        Some(Self { before, weights: cubic_weights(beyond) })
    }
}

struct Grid<'a> {
    plane: PlaneView<'a, f32>,
    columns: &'a [Place],
    rows: &'a [Place],
}

impl NullaryFnOnce for Grid<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn call(self) -> Vec<f32> {
        let Self { plane, columns, rows } = self;
        let (width, height) = plane.dimensions();
        let mut padded = vec![0.0; width + 2 * BORDER];
        // Rows of the plane interpolated along x; row `y` is at `y % 4`, as the four around a position follow one
        // another or are mirrored among themselves.
        let mut across = [const { Vec::new() }; 4];
        let mut held = [None; 4];
        let mut values = Vec::with_capacity(columns.len() * rows.len());
        for Place { before, weights } in rows {
            let taps = [0, 1, 2, 3].map(|i| cubic_tap(*before, i, height));
            for y in taps {
                if held[y % 4] != Some(y) {
                    padded[BORDER..][..width].copy_from_slice(plane.row(y));
                    fill_ends(&mut padded, BORDER, reflect_101);
                    interpolate(&padded, columns, &mut across[y % 4]);
                    held[y % 4] = Some(y);
                }
            }
            let [a, b, c, d] = taps.map(|y| across[y % 4].as_slice());
            for (((a, b), c), d) in a.iter().zip(b).zip(c).zip(d) {
                let [first, second, third, fourth] = *weights;
                values.push(first * a + second * b + third * c + fourth * d);
            }
        }
        values
    }
}

/// Pixels beyond either end of a row that cubic interpolation may ask for.
const BORDER: usize = 2;

/// Replaces `values` by those of a row, continued by [`BORDER`] at both ends, at all columns.
#[inline(always)]
fn interpolate(padded: &[f32], columns: &[Place], values: &mut Vec<f32>) {
    values.clear();
    for Place { before, weights } in columns {
        let taps = &padded[before + BORDER - 1..][..4];
        let mut value = 0.0;
        for (weight, tap) in weights.iter().zip(taps) {
            value += weight * tap;
        }
        values.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_cubic;

    #[test]
    fn crossings_are_sampled_as_single_positions_are() {
        for (width, height) in [(9, 7), (2, 3), (1, 4), (1, 1)] {
            let plane = Plane::from_fn(width, height, |x, y| ((x * 7 + y * y * 3) % 11) as f32);
            let plane = plane.expect("positive sides");
            let along = |n: usize| -> Vec<f32> {
                (0..=4 * (n - 1)).rev().map(|i| i as f32 / 4.0).collect()
            };
            let (xs, ys) = (along(width), along(height));
            let grid = sample_cubic_grid(plane.view(), &xs, &ys).expect("all inside");
            for (values, &y) in grid.rows().zip(&ys) {
                let expected: Vec<f32> =
                    xs.iter().filter_map(|&x| sample_cubic(plane.view(), x, y)).collect();
                assert_eq!(values, expected, "{width} x {height}, row {y}");
            }
        }
    }

    #[test]
    fn no_position_may_lie_outside() {
        let plane = Plane::filled(3, 3, 1.0_f32).expect("positive sides");
        for (xs, ys) in [([-0.1], [0.0]), ([0.0], [2.1]), ([f32::NAN], [0.0])] {
            assert!(sample_cubic_grid(plane.view(), &xs, &ys).is_none());
        }
        assert!(sample_cubic_grid(plane.view(), &[], &[1.0]).is_none());
    }
}
