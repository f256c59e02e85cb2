use nalgebra::{DMatrix, DVector};

use crate::mcd_search::{Fit, Observations, search};
use crate::{Mahalanobis, StatsError, check, chi_square_cdf, chi_square_quantile};

/// Share of normal observations that the reweighting keeps.
const REWEIGHTING_PROBABILITY: f64 = 0.975;

/// How [`fast_mcd`] searches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct McdOptions {
    /// Share of the observations that the determinant is minimised over, 0.5 to 1; the rest may be
    /// arbitrarily wrong. At least `(n + p + 1) / 2` observations are taken whatever the share.
    pub support_fraction: f64,
    /// Random starts, 1 to 1 000 000.
    pub trials: usize,
    /// Seed of the random starts: same seed, same result.
    pub seed: u64,
}

impl Default for McdOptions {
    /// Three quarters, 500 trials (Rousseeuw and Van Driessen's own choices), seed 0.
    fn default() -> Self {
        Self { support_fraction: 0.75, trials: 500, seed: 0 }
    }
}

/// Location and covariance of the bulk of the observations; see [`fast_mcd`].
#[derive(Clone, Debug, PartialEq)]
pub struct Mcd {
    /// Mean of the raw support.
    pub raw_location: DVector<f64>,
    /// Population covariance of the raw support, without any correction.
    pub raw_covariance: DMatrix<f64>,
    /// Natural logarithm of the raw covariance's determinant, the quantity minimised.
    pub raw_log_determinant: f64,
    /// The observations in the raw support, in rising order.
    pub raw_support: Vec<usize>,
    /// Mean of the reweighted support.
    pub location: DVector<f64>,
    /// Covariance of the reweighted support, consistent for normal data.
    pub covariance: DMatrix<f64>,
    /// The observations in the reweighted support, in rising order.
    pub support: Vec<usize>,
    /// Distance (not squared) of every observation from the reweighted location.
    pub distances: Vec<f64>,
}

impl Mcd {
    /// The observations whose squared distance is above the chi-square quantile of `probability`
    /// (customarily 0.975), in rising order.
    ///
    /// # Errors
    /// Where `probability` is not above 0 and below 1.
    pub fn outliers(&self, probability: f64) -> Result<Vec<usize>, StatsError> {
        let limit = chi_square_quantile(probability, self.location.len())?.sqrt();
        Ok((0..self.distances.len()).filter(|&index| self.distances[index] > limit).collect())
    }

    /// The distance that the reweighted location and covariance define.
    ///
    /// # Errors
    /// None for a value that [`fast_mcd`] made.
    pub fn mahalanobis(&self) -> Result<Mahalanobis, StatsError> {
        Mahalanobis::new(self.location.clone(), &self.covariance)
    }
}

/// The minimum covariance determinant: mean and covariance of those `h` observations whose covariance
/// has the smallest determinant, by the FAST-MCD search of Rousseeuw and Van Driessen 1999.
///
/// Steps: from random subsets of `p + 1` observations, repeatedly take the `h` observations nearest in
/// Mahalanobis distance and fit again, which never raises the determinant; the best starts go on until
/// nothing changes. Above 600 observations the starts are sought in subsets of 300. The raw covariance
/// is then made consistent for normal data, observations beyond its 0.975 chi-square quantile
/// are left out, and mean and covariance of the others, again made consistent, are the result (as in
/// scikit-learn 1.9; Croux and Haesbroeck 1999). It needs more observations than variables, five times
/// as many to be good; for fewer use [`ledoit_wolf`](crate::ledoit_wolf).
///
/// ```
/// use fiber_stats::{McdOptions, fast_mcd, nalgebra::DMatrix};
///
/// let mut table = DMatrix::from_fn(20, 2, |row, column| ((row * (7 + 4 * column)) % 20) as f64);
/// table[(3, 0)] = 500.0;
/// let mcd = fast_mcd(&table, &McdOptions::default())?;
/// assert_eq!(mcd.outliers(0.975)?, [3]);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where a value is not finite, an option is out of range, there are not more observations than
/// variables plus 1, the data are singular ([`StatsError::NotPositiveDefinite`]), or the support lies in
/// a hyperplane ([`StatsError::ExactFit`]).
pub fn fast_mcd(data: &DMatrix<f64>, options: &McdOptions) -> Result<Mcd, StatsError> {
    let &McdOptions { support_fraction, trials, .. } = options;
    check::range(
        (0.5..=1.0).contains(&support_fraction),
        "support_fraction",
        support_fraction,
        "0.5 to 1",
    )?;
    check::range((1..=1_000_000).contains(&trials), "trials", trials as f64, "1 to 1000000")?;
    let (n, p) = data.shape();
    check::observations("data", data, p.saturating_add(2))?;
    let observations = Observations::new(data)?;
    let all: Vec<usize> = (0..n).collect();
    if observations.fit(all.clone()).is_none() {
        return Err(StatsError::NotPositiveDefinite { what: "covariance of data" });
    }
    let size = ((support_fraction * n as f64) as usize).max((n + p).div_ceil(2));
    let raw = search(&observations, size, options)?;
    let final_fit = reweighted(&observations, &raw, &all)?;

    let factor = consistency_factor(p, REWEIGHTING_PROBABILITY)?;
    let distances = observations
        .squared_distances(&final_fit, &all)
        .into_iter()
        .map(|squared| (squared / factor).sqrt())
        .collect();
    Ok(Mcd {
        raw_location: observations.location(&raw),
        raw_log_determinant: raw.log_determinant,
        raw_covariance: raw.covariance,
        raw_support: raw.support,
        location: observations.location(&final_fit),
        covariance: final_fit.covariance * factor,
        support: final_fit.support,
        distances,
    })
}

/// The fit to all observations that the corrected raw fit does not find outlying.
fn reweighted(observations: &Observations, raw: &Fit, all: &[usize]) -> Result<Fit, StatsError> {
    let p = observations.variables();
    let factor = consistency_factor(p, raw.support.len() as f64 / all.len() as f64)?;
    let limit = factor * chi_square_quantile(REWEIGHTING_PROBABILITY, p)?;
    let squared = observations.squared_distances(raw, all);
    let kept: Vec<usize> = all.iter().copied().filter(|&index| squared[index] < limit).collect();
    let support = kept.len();
    observations.fit(kept).ok_or(StatsError::ExactFit { support })
}

/// What the covariance of the innermost share of normal observations is multiplied by to estimate that
/// of all.
fn consistency_factor(variables: usize, share: f64) -> Result<f64, StatsError> {
    if share >= 1.0 {
        return Ok(1.0);
    }
    let radius = chi_square_quantile(share, variables)?;
    Ok(share / chi_square_cdf(radius, variables + 2)?)
}
