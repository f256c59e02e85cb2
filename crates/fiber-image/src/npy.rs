use std::io;
use std::path::Path;

use ndarray::{ArrayView2, Axis};
use ndarray_npy::{ViewNpyError, ViewNpyExt, WritableElement, WriteNpyExt};

use crate::decode::read_bytes;
use crate::{
    DecodeError, Format, ImageError, Limits, Plane, PlaneView, WriteError, write_atomically,
};

/// The values that can be written as `.npy`: `u8` masks, `f32` maps, `f64` matrices.
pub trait NpyValue: sealed::Element {}

impl NpyValue for u8 {}
impl NpyValue for f32 {}
impl NpyValue for f64 {}

mod sealed {
    pub trait Element: Copy + ndarray_npy::WritableElement {}

    impl Element for u8 {}
    impl Element for f32 {}
    impl Element for f64 {}
}

/// Encodes a plane as a NumPy array of shape `(height, width)` in C order.
///
/// # Errors
/// None that a plane can cause; the format's own failures are passed on as they are.
///
/// ```
/// use fiber_image::{Limits, Plane, decode_mask, encode_npy};
///
/// let mask = Plane::new(2, 3, vec![0, 255, 0, 0, 255, 255])?;
/// let bytes = encode_npy(mask.view())?;
/// assert_eq!(&bytes[..6], b"\x93NUMPY");
/// assert_eq!(decode_mask(&bytes, &Limits::default())?, mask);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encode_npy<T: NpyValue>(plane: PlaneView<'_, T>) -> io::Result<Vec<u8>> {
    let owned = plane.to_plane();
    let array = ArrayView2::from_shape((owned.height(), owned.width()), owned.pixels())
        .map_err(io::Error::other)?;
    write(&array)
}

fn write<T: WritableElement>(array: &ArrayView2<'_, T>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    array.write_npy(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Writes a plane as an `.npy` file, [atomically](write_atomically); see [`encode_npy`].
///
/// # Errors
/// [`WriteError`] as [`write_atomically`].
pub fn write_npy<T: NpyValue>(
    path: impl AsRef<Path>,
    plane: PlaneView<'_, T>,
) -> Result<(), WriteError> {
    write_atomically(path, |file| file.write_all(&encode_npy(plane)?))
}

/// Reads a mask from an `.npy` file; see [`decode_mask`].
///
/// # Errors
/// [`ImageError`] with the path.
pub fn read_mask(path: impl AsRef<Path>, limits: &Limits) -> Result<Plane<u8>, ImageError> {
    let path = path.as_ref();
    let bytes = read_bytes(path, limits)?;
    decode_mask(&bytes, limits).map_err(ImageError::decoding(path))
}

/// Decodes a mask: a NumPy array of `uint8` with two axes, rows and columns, in C or Fortran order.
///
/// # Errors
/// [`DecodeError`]: empty, no `.npy`, truncated, damaged, of another type or shape, or beyond `limits`.
pub fn decode_mask(bytes: &[u8], limits: &Limits) -> Result<Plane<u8>, DecodeError> {
    limits.check_bytes(bytes.len() as u64)?;
    check_header(bytes)?;
    let array = ArrayView2::<u8>::view_npy(bytes).map_err(sort_error)?;
    let (height, width) = array.dim();
    limits.check_size(width as u64, height as u64)?;
    let pixels = array.axis_iter(Axis(0)).flat_map(|row| row.to_vec()).collect();
    Plane::new(width, height, pixels).map_err(|error| DecodeError::corrupt(Format::Npy, error))
}

/// Refuses a header longer than the file, or far longer than any that NumPy writes for an array
/// without fields: the parser would allocate it unseen and recurse into it.
fn check_header(bytes: &[u8]) -> Result<(), DecodeError> {
    const LONGEST: usize = 1024;
    const TRUNCATED: DecodeError = DecodeError::Truncated { format: Format::Npy };
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    if !bytes.starts_with(b"\x93NUMPY") {
        return Err(DecodeError::corrupt(Format::Npy, "the NumPy signature is missing"));
    }
    let (start, length) = match *bytes.get(6..).ok_or(TRUNCATED)? {
        [1, _, a, b, ..] => (10, u32::from(u16::from_le_bytes([a, b]))),
        [2 | 3, _, a, b, c, d, ..] => (12, u32::from_le_bytes([a, b, c, d])),
        [1..=3, ..] | [] => return Err(TRUNCATED),
        [version, ..] => {
            let message = format!("version {version} of the format");
            return Err(DecodeError::unsupported(Format::Npy, message));
        }
    };
    let length = length as usize;
    if length > LONGEST {
        return Err(DecodeError::unsupported(Format::Npy, format!("a header of {length} bytes")));
    }
    if bytes.len() - start < length {
        return Err(TRUNCATED);
    }
    Ok(())
}

fn sort_error(error: ViewNpyError) -> DecodeError {
    const FORMAT: Format = Format::Npy;
    match error {
        ViewNpyError::MissingBytes(_) => DecodeError::Truncated { format: FORMAT },
        ViewNpyError::WrongDescriptor(found) => {
            DecodeError::unsupported(FORMAT, format!("the type is {found}, a mask has '|u1'"))
        }
        ViewNpyError::WrongNdim(_, found) => {
            DecodeError::unsupported(FORMAT, format!("it has {found} axes, a mask has 2"))
        }
        error => DecodeError::corrupt(FORMAT, error),
    }
}
