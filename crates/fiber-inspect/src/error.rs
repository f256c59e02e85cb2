use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use fiber_anomaly::AnomalyError;
use fiber_defects::DefectError;
use fiber_geometry::GeometryError;
use fiber_grading::GradingError;
use fiber_image::ImageError;
use fiber_reference::ReferenceError;
use fiber_report::ReportError;
use fiber_stats::StatsError;
use thiserror::Error;

/// Why a configuration cannot be used. Each message is one line.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A value is outside its range; NaN always is.
    #[error("{key} is {value}, allowed is {allowed}")]
    Value {
        /// The key, with its table before a dot.
        key: String,
        /// The value.
        value: String,
        /// What would have been accepted.
        allowed: String,
    },
    /// The text is neither TOML nor JSON of the right keys and types.
    #[error("line {line}: {problem}")]
    Syntax {
        /// Counted from 1; 0 where the text as a whole is at fault.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A file could not be read.
    #[error("{}: reading failed: {source}", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An acceptance profile is unknown or wrong.
    #[error(transparent)]
    Profile(#[from] GradingError),
    /// Something is wrong within a file.
    #[error("{}: {source}", path.display())]
    File {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        source: Box<ConfigError>,
    },
}

impl ConfigError {
    pub(crate) fn value(key: &str, value: impl fmt::Display, allowed: impl Into<String>) -> Self {
        Self::Value { key: key.to_owned(), value: value.to_string(), allowed: allowed.into() }
    }

    pub(crate) fn in_file(path: &Path, source: impl Into<Self>) -> Self {
        Self::File { path: path.to_path_buf(), source: Box::new(source.into()) }
    }
}

/// Why something could not be done: the errors of all stages.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration or the profile.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Reading an image.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// Locating the fibre.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// Learning, loading or applying a reference model.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// Comparing pixels with what is expected.
    #[error(transparent)]
    Anomaly(#[from] AnomalyError),
    /// Finding defects.
    #[error(transparent)]
    Defects(#[from] DefectError),
    /// Grading.
    #[error(transparent)]
    Grading(#[from] GradingError),
    /// A statistic of several inspections.
    #[error(transparent)]
    Stats(#[from] StatsError),
    /// Writing reports.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The threads could not be started.
    #[error("{threads} threads could not be started: {problem}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        problem: String,
    },
}
