use crate::{StatsError, check};

const SIGMA: f64 = 1.5;
const WINDOW: usize = 11;
/// Stabilising constants of Wang et al. 2004, for a range of 1.
const C1: f64 = 0.01 * 0.01;
const C2: f64 = 0.03 * 0.03;

/// The mean structural similarity of two vectors: -1 to 1, 1 where they are equal.
///
/// SSIM of Wang et al. 2004 in one dimension: Gaussian window of 11 entries with sigma 1.5, population
/// moments, averaged over the windows that lie wholly inside. The joint range of the two vectors is
/// mapped to 0..1 first, since the luminance term means nothing for values of both signs. Vectors
/// shorter than 11 use the longest odd window that fits. Where the joint range is 0 the vectors are
/// equal.
///
/// # Errors
/// Where the vectors are empty, differ in length or hold a value that is not finite, or their
/// joint range overflows.
pub fn mean_ssim(a: &[f64], b: &[f64]) -> Result<f64, StatsError> {
    check::pair(a, b)?;
    let values = || a.iter().chain(b).copied();
    let (low, high) = (values().fold(a[0], f64::min), values().fold(a[0], f64::max));
    if low == high {
        return Ok(1.0);
    }
    let range = check::representable("joint range", high - low)?;
    let unit =
        |vector: &[f64]| vector.iter().map(|value| (value - low) / range).collect::<Vec<f64>>();
    let (a, b) = (unit(a), unit(b));
    let weights = window(a.len());
    let windows = a.len() + 1 - weights.len();
    let sum: f64 = a
        .windows(weights.len())
        .zip(b.windows(weights.len()))
        .map(|(a, b)| window_ssim(a, b, &weights))
        .sum();
    Ok(sum / windows as f64)
}

fn window_ssim(a: &[f64], b: &[f64], weights: &[f64]) -> f64 {
    let mean = |vector: &[f64]| vector.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>();
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut var_a, mut var_b, mut covariance) = (0.0, 0.0, 0.0);
    for ((a, b), weight) in a.iter().zip(b).zip(weights) {
        let (a, b) = (a - mean_a, b - mean_b);
        var_a += weight * a * a;
        var_b += weight * b * b;
        covariance += weight * a * b;
    }
    let luminance = (2.0 * mean_a * mean_b + C1) / (mean_a * mean_a + mean_b * mean_b + C1);
    luminance * (2.0 * covariance + C2) / (var_a + var_b + C2)
}

/// Gaussian weights, summing to 1, of the longest odd window up to [`WINDOW`] that fits in `len`.
fn window(len: usize) -> Vec<f64> {
    let radius = (len.min(WINDOW) - 1) / 2;
    let raw: Vec<f64> = (0..=2 * radius)
        .map(|i| (-0.5 * ((i as f64 - radius as f64) / SIGMA).powi(2)).exp())
        .collect();
    let sum: f64 = raw.iter().sum();
    raw.iter().map(|weight| weight / sum).collect()
}
