use std::ops::RangeInclusive;

use fiber_image::{PlaneError, WriteError};
use thiserror::Error;

/// Why a face could not be rendered or a defect not planted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SynthError {
    /// A parameter is not finite or lies outside what makes sense.
    #[error("{name} is {value}, allowed is {allowed}")]
    Parameter {
        /// Which parameter.
        name: &'static str,
        /// The value that was given.
        value: f64,
        /// What is allowed, in words.
        allowed: &'static str,
    },
    /// A planted defect covers no pixel of the image by at least half.
    #[error("defect {index} covers no pixel of the image")]
    Unseen {
        /// Its position in the list of planted defects.
        index: usize,
    },
    /// A face's file name is empty, leaves the set's folder, or was used before.
    #[error("{stem:?} cannot name a face: it is empty, used before, or leaves the folder")]
    Stem {
        /// The name without extension.
        stem: String,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The image's sides are not possible.
    #[error(transparent)]
    Plane(#[from] PlaneError),
}

/// Refuses a value outside `range`, NaN included.
pub(crate) fn check(
    name: &'static str,
    value: f64,
    range: RangeInclusive<f64>,
    allowed: &'static str,
) -> Result<(), SynthError> {
    if range.contains(&value) {
        Ok(())
    } else {
        Err(SynthError::Parameter { name, value, allowed })
    }
}
