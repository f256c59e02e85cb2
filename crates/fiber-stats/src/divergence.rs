use crate::{StatsError, check};

/// What [`kl_divergence`] adds to each probability of `q`, so that the divergence stays finite.
const KL_PSEUDO_PROBABILITY: f64 = 1e-10;

/// The Kullback-Leibler divergence of `p` from `q` in nats, `sum p ln(p / (q + 1e-10))`.
///
/// Both are weights of the same bins; each is divided by its sum. Bins where `p` is 0 add nothing; the
/// added 1e-10 keeps bins where only `q` is 0 finite (at most 23 nats). Not below 0, not symmetric.
///
/// ```
/// let bits = fiber_stats::kl_divergence(&[1.0, 0.0], &[1.0, 1.0])? / std::f64::consts::LN_2;
/// assert!((bits - 1.0).abs() < 1e-8);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where the weights are empty, differ in length, hold a negative or not finite one, or sum to 0 or
/// beyond `f64`.
pub fn kl_divergence(p: &[f64], q: &[f64]) -> Result<f64, StatsError> {
    let (p, q) = distributions(p, q)?;
    let nats: f64 = p
        .iter()
        .zip(&q)
        .filter(|&(&p, _)| p > 0.0)
        .map(|(&p, &q)| p * (p / (q + KL_PSEUDO_PROBABILITY)).ln())
        .sum();
    Ok(nats.max(0.0))
}

/// The Jensen-Shannon divergence in nats, from 0 (equal) to ln 2 (no common bin). Symmetric.
///
/// Both are weights of the same bins; each is divided by its sum.
///
/// # Errors
/// As [`kl_divergence`].
pub fn js_divergence(p: &[f64], q: &[f64]) -> Result<f64, StatsError> {
    let (p, q) = distributions(p, q)?;
    let term = |share: f64, middle: f64| {
        if share > 0.0 { share * (share / middle).ln() } else { 0.0 }
    };
    let nats: f64 = p
        .iter()
        .zip(&q)
        .map(|(&p, &q)| {
            let middle = f64::midpoint(p, q);
            f64::midpoint(term(p, middle), term(q, middle))
        })
        .sum();
    Ok(nats.clamp(0.0, std::f64::consts::LN_2))
}

/// Half the symmetric chi-square distance, `1/2 sum (p - q)^2 / (p + q)`, from 0 (equal) to 1 (no
/// common bin); bins empty in both add nothing.
///
/// Both are weights of the same bins; each is divided by its sum.
///
/// # Errors
/// As [`kl_divergence`].
pub fn chi_square_distance(p: &[f64], q: &[f64]) -> Result<f64, StatsError> {
    let (p, q) = distributions(p, q)?;
    let sum: f64 = p
        .iter()
        .zip(&q)
        .filter(|&(&p, &q)| p + q > 0.0)
        .map(|(&p, &q)| (p - q) / (p + q) * (p - q))
        .sum();
    Ok((0.5 * sum).min(1.0))
}

fn distributions(p: &[f64], q: &[f64]) -> Result<(Vec<f64>, Vec<f64>), StatsError> {
    check::finite("p", p)?;
    check::finite("q", q)?;
    check::length("q", q.len(), p.len())?;
    Ok((normalised("p", p)?, normalised("q", q)?))
}

fn normalised(what: &'static str, weights: &[f64]) -> Result<Vec<f64>, StatsError> {
    if let Some(&negative) = weights.iter().find(|&&weight| weight < 0.0) {
        check::range(false, what, negative, "0 and above")?;
    }
    let total = check::representable("sum of weights", weights.iter().sum())?;
    check::range(total > 0.0, "sum of weights", total, "above 0")?;
    Ok(weights.iter().map(|weight| weight / total).collect())
}
