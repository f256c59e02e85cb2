use crate::{StatsError, check};

/// The Euclidean distance.
///
/// # Errors
/// Where the vectors are empty, differ in length or hold a value that is not finite, or the result
/// overflows.
pub fn euclidean_distance(a: &[f64], b: &[f64]) -> Result<f64, StatsError> {
    let differences = differences(a, b)?;
    check::representable("Euclidean distance", norm(&differences))
}

/// The Manhattan distance: sum of absolute differences.
///
/// # Errors
/// As [`euclidean_distance`].
pub fn manhattan_distance(a: &[f64], b: &[f64]) -> Result<f64, StatsError> {
    check::representable("Manhattan distance", differences(a, b)?.iter().map(|d| d.abs()).sum())
}

/// The Chebyshev distance: largest absolute difference.
///
/// # Errors
/// As [`euclidean_distance`].
pub fn chebyshev_distance(a: &[f64], b: &[f64]) -> Result<f64, StatsError> {
    Ok(largest(&differences(a, b)?))
}

/// The cosine distance, 1 minus the cosine of the angle between the vectors: 0 to 2.
///
/// A zero vector has no direction: two of them are at 0, one of them is at 1 from any other.
///
/// # Errors
/// Where the vectors are empty, differ in length or hold a value that is not finite.
pub fn cosine_distance(a: &[f64], b: &[f64]) -> Result<f64, StatsError> {
    check::pair(a, b)?;
    Ok(match cosine(a, b) {
        Some(cosine) => 1.0 - cosine,
        None if largest(a) == largest(b) => 0.0,
        None => 1.0,
    })
}

/// The cosine of the angle between two vectors, or `None` where one of them is zero.
pub(crate) fn cosine(a: &[f64], b: &[f64]) -> Option<f64> {
    let (a, b) = (unit_range(a)?, unit_range(b)?);
    let dot: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
    let (a2, b2): (f64, f64) = (a.iter().map(|a| a * a).sum(), b.iter().map(|b| b * b).sum());
    Some((dot / (a2 * b2).sqrt()).clamp(-1.0, 1.0))
}

/// The vector over its largest magnitude, so that no square of it overflows or vanishes.
fn unit_range(vector: &[f64]) -> Option<Vec<f64>> {
    let largest = largest(vector);
    (largest > 0.0).then(|| vector.iter().map(|value| value / largest).collect())
}

fn norm(vector: &[f64]) -> f64 {
    let squares: f64 = vector.iter().map(|value| value * value).sum();
    // Outside this range squares may have overflowed, or lost digits to underflow.
    if (1e-280..1e300).contains(&squares) {
        return squares.sqrt();
    }
    unit_range(vector).map_or(0.0, |unit| largest(vector) * norm(&unit))
}

fn largest(vector: &[f64]) -> f64 {
    vector.iter().fold(0.0, |largest, value| value.abs().max(largest))
}

fn differences(a: &[f64], b: &[f64]) -> Result<Vec<f64>, StatsError> {
    check::pair(a, b)?;
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    check::all_representable("difference", &differences)?;
    Ok(differences)
}
