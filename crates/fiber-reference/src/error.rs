use std::io;
use std::path::PathBuf;

use fiber_anomaly::AnomalyError;
use fiber_geometry::GeometryError;
use fiber_image::WriteError;
use fiber_stats::StatsError;
use thiserror::Error;

use crate::{FrameKind, ModelFileError};

/// Why a model could not be learned, used, read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReferenceError {
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
    /// The hash of a face's source is not one.
    #[error("{name}: {sha256:?} is no SHA-256 in 64 lowercase hexadecimal digits")]
    Hash {
        /// Name of the face.
        name: String,
        /// The hash as given.
        sha256: String,
    },
    /// The planes of a face are not of its frame's size.
    #[error("{name}: the planes do not have the size of {frame}")]
    Planes {
        /// Name of the face.
        name: String,
        /// The frame it was said to be in.
        frame: FrameKind,
    },
    /// An image is not the one that a sample was made of.
    #[error("{name}: the image is not of the size of the one that the sample was made of")]
    ImageSize {
        /// Name of the face.
        name: String,
    },
    /// There are too few different faces to learn from.
    #[error("a model needs at least 2 different faces, found {found}")]
    TooFewFaces {
        /// Different faces found.
        found: usize,
    },
    /// The faces do not share one frame.
    #[error("the faces do not fit together: most are {expected}, but not {}", odd.join(", "))]
    MixedFrames {
        /// The frame of most faces.
        expected: FrameKind,
        /// Names of the faces in other frames, with those, sorted.
        odd: Vec<String>,
    },
    /// So many faces look unlike the others that leaving them out would be choosing.
    #[error(
        "the faces do not belong together: {} of {faces} look unlike the others ({})",
        outliers.len(), outliers.join(", ")
    )]
    Inconsistent {
        /// Number of faces.
        faces: usize,
        /// Names of those unlike the others.
        outliers: Vec<String>,
    },
    /// Models to be merged were learned with different settings.
    #[error("model {} was learned with other settings than the first one", index + 1)]
    MixedOptions {
        /// Place of the model among those to be merged, counted from 0.
        index: usize,
    },
    /// All faces have the same features, so that there is no unit for deviations.
    #[error("the faces do not differ in any feature")]
    NoVariation,
    /// A face does not have the frame of the model.
    #[error("{name}: the model is of {expected}, but the face is {found}")]
    FrameMismatch {
        /// Name of the face.
        name: String,
        /// The model's frame.
        expected: FrameKind,
        /// The face's frame.
        found: FrameKind,
    },
    /// The canonical frame could not be made.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// A map of abnormality could not be computed.
    #[error(transparent)]
    Anomaly(#[from] AnomalyError),
    /// A statistic could not be computed.
    #[error(transparent)]
    Stats(#[from] StatsError),
    /// A model file could not be read from disk.
    #[error("{}: the model cannot be read: {source}", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The content of a model file was refused.
    #[error("{}: {source}", path.display())]
    Load {
        /// The path.
        path: PathBuf,
        /// Why.
        source: ModelFileError,
    },
    /// The content of a model, or of its collection, was refused.
    #[error(transparent)]
    Content(#[from] ModelFileError),
    /// A model could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl ReferenceError {
    /// `Ok` where `holds`; a condition written with `<` and `>` is false for NaN, which so is refused.
    pub(crate) fn require(
        holds: bool,
        parameter: &'static str,
        value: f64,
        allowed: &'static str,
    ) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::Parameter { parameter, value, allowed }) }
    }
}
