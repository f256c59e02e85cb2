//! TIFF through the `tiff` crate, with what it lacks: palettes, planes and small samples.

mod directory;

use std::io::Cursor;

use tiff::decoder::{BufferLayoutPreference, Decoder, DecodingResult, Limits as DecoderLimits};
use tiff::tags::{SampleFormat, Tag};
use tiff::{ColorType, TiffError};

use self::directory::{
    COMPRESSION, Directory, HEIGHT, PHOTOMETRIC, SAMPLES, TILE_HEIGHT, TILE_WIDTH, WIDTH,
};
use crate::error::ends_early;
use crate::face::Decoded;
use crate::luma::Samples;
use crate::{DecodeError, Format, Limits};

const PALETTE: u64 = 3;
const BLACK_IS_ZERO: u8 = 1;

/// Uncompressed, LZW, deflate (two codes), PackBits. Others are refused: JPEG and fax strips would be
/// filled up where their data are damaged.
const LOSSLESS: [u64; 5] = [1, 5, 8, 32946, 32773];

pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    let directory = Directory::first(bytes)?;
    check(&directory, limits)?;
    if directory.get(PHOTOMETRIC) == Some(PALETTE) {
        // The decoder knows no palettes: it reads the indices as if they were grey values.
        let mut grey = bytes.to_vec();
        directory.overwrite(&mut grey, PHOTOMETRIC, BLACK_IS_ZERO);
        decode_first_page(&grey, true, limits)
    } else {
        decode_first_page(bytes, false, limits)
    }
}

/// Checks the numbers by which the decoder multiplies and allocates.
fn check(directory: &Directory, limits: &Limits) -> Result<(), DecodeError> {
    let number = |tag| directory.get(tag);
    let (Some(width), Some(height)) = (number(WIDTH), number(HEIGHT)) else {
        return Err(DecodeError::corrupt(Format::Tiff, "the image size is missing"));
    };
    limits.check_size(width, height)?;
    let samples = number(SAMPLES).unwrap_or(1);
    if !(1..=4).contains(&samples) {
        return Err(DecodeError::unsupported(Format::Tiff, format!("{samples} samples a pixel")));
    }
    for side in [TILE_WIDTH, TILE_HEIGHT].into_iter().filter_map(number) {
        if side > 1 << 16 {
            return Err(DecodeError::corrupt(Format::Tiff, format!("tiles {side} px long")));
        }
    }
    let compression = number(COMPRESSION).unwrap_or(1);
    if !LOSSLESS.contains(&compression) {
        let message = format!("compression scheme {compression}");
        return Err(DecodeError::unsupported(Format::Tiff, message));
    }
    Ok(())
}

