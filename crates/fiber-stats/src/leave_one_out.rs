use nalgebra::DMatrix;

use crate::{StatsError, check};

/// Scores every observation (row) by what `score` makes of the other observations and it: the scores
/// that new observations of the same kind would get, fit for
/// [`LearnedThreshold`](crate::LearnedThreshold) and
/// [`conformal_threshold`](crate::conformal_threshold).
///
/// ```
/// use fiber_stats::{leave_one_out, ledoit_wolf, nalgebra::DMatrix};
///
/// let data = DMatrix::from_row_slice(4, 2, &[1.0, 2.0, 2.0, 1.0, 1.0, 1.0, 9.0, 9.0]);
/// let scores = leave_one_out(&data, |others, row| ledoit_wolf(others)?.mahalanobis()?.distance(row))?;
/// assert!(scores[3] > scores[0]);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where `data` has fewer than two rows, no column or a value that is not finite, and the first error of
/// `score`.
pub fn leave_one_out<E: From<StatsError>>(
    data: &DMatrix<f64>,
    mut score: impl FnMut(&DMatrix<f64>, &[f64]) -> Result<f64, E>,
) -> Result<Vec<f64>, E> {
    check::observations("data", data, 2)?;
    (0..data.nrows())
        .map(|row| {
            let left_out: Vec<f64> = data.row(row).iter().copied().collect();
            score(&data.clone().remove_row(row), &left_out)
        })
        .collect()
}
