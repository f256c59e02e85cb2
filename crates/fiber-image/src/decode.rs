use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::path::Path;

use image::codecs::bmp::BmpDecoder;
use image::{DynamicImage, ImageDecoder};

use crate::face::Decoded;
use crate::luma::Samples;
use crate::{
    DecodeError, FaceImage, Format, ImageError, Limits, jpeg, pixel_matrix, png, sha256_hex, tiff,
};

/// Reads an image file.
///
/// The format is told by content, never by the extension. See [`decode`] for what becomes of the
/// pixels.
///
/// # Errors
/// [`ImageError`] with the path: missing, not a file, not readable, or not decodable.
pub fn read(path: impl AsRef<Path>, limits: &Limits) -> Result<FaceImage, ImageError> {
    let path = path.as_ref();
    let bytes = read_bytes(path, limits)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let face = decode(&bytes, &name, limits).map_err(ImageError::decoding(path))?;
    Ok(face.at_path(path.to_path_buf()))
}

/// Decodes an image file's bytes; `name` goes to the metadata.
///
/// - Colour becomes luma by [`luma`](crate::luma); alpha is dropped, palettes are resolved.
/// - 16-bit samples are taken to 8 bits by one rounding to nearest (`round(v / 257)` for grey).
/// - Of animated and multi-page files the first picture is taken.
/// - Pixels stay as stored: orientation tags and colour profiles are not applied, so that one sensor
///   position is one pixel position in all pictures of an instrument.
/// - A file that lacks its end is refused, even by formats whose usual decoders would fill in grey;
///   stray bytes between JPEG segments and anything after a file's end are passed over.
///
/// # Errors
/// [`DecodeError`]: empty, unknown, truncated, damaged or unsupported content, or beyond `limits`.
pub fn decode(bytes: &[u8], name: &str, limits: &Limits) -> Result<FaceImage, DecodeError> {
    limits.check_bytes(bytes.len() as u64)?;
    let format = recognise(bytes)?;
    let decoded = match format {
        Format::Bmp => decode_bmp(bytes, limits),
        Format::Jpeg => jpeg::decode(bytes, limits),
        Format::Png => png::decode(bytes, limits),
        Format::Tiff => tiff::decode(bytes, limits),
        Format::Json | Format::Npy => pixel_matrix::decode(bytes, limits),
    }?;
    Ok(FaceImage::new(decoded, name, Some(format), sha256_hex(bytes)))
}

/// Reads a whole file, no further than the limit.
pub(crate) fn read_bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>, ImageError> {
    let failed = |error| ImageError::from_io(path, error);
    // Asked before opening: to open a pipe would wait for its writer.
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(ImageError::NotAFile { path: path.to_path_buf() });
    }
    limits.check_bytes(metadata.len()).map_err(ImageError::decoding(path))?;
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    let file = File::open(path).map_err(failed)?;
    file.take(limits.max_file_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    limits.check_bytes(bytes.len() as u64).map_err(ImageError::decoding(path))?;
    Ok(bytes)
}

fn recognise(bytes: &[u8]) -> Result<Format, DecodeError> {
    const MAGIC: [(&[u8], Format); 7] = [
        (b"\x89PNG\r\n\x1a\n", Format::Png),
        (b"\xFF\xD8", Format::Jpeg),
        (b"BM", Format::Bmp),
        (b"II*\0", Format::Tiff),
        (b"MM\0*", Format::Tiff),
        (b"II+\0", Format::Tiff),
        (b"MM\0+", Format::Tiff),
    ];
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    if let Some((_, format)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Ok(*format);
    }
    if matches!(pixel_matrix::text(bytes).trim_ascii_start().first(), Some(b'{' | b'[')) {
        return Ok(Format::Json);
    }
    match image::guess_format(bytes) {
        Ok(foreign) => Err(DecodeError::ForeignFormat { name: format!("{foreign:?}") }),
        Err(_) => Err(DecodeError::UnknownContent),
    }
}

fn decode_bmp(bytes: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    let decoder = BmpDecoder::new(Cursor::new(bytes))
        .map_err(|error| DecodeError::from_codec(Format::Bmp, error, limits.decoder_bytes()))?;
    // Bits a pixel stand behind the size, which the oldest header (of 12 bytes) keeps shorter; below 8
    // they are those of a palette's index.
    let at = if bytes.get(14) == Some(&12) { 24 } else { 28 };
    let bits = bytes.get(at).copied().filter(|bits| *bits < 8).unwrap_or(8);
    decode_with(decoder, Format::Bmp, bits, limits)
}

/// Runs a decoder of the `image` crate whose header has been read.
pub(crate) fn decode_with(
    mut decoder: impl ImageDecoder,
    format: Format,
    bit_depth: u8,
    limits: &Limits,
) -> Result<Decoded, DecodeError> {
    let allowed = limits.decoder_bytes();
    let failed = |error| DecodeError::from_codec(format, error, allowed);
    let (width, height) = decoder.dimensions();
    limits.check_size(width.into(), height.into())?;
    decoder.set_limits(codec_limits(limits)).map_err(failed)?;
    let image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    let channels = image.color().channel_count();
    let samples = match image {
        DynamicImage::ImageLuma8(image) => Samples::Eight(image.into_raw()),
        DynamicImage::ImageLumaA8(image) => Samples::Eight(image.into_raw()),
        DynamicImage::ImageRgb8(image) => Samples::Eight(image.into_raw()),
        DynamicImage::ImageRgba8(image) => Samples::Eight(image.into_raw()),
        DynamicImage::ImageLuma16(image) => Samples::Sixteen(image.into_raw()),
        DynamicImage::ImageLumaA16(image) => Samples::Sixteen(image.into_raw()),
        DynamicImage::ImageRgb16(image) => Samples::Sixteen(image.into_raw()),
        DynamicImage::ImageRgba16(image) => Samples::Sixteen(image.into_raw()),
        _ => return Err(DecodeError::unsupported(format, "samples are neither 8 nor 16 bits")),
    };
    let luma = samples.into_luma(format, width as usize, height as usize, channels.into())?;
    Ok(Decoded::new(luma, channels, bit_depth))
}

/// The same limits for the `image` crate.
pub(crate) fn codec_limits(limits: &Limits) -> image::Limits {
    let mut codec = image::Limits::no_limits();
    codec.max_image_width = Some(limits.max_width);
    codec.max_image_height = Some(limits.max_height);
    codec.max_alloc = Some(limits.decoder_bytes());
    codec
}
