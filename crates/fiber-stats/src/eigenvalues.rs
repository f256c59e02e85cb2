use nalgebra::{DMatrix, SymmetricEigen};

use crate::{StatsError, check};

/// Rounds per eigenvalue that the iteration may take; it needs two or three.
const ROUNDS_PER_EIGENVALUE: usize = 100;

/// The smallest eigenvalue that a regularised matrix may have; both shares are above 0, up to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EigenvalueFloor {
    /// This share of the largest eigenvalue: the inverse of the largest condition number allowed.
    ShareOfLargest(f64),
    /// This share of the mean eigenvalue, that is, of the mean variance.
    ShareOfMean(f64),
}

/// Raises the eigenvalues of a symmetric matrix that lie below a floor to that floor, which makes it
/// positive definite and bounds its condition; the eigenvectors stay. A matrix without such
/// eigenvalues is returned unchanged. O(p^3).
///
/// ```
/// use fiber_stats::{EigenvalueFloor, floor_eigenvalues, nalgebra::DMatrix};
///
/// let singular = DMatrix::from_row_slice(2, 2, &[4.0, 0.0, 0.0, 0.0]);
/// let regular = floor_eigenvalues(&singular, EigenvalueFloor::ShareOfLargest(0.25))?;
/// assert_eq!(regular[(1, 1)], 1.0);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where the matrix is empty, not square, not symmetric or holds a value that is not finite, the share
/// is not above 0 and up to 1, or the floor itself is not above 0 (a zero matrix).
pub fn floor_eigenvalues(
    matrix: &DMatrix<f64>,
    floor: EigenvalueFloor,
) -> Result<DMatrix<f64>, StatsError> {
    check::symmetric("matrix", matrix)?;
    let (EigenvalueFloor::ShareOfLargest(share) | EigenvalueFloor::ShareOfMean(share)) = floor;
    check::range(share > 0.0 && share <= 1.0, "floor", share, "above 0, up to 1")?;
    let rounds = ROUNDS_PER_EIGENVALUE.saturating_mul(matrix.nrows());
    let mut eigen = SymmetricEigen::try_new(matrix.clone(), f64::EPSILON, rounds)
        .ok_or(StatsError::NoConvergence { what: "matrix" })?;
    let reference = match floor {
        EigenvalueFloor::ShareOfLargest(_) => eigen.eigenvalues.max(),
        EigenvalueFloor::ShareOfMean(_) => matrix.trace() / matrix.nrows() as f64,
    };
    let lowest = check::representable("eigenvalue floor", share * reference)?;
    if lowest <= 0.0 {
        return Err(StatsError::NotPositiveDefinite { what: "matrix" });
    }
    if eigen.eigenvalues.min() >= lowest {
        return Ok(matrix.clone());
    }
    // Adds only what is missing, so that the directions above the floor keep their exact figures.
    let missing = eigen.eigenvalues.map(|value| (lowest - value).max(0.0).sqrt());
    for (mut vector, &weight) in eigen.eigenvectors.column_iter_mut().zip(&missing) {
        vector *= weight;
    }
    let rows = eigen.eigenvectors.transpose();
    let mut regular = matrix.clone();
    for i in 0..regular.nrows() {
        for j in 0..=i {
            let sum =
                f64::midpoint(matrix[(i, j)], matrix[(j, i)]) + rows.column(i).dot(&rows.column(j));
            regular[(i, j)] = sum;
            regular[(j, i)] = sum;
        }
    }
    check::all_representable("regularised matrix", regular.as_slice())?;
    Ok(regular)
}
