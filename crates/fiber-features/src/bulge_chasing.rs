//! Reduction of a symmetric band matrix to three diagonals by reflections.

use pulp::NullaryFnOnce;

use crate::band_matrix::{BAND, BandMatrix, STRIDE};
use crate::panel_reflections::SMALLEST_SQUARE;

/// Sums of a dot product that are kept apart.
const LANES: usize = 4;

type Row = [f64; BAND];

/// The diagonal, and the one beside it, of a tridiagonal matrix with the same eigenvalues.
///
/// Column after column is cleared but for its first number below the diagonal. Each reflection for that
/// fills a block below the band, a bulge; a next reflection clears the first column of this, and so on
/// to the end of the matrix (Murata and Horikoshi 1975; Lang 1993). The other columns of the bulge stay: the
/// reflections of the next column fall into the same place, one further. 6 b n^2 operations for n numbers and
/// a band of b, all within a few kilobytes.
pub(crate) fn tridiagonal_form(band: BandMatrix) -> (Vec<f64>, Vec<f64>) {
    pulp::Arch::new().dispatch(Chase(band))
}

struct Chase(BandMatrix);

impl NullaryFnOnce for Chase {
    type Output = (Vec<f64>, Vec<f64>);

    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self(mut band) = self;
        let size = band.size();
        for column in 0..size.saturating_sub(2) {
            let mut reflection = clear_column(band.at_mut(column + 1, column));
            for start in (column + 1..size).step_by(BAND) {
                reflect_both_sides(band.at_mut(start, start), &reflection);
                reflection = reflect_below(band.at_mut(start + BAND, start), &reflection);
            }
        }
        let diagonal = (0..size).map(|i| band.at(i, i)[0]).collect();
        let beside = (1..size).map(|i| band.at(i, i - 1)[0]).collect();
        (diagonal, beside)
    }
}

/// `1 - factor v v'`
struct Reflection {
    v: Row,
    factor: f64,
}

impl Reflection {
    /// The one that leaves only the first element of a vector, and that element.
    #[inline(always)]
    fn of(x: &Row) -> (Self, f64) {
        let squares = dot(x, x);
        if squares < SMALLEST_SQUARE {
            return (Self { v: [0.0; BAND], factor: 0.0 }, x[0]);
        }
        let length = squares.sqrt();
        // Of the other sign than the first element: nothing cancels.
        let reflected = if x[0] > 0.0 { -length } else { length };
        let mut v = *x;
        v[0] -= reflected;
        (Self { v, factor: 1.0 / (length * (length + x[0].abs())) }, reflected)
    }
}

/// The reflection that clears a column below its first number; clears it.
#[inline(always)]
fn clear_column(numbers: &mut [f64]) -> Reflection {
    let mut column = [0.0; BAND];
    for r in 0..BAND {
        column[r] = numbers[r * STRIDE];
        numbers[r * STRIDE] = 0.0;
    }
    let (reflection, first) = Reflection::of(&column);
    numbers[0] = first;
    reflection
}

/// Applies a reflection to both sides of a block on the diagonal, of which the lower triangle is given, and
/// zeros.
///
/// Here and in [`reflect_below`], rows are looked up one by one in a slice of any length, so that
/// compilers make vectors of what lies side by side in a row, not of one number each of several rows.
#[inline(always)]
fn reflect_both_sides(block: &mut [f64], reflection: &Reflection) {
    let Reflection { v, factor } = reflection;
    let mut lanes = [[0.0; LANES]; BAND];
    let mut w = [0.0; BAND];
    let mut diagonal = [0.0; BAND];
    for r in 0..BAND {
        let row = row(block, r);
        lanes[r] = product_lanes(row, v);
        for c in 0..BAND {
            w[c] += v[r] * row[c];
        }
        diagonal[r] = block[r * STRIDE + r];
    }
    let sums = lane_sums(&lanes);
    for i in 0..BAND {
        w[i] = factor * (w[i] + (sums[i] - diagonal[i] * v[i]));
    }
    let along = 0.5 * factor * dot(&w, v);
    for i in 0..BAND {
        w[i] -= along * v[i];
    }
    for r in 0..BAND {
        let row = row_mut(block, r);
        let mut changed = minus_multiples(row, (v[r], &w), (w[r], v));
        let kept = &ONES_AND_ZEROS[BAND - 1 - r..][..BAND];
        for c in 0..BAND {
            changed[c] *= kept[c];
        }
        *row = changed;
    }
}

/// From one place on, the row of a lower triangle of ones.
const ONES_AND_ZEROS: [f64; 2 * BAND] = {
    let mut numbers = [0.0; 2 * BAND];
    let mut i = 0;
    while i < BAND {
        numbers[i] = 1.0;
        i += 1;
    }
    numbers
};

