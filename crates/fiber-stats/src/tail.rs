use crate::{StatsError, check};

/// The limit that a new value exceeds with probability `false_alarm_rate`, from a Gaussian tail fitted to the
/// upper half of `values`, which are standardised: 0 is usual, 1 a standard deviation above.
///
/// A tail of the form `exp(-c x^2)` makes squares exponential. Above the order statistic `u` that `k` of the
/// values exceed, whose squares lie `m` above that of `u` on average, the limit's square is
/// `u^2 + k m ((p / rate)^(1/k) - 1)` with `p = (k + 1) / (n + 1)`: gaps between exponential order statistics are
/// independent (Renyi 1953), and the unknown mean is integrated out, not plugged in, so that the rate is exact on
/// average over sets of values where the tail has that form. The maximum of several normal values nearly has. A
/// lighter tail gives fewer false alarms than asked, a heavier one more.
///
/// ```
/// use fiber_stats::gaussian_tail_limit;
///
/// let values = [-0.3, 0.2, 0.4, 0.9, 1.0, 1.1, 1.4, 2.0];
/// let limit = gaussian_tail_limit(&values, 0.01)?;
/// assert!(limit > 3.0 && limit < 4.0);
/// assert!(gaussian_tail_limit(&values, 0.05)? < limit);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where there are fewer than two values or one is not finite, the rate is not above 0 and below 0.5, or the
/// result overflows.
pub fn gaussian_tail_limit(values: &[f64], false_alarm_rate: f64) -> Result<f64, StatsError> {
    check::finite("values", values)?;
    check::at_least("values", values.len(), 2)?;
    let allowed = false_alarm_rate > 0.0 && false_alarm_rate < 0.5;
    check::range(allowed, "false_alarm_rate", false_alarm_rate, "above 0 and below 0.5")?;
    let mut squares: Vec<f64> = values.iter().map(|value| value * value.abs()).collect();
    check::all_representable("square", &squares)?;
    squares.sort_unstable_by(|a, b| b.total_cmp(a));
    let tail = (squares.len() / 2).max(1);
    let (k, start) = (tail as f64, squares[tail]);
    let mean = squares[..tail].iter().map(|square| (square - start) / k).sum::<f64>();
    let share = (k + 1.0) / (squares.len() + 1) as f64;
    let square = start + k * mean * ((share / false_alarm_rate).powf(1.0 / k) - 1.0).max(0.0);
    check::representable("limit", square.abs().sqrt().copysign(square))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;

    /// How often a new value exceeds the limit learned from `n` others, over many sets.
    fn rate(n: usize, asked: f64, draw: impl Fn(f64) -> f64) -> f64 {
        const SETS: usize = 40_000;
        let mut random = SplitMix64::new(7);
        let mut above = 0;
        for _ in 0..SETS {
            let mut values: Vec<f64> = (0..=n).map(|_| draw(random.open_unit())).collect();
            let new = values.pop().expect("one more than n");
            above += usize::from(new > gaussian_tail_limit(&values, asked).expect("sound"));
        }
        above as f64 / SETS as f64
    }

    #[test]
    fn a_gaussian_tail_gives_the_asked_rate_on_average() {
        for (n, asked) in [(10, 0.05), (10, 0.01), (30, 0.05), (30, 0.01), (99, 0.01)] {
            // Rayleigh: exp(-x^2 / 2) is the share beyond x.
            let found = rate(n, asked, |u| (-2.0 * u.ln()).sqrt());
            // Four standard errors of 40,000 trials.
            let error = 4.0 * (asked * (1.0 - asked) / 40_000.0).sqrt();
            assert!((found - asked).abs() < error, "{n} {asked}: {found}");
        }
    }

    #[test]
    fn a_light_tail_gives_fewer_and_a_heavy_one_more() {
        assert!(rate(10, 0.01, |u| u) < 0.006);
        assert!(rate(30, 0.01, |u| -u.ln()) > 0.015);
    }

    #[test]
    fn nonsense_is_refused_and_equal_values_are_their_own_limit() {
        assert_eq!(gaussian_tail_limit(&[2.0; 7], 0.01), Ok(2.0));
        assert_eq!(gaussian_tail_limit(&[-2.0; 7], 0.01), Ok(-2.0));
        for rate in [0.0, 0.5, f64::NAN] {
            assert!(gaussian_tail_limit(&[1.0, 2.0], rate).is_err());
        }
        assert!(gaussian_tail_limit(&[1.0], 0.01).is_err());
        assert!(gaussian_tail_limit(&[1.0, f64::NAN], 0.01).is_err());
    }
}
