use std::fmt;

use thiserror::Error;

/// What is wrong in a JSON pixel matrix, and where.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub struct JsonError {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in bytes; just behind the wrong value.
    pub column: usize,
    /// Position of the pixel in the list, from 0; `None` outside the list.
    pub pixel: Option<usize>,
    /// The field, as `coordinates.x`; `None` where no known field was being read.
    pub field: Option<&'static str>,
    /// What is wrong there.
    pub problem: JsonProblem,
}

/// What can be wrong in a JSON pixel matrix.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum JsonProblem {
    /// The text is no JSON (`NaN` and `Infinity` are none).
    #[error("not valid JSON: {0}")]
    Syntax(String),
    /// The text ends before its last bracket closes.
    #[error("the text ends too early")]
    Truncated,
    /// A value has the wrong type.
    #[error("{0}")]
    WrongType(String),
    /// A field is absent.
    #[error("the field is missing")]
    Missing,
    /// A field is given twice, or intensity under both of its names.
    #[error("the field is given twice")]
    Repeated,
    /// A number has a fractional part where a count or a position is needed.
    #[error("{0} is no whole number")]
    Fractional(f64),
    /// A number is outside its range.
    #[error("{value} is outside {min} to {max}")]
    OutOfRange {
        /// The number.
        value: f64,
        /// The least allowed.
        min: f64,
        /// The most allowed.
        max: f64,
    },
    /// A list of intensities is not blue, green, red.
    #[error("a list of {0} values, expected 3 (blue, green, red)")]
    ListLength(usize),
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)?;
        if let Some(pixel) = self.pixel {
            write!(f, ", pixel {pixel}")?;
        }
        if let Some(field) = self.field {
            write!(f, ", {field}")?;
        }
        write!(f, ": {}", self.problem)
    }
}
