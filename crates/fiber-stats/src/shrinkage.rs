use nalgebra::{DMatrix, DVector};

use crate::covariance::{centred, column_means, scatter};
use crate::{Mahalanobis, StatsError, check};

/// A covariance matrix pulled towards a multiple of the identity,
/// `(1 - shrinkage) S + shrinkage mu I`, with S the population covariance and mu the mean of its
/// diagonal.
///
/// It is positive definite for any `shrinkage` above 0 and data that vary at all, also with more
/// variables than observations; variables should be on one footing first
/// ([`Standardiser`](crate::Standardiser)).
#[derive(Clone, Debug, PartialEq)]
pub struct ShrunkCovariance {
    /// Column means.
    pub location: DVector<f64>,
    /// The shrunk covariance matrix.
    pub covariance: DMatrix<f64>,
    /// Weight of the identity's multiple, 0 to 1.
    pub shrinkage: f64,
}

impl ShrunkCovariance {
    /// The distance that these define.
    ///
    /// # Errors
    /// [`StatsError::NotPositiveDefinite`] where the data do not vary, or vary in too few directions
    /// and were not shrunk.
    pub fn mahalanobis(&self) -> Result<Mahalanobis, StatsError> {
        Mahalanobis::new(self.location.clone(), &self.covariance)
    }
}

/// The covariance with the shrinkage of Ledoit and Wolf 2004, which minimises the expected squared
/// error whatever the distribution. Rows are observations. O(n p^2).
///
/// ```
/// use fiber_stats::{ledoit_wolf, nalgebra::DMatrix};
///
/// let data = DMatrix::from_row_slice(3, 4, &[1.0, 2.0, 0.0, 1.0, 3.0, 1.0, 1.0, 0.0, 2.0, 2.0, 5.0, 4.0]);
/// let distance = ledoit_wolf(&data)?.mahalanobis()?; // four variables, three observations
/// assert!(distance.distance(&[2.0, 2.0, 2.0, 2.0])? < distance.distance(&[2.0, 2.0, 2.0, 9.0])?);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where `data` has fewer than two rows, no column or a value that is not finite, or a result
/// overflows.
pub fn ledoit_wolf(data: &DMatrix<f64>) -> Result<ShrunkCovariance, StatsError> {
    shrink(data, |empirical| {
        let (n, p) = (empirical.centred.nrows() as f64, empirical.covariance.nrows() as f64);
        let fourth: f64 = empirical.centred.row_iter().map(|row| row.norm_squared().powi(2)).sum();
        let error = (fourth / n - empirical.covariance.norm_squared()) / (n * p);
        let spread = empirical.squared_spread() / p;
        if spread > 0.0 { error.clamp(0.0, spread) / spread } else { 0.0 }
    })
}

/// The covariance with oracle approximating shrinkage (Chen et al. 2010, equation 23), which is better
/// than [`ledoit_wolf`] where the data are close to normal. Rows are observations. O(n p^2).
///
/// # Errors
/// As [`ledoit_wolf`].
pub fn oas(data: &DMatrix<f64>) -> Result<ShrunkCovariance, StatsError> {
    shrink(data, |empirical| {
        let (n, p) = (empirical.centred.nrows() as f64, empirical.covariance.nrows() as f64);
        // The factor 1 - 2/p of the paper's numerator is left out, as scikit-learn does.
        let numerator = empirical.covariance.norm_squared() + (p * empirical.mean_variance).powi(2);
        let denominator = (n + 1.0) * empirical.squared_spread();
        if denominator > 0.0 { (numerator / denominator).min(1.0) } else { 1.0 }
    })
}

struct Empirical {
    centred: DMatrix<f64>,
    covariance: DMatrix<f64>,
    mean_variance: f64,
}

impl Empirical {
    /// Squared Frobenius distance of the covariance from the multiple of the identity.
    fn squared_spread(&self) -> f64 {
        let mut difference = self.covariance.clone();
        (0..difference.nrows()).for_each(|i| difference[(i, i)] -= self.mean_variance);
        difference.norm_squared()
    }
}

fn shrink(
    data: &DMatrix<f64>,
    intensity: impl FnOnce(&Empirical) -> f64,
) -> Result<ShrunkCovariance, StatsError> {
    check::observations("data", data, 2)?;
    let location = column_means(data)?;
    let centred = centred(data, &location)?;
    let covariance = scatter(&centred, data.nrows() as f64)?;
    let mean_variance =
        check::representable("mean variance", covariance.trace() / data.ncols() as f64)?;
    let empirical = Empirical { centred, covariance, mean_variance };
    // A single variable is its own target, whatever the weight.
    let shrinkage = if data.ncols() == 1 { 0.0 } else { intensity(&empirical) };
    let shrinkage = check::representable("shrinkage", shrinkage)?;
    let mut covariance = empirical.covariance * (1.0 - shrinkage);
    (0..data.ncols()).for_each(|i| covariance[(i, i)] += shrinkage * mean_variance);
    Ok(ShrunkCovariance { location, covariance, shrinkage })
}
