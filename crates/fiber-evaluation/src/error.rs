use std::path::PathBuf;

use thiserror::Error;

/// Why an evaluation could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// A file of truth cannot be read or is not of the expected form.
    #[error("{}: {problem}", path.display())]
    Truth {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The folder of faces cannot be listed.
    #[error(transparent)]
    Image(#[from] fiber_image::ImageError),
    /// The inspection itself failed.
    #[error(transparent)]
    Inspection(#[from] fiber_inspect::Error),
    /// A face could not be rendered.
    #[error(transparent)]
    Synth(#[from] fiber_synth::SynthError),
    /// A face could not be compared with itself.
    #[error(transparent)]
    Anomaly(#[from] fiber_anomaly::AnomalyError),
}
