use nalgebra::DMatrix;

use crate::chi_square::chi_square_quantile;
use crate::mahalanobis::cholesky_factor;
use crate::normal::normal_quantile;
use crate::{StatsError, check};

/// The limit that the largest of several standardised values of a new observation exceeds with probability
/// `false_alarm_rate`, where their means and standard deviations come from `observations` others.
///
/// For jointly normal values a new one, standardised by sample mean and standard deviation, follows Student's t of
/// `n - 1` degrees of freedom times `sqrt(1 + 1/n)`; the values together follow the multivariate t of their
/// correlation. The limit is the quantile of its maximum, from 65,536 points of a lattice (Roberts' additive
/// recurrence) instead of random numbers: the same everywhere, and within about 1 % of itself for rates from 0.001
/// on. It reaches where the order statistics of few observations do not, and accounts for several values at once
/// without the loss of Bonferroni's bound.
///
/// ```
/// use fiber_stats::{joint_limit, nalgebra::DMatrix};
///
/// let one = DMatrix::identity(1, 1);
/// // Student's t of 9 degrees of freedom, 2.8214 at 0.99, times sqrt(1.1).
/// let limit = joint_limit(&one, 10, 0.01)?;
/// assert!((limit / (2.8214 * 1.1_f64.sqrt()) - 1.0).abs() < 0.01);
/// assert!(joint_limit(&DMatrix::identity(4, 4), 10, 0.01)? > limit);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where the correlation is not symmetric and positive definite, has more than 8 columns, there are fewer than two
/// observations, or the rate is not above 0 and below 1.
pub fn joint_limit(
    correlation: &DMatrix<f64>,
    observations: usize,
    false_alarm_rate: f64,
) -> Result<f64, StatsError> {
    joint_limits(correlation, observations, [false_alarm_rate]).map(|[limit]| limit)
}

/// [`joint_limit`] for several rates in the time of one.
///
/// # Errors
/// As [`joint_limit`].
pub fn joint_limits<const N: usize>(
    correlation: &DMatrix<f64>,
    observations: usize,
    false_alarm_rates: [f64; N],
) -> Result<[f64; N], StatsError> {
    for rate in false_alarm_rates {
        check::open_probability("false_alarm_rate", rate)?;
    }
    check::symmetric("correlation", correlation)?;
    let values = correlation.nrows();
    check::range(values <= MOST_VALUES, "columns of correlation", values as f64, "1 to 8")?;
    check::range(observations >= 2, "observations", observations as f64, "2 and above")?;
    let factor = cholesky_factor(correlation)
        .ok_or(StatsError::NotPositiveDefinite { what: "correlation" })?;
    let freedom = observations - 1;
    let widths = (0..STRATA)
        .map(|stratum| {
            let middle = (stratum as f64 + 0.5) / STRATA as f64;
            Ok((freedom as f64 / chi_square_quantile(middle, freedom)?).sqrt())
        })
        .collect::<Result<Vec<f64>, StatsError>>()?;
    let steps = recurrence(values + 1);
    let mut largest = Vec::with_capacity(POINTS);
    let mut normal = vec![0.0; values];
    for point in 0..POINTS {
        let coordinate = |axis: usize| {
            let place = (0.5 + steps[axis] * (point as f64 + 1.0)).fract();
            place.clamp(f64::EPSILON, 1.0 - f64::EPSILON)
        };
        for (axis, normal) in normal.iter_mut().enumerate() {
            *normal = normal_quantile(coordinate(axis))?;
        }
        let of_row = |row: usize| {
            (0..=row).map(|column| factor[(row, column)] * normal[column]).sum::<f64>()
        };
        let maximum = (0..values).map(of_row).fold(f64::NEG_INFINITY, f64::max);
        let stratum = (coordinate(values) * STRATA as f64) as usize;
        largest.push(maximum * widths[stratum.min(STRATA - 1)]);
    }
    let mut limits = [0.0; N];
    for (limit, rate) in limits.iter_mut().zip(false_alarm_rates) {
        let quantile = crate::quantile_in_place(&mut largest, 1.0 - rate)?;
        *limit =
            check::representable("limit", quantile * (1.0 + 1.0 / observations as f64).sqrt())?;
    }
    Ok(limits)
}

const POINTS: usize = 1 << 16;
const STRATA: usize = 1 << 10;
const MOST_VALUES: usize = 8;

/// Steps of Roberts' recurrence: powers of the inverse of the root of `x^(d+1) = x + 1`.
fn recurrence(dimensions: usize) -> Vec<f64> {
    let degree = 1.0 / (dimensions as f64 + 1.0);
    let root = (0..64).fold(2.0_f64, |x, _| (1.0 + x).powf(degree));
    (1..=dimensions).map(|power| root.powi(-(power as i32))).collect()
}

