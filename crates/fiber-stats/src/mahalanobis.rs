use nalgebra::{Cholesky, DMatrix, DVector};

use crate::{StatsError, check};

/// The Mahalanobis distance from a location in units of a covariance.
///
/// The covariance is kept as its Cholesky factor (`L L' = covariance`), computed once in O(p^3); each
/// distance is then a forward substitution, O(p^2), and no inverse is ever formed. With more variables
/// than observations the covariance has to be shrunk first ([`ledoit_wolf`](crate::ledoit_wolf),
/// [`oas`](crate::oas)).
///
/// ```
/// use fiber_stats::{Mahalanobis, nalgebra::{DMatrix, DVector}};
///
/// let covariance = DMatrix::from_row_slice(2, 2, &[4.0, 0.0, 0.0, 9.0]);
/// let normal = Mahalanobis::new(DVector::from_vec(vec![1.0, 1.0]), &covariance)?;
/// assert_eq!(normal.distance(&[5.0, 1.0])?, 2.0);
///
/// let stored = (normal.location().clone(), normal.factor().clone());
/// assert_eq!(Mahalanobis::from_parts(stored.0, stored.1)?, normal);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Mahalanobis {
    location: DVector<f64>,
    factor: DMatrix<f64>,
}

impl Mahalanobis {
    /// Factorises `covariance`.
    ///
    /// # Errors
    /// Where the location is empty or the covariance not of its size, a value is not finite, or the
    /// covariance is not symmetric or not positive definite.
    pub fn new(location: DVector<f64>, covariance: &DMatrix<f64>) -> Result<Self, StatsError> {
        check::finite("location", location.as_slice())?;
        check::symmetric("covariance", covariance)?;
        check::length("covariance", covariance.nrows(), location.len())?;
        let factor = cholesky_factor(covariance)
            .ok_or(StatsError::NotPositiveDefinite { what: "covariance" })?;
        Ok(Self { location, factor })
    }

    /// Puts a distance together from stored numbers: a location and a lower triangular factor of the
    /// covariance with positive diagonal.
    ///
    /// # Errors
    /// Where the location is empty, the factor is not of its size or not lower triangular, a value is
    /// not finite, or the factor's diagonal is not positive.
    pub fn from_parts(location: DVector<f64>, factor: DMatrix<f64>) -> Result<Self, StatsError> {
        check::finite("location", location.as_slice())?;
        check::finite("factor", factor.as_slice())?;
        let lower = (0..factor.ncols())
            .flat_map(|column| (0..column.min(factor.nrows())).map(move |row| (row, column)))
            .all(|position| factor[position] == 0.0);
        if !factor.is_square() || !lower {
            return Err(StatsError::Shape {
                what: "factor",
                rows: factor.nrows(),
                columns: factor.ncols(),
                expected: "a lower triangular matrix",
            });
        }
        check::length("factor", factor.nrows(), location.len())?;
        let smallest = factor.diagonal().min();
        check::range(smallest > 0.0, "diagonal of factor", smallest, "above 0")?;
        Ok(Self { location, factor })
    }

    /// The location that distances are measured from.
    #[must_use]
    pub fn location(&self) -> &DVector<f64> {
        &self.location
    }

    /// The lower triangular Cholesky factor of the covariance.
    #[must_use]
    pub fn factor(&self) -> &DMatrix<f64> {
        &self.factor
    }

    /// Number of variables.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.location.len()
    }

    /// Natural logarithm of the covariance's determinant.
    #[must_use]
    pub fn log_determinant(&self) -> f64 {
        log_determinant(&self.factor)
    }

    /// `L^-1 (observation - location)`: uncorrelated coordinates of unit variance, whose Euclidean
    /// length is the distance.
    ///
    /// # Errors
    /// Where the observation has the wrong length or a value that is not finite, or the result
    /// overflows.
    pub fn whiten(&self, observation: &[f64]) -> Result<DVector<f64>, StatsError> {
        check::finite("observation", observation)?;
        check::length("observation", observation.len(), self.dimension())?;
        let mut whitened = DVector::from_column_slice(observation);
        whitened -= &self.location;
        // A positive diagonal is an invariant of the type: the substitution never meets a zero.
        self.factor.solve_lower_triangular_unchecked_mut(&mut whitened);
        check::all_representable("whitened observation", whitened.as_slice())?;
        Ok(whitened)
    }

    /// The squared distance of an observation, comparable with
    /// [`chi_square_quantile`](crate::chi_square_quantile) of p degrees of freedom.
    ///
    /// # Errors
    /// As [`whiten`](Self::whiten).
    pub fn squared_distance(&self, observation: &[f64]) -> Result<f64, StatsError> {
        check::representable("squared distance", self.whiten(observation)?.norm_squared())
    }

    /// The distance of an observation.
    ///
    /// # Errors
    /// As [`whiten`](Self::whiten).
    pub fn distance(&self, observation: &[f64]) -> Result<f64, StatsError> {
        self.squared_distance(observation).map(f64::sqrt)
    }

    /// The distance of every row.
    ///
    /// # Errors
    /// As [`whiten`](Self::whiten), and where there is no row.
    pub fn distances(&self, data: &DMatrix<f64>) -> Result<Vec<f64>, StatsError> {
        check::observations("data", data, 1)?;
        check::length("row of data", data.ncols(), self.dimension())?;
        data.transpose()
            .column_iter()
            .map(|observation| self.distance(observation.as_slice()))
            .collect()
    }
}

/// The lower triangular factor of a symmetric matrix, or `None` where it is not positive definite.
///
/// A pivot is the variance of a variable that those before it do not explain; one that has lost all
/// its digits to rounding makes the matrix singular. This does not depend on the variables' units.
pub(crate) fn cholesky_factor(matrix: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let factor = Cholesky::new(matrix.clone())?.unpack();
    let rounding = matrix.nrows() as f64 * f64::EPSILON;
    let regular = (0..matrix.nrows()).all(|i| {
        let pivot = factor[(i, i)].powi(2);
        pivot.is_finite() && pivot > rounding * matrix[(i, i)]
    });
    regular.then_some(factor)
}

pub(crate) fn log_determinant(factor: &DMatrix<f64>) -> f64 {
    2.0 * factor.diagonal().iter().map(|pivot| pivot.ln()).sum::<f64>()
}
