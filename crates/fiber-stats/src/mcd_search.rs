//! The search of FAST-MCD for the support of smallest determinant.

use nalgebra::{DMatrix, DVector};

use crate::covariance::{centred, column_means, scatter};
use crate::mahalanobis::{cholesky_factor, log_determinant};
use crate::random::SplitMix64;
use crate::{McdOptions, StatsError};

/// Above this many observations, starts are sought in groups.
const GROUPING_LIMIT: usize = 600;
const GROUP_SIZE: usize = 300;
const MAX_GROUPS: usize = 5;
/// Concentration steps of a start before the best are kept.
const FIRST_STEPS: usize = 2;
/// Starts kept from a group, and for the last stage.
const KEPT: usize = 10;

/// Mean and covariance of some of the observations.
#[derive(Clone)]
pub(crate) struct Fit {
    location: DVector<f64>,
    pub(crate) covariance: DMatrix<f64>,
    factor: DMatrix<f64>,
    pub(crate) log_determinant: f64,
    /// In rising order.
    pub(crate) support: Vec<usize>,
}

/// The data, centred on their mean (so that a far origin costs no digits), an observation a column.
pub(crate) struct Observations {
    mean: DVector<f64>,
    columns: DMatrix<f64>,
}

impl Observations {
    pub(crate) fn new(data: &DMatrix<f64>) -> Result<Self, StatsError> {
        let mean = column_means(data)?;
        let centred = centred(data, &mean)?;
        // Refuses data whose squares overflow.
        scatter(&centred, data.nrows() as f64)?;
        Ok(Self { columns: centred.transpose(), mean })
    }

    pub(crate) fn variables(&self) -> usize {
        self.columns.nrows()
    }

    /// Location of a fit in the coordinates of the data.
    pub(crate) fn location(&self, fit: &Fit) -> DVector<f64> {
        &fit.location + &self.mean
    }

    /// Mean and covariance of `support`, or `None` where it lies in a hyperplane.
    pub(crate) fn fit(&self, mut support: Vec<usize>) -> Option<Fit> {
        if support.len() <= self.variables() {
            return None;
        }
        // One order, one rounding: equal supports give equal fits.
        support.sort_unstable();
        let rows = self.columns.select_columns(&support).transpose();
        let location = column_means(&rows).ok()?;
        let centred = centred(&rows, &location).ok()?;
        let covariance = scatter(&centred, support.len() as f64).ok()?;
        let factor = cholesky_factor(&covariance)?;
        let log_determinant = log_determinant(&factor);
        Some(Fit { location, covariance, factor, log_determinant, support })
    }

    /// Squared distances of the observations in `pool` from a fit.
    pub(crate) fn squared_distances(&self, fit: &Fit, pool: &[usize]) -> Vec<f64> {
        let mut deviations = self.columns.select_columns(pool);
        for mut column in deviations.column_iter_mut() {
            column -= &fit.location;
        }
        fit.factor.solve_lower_triangular_unchecked_mut(&mut deviations);
        deviations.column_iter().map(|column| column.norm_squared()).collect()
    }

    /// One concentration step: the fit to the `size` observations of `pool` nearest to `fit`.
    fn concentrate(&self, fit: &Fit, pool: &[usize], size: usize) -> Option<Fit> {
        let distances = self.squared_distances(fit, pool);
        let mut order: Vec<usize> = (0..pool.len()).collect();
        order.select_nth_unstable_by(size - 1, |&i, &j| {
            distances[i].total_cmp(&distances[j]).then(i.cmp(&j))
        });
        self.fit(order[..size].iter().map(|&i| pool[i]).collect())
    }

    /// The fit to `size` of the pool that concentration from `start` ends at.
    fn converge(&self, start: &Fit, pool: &[usize], size: usize) -> Option<Fit> {
        let mut fit = self.concentrate(start, pool, size)?;
        loop {
            let next = self.concentrate(&fit, pool, size)?;
            if next.log_determinant >= fit.log_determinant {
                return Some(fit);
            }
            fit = next;
        }
    }

