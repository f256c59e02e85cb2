//! Eigenvalues of a symmetric matrix of any size, without its eigenvectors.

use crate::band_reduction::band_form;
use crate::bulge_chasing::tridiagonal_form;
use crate::symmetric::SymmetricMatrix;

/// Sweeps after which an eigenvalue counts as found; two are usual.
const MOST_SWEEPS: usize = 60;

/// All eigenvalues, in no order, each within some rounding errors of the largest one.
///
/// Reduction by reflections to a band, then to three diagonals; then the QL method without square roots:
/// 4/3 n^3 + O(n^2) operations.
pub(crate) fn symmetric_eigenvalues(matrix: SymmetricMatrix) -> Vec<f64> {
    let (mut diagonal, beside) = tridiagonal_form(band_form(matrix));
    diagonalise(&mut diagonal, &beside);
    diagonal
}

/// Turns the diagonal of a tridiagonal matrix into its eigenvalues; `beside` is the diagonal next to it.
///
/// Implicitly shifted QL on the squares of `beside` (Reinsch 1973).
fn diagonalise(diagonal: &mut [f64], beside: &[f64]) {
    let largest = diagonal.iter().chain(beside).fold(0.0_f64, |max, value| max.max(value.abs()));
    // What may be dropped: it moves no eigenvalue by more than a rounding error of the largest.
    let negligible = (0.5 * f64::EPSILON * largest).powi(2);
    let least_pivot = f64::EPSILON * f64::EPSILON * largest;
    let mut squares: Vec<f64> = beside.iter().map(|value| value * value).chain([0.0]).collect();
    let (mut first, mut sweeps) = (0, 0);
    while first < diagonal.len() {
        let unlinked = squares[first..].iter().position(|&square| square <= negligible);
        let last = first + unlinked.unwrap_or(0);
        if last == first || sweeps == MOST_SWEEPS {
            (first, sweeps) = (first + 1, 0);
            continue;
        }
        squares[last] = 0.0;
        sweep(&mut diagonal[first..=last], &mut squares[first..last], least_pivot);
        sweeps += 1;
    }
}

/// One QL step on a matrix whose squares beside the diagonal are all above 0.
///
/// Goes from row to row with the pivots of the elimination, which need nothing else, and the products, which
/// need the pivots: two chains of one division each, side by side. With sines and cosines alone
/// there is one chain of two. Pivots below the least are replaced: one divides by them.
fn sweep(diagonal: &mut [f64], squares: &mut [f64], least_pivot: f64) {
    let last = squares.len();
    // Wilkinson's shift: the eigenvalue of the first two rows that is nearer to the first number.
    let root = squares[0].sqrt();
    let half = (diagonal[1] - diagonal[0]) / (2.0 * root);
    let shift = diagonal[0] - root / (half + (half * half + 1.0).sqrt().copysign(half));

    let at_least = |pivot: f64| if pivot.abs() < least_pivot { least_pivot } else { pivot };
    let mut pivot = at_least(diagonal[last] - shift);
    let mut gamma = pivot;
    let mut product = pivot * pivot;
    let mut sine = 0.0;
    for i in (0..last).rev() {
        let square = squares[i];
        let sum = product + square;
        if i + 1 < last {
            squares[i + 1] = sine * sum;
        }
        let cosine = product / sum;
        sine = square / sum;
        pivot = at_least((diagonal[i] - shift) - square / pivot);
        let old_gamma = gamma;
        gamma = cosine * pivot;
        diagonal[i + 1] = old_gamma + (diagonal[i] - gamma);
        product = cosine * (pivot * pivot);
    }
    squares[0] = sine * product;
    diagonal[0] = shift + gamma;
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    use super::*;

    fn check(matrix: &DMatrix<f64>) {
        let size = matrix.nrows();
        let square = SymmetricMatrix::from_fn(size, |r, c| matrix[(r, c)]);
        let mut found = symmetric_eigenvalues(square);
        let mut expected: Vec<f64> = matrix.symmetric_eigenvalues().iter().copied().collect();
        found.sort_unstable_by(f64::total_cmp);
        expected.sort_unstable_by(f64::total_cmp);
        let scale = expected.iter().fold(1e-300_f64, |max, value| max.max(value.abs()));
        assert_eq!(found.len(), size);
        for (found, expected) in found.iter().zip(&expected) {
            let error = (found - expected).abs() / scale;
            assert!(error < 1e-13, "{found} instead of {expected}, of {scale}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn eigenvalues_are_those_of_another_library(
            size in 1_usize..110, seed in prop::collection::vec(-1.0_f64..1.0, 110 * 110)
        ) {
            let any = DMatrix::from_fn(size, size, |i, j| seed[110 * i + j]);
            check(&(&any + any.transpose()));
        }

        #[test]
        fn matrices_of_low_rank_have_zeros(
            size in 1_usize..80, rank in 0_usize..4, seed in prop::collection::vec(0_u8..4, 320)
        ) {
            let factor = DMatrix::from_fn(size, rank, |i, j| f64::from(seed[80 * j + i]));
            check(&(&factor * factor.transpose()));
        }
    }

    #[test]
    fn a_graded_matrix_is_solved() {
        // Over more orders of magnitude than a double resolves; of rank 1, so its trace is the largest.
        let size = 97;
        let graded = SymmetricMatrix::from_fn(size, |r, c| 0.5_f64.powi((r + c) as i32));
        let mut found = symmetric_eigenvalues(graded);
        found.sort_unstable_by(f64::total_cmp);
        let largest = found.pop().expect("97 eigenvalues");
        approx::assert_relative_eq!(largest, 4.0 / 3.0, max_relative = 1e-14);
        assert!(found.iter().all(|value| value.abs() < 1e-15), "{found:?}");
    }

    #[test]
    fn special_matrices_are_solved() {
        for size in [1, 2, 3, 33, 65, 97] {
            check(&DMatrix::zeros(size, size));
            check(&DMatrix::identity(size, size));
            check(&DMatrix::from_element(size, size, 1e12));
            check(&DMatrix::from_diagonal_element(size, size, 3.0));
            // The second difference: eigenvalues 2 - 2 cos, close together at both ends.
            check(&DMatrix::from_fn(size, size, |i, j| match i.abs_diff(j) {
                0 => 2.0,
                1 => -1.0,
                _ => 0.0,
            }));
        }
    }
}