fn decode_first_page(bytes: &[u8], palette: bool, limits: &Limits) -> Result<Decoded, DecodeError> {
    let allowed = limits.decoder_bytes();
    let failed = |error| sort_error(error, allowed);
    let mut decoder_limits = DecoderLimits::default();
    decoder_limits.decoding_buffer_size = usize::try_from(allowed).unwrap_or(usize::MAX);
    decoder_limits.intermediate_buffer_size = decoder_limits.decoding_buffer_size;
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(failed)?.with_limits(decoder_limits);
    let (width, height) = decoder.dimensions().map_err(failed)?;
    let colour = decoder.colortype().map_err(failed)?;
    let (channels, bits) = match colour {
        ColorType::Gray(bits @ (1 | 2 | 4 | 8 | 16)) => (1, bits),
        ColorType::Multiband { bit_depth: bits @ (8 | 16), num_samples: 2 } if !palette => {
            (2, bits)
        }
        ColorType::RGB(bits @ (8 | 16)) => (3, bits),
        ColorType::RGBA(bits @ (8 | 16)) => (4, bits),
        other => return Err(DecodeError::unsupported(Format::Tiff, format!("pixels {other:?}"))),
    };
    let colour_map = match palette {
        true => decoder.find_tag_unsigned_vec::<u16>(Tag::ColorMap).map_err(failed)?,
        false => None,
    };

    let mut buffer = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut buffer).map_err(failed)?;
    if layout.sample_format != SampleFormat::Uint {
        return Err(DecodeError::unsupported(Format::Tiff, "samples that are no whole numbers"));
    }
    let (width, height) = (width as usize, height as usize);
    let samples = match buffer {
        DecodingResult::U8(samples) if bits < 8 => {
            let stride = layout.row_stride.map_or(samples.len(), usize::from);
            Samples::Eight(unpack(&samples, stride, width, bits, palette))
        }
        DecodingResult::U8(samples) => Samples::Eight(interleave(samples, &layout, channels)),
        DecodingResult::U16(samples) => Samples::Sixteen(interleave(samples, &layout, channels)),
        _ => return Err(DecodeError::unsupported(Format::Tiff, "samples of more than 16 bits")),
    };
    let (samples, stored) = match (palette, samples) {
        (false, samples) => (samples, channels),
        (true, Samples::Eight(indices)) => {
            let colours = colour_map.ok_or_else(|| {
                DecodeError::corrupt(Format::Tiff, "the colour map of a palette image is missing")
            })?;
            (Samples::Eight(look_up(&indices, &colours, bits)?), 3)
        }
        (true, Samples::Sixteen(_)) => {
            return Err(DecodeError::unsupported(Format::Tiff, "a palette with 16-bit indices"));
        }
    };
    let luma = samples.into_luma(Format::Tiff, width, height, stored)?;
    Ok(Decoded::new(luma, stored as u8, bits))
}

/// Spreads samples of 1, 2 or 4 bits, packed from the top of each byte, to bytes: palette indices as
/// they are, grey values stretched to 0..=255 (exactly: 255 is a multiple of 1, 3 and 15).
fn unpack(packed: &[u8], stride: usize, width: usize, bits: u8, palette: bool) -> Vec<u8> {
    let most = (1_u8 << bits) - 1;
    let step = if palette { 1 } else { 255 / most };
    let per_byte = usize::from(8 / bits);
    let rows = packed.chunks_exact(stride);
    rows.flat_map(|row| {
        (0..width).map(move |x| {
            let shift = 8 - bits * (x % per_byte + 1) as u8;
            (row[x / per_byte] >> shift & most) * step
        })
    })
    .collect()
}

/// Brings samples that are stored plane after plane into the order of pixels.
fn interleave<T: Copy>(
    samples: Vec<T>,
    layout: &BufferLayoutPreference,
    channels: usize,
) -> Vec<T> {
    if layout.planes <= 1 {
        return samples;
    }
    let plane = samples.len() / layout.planes;
    (0..plane * channels).map(|i| samples[i % channels * plane + i / channels]).collect()
}

/// Red, green and blue of each index; the map holds all reds, then all greens, then all blues.
///
/// The upper bytes are taken: some programs store an 8-bit colour as its 256-fold, some as its
/// 257-fold, and this gives it back from either.
fn look_up(indices: &[u8], colours: &[u16], bits: u8) -> Result<Vec<u8>, DecodeError> {
    let entries = 1 << bits;
    if colours.len() != 3 * entries {
        let message = format!("a colour map of {} values for {bits} bits", colours.len());
        return Err(DecodeError::corrupt(Format::Tiff, message));
    }
    let colour = |index: &u8| {
        [0, 1, 2].map(|channel| (colours[channel * entries + usize::from(*index)] >> 8) as u8)
    };
    Ok(indices.iter().flat_map(colour).collect())
}

fn sort_error(error: TiffError, allowed: u64) -> DecodeError {
    match error {
        TiffError::UnsupportedError(error) => DecodeError::unsupported(Format::Tiff, error),
        TiffError::LimitsExceeded => DecodeError::MemoryLimit { limit: allowed },
        error if ends_early(&error) => DecodeError::Truncated { format: Format::Tiff },
        error => DecodeError::corrupt(Format::Tiff, error),
    }
}
