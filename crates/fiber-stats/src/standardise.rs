use nalgebra::{DMatrix, DVector};

use crate::scale::median_and_scale;
use crate::{StatsError, check};

/// Robust z values: deviations from the median in units of [`robust_scale`](crate::robust_scale).
///
/// That scale is 0 only where all values are equal; then every deviation is 0 and so is every z.
///
/// ```
/// let z = fiber_stats::robust_z(&[10.0, 11.0, 9.0, 10.0, 60.0])?;
/// assert!(z[4] > 30.0 && z[0] == 0.0);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where `values` is empty or holds a value that is not finite, or a result overflows.
pub fn robust_z<T: Copy + Into<f64>>(values: &[T]) -> Result<Vec<f64>, StatsError> {
    let mut values = check::samples("values", values)?;
    let (centre, scale) = median_and_scale(&mut values.clone())?;
    values.iter_mut().for_each(|value| *value = z(*value, centre, scale));
    check::all_representable("robust z", &values)?;
    Ok(values)
}

/// Centre and scale of each variable of a learning set, to bring further observations to the same
/// unit-free footing.
///
/// A variable of scale 0 never varied in the learning set, which thus gives no unit to measure
/// deviations in: its z is always 0, and [`constant_columns`](Self::constant_columns) names it, so
/// that the caller can compare it with its centre or give it a scale through
/// [`from_parts`](Self::from_parts).
///
/// ```
/// use fiber_stats::{Standardiser, nalgebra::DMatrix};
///
/// let learned = DMatrix::from_row_slice(3, 2, &[1.0, 7.0, 2.0, 7.0, 3.0, 7.0]);
/// let standardiser = Standardiser::fit(&learned)?;
/// assert_eq!(standardiser.centre().as_slice(), [2.0, 7.0]);
/// assert_eq!(standardiser.constant_columns().collect::<Vec<_>>(), [1]);
/// assert_eq!(standardiser.transform(&[2.0, 8.0])?.as_slice(), [0.0, 0.0]);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardiser {
    centre: DVector<f64>,
    scale: DVector<f64>,
}

impl Standardiser {
    /// Median and [`robust_scale`](crate::robust_scale) of every column; rows are observations.
    ///
    /// # Errors
    /// Where `data` is empty or holds a value that is not finite, or a deviation overflows.
    pub fn fit(data: &DMatrix<f64>) -> Result<Self, StatsError> {
        check::observations("data", data, 1)?;
        let mut centre = DVector::zeros(data.ncols());
        let mut scale = DVector::zeros(data.ncols());
        let mut column = vec![0.0; data.nrows()];
        for (index, values) in data.column_iter().enumerate() {
            column.copy_from_slice(values.as_slice());
            (centre[index], scale[index]) = median_and_scale(&mut column)?;
        }
        Ok(Self { centre, scale })
    }

    /// Puts a standardiser together from stored numbers.
    ///
    /// # Errors
    /// Where the lengths differ or are 0, a number is not finite, or a scale is negative.
    pub fn from_parts(centre: DVector<f64>, scale: DVector<f64>) -> Result<Self, StatsError> {
        check::finite("centre", centre.as_slice())?;
        check::finite("scale", scale.as_slice())?;
        check::length("scale", scale.len(), centre.len())?;
        if let Some(&negative) = scale.iter().find(|&&scale| scale < 0.0) {
            check::range(false, "scale", negative, "0 and above")?;
        }
        Ok(Self { centre, scale })
    }

    /// Centre of every variable.
    #[must_use]
    pub fn centre(&self) -> &DVector<f64> {
        &self.centre
    }

    /// Scale of every variable, 0 where it never varied.
    #[must_use]
    pub fn scale(&self) -> &DVector<f64> {
        &self.scale
    }

    /// The variables that never varied.
    pub fn constant_columns(&self) -> impl Iterator<Item = usize> {
        self.scale.iter().enumerate().filter(|&(_, &scale)| scale == 0.0).map(|(index, _)| index)
    }

    /// `(value - centre) / scale` of every variable of one observation, 0 where the scale is 0.
    ///
    /// # Errors
    /// Where the length is not that of the learning set's rows, a value is not finite, or a result
    /// overflows.
    pub fn transform(&self, observation: &[f64]) -> Result<DVector<f64>, StatsError> {
        check::finite("observation", observation)?;
        check::length("observation", observation.len(), self.centre.len())?;
        let standardised = DVector::from_iterator(
            observation.len(),
            observation
                .iter()
                .zip(self.centre.iter().zip(&self.scale))
                .map(|(&value, (&centre, &scale))| z(value, centre, scale)),
        );
        check::all_representable("standardised value", standardised.as_slice())?;
        Ok(standardised)
    }

    /// [`transform`](Self::transform) of every row.
    ///
    /// # Errors
    /// As [`transform`](Self::transform).
    pub fn transform_rows(&self, data: &DMatrix<f64>) -> Result<DMatrix<f64>, StatsError> {
        check::observations("data", data, 1)?;
        check::length("row of data", data.ncols(), self.centre.len())?;
        let standardised = DMatrix::from_fn(data.nrows(), data.ncols(), |row, column| {
            z(data[(row, column)], self.centre[column], self.scale[column])
        });
        check::all_representable("standardised value", standardised.as_slice())?;
        Ok(standardised)
    }
}

fn z(value: f64, centre: f64, scale: f64) -> f64 {
    if scale == 0.0 { 0.0 } else { (value - centre) / scale }
}
