use std::fmt;
use std::path::Path;

use fiber_inspect::geometry::GeometryError;
use fiber_inspect::grading::GradingError;
use fiber_inspect::image::{ImageError, WriteError};
use fiber_inspect::reference::ReferenceError;
use fiber_inspect::report::ReportError;
use fiber_inspect::{ConfigError, Error};
use fiber_synth::SynthError;

/// Why something could not be done, for one line on standard error.
#[derive(Debug)]
pub(crate) struct Failure {
    cause: String,
    /// Whether the cause already begins with the file that it is about.
    names_file: bool,
}

impl Failure {
    pub(crate) fn new(cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), names_file: false }
    }

    /// The same, said of a file.
    pub(crate) fn at(self, file: &Path) -> Self {
        if self.names_file {
            return self;
        }
        Self { cause: format!("{}: {}", file.display(), self.cause), names_file: true }
    }

    /// The cause alone where it is about `file`.
    pub(crate) fn cause_at(&self, file: &Path) -> &str {
        let place = format!("{}: ", file.display());
        self.cause.strip_prefix(&place).unwrap_or(&self.cause)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}

impl From<ImageError> for Failure {
    fn from(error: ImageError) -> Self {
        Self { cause: error.to_string(), names_file: true }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Image(error) => error.into(),
            error => Self::new(error.to_string()),
        }
    }
}

/// Errors that say what is wrong, but not with which input.
macro_rules! without_file {
    ($($error:ty),*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(error.to_string())
            }
        })*
    };
}

without_file!(
    ConfigError,
    GeometryError,
    GradingError,
    ReferenceError,
    ReportError,
    SynthError,
    WriteError,
    serde_json::Error
);
