//! The regularised incomplete gamma functions.

/// Terms after which a series or fraction is given up; the largest shape in use needs a tenth of it.
const MAX_TERMS: usize = 100_000;

/// Natural logarithms of the lower and upper regularised incomplete gamma functions P and Q; `shape`
/// and `x` are finite and above 0. Each is accurate where it is the smaller one, and the other follows
/// from their sum, 1.
pub(crate) fn ln_regularised(shape: f64, x: f64) -> (f64, f64) {
    // ln of x^shape e^-x / Gamma(shape).
    let ln_front = shape * x.ln() - x - libm::lgamma(shape);
    if x < shape + 1.0 {
        let ln_lower = (ln_front + lower_series(shape, x).ln()).min(0.0);
        (ln_lower, (-ln_lower.exp_m1()).ln())
    } else {
        let ln_upper = (ln_front + upper_fraction(shape, x).ln()).min(0.0);
        ((-ln_upper.exp()).ln_1p(), ln_upper)
    }
}

/// `sum x^k / (shape (shape + 1) .. (shape + k))`.
fn lower_series(shape: f64, x: f64) -> f64 {
    let mut term = 1.0 / shape;
    let mut sum = term;
    for k in 1..MAX_TERMS {
        term *= x / (shape + k as f64);
        sum += term;
        if term < sum * f64::EPSILON * 0.1 {
            break;
        }
    }
    sum
}

/// Legendre's continued fraction of the upper function, evaluated from the top (Lentz's method).
fn upper_fraction(shape: f64, x: f64) -> f64 {
    let tiny = f64::MIN_POSITIVE / f64::EPSILON;
    let guarded = |value: f64| if value.abs() < tiny { tiny } else { value };
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / tiny;
    let mut d = 1.0 / guarded(b);
    let mut fraction = d;
    for k in 1..MAX_TERMS {
        let numerator = k as f64 * (shape - k as f64);
        b += 2.0;
        d = 1.0 / guarded(numerator * d + b);
        c = guarded(b + numerator / c);
        let ratio = d * c;
        fraction *= ratio;
        if (ratio - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction
}