/// Applies a reflection to the right side of the block below; then to its left side the one that clears its
/// first column, which is returned.
#[inline(always)]
fn reflect_below(block: &mut [f64], reflection: &Reflection) -> Reflection {
    let Reflection { v, factor } = reflection;
    let mut lanes = [[0.0; LANES]; BAND];
    let mut column = [0.0; BAND];
    for r in 0..BAND {
        let row = row(block, r);
        lanes[r] = product_lanes(row, v);
        column[r] = row[0];
    }
    let mut right = lane_sums(&lanes);
    for (right, number) in right.iter_mut().zip(&mut column) {
        *right *= factor;
        *number -= *right * v[0];
    }
    let (next, _) = Reflection::of(&column);
    let mut left = [0.0; BAND];
    for r in 0..BAND {
        let row = row(block, r);
        for c in 0..BAND {
            left[c] += next.v[r] * row[c];
        }
    }
    // What the first reflection has changed of that product.
    let along = dot(&right, &next.v);
    for c in 0..BAND {
        left[c] = next.factor * (left[c] - along * v[c]);
    }
    for (r, &right) in right.iter().enumerate() {
        let row = row_mut(block, r);
        *row = minus_multiples(row, (right, v), (next.v[r], &left));
    }
    next
}

#[inline(always)]
fn row(block: &[f64], r: usize) -> &Row {
    block[r * STRIDE..].first_chunk().expect("a whole block")
}

#[inline(always)]
fn row_mut(block: &mut [f64], r: usize) -> &mut Row {
    block[r * STRIDE..].first_chunk_mut().expect("a whole block")
}

#[inline(always)]
fn minus_multiples(row: &Row, (p, a): (f64, &Row), (q, b): (f64, &Row)) -> Row {
    let mut out = [0.0; BAND];
    for c in 0..BAND {
        out[c] = row[c] - (p * a[c] + q * b[c]);
    }
    out
}

/// A dot product but for the last sums.
#[inline(always)]
fn product_lanes(a: &Row, b: &Row) -> [f64; LANES] {
    let mut products = [0.0; BAND];
    for i in 0..BAND {
        products[i] = a[i] * b[i];
    }
    let mut length = BAND;
    while length > LANES {
        length /= 2;
        for i in 0..length {
            products[i] += products[i + length];
        }
    }
    *products.first_chunk().expect("more products than lanes")
}

#[inline(always)]
fn lane_sums(lanes: &[[f64; LANES]; BAND]) -> Row {
    let mut sums = [0.0; BAND];
    for r in 0..BAND {
        let [a, b, c, d] = lanes[r];
        sums[r] = (a + b) + (c + d);
    }
    sums
}

#[inline(always)]
fn dot(a: &Row, b: &Row) -> f64 {
    let [a, b, c, d] = product_lanes(a, b);
    (a + b) + (c + d)
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    use super::*;

    fn check(size: usize, number: impl Fn(usize, usize) -> f64) {
        let band = BandMatrix::from_fn(size, number);
        let dense = DMatrix::from_fn(size, size, |r, c| band.number(r, c));
        let (diagonal, beside) = tridiagonal_form(band);
        assert_eq!((diagonal.len(), beside.len()), (size, size - 1));
        let reduced = DMatrix::from_fn(size, size, |r, c| match r.abs_diff(c) {
            0 => diagonal[r],
            1 => beside[r.min(c)],
            _ => 0.0,
        });
        let scale = dense.norm().max(1e-300);
        assert!((reduced.trace() - dense.trace()).abs() < 1e-13 * scale, "trace of {size} rows");
        assert!((reduced.norm() - dense.norm()).abs() < 1e-13 * scale, "norm of {size} rows");
        let eigenvalues = |matrix: &DMatrix<f64>| {
            let mut values: Vec<f64> = matrix.symmetric_eigenvalues().iter().copied().collect();
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        for (found, expected) in eigenvalues(&reduced).iter().zip(eigenvalues(&dense)) {
            let error = (found - expected).abs() / scale;
            assert!(error < 1e-13, "{found} instead of {expected}, of {scale}");
        }
    }

    const SIZES: [usize; 14] = [1, 2, 3, 4, 15, 16, 17, 18, 31, 32, 33, 34, 49, 97];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn three_diagonals_have_the_same_eigenvalues(
            size in 1_usize..110, width in 0..=BAND,
            seed in prop::collection::vec(-1.0_f64..1.0, 110 * (BAND + 1))
        ) {
            check(size, |r, c| if r - c <= width { seed[(BAND + 1) * r + r - c] } else { 0.0 });
        }
    }

    #[test]
    fn special_bands_are_reduced() {
        for size in SIZES {
            check(size, |_, _| 0.0);
            check(size, |_, _| 1e12);
            check(size, |r, c| if r == c { 3.0 } else { 0.0 });
            check(size, |r, c| if r == c { 3.0 } else { 1e-170 });
            check(size, |r, c| ((r * c + r + c) % 7) as f64 - 2.0);
            // Blocks beside each other, each of rank 1.
            check(size, |r, c| if r / 5 == c / 5 { 2.0 } else { 0.0 });
        }
    }
}
