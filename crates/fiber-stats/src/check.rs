//! The checks at every public entry.

use nalgebra::DMatrix;

use crate::StatsError;

/// `values` as finite 64-bit floats, at least one.
pub(crate) fn samples<T: Copy + Into<f64>>(
    what: &'static str,
    values: &[T],
) -> Result<Vec<f64>, StatsError> {
    let values: Vec<f64> = values.iter().map(|&value| value.into()).collect();
    finite(what, &values)?;
    Ok(values)
}

/// At least one value, all finite.
pub(crate) fn finite(what: &'static str, values: &[f64]) -> Result<(), StatsError> {
    at_least(what, values.len(), 1)?;
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(StatsError::NotFinite { what, index, value: values[index] }),
        None => Ok(()),
    }
}

/// Two vectors of one length, at least one value each, all finite.
pub(crate) fn pair(a: &[f64], b: &[f64]) -> Result<(), StatsError> {
    finite("a", a)?;
    finite("b", b)?;
    length("b", b.len(), a.len())
}

/// At least `min_rows` observations (rows) of at least one variable, all finite.
pub(crate) fn observations(
    what: &'static str,
    data: &DMatrix<f64>,
    min_rows: usize,
) -> Result<(), StatsError> {
    at_least(what, data.nrows(), min_rows)?;
    finite(what, data.as_slice())
}

/// A finite, symmetric matrix of at least 1 x 1.
pub(crate) fn symmetric(what: &'static str, matrix: &DMatrix<f64>) -> Result<(), StatsError> {
    let shape = StatsError::Shape {
        what,
        rows: matrix.nrows(),
        columns: matrix.ncols(),
        expected: "a symmetric matrix",
    };
    if !matrix.is_square() {
        return Err(shape);
    }
    finite(what, matrix.as_slice())?;
    let tolerance = 1e-8 * matrix.amax();
    let mismatch = (0..matrix.ncols())
        .flat_map(|column| (0..column).map(move |row| (row, column)))
        .any(|(row, column)| (matrix[(row, column)] - matrix[(column, row)]).abs() > tolerance);
    if mismatch { Err(shape) } else { Ok(()) }
}

pub(crate) fn at_least(what: &'static str, len: usize, min: usize) -> Result<(), StatsError> {
    if len < min { Err(StatsError::TooFew { what, len, min }) } else { Ok(()) }
}

pub(crate) fn length(what: &'static str, found: usize, expected: usize) -> Result<(), StatsError> {
    if found == expected { Ok(()) } else { Err(StatsError::Length { what, found, expected }) }
}

/// `inside` has to be a comparison that is false for NaN.
pub(crate) fn range(
    inside: bool,
    parameter: &'static str,
    value: f64,
    allowed: &'static str,
) -> Result<(), StatsError> {
    if inside { Ok(()) } else { Err(StatsError::OutOfRange { parameter, value, allowed }) }
}

/// A probability from 0 to 1, ends included.
pub(crate) fn probability(parameter: &'static str, value: f64) -> Result<(), StatsError> {
    range((0.0..=1.0).contains(&value), parameter, value, "0 to 1")
}

/// A probability between 0 and 1, ends excluded.
pub(crate) fn open_probability(parameter: &'static str, value: f64) -> Result<(), StatsError> {
    range(value > 0.0 && value < 1.0, parameter, value, "above 0 and below 1")
}

/// Passes a result on that finite inputs may have driven out of range.
pub(crate) fn representable(what: &'static str, value: f64) -> Result<f64, StatsError> {
    if value.is_finite() { Ok(value) } else { Err(StatsError::Overflow { what }) }
}

/// The same for a whole result.
pub(crate) fn all_representable(what: &'static str, values: &[f64]) -> Result<(), StatsError> {
    if values.iter().all(|value| value.is_finite()) {
        Ok(())
    } else {
        Err(StatsError::Overflow { what })
    }
}
