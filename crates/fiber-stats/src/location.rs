use crate::{StatsError, check, median_in_place};

/// The arithmetic mean.
///
/// # Errors
/// Where `values` is empty or holds a value that is not finite, or the sum overflows.
pub fn mean<T: Copy + Into<f64>>(values: &[T]) -> Result<f64, StatsError> {
    mean_of(&check::samples("values", values)?)
}

pub(crate) fn mean_of(values: &[f64]) -> Result<f64, StatsError> {
    check::representable("mean", values.iter().sum::<f64>() / values.len() as f64)
}

/// The median: the middle value, or the mean of the two middle values. O(n), no full sort.
///
/// ```
/// assert_eq!(fiber_stats::median(&[3_u8, 1, 200, 4])?, 3.5);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where `values` is empty or holds a value that is not finite.
pub fn median<T: Copy + Into<f64>>(values: &[T]) -> Result<f64, StatsError> {
    median_in_place(&mut check::samples("values", values)?)
}

/// The mean without the lowest and the highest `floor(proportion * n)` values.
///
/// # Errors
/// Where `values` is empty or holds a value that is not finite, where `proportion` is not from 0 up
/// to (not including) 0.5, or the sum overflows.
pub fn trimmed_mean<T: Copy + Into<f64>>(values: &[T], proportion: f64) -> Result<f64, StatsError> {
    let mut values = check::samples("values", values)?;
    let cut = tail(values.len(), proportion)?;
    values.sort_unstable_by(f64::total_cmp);
    mean_of(&values[cut..values.len() - cut])
}

/// The mean of [`winsorise`]d values.
///
/// # Errors
/// As [`winsorise`], and where the sum overflows.
pub fn winsorised_mean<T: Copy + Into<f64>>(
    values: &[T],
    proportion: f64,
) -> Result<f64, StatsError> {
    mean_of(&winsorise(values, proportion)?)
}

/// Pulls the lowest and the highest `floor(proportion * n)` values in to the nearest value that
/// stays; the order of the values is kept.
///
/// ```
/// assert_eq!(fiber_stats::winsorise(&[90.0, 2.0, 3.0, 4.0, -7.0], 0.2)?, [4.0, 2.0, 3.0, 4.0, 2.0]);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where `values` is empty or holds a value that is not finite, or where `proportion` is not from 0
/// up to (not including) 0.5.
pub fn winsorise<T: Copy + Into<f64>>(
    values: &[T],
    proportion: f64,
) -> Result<Vec<f64>, StatsError> {
    let mut values = check::samples("values", values)?;
    let cut = tail(values.len(), proportion)?;
    let mut sorted = values.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let (low, high) = (sorted[cut], sorted[sorted.len() - 1 - cut]);
    values.iter_mut().for_each(|value| *value = value.clamp(low, high));
    Ok(values)
}

/// Values in each tail; at least one stays between them.
fn tail(len: usize, proportion: f64) -> Result<usize, StatsError> {
    check::range((0.0..0.5).contains(&proportion), "proportion", proportion, "from 0, below 0.5")?;
    Ok(((proportion * len as f64) as usize).min((len - 1) / 2))
}
