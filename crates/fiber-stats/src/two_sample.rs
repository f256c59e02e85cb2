use crate::{StatsError, check};

/// The two-sample Kolmogorov-Smirnov statistic: largest gap between the two empirical distribution
/// functions, 0 to 1. The samples may differ in length. O(n log n).
///
/// # Errors
/// Where a sample is empty or holds a value that is not finite.
pub fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> Result<f64, StatsError> {
    let steps = distribution_steps(a, b)?;
    Ok(steps.iter().fold(0.0, |largest: f64, step| largest.max(step.gap)))
}

/// The first Wasserstein distance: area between the two empirical distribution functions, in the
/// unit of the values. The samples may differ in length. O(n log n).
///
/// # Errors
/// Where a sample is empty or holds a value that is not finite, or the result overflows.
pub fn wasserstein_distance(a: &[f64], b: &[f64]) -> Result<f64, StatsError> {
    let steps = distribution_steps(a, b)?;
    let area = steps.windows(2).map(|pair| pair[0].gap * (pair[1].value - pair[0].value)).sum();
    check::representable("Wasserstein distance", area)
}

/// Absolute difference of the two distribution functions from `value` up to the next step.
struct Step {
    value: f64,
    gap: f64,
}

fn distribution_steps(a: &[f64], b: &[f64]) -> Result<Vec<Step>, StatsError> {
    let (mut a, mut b) = (check::samples("a", a)?, check::samples("b", b)?);
    a.sort_unstable_by(f64::total_cmp);
    b.sort_unstable_by(f64::total_cmp);
    let mut steps = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let value = match (a.get(i), b.get(j)) {
            (Some(&a), Some(&b)) => a.min(b),
            (Some(&only), None) | (None, Some(&only)) => only,
            (None, None) => break,
        };
        i += a[i..].iter().take_while(|&&a| a == value).count();
        j += b[j..].iter().take_while(|&&b| b == value).count();
        let gap = (i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs();
        steps.push(Step { value, gap });
    }
    Ok(steps)
}
