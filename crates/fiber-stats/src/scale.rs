use crate::location::mean_of;
use crate::{StatsError, check, median_in_place};

/// What the median absolute deviation is multiplied by to estimate the standard deviation of normal
/// data: `1 / normal_quantile(3/4)`.
pub const MAD_TO_STD: f64 = 1.482_602_218_505_602;

/// What the mean absolute deviation is multiplied by to estimate the standard deviation of normal
/// data: `sqrt(pi / 2)`.
const MEAN_DEVIATION_TO_STD: f64 = 1.253_314_137_315_500_3;

/// What a sum of squares is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Divisor {
    /// `n`: the values are all there are.
    Population,
    /// `n - 1`: the values are a sample, at least two, of more.
    Sample,
}

impl Divisor {
    pub(crate) fn of(self, what: &'static str, len: usize) -> Result<f64, StatsError> {
        match self {
            Self::Population => Ok(len as f64),
            Self::Sample => {
                check::at_least(what, len, 2)?;
                Ok((len - 1) as f64)
            }
        }
    }
}

/// The variance.
///
/// # Errors
/// Where `values` is empty (or a single value, for [`Divisor::Sample`]) or holds a value that is not
/// finite, or a square overflows.
pub fn variance<T: Copy + Into<f64>>(values: &[T], divisor: Divisor) -> Result<f64, StatsError> {
    let values = check::samples("values", values)?;
    let divisor = divisor.of("values", values.len())?;
    let mean = mean_of(&values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    check::representable("variance", squares / divisor)
}

/// The standard deviation, in the unit of the values.
///
/// ```
/// use fiber_stats::{Divisor, std_dev};
///
/// assert_eq!(std_dev(&[1.0, 3.0, 1.0, 3.0], Divisor::Population)?, 1.0);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// As [`variance`].
pub fn std_dev<T: Copy + Into<f64>>(values: &[T], divisor: Divisor) -> Result<f64, StatsError> {
    variance(values, divisor).map(f64::sqrt)
}

/// The raw median absolute deviation from the median. O(n).
///
/// # Errors
/// Where `values` is empty or holds a value that is not finite, or a deviation overflows.
pub fn mad<T: Copy + Into<f64>>(values: &[T]) -> Result<f64, StatsError> {
    median_and_mad_in_place(&mut check::samples("values", values)?).map(|(_, mad)| mad)
}

/// The median absolute deviation times [`MAD_TO_STD`], which estimates the standard deviation of
/// normal data and ignores up to half of the values being wild. O(n).
///
/// # Errors
/// As [`mad`].
pub fn normal_mad<T: Copy + Into<f64>>(values: &[T]) -> Result<f64, StatsError> {
    check::representable("normal_mad", mad(values)? * MAD_TO_STD)
}

/// Median and raw median absolute deviation in one go, using the caller's buffer as scratch: it holds
/// the absolute deviations afterwards, in no particular order. O(n).
///
/// # Errors
/// As [`mad`].
pub fn median_and_mad_in_place(values: &mut [f64]) -> Result<(f64, f64), StatsError> {
    let median = median_in_place(values)?;
    values.iter_mut().for_each(|value| *value = (*value - median).abs());
    check::all_representable("absolute deviation", values)?;
    Ok((median, median_in_place(values)?))
}

/// A robust scale that is 0 only where all values are equal.
///
/// It is [`normal_mad`]; where more than half of the values are equal, so that this is 0, it is the
/// mean absolute deviation from the median times `sqrt(pi / 2)` (Iglewicz and Hoaglin 1993).
///
/// ```
/// use fiber_stats::robust_scale;
///
/// assert_eq!(robust_scale(&[5.0, 5.0, 5.0])?, 0.0);
/// assert!(robust_scale(&[5.0, 5.0, 5.0, 9.0])? > 1.0);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// As [`mad`].
pub fn robust_scale<T: Copy + Into<f64>>(values: &[T]) -> Result<f64, StatsError> {
    median_and_scale(&mut check::samples("values", values)?).map(|(_, scale)| scale)
}

/// Median and [`robust_scale`]; `values` is scratch.
pub(crate) fn median_and_scale(values: &mut [f64]) -> Result<(f64, f64), StatsError> {
    let (median, mad) = median_and_mad_in_place(values)?;
    let scale = if mad > 0.0 {
        mad * MAD_TO_STD
    } else {
        // What is left in the buffer are the absolute deviations.
        mean_of(values)? * MEAN_DEVIATION_TO_STD
    };
    Ok((median, check::representable("robust_scale", scale)?))
}
