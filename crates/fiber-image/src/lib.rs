//! Pixels in and out for end-face inspection: files become 8-bit luma, masks and figures become files.
//!
//! The crate stands at the bottom of the stack: it knows files and pixels, nothing of fibres. Its
//! [`Plane`] is the one pixel container that all other crates work on.
//!
//! ```
//! use fiber_image::{Limits, Plane, decode, encode_png, read, write_png};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("face.png");
//! let ramp = Plane::from_fn(64, 48, |x, y| (2 * x + y) as u8)?;
//! write_png(&path, ramp.view())?;
//!
//! let face = read(&path, &Limits::default())?;
//! assert_eq!(face.luma().to_plane(), ramp);
//! assert_eq!(face.metadata().file_name, "face.png");
//!
//! // One line that says what is wrong, whatever the bytes.
//! let cut = &encode_png(ramp.view())?[..100];
//! let error = decode(cut, "face.png", &Limits::default()).unwrap_err();
//! assert_eq!(error.to_string(), "the file is incomplete: its PNG data end too early");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod atomic;
mod decode;
mod error;
mod face;
mod format;
mod jpeg;
mod limits;
mod listing;
mod luma;
mod npy;
mod pixel_matrix;
mod plane;
mod png;
mod tiff;

pub use atomic::write_atomically;
pub use decode::{decode, read};
pub use error::{BoxedError, DecodeError, ImageError, WriteError};
pub use face::{FaceImage, Metadata, sha256_hex};
pub use format::Format;
pub use limits::Limits;
pub use listing::{Depth, ImageList, image_files, list_images};
pub use luma::luma;
pub use npy::{NpyValue, decode_mask, encode_npy, read_mask, write_npy};
pub use pixel_matrix::{JsonError, JsonProblem, write_pixel_matrix};
pub use plane::{Plane, PlaneError, PlaneView};
pub use png::{PngPixel, encode_png, write_png};
