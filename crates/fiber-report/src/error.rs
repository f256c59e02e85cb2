use fiber_image::WriteError;
use thiserror::Error;

/// Why reports could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The label plane does not belong to the image.
    #[error(
        "the label plane has {} x {} pixels, but the image {} x {}",
        labels.0, labels.1, image.0, image.1
    )]
    LabelSize {
        /// Width and height of the label plane.
        labels: (usize, usize),
        /// Width and height of the image.
        image: (usize, usize),
    },
    /// The stem is empty or would lead out of the folder.
    #[error("`{stem}` is no stem of a file name: allowed is a name without path separators")]
    Stem {
        /// The stem.
        stem: String,
    },
    /// A moment that RFC 3339 cannot write.
    #[error("the timestamp is {seconds} s after 1970, allowed is at most 253402300799 (year 9999)")]
    Timestamp {
        /// Seconds since the start of 1970.
        seconds: u64,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}
