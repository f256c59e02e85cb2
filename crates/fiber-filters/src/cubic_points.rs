use fiber_image::PlaneView;
use pulp::NullaryFnOnce;

use crate::sample::{cubic_weights, sample_cubic};

/// The values at many positions, each as [`sample_cubic`] gives it but for rounding, in less time.
///
/// `None` where that is `None`.
///
/// ```
/// use fiber_filters::sample_cubic_points;
/// use fiber_image::Plane;
///
/// let squares = Plane::new(4, 1, vec![0.0_f32, 1.0, 4.0, 9.0])?;
/// let values = sample_cubic_points(squares.view(), &[(1.5, 0.0), (3.1, 0.0)]);
/// assert_eq!(values, [Some(2.25), None]);
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[must_use]
pub fn sample_cubic_points(
    plane: PlaneView<'_, f32>,
    positions: &[(f32, f32)],
) -> Vec<Option<f32>> {
    pulp::Arch::new().dispatch(Points { plane, positions })
}

/// Positions that are gone through together, step by step: every step is one that the compiler makes vectors of.
const TOGETHER: usize = 64;

struct Points<'a> {
    plane: PlaneView<'a, f32>,
    positions: &'a [(f32, f32)],
}

impl NullaryFnOnce for Points<'_> {
    type Output = Vec<Option<f32>>;

    #[inline(always)]
    fn call(self) -> Vec<Option<f32>> {
        let Self { plane, positions } = self;
        if plane.width().max(plane.height()) >= TO_WHOLE as usize {
            return positions.iter().map(|&(x, y)| sample_cubic(plane, x, y)).collect();
        }
        let mut cells = [[0_u32; 2]; TOGETHER];
        let mut weights = [[[0.0_f32; 4]; 2]; TOGETHER];
        // The four columns around each position, each as the four rows give it.
        let mut columns = [[0.0_f32; 4]; TOGETHER];
        let mut inside = [false; TOGETHER];
        let mut values = Vec::with_capacity(positions.len());
        for positions in positions.chunks(TOGETHER) {
            for ((&(x, y), cell), weights) in positions.iter().zip(&mut cells).zip(&mut weights) {
                let (column, row) = (x.floor(), y.floor());
                *cell = [before(column), before(row)];
                *weights = [cubic_weights(x - column), cubic_weights(y - row)];
            }
            let mut all = true;
            let each = cells.iter().zip(&weights).zip(columns.iter_mut().zip(&mut inside));
            for ((cell, [_, weights]), (columns, inside)) in each.take(positions.len()) {
                let rows = rows_around(plane, *cell);
                *inside = rows.is_some();
                all &= rows.is_some();
                let Some([a, b, c, d]) = rows else { continue };
                for i in 0..4 {
                    columns[i] = weights[0] * a[i]
                        + weights[1] * b[i]
                        + (weights[2] * c[i] + weights[3] * d[i]);
                }
            }
            let first = values.len();
            let each = weights.iter().zip(&columns).take(positions.len());
            values.extend(each.map(|([weights, _], columns)| {
                let products: [f32; 4] = std::array::from_fn(|i| weights[i] * columns[i]);
                Some(products[0] + products[1] + (products[2] + products[3]))
            }));
            if !all {
                let each = values[first..].iter_mut().zip(positions).zip(&inside);
                for ((value, &(x, y)), _) in each.filter(|(_, inside)| !**inside) {
                    *value = sample_cubic(plane, x, y);
                }
            }
        }
        values
    }
}

/// From here on single precision has whole numbers only.
const TO_WHOLE: f32 = (1_u32 << 23) as f32;

/// The pixel before a whole position, some number far outside all planes where that is none or too large to matter.
#[inline(always)]
fn before(position: f32) -> u32 {
    // By adding a number whose last bit is one, which takes no branch.
    let position = position.clamp(0.0, TO_WHOLE - 1.0);
    (position + TO_WHOLE).to_bits().wrapping_sub(TO_WHOLE.to_bits()).wrapping_sub(1)
}

/// Four pixels of each of four rows; `None` where they do not lie in the plane.
#[inline(always)]
fn rows_around(plane: PlaneView<'_, f32>, [first, top]: [u32; 2]) -> Option<[&[f32; 4]; 4]> {
    let around = plane.crop(first as usize, top as usize, 4, 4)?;
    let taps = |i: usize| around.row(i).first_chunk();
    Some([taps(0)?, taps(1)?, taps(2)?, taps(3)?])
}

#[cfg(test)]
mod tests {
    use fiber_image::Plane;

    use super::*;

    #[test]
    fn planes_with_more_columns_than_single_precision_has_halves_are_sampled_too() {
        let width = (1 << 23) + 8;
        let plane = Plane::from_fn(width, 4, |x, _| (x % 1000) as f32).expect("positive sides");
        let positions = [8_388_612.0, 8_388_000.0, 9_500_000.0, f32::INFINITY].map(|x| (x, 1.5));
        let alone = positions.map(|(x, y)| sample_cubic(plane.view(), x, y));
        assert_eq!(alone, [Some(612.0), Some(0.0), None, None]);
        assert_eq!(sample_cubic_points(plane.view(), &positions), alone);
    }

    #[test]
    fn many_positions_are_sampled_as_single_ones_are() {
        for (width, height) in [(40, 30), (9, 7), (3, 4), (2, 3), (1, 4), (1, 1)] {
            let plane = Plane::from_fn(width, height, |x, y| ((x * 7 + y * y * 3) % 11) as f32);
            let plane = plane.expect("positive sides");
            let along = |n: usize| (-3..4 * n as i32 + 3).map(|i| i as f32 / 4.0 + 0.03);
            let mut positions: Vec<(f32, f32)> =
                along(height).flat_map(|y| along(width).map(move |x| (x, y))).collect();
            positions.extend([(f32::NAN, 1.0), (1.0, f32::INFINITY), (f32::MIN, 0.0)]);
            // Whole pixels, the last ones too.
            positions.extend([(0.0, 0.0), (width as f32 - 1.0, height as f32 - 1.0)]);
            let values = sample_cubic_points(plane.view(), &positions);
            assert_eq!(values.len(), positions.len());
            for (value, &(x, y)) in values.into_iter().zip(&positions) {
                let alone = sample_cubic(plane.view(), x, y);
                assert_eq!(value.is_some(), alone.is_some(), "({x}, {y}) of {width} x {height}");
                let off = value.zip(alone).map_or(0.0, |(value, alone)| (value - alone).abs());
                assert!(off < 1e-5, "({x}, {y}) of {width} x {height}: {value:?} {alone:?}");
            }
        }
    }
}
