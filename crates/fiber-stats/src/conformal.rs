use crate::{StatsError, check};

/// The smallest threshold that an exchangeable new score exceeds with probability at most
/// `false_alarm_rate`, whatever the scores' distribution: the `ceil((n + 1)(1 - rate))`-th smallest of
/// the calibration scores (split conformal prediction, Vovk et al. 2005). O(n).
///
/// `None` where there are too few scores for that rate (n < 1 / rate - 1): no finite threshold can
/// promise it.
///
/// ```
/// use fiber_stats::conformal_threshold;
///
/// let scores: Vec<f64> = (1..=19).map(f64::from).collect();
/// assert_eq!(conformal_threshold(&scores, 0.10)?, Some(18.0));
/// assert_eq!(conformal_threshold(&scores, 0.01)?, None);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where `scores` is empty or holds a value that is not finite, or the rate is not above 0 and below 1.
pub fn conformal_threshold(
    scores: &[f64],
    false_alarm_rate: f64,
) -> Result<Option<f64>, StatsError> {
    let mut scores = check::samples("scores", scores)?;
    check::open_probability("false_alarm_rate", false_alarm_rate)?;
    let places = (scores.len() + 1) as f64;
    // Counted from the top: the rate is what the caller wrote, 1 - rate is not. The margin takes
    // 20 * 0.15 = 3.0000000000000004 and 10 * 0.3 = 2.9999999999999996 alike for 3.
    let above = (places * false_alarm_rate * (1.0 + 4.0 * f64::EPSILON)).floor() as usize;
    let Some(index) = scores.len().checked_sub(above).filter(|_| above > 0) else {
        return Ok(None);
    };
    let (_, &mut threshold, _) = scores.select_nth_unstable_by(index, f64::total_cmp);
    Ok(Some(threshold))
}

/// The share of calibration scores, the new one counted among them, that are at least as large as the
/// new one: `(1 + #{scores >= score}) / (n + 1)`, above 0 and up to 1. For exchangeable scores it is at
/// most `a` with probability at most `a`.
///
/// # Errors
/// Where `scores` is empty, or a score is not finite.
pub fn conformal_p_value(scores: &[f64], score: f64) -> Result<f64, StatsError> {
    check::finite("scores", scores)?;
    check::range(score.is_finite(), "score", score, "finite")?;
    let at_least = scores.iter().filter(|&&other| other >= score).count();
    Ok((at_least + 1) as f64 / (scores.len() + 1) as f64)
}