    /// A fit to as few random observations of `pool` as are not in a hyperplane.
    fn random_start(&self, pool: &[usize], random: &mut SplitMix64) -> Option<Fit> {
        let mut shuffled = pool.to_vec();
        random.shuffle_front(&mut shuffled, pool.len());
        let mut count = self.variables() + 1;
        while count < shuffled.len() {
            if let Some(fit) = self.fit(shuffled[..count].to_vec()) {
                return Some(fit);
            }
            count += count.div_ceil(2);
        }
        self.fit(shuffled)
    }
}

/// The fit of smallest determinant found to `size` of all observations.
pub(crate) fn search(
    observations: &Observations,
    size: usize,
    options: &McdOptions,
) -> Result<Fit, StatsError> {
    let n = observations.columns.ncols();
    let exact = StatsError::ExactFit { support: size };
    let mut random = SplitMix64::new(options.seed);
    let all: Vec<usize> = (0..n).collect();
    if size == n {
        return observations.fit(all).ok_or(exact);
    }
    let mut candidates = Vec::new();
    if n > GROUPING_LIMIT {
        candidates = grouped_starts(observations, size, options.trials, &mut random);
    }
    if candidates.is_empty() {
        // Few observations, or groups of them too small for so many variables.
        candidates = starts(observations, &all, size, options.trials, &mut random);
    }
    // A singular support of full size is the exact fit; there is no smaller determinant to look for.
    let converged: Option<Vec<Fit>> =
        candidates.iter().map(|fit| observations.converge(fit, &all, size)).collect();
    converged.and_then(|fits| best(fits).into_iter().next()).ok_or(exact)
}

/// The best starts sought in disjoint groups of the observations, then compared on all groups together.
fn grouped_starts(
    observations: &Observations,
    size: usize,
    trials: usize,
    random: &mut SplitMix64,
) -> Vec<Fit> {
    let n = observations.columns.ncols();
    let groups = (n / GROUP_SIZE).min(MAX_GROUPS);
    let mut sampled: Vec<usize> = (0..n).collect();
    random.shuffle_front(&mut sampled, groups * GROUP_SIZE);
    sampled.truncate(groups * GROUP_SIZE);
    let share = |count: usize| (count * size).div_ceil(n);
    let found: Vec<Fit> = sampled
        .chunks_exact(GROUP_SIZE)
        .flat_map(|group| {
            starts(observations, group, share(GROUP_SIZE), trials.div_ceil(groups), random)
        })
        .collect();
    let merged = found
        .into_iter()
        .filter_map(|fit| first_steps(observations, fit, &sampled, share(sampled.len())));
    best(merged.collect())
}

/// The best random starts in `pool`, each after a few concentration steps.
fn starts(
    observations: &Observations,
    pool: &[usize],
    size: usize,
    trials: usize,
    random: &mut SplitMix64,
) -> Vec<Fit> {
    let mut kept = Vec::new();
    for _ in 0..trials {
        let start = observations.random_start(pool, random);
        kept.extend(start.and_then(|fit| first_steps(observations, fit, pool, size)));
        if kept.len() > 8 * KEPT {
            kept = best(kept);
        }
    }
    best(kept)
}

fn first_steps(observations: &Observations, fit: Fit, pool: &[usize], size: usize) -> Option<Fit> {
    (0..FIRST_STEPS).try_fold(fit, |fit, _| observations.concentrate(&fit, pool, size))
}

/// The fits of smallest determinant, best first, each support once.
fn best(mut fits: Vec<Fit>) -> Vec<Fit> {
    fits.sort_by(|a, b| {
        a.log_determinant.total_cmp(&b.log_determinant).then_with(|| a.support.cmp(&b.support))
    });
    fits.dedup_by(|a, b| a.support == b.support);
    fits.truncate(KEPT);
    fits
}
