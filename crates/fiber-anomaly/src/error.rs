use fiber_filters::FilterError;
use fiber_stats::StatsError;
use thiserror::Error;

/// Why a map of abnormality could not be computed.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum AnomalyError {
    /// A parameter is not a number or lies outside its range.
    #[error("{parameter} is {value}, but must be {allowed}")]
    Parameter {
        /// Name of the parameter.
        parameter: &'static str,
        /// The value that was passed.
        value: f64,
        /// The range it must lie in, in words.
        allowed: &'static str,
    },
    /// Two planes that belong together differ in size.
    #[error("the {plane} is {actual_width} x {actual_height}, but must be {width} x {height}")]
    Size {
        /// What the plane holds.
        plane: &'static str,
        /// Width in pixels that fits.
        width: usize,
        /// Height in pixels that fits.
        height: usize,
        /// Width in pixels that was passed.
        actual_width: usize,
        /// Height in pixels that was passed.
        actual_height: usize,
    },
    /// An image operator refused.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// A statistic could not be computed.
    #[error(transparent)]
    Stats(#[from] StatsError),
}

impl AnomalyError {
    /// `Ok` where `holds`; a condition written with `<` and `>` is false for NaN, which so is refused.
    pub(crate) fn require(
        holds: bool,
        parameter: &'static str,
        value: f64,
        allowed: &'static str,
    ) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::Parameter { parameter, value, allowed }) }
    }

    /// `Ok` where a plane of the second size, each `(width, height)`, fits one of the first.
    pub(crate) fn require_size(
        plane: &'static str,
        (width, height): (usize, usize),
        (actual_width, actual_height): (usize, usize),
    ) -> Result<(), Self> {
        if (width, height) == (actual_width, actual_height) {
            Ok(())
        } else {
            Err(Self::Size { plane, width, height, actual_width, actual_height })
        }
    }
}
