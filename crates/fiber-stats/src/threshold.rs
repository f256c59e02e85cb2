use crate::location::mean_of;
use crate::{Divisor, StatsError, check, quantiles, std_dev};

/// Limits of a score, learned from the scores of observations known to be good.
///
/// The scores have to be such as a new observation gets, so from models that did not see the
/// observation they score ([`leave_one_out`](crate::leave_one_out)).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LearnedThreshold {
    /// Mean of the scores.
    pub mean: f64,
    /// Sample standard deviation of the scores.
    pub std: f64,
    /// Their 0.90 quantile.
    pub p90: f64,
    /// Their 0.95 quantile.
    pub p95: f64,
    /// Their 0.99 quantile.
    pub p99: f64,
    /// The threshold to work with: the larger of the quantile at 1 minus the false-alarm rate and
    /// `mean + multiplier * std`. The second guards sets too small for the quantile to reach far enough.
    pub working: f64,
}

impl LearnedThreshold {
    /// Learns from at least two scores, larger meaning worse. Quantiles interpolate linearly.
    ///
    /// ```
    /// let scores = [1.0, 2.0, 3.0, 4.0, 5.0];
    /// let threshold = fiber_stats::LearnedThreshold::from_scores(&scores, 0.05, 2.0)?;
    /// assert_eq!((threshold.mean, threshold.p90), (3.0, 4.6));
    /// assert!((threshold.working - (3.0 + 2.0 * 2.5_f64.sqrt())).abs() < 1e-12);
    /// # Ok::<(), fiber_stats::StatsError>(())
    /// ```
    ///
    /// # Errors
    /// Where there are fewer than two scores or one is not finite, `false_alarm_rate` is not from 0 to
    /// 1, `multiplier` is negative or not finite, or a result overflows.
    pub fn from_scores(
        scores: &[f64],
        false_alarm_rate: f64,
        multiplier: f64,
    ) -> Result<Self, StatsError> {
        check::finite("scores", scores)?;
        check::at_least("scores", scores.len(), 2)?;
        check::probability("false_alarm_rate", false_alarm_rate)?;
        let allowed = multiplier.is_finite() && multiplier >= 0.0;
        check::range(allowed, "multiplier", multiplier, "0 and above, finite")?;
        let (mean, std) = (mean_of(scores)?, std_dev(scores, Divisor::Sample)?);
        let asked = quantiles(scores, &[0.90, 0.95, 0.99, 1.0 - false_alarm_rate])?;
        let spread = check::representable("working threshold", mean + multiplier * std)?;
        let (p90, p95, p99, working) = (asked[0], asked[1], asked[2], asked[3].max(spread));
        Ok(Self { mean, std, p90, p95, p99, working })
    }
}
