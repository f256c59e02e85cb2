use thiserror::Error;

/// Why a geometry could not be computed. That no fibre was found is no error but a `None`.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum GeometryError {
    /// A parameter is outside its range; NaN always is.
    #[error("{parameter} is {value}, but must be {allowed}")]
    Parameter {
        /// Name of the parameter.
        parameter: &'static str,
        /// The value that was passed.
        value: f64,
        /// What would have been accepted.
        allowed: &'static str,
    },
}

/// Accepts a finite value above 0.
pub(crate) fn positive(parameter: &'static str, value: f64) -> Result<f64, GeometryError> {
    if value.is_finite() && value > 0.0 {
        Ok(value)
    } else {
        Err(GeometryError::Parameter { parameter, value, allowed: "finite and above 0" })
    }
}
