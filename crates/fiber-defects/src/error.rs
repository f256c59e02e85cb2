use fiber_filters::FilterError;
use thiserror::Error;

/// Why defects could not be sought.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum DefectError {
    /// An option is outside its range; NaN always is.
    #[error("{parameter} is {value}, but must be {allowed}")]
    Parameter {
        /// Name of the option.
        parameter: &'static str,
        /// The value that was passed.
        value: f64,
        /// What would have been accepted.
        allowed: &'static str,
    },
    /// An image operator refused its input.
    #[error(transparent)]
    Filter(#[from] FilterError),
}
