use thiserror::Error;

/// Why an operator refused its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum FilterError {
    /// A parameter is not a number or lies outside its range.
    #[error("{name} is {value}, but must be {allowed}")]
    Parameter {
        /// Name of the parameter.
        name: &'static str,
        /// The value that was passed.
        value: f64,
        /// The range it must lie in, in words.
        allowed: &'static str,
    },
    /// Two planes that belong together differ in size.
    #[error("a plane is {actual_width} x {actual_height}, but must be {width} x {height}")]
    Size {
        /// Width in pixels that fits.
        width: usize,
        /// Height in pixels that fits.
        height: usize,
        /// Width in pixels that was passed.
        actual_width: usize,
        /// Height in pixels that was passed.
        actual_height: usize,
    },
}

impl FilterError {
    /// `Ok` where `holds`; a condition written with `<` and `>` is false for NaN, which so is refused.
    pub(crate) fn require(
        holds: bool,
        name: &'static str,
        value: f64,
        allowed: &'static str,
    ) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::Parameter { name, value, allowed }) }
    }

    /// `Ok` where both sizes, each `(width, height)`, are the same.
    pub(crate) fn require_size(
        (width, height): (usize, usize),
        (actual_width, actual_height): (usize, usize),
    ) -> Result<(), Self> {
        if (width, height) == (actual_width, actual_height) {
            Ok(())
        } else {
            Err(Self::Size { width, height, actual_width, actual_height })
        }
    }
}
