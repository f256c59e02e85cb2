use nalgebra::{DMatrix, DVector};

use crate::{Divisor, StatsError, check};

/// The mean of each column; rows are observations.
///
/// # Errors
/// Where `data` is empty or holds a value that is not finite, or a sum overflows.
pub fn column_means(data: &DMatrix<f64>) -> Result<DVector<f64>, StatsError> {
    check::observations("data", data, 1)?;
    let means =
        DVector::from_iterator(data.ncols(), data.column_iter().map(|column| column.mean()));
    check::all_representable("mean", means.as_slice())?;
    Ok(means)
}

/// The empirical covariance matrix of the columns; rows are observations. O(n p^2).
///
/// ```
/// use fiber_stats::{Divisor, covariance, nalgebra::DMatrix};
///
/// let data = DMatrix::from_row_slice(3, 2, &[1.0, 5.0, 2.0, 3.0, 3.0, 1.0]);
/// assert_eq!(covariance(&data, Divisor::Sample)?.as_slice(), [1.0, -2.0, -2.0, 4.0]);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where `data` is empty (or of a single row, for [`Divisor::Sample`]) or holds a value that is not
/// finite, or a square overflows.
pub fn covariance(data: &DMatrix<f64>, divisor: Divisor) -> Result<DMatrix<f64>, StatsError> {
    let means = column_means(data)?;
    let divisor = divisor.of("data", data.nrows())?;
    scatter(&centred(data, &means)?, divisor)
}

/// The observations less `location`.
pub(crate) fn centred(
    data: &DMatrix<f64>,
    location: &DVector<f64>,
) -> Result<DMatrix<f64>, StatsError> {
    let mut centred = data.clone();
    for (mut column, &location) in centred.column_iter_mut().zip(location) {
        column.add_scalar_mut(-location);
    }
    check::all_representable("deviation from the mean", centred.as_slice())?;
    Ok(centred)
}

/// `X'X / divisor` of centred observations.
pub(crate) fn scatter(centred: &DMatrix<f64>, divisor: f64) -> Result<DMatrix<f64>, StatsError> {
    let variables = centred.ncols();
    let mut scatter = DMatrix::zeros(variables, variables);
    for i in 0..variables {
        for j in 0..=i {
            // Column by column rather than through the matrix product, whose order of summation
            // depends on the processor.
            let product = centred.column(i).dot(&centred.column(j)) / divisor;
            scatter[(i, j)] = product;
            scatter[(j, i)] = product;
        }
    }
    check::all_representable("covariance", scatter.as_slice())?;
    Ok(scatter)
}
