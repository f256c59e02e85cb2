//! The JSON pixel matrix, an interchange format of pixel lists.

mod error;
mod object;
mod parse;
mod write;

pub use error::{JsonError, JsonProblem};
pub(crate) use parse::decode;
pub use write::write_pixel_matrix;

/// The text without a byte order mark.
pub(crate) fn text(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}
