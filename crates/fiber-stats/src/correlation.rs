use crate::distance::cosine;
use crate::location::mean_of;
use crate::{StatsError, check, ranks};

/// Pearson's correlation coefficient, -1 to 1.
///
/// A constant vector has no shape to correlate: two of them are at 1, one of them is at 0 to any
/// other.
///
/// # Errors
/// Where the vectors are empty, differ in length or hold a value that is not finite, or a mean
/// overflows.
pub fn pearson_correlation(a: &[f64], b: &[f64]) -> Result<f64, StatsError> {
    check::pair(a, b)?;
    match (is_constant(a), is_constant(b)) {
        (true, true) => Ok(1.0),
        (false, false) => {
            let (a, b) = (centred(a)?, centred(b)?);
            // None: variation that rounding of the mean has swallowed.
            Ok(cosine(&a, &b).unwrap_or(0.0))
        }
        _ => Ok(0.0),
    }
}

/// Spearman's rank correlation coefficient, -1 to 1: Pearson's of the [`ranks`], ties sharing theirs,
/// with the same rule for constant vectors. O(n log n).
///
/// # Errors
/// As [`pearson_correlation`].
pub fn spearman_correlation(a: &[f64], b: &[f64]) -> Result<f64, StatsError> {
    check::pair(a, b)?;
    pearson_correlation(&ranks(a)?, &ranks(b)?)
}

// Asked of the values, not of a variance: rounding gives a constant vector a variance of its own.
fn is_constant(vector: &[f64]) -> bool {
    vector.iter().all(|&value| value == vector[0])
}

fn centred(vector: &[f64]) -> Result<Vec<f64>, StatsError> {
    let mean = mean_of(vector)?;
    let centred: Vec<f64> = vector.iter().map(|value| value - mean).collect();
    check::all_representable("deviation from the mean", &centred)?;
    Ok(centred)
}
