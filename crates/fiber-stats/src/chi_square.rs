use crate::gamma::ln_regularised;
use crate::{StatsError, check, normal_quantile};

const MAX_DEGREES: usize = 1_000_000;
/// Four or five are taken.
const MAX_STEPS: usize = 200;

/// The chi-square distribution function: probability of a value up to `x`.
///
/// # Errors
/// Where `x` is not finite or negative, or the degrees of freedom are not from 1 to 1 000 000.
pub fn chi_square_cdf(x: f64, degrees_of_freedom: usize) -> Result<f64, StatsError> {
    check::range(x.is_finite() && x >= 0.0, "x", x, "0 and above, finite")?;
    let shape = shape(degrees_of_freedom)?;
    if x == 0.0 {
        return Ok(0.0);
    }
    Ok(ln_regularised(shape, half(x)).0.exp())
}

/// The value that a chi-square variable stays below with `probability`: the limit of a squared
/// Mahalanobis distance of as many variables as `degrees_of_freedom`.
///
/// Relative error below 1e-12.
///
/// ```
/// let limit = fiber_stats::chi_square_quantile(0.975, 2)?;
/// assert!((limit - 7.377_758_908_227_871).abs() < 1e-12);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where `probability` is not above 0 and below 1, or the degrees of freedom are not from 1 to
/// 1 000 000.
pub fn chi_square_quantile(probability: f64, degrees_of_freedom: usize) -> Result<f64, StatsError> {
    check::open_probability("probability", probability)?;
    let shape = shape(degrees_of_freedom)?;
    let mut x = match start(probability, shape)? {
        // P's leading term alone is exact to rounding here, down to where the quantile underflows.
        tiny if tiny < 1e-17 => return Ok(2.0 * tiny),
        x => x,
    };
    let (mut low, mut high) = (f64::MIN_POSITIVE, f64::MAX);
    for _ in 0..MAX_STEPS {
        let (ln_lower, ln_upper) = ln_regularised(shape, x);
        let ln_density = (shape - 1.0) * x.ln() - x - libm::lgamma(shape);
        // Newton in the coordinates in which the tails are nearly straight: ln P over ln x, ln Q over x.
        let (excess, next) = if probability <= 0.5 {
            let excess = ln_lower - probability.ln();
            (excess, x * (-excess * (ln_lower - ln_density - x.ln()).exp()).exp())
        } else {
            let excess = (-probability).ln_1p() - ln_upper;
            (excess, x - excess * (ln_upper - ln_density).exp())
        };
        // The error is of the order of the last step's square.
        if (next - x).abs() <= 1e-11 * x {
            return Ok(2.0 * next);
        }
        *(if excess > 0.0 { &mut high } else { &mut low }) = x;
        // A step out of the bracket (or to NaN) gives way to the bracket's geometric middle.
        x = if next > low && next < high { next } else { low.sqrt() * high.sqrt() };
    }
    Ok(2.0 * x)
}

/// Wilson and Hilferty's approximation of half the quantile, or the leading term of P near 0.
fn start(probability: f64, shape: f64) -> Result<f64, StatsError> {
    let ninth = 1.0 / (9.0 * shape);
    let root = 1.0 - ninth + normal_quantile(probability)? * ninth.sqrt();
    let leading = ((probability.ln() + libm::lgamma(shape + 1.0)) / shape).exp();
    Ok(if root > 0.3 { shape * root.powi(3) } else { leading })
}

fn shape(degrees_of_freedom: usize) -> Result<f64, StatsError> {
    check::range(
        (1..=MAX_DEGREES).contains(&degrees_of_freedom),
        "degrees_of_freedom",
        degrees_of_freedom as f64,
        "1 to 1000000",
    )?;
    Ok(0.5 * degrees_of_freedom as f64)
}

/// Half of a positive value, still positive.
fn half(x: f64) -> f64 {
    (0.5 * x).max(f64::MIN_POSITIVE)
}
