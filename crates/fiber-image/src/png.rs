use std::io::{self, Cursor};
use std::path::Path;

use image::ImageEncoder;
use image::codecs::png::{PngDecoder, PngEncoder};

use crate::decode::{codec_limits, decode_with};
use crate::face::Decoded;
use crate::{DecodeError, Format, Limits, PlaneView, WriteError, write_atomically};

const SIGNATURE: usize = 8;

pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    const TRUNCATED: DecodeError = DecodeError::Truncated { format: Format::Png };
    // Looked up here, before the decoder sees the file: its own refusal would not tell the size.
    let header = bytes.get(SIGNATURE..SIGNATURE + 17).ok_or(TRUNCATED)?;
    if &header[4..8] != b"IHDR" {
        return Err(DecodeError::corrupt(Format::Png, "the first chunk is not the header"));
    }
    limits.check_size(big_endian(&header[8..12]), big_endian(&header[12..16]))?;
    match decode_pixels(bytes, header[16], limits) {
        // The decoder calls a cut file damaged, or is content if it has got all pixels.
        Ok(_) | Err(DecodeError::Corrupt { .. }) if !has_end(bytes) => Err(TRUNCATED),
        result => result,
    }
}

fn decode_pixels(bytes: &[u8], bit_depth: u8, limits: &Limits) -> Result<Decoded, DecodeError> {
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), codec_limits(limits))
        .map_err(|error| DecodeError::from_codec(Format::Png, error, limits.decoder_bytes()))?;
    decode_with(decoder, Format::Png, bit_depth, limits)
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

/// Whether the chain of chunks leads to a whole end chunk.
fn has_end(bytes: &[u8]) -> bool {
    let mut rest = &bytes[SIGNATURE..];
    while let Some(head) = rest.get(..8) {
        let Some(whole) = usize::try_from(big_endian(&head[..4]))
            .ok()
            .and_then(|length| length.checked_add(12))
            .filter(|&whole| whole <= rest.len())
        else {
            return false;
        };
        if &head[4..] == b"IEND" {
            return true;
        }
        rest = &rest[whole..];
    }
    false
}

/// The pixels that can be written as PNG: `u8` as grey, `[u8; 3]` as R, G, B.
pub trait PngPixel: sealed::Samples {}

impl PngPixel for u8 {}
impl PngPixel for [u8; 3] {}

mod sealed {
    use image::ExtendedColorType;

    pub trait Samples: Copy {
        const COLOUR: ExtendedColorType;
        fn append(row: &[Self], samples: &mut Vec<u8>);
    }

    impl Samples for u8 {
        const COLOUR: ExtendedColorType = ExtendedColorType::L8;
        fn append(row: &[Self], samples: &mut Vec<u8>) {
            samples.extend_from_slice(row);
        }
    }

    impl Samples for [u8; 3] {
        const COLOUR: ExtendedColorType = ExtendedColorType::Rgb8;
        fn append(row: &[Self], samples: &mut Vec<u8>) {
            samples.extend_from_slice(row.as_flattened());
        }
    }
}

/// Encodes a grey or colour plane as PNG, 8 bits a sample.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] where a side is beyond the format's 2^31 - 1.
///
/// ```
/// use fiber_image::{Limits, Plane, decode, encode_png};
///
/// let grey = Plane::new(3, 1, vec![0_u8, 128, 255])?;
/// let bytes = encode_png(grey.view())?;
/// assert_eq!(decode(&bytes, "grey.png", &Limits::default())?.into_parts().0, grey);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encode_png<P: PngPixel>(plane: PlaneView<'_, P>) -> io::Result<Vec<u8>> {
    let side = |length: usize| {
        i32::try_from(length).map(i32::unsigned_abs).map_err(|_| {
            let message = format!("a PNG side has at most 2147483647 pixels, not {length}");
            io::Error::new(io::ErrorKind::InvalidInput, message)
        })
    };
    let (width, height) = (side(plane.width())?, side(plane.height())?);
    let mut samples = Vec::with_capacity(plane.width() * plane.height() * size_of::<P>());
    for row in plane.rows() {
        P::append(row, &mut samples);
    }
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(&samples, width, height, P::COLOUR)
        .map_err(io::Error::other)?;
    Ok(bytes)
}

/// Writes a grey or colour plane as a PNG file, [atomically](write_atomically).
///
/// # Errors
/// [`WriteError`] as [`write_atomically`], or where a side is beyond the format's 2^31 - 1.
pub fn write_png<P: PngPixel>(
    path: impl AsRef<Path>,
    plane: PlaneView<'_, P>,
) -> Result<(), WriteError> {
    write_atomically(path, |file| file.write_all(&encode_png(plane)?))
}