/// The value that a new one exceeds with probability `false_alarm_rate`, by the order statistics alone: between
/// the two whose rates `k / (n + 1)` lie around the asked one, interpolated linearly.
///
/// `None` where the rate is below `1 / (n + 1)`, the smallest that `n` exchangeable values can vouch for. Unlike
/// [`conformal_threshold`](crate::conformal_threshold), whose rate is at most the asked one, it aims at the
/// asked rate itself.
///
/// ```
/// let values: Vec<f64> = (1..=9).map(f64::from).collect();
/// assert_eq!(fiber_stats::order_statistic_limit(&values, 0.25)?, Some(7.5));
/// assert_eq!(fiber_stats::order_statistic_limit(&values, 0.05)?, None);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where `values` is empty or holds a value that is not finite, the rate is not above 0 and below 1, or the difference of
/// neighbours is beyond the largest number.
pub fn order_statistic_limit(
    values: &[f64],
    false_alarm_rate: f64,
) -> Result<Option<f64>, StatsError> {
    check::finite("values", values)?;
    check::open_probability("false_alarm_rate", false_alarm_rate)?;
    let rank = false_alarm_rate * (values.len() + 1) as f64;
    if rank < 1.0 {
        return Ok(None);
    }
    let mut falling = values.to_vec();
    falling.sort_unstable_by(|a, b| b.total_cmp(a));
    let above = (rank as usize).min(falling.len());
    let next = (above + 1).min(falling.len());
    let (high, low) = (falling[above - 1], falling[next - 1]);
    let limit = high + (rank - above as f64).clamp(0.0, 1.0) * (low - high);
    check::representable("the limit", limit).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_between_numbers_too_far_apart_is_refused() {
        let values = [-f64::MAX, -f64::MAX, f64::MAX];
        let limit = order_statistic_limit(&values, 0.25);
        assert!(matches!(limit, Err(StatsError::Overflow { .. })), "{limit:?}");
    }

    /// Quantiles of Student's t from tables (Abramowitz and Stegun 1964, table 26.10).
    #[test]
    fn one_value_follows_students_t() {
        let one = DMatrix::identity(1, 1);
        for (n, rate, t) in
            [(10, 0.05, 1.833), (10, 0.01, 2.821), (30, 0.01, 2.462), (5, 0.05, 2.132)]
        {
            let expected = t * (1.0 + 1.0 / f64::from(n)).sqrt();
            let found = joint_limit(&one, n as usize, rate).expect("sound");
            assert!((found / expected - 1.0).abs() < 0.01, "{n} {rate}: {found} {expected}");
        }
    }

    /// With many observations independent values give Sidak's limit, equal ones that of a single one.
    #[test]
    fn correlation_lies_between_its_limits() {
        let many = 100_000;
        let sidak = normal_quantile(0.95_f64.powf(0.25)).expect("a probability");
        let independent = joint_limit(&DMatrix::identity(4, 4), many, 0.05).expect("sound");
        assert!((independent / sidak - 1.0).abs() < 0.01, "{independent} {sidak}");
        let alike = DMatrix::from_fn(4, 4, |i, j| if i == j { 1.0 } else { 0.999_999 });
        let alike = joint_limit(&alike, many, 0.05).expect("sound");
        let single = normal_quantile(0.95).expect("a probability");
        assert!((alike / single - 1.0).abs() < 0.01, "{alike} {single}");
    }

    #[test]
    fn several_rates_at_once_give_the_limits_of_each() {
        let two = DMatrix::from_row_slice(2, 2, &[1.0, 0.4, 0.4, 1.0]);
        let rates = [0.01, 0.2, 0.05];
        let limits = joint_limits(&two, 12, rates).expect("sound");
        assert_eq!(limits, rates.map(|rate| joint_limit(&two, 12, rate).expect("sound")));
    }

    #[test]
    fn nonsense_is_refused() {
        let one = DMatrix::identity(1, 1);
        for rate in [0.0, 1.0, f64::NAN] {
            assert!(joint_limit(&one, 10, rate).is_err());
            assert!(order_statistic_limit(&[1.0, 2.0], rate).is_err());
        }
        assert!(joint_limit(&one, 1, 0.1).is_err());
        assert!(joint_limit(&DMatrix::zeros(2, 2), 10, 0.1).is_err());
        assert!(joint_limit(&DMatrix::identity(9, 9), 10, 0.1).is_err());
        assert!(order_statistic_limit(&[], 0.1).is_err());
    }
}
