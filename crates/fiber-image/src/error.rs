use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::{Format, JsonError};

/// An error of a codec, kept as the cause.
pub type BoxedError = Box<dyn StdError + Send + Sync>;

/// Why bytes could not be decoded.
///
/// Each message is one line and says whether the file is at fault (empty, incomplete, damaged), or
/// what was asked of this crate (a kind of file it does not read, a size beyond the limits).
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// There are no bytes.
    #[error("the file is empty")]
    Empty,
    /// The content is none of the known formats.
    #[error("the content is no image that can be read (PNG, JPEG, BMP, TIFF or JSON pixel matrix)")]
    UnknownContent,
    /// The content is an image in a format that is not read.
    #[error("the file is a {name} image, which is not read (PNG, JPEG, BMP, TIFF are)")]
    ForeignFormat {
        /// The format's name.
        name: String,
    },
    /// The data stop before the image is complete.
    #[error("the file is incomplete: its {format} data end too early")]
    Truncated {
        /// The format of the file.
        format: Format,
    },
    /// The data contradict their format.
    #[error("the file is damaged: bad {format} data: {}", Cause(source))]
    Corrupt {
        /// The format of the file.
        format: Format,
        /// What the decoder found.
        source: BoxedError,
    },
    /// The file may be sound, but uses a variant of its format that is not read.
    #[error("the file is a kind of {format} that is not read: {}", Cause(source))]
    Unsupported {
        /// The format of the file.
        format: Format,
        /// The variant.
        source: BoxedError,
    },
    /// The input is larger than the [`Limits`](crate::Limits) that the caller set.
    #[error("the input is beyond the limit set: {quantity} is {value}, allowed is at most {limit}")]
    TooLarge {
        /// What was measured, with its unit.
        quantity: &'static str,
        /// Its value.
        value: u64,
        /// The largest value allowed.
        limit: u64,
    },
    /// The decoder wanted more memory than pixels within the limits can need.
    #[error(
        "the input is beyond the limit set: decoding it takes more than {limit} bytes of memory"
    )]
    MemoryLimit {
        /// What the limit on pixels amounts to, in bytes.
        limit: u64,
    },
    /// A JSON pixel matrix breaks its rules.
    #[error("the pixel matrix is wrong: {}", Cause(.0))]
    Json(#[from] JsonError),
}

impl DecodeError {
    pub(crate) fn corrupt(format: Format, cause: impl Into<BoxedError>) -> Self {
        Self::Corrupt { format, source: cause.into() }
    }

    pub(crate) fn unsupported(format: Format, cause: impl Into<BoxedError>) -> Self {
        Self::Unsupported { format, source: cause.into() }
    }

    /// Sorts a failure of the `image` crate.
    pub(crate) fn from_codec(format: Format, error: image::ImageError, limit: u64) -> Self {
        match error {
            image::ImageError::Unsupported(error) => Self::unsupported(format, error),
            image::ImageError::Limits(_) => Self::MemoryLimit { limit },
            image::ImageError::IoError(error) if ends_early(&error) => Self::Truncated { format },
            error => Self::corrupt(format, error),
        }
    }
}

/// Whether an end of file lies at the bottom of an error.
pub(crate) fn ends_early(error: &(dyn StdError + 'static)) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof)
        || error.source().is_some_and(ends_early)
}

/// Why an image could not be read from a path, or images could not be listed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImageError {
    /// Nothing has this path.
    #[error("{}: no such file or folder", Shown(path))]
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// The path is a folder or a device where a file was asked for.
    #[error("{}: not a file", Shown(path))]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The path may not be read by this user.
    #[error("{}: permission to read it is denied", Shown(path))]
    PermissionDenied {
        /// The path.
        path: PathBuf,
    },
    /// The folder holds no file with the extension of an image.
    #[error("{}: the folder holds no image (png, jpg, jpeg, bmp, tif, tiff, json)", Shown(path))]
    NoImages {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system failed to read the path.
    #[error("{}: reading failed: {source}", Shown(path))]
    Io {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file was read, but not understood.
    #[error("{}: {source}", Shown(path))]
    Decode {
        /// The path.
        path: PathBuf,
        /// Why not.
        source: DecodeError,
    },
}

impl ImageError {
    /// The path that could not be read.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing { path }
            | Self::NotAFile { path }
            | Self::PermissionDenied { path }
            | Self::NoImages { path }
            | Self::Io { path, .. }
            | Self::Decode { path, .. } => path,
        }
    }

    pub(crate) fn from_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::PermissionDenied => Self::PermissionDenied { path },
            _ => Self::Io { path, source },
        }
    }

    pub(crate) fn decoding(path: &Path) -> impl FnOnce(DecodeError) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Decode { path, source }
    }
}

/// Why a file could not be written; nothing is left behind.
#[derive(Debug, Error)]
#[error("{}: writing failed: {source}", Shown(path))]
pub struct WriteError {
    /// The path that was to be written.
    pub path: PathBuf,
    /// What failed.
    pub source: io::Error,
}

/// A path on one line: control characters in file names are escaped.
pub(crate) struct Shown<'a>(pub(crate) &'a Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", OneLine(self.0.display()))
    }
}

/// What a codec said, on one line and without the file's content: some quote all of it.
struct Cause<T>(T);

impl<T: fmt::Display> fmt::Display for Cause<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 240;
        let message = OneLine(&self.0).to_string();
        match message.char_indices().nth(LONGEST) {
            Some((end, _)) => write!(f, "{}…", &message[..end]),
            None => write!(f, "{message}"),
        }
    }
}

/// A message on one line, whatever a codec or a file name put into it.
struct OneLine<T>(T);

impl<T: fmt::Display> fmt::Display for OneLine<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.to_string().trim_end().chars() {
            if letter.is_control() {
                write!(f, "{}", letter.escape_default())?;
            } else {
                write!(f, "{letter}")?;
            }
        }
        Ok(())
    }
}
