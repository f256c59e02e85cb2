//! JPEG through the `image` crate, behind a check that every pixel is coded.
//!
//! JPEG decoders fill in grey where data are missing or damaged and call it success. A face half of
//! which is invented must not be inspected, so the segments and the entropy-coded data are walked
//! first (ITU-T T.81, sections B, F and G), without computing a pixel: each scan must code all of its
//! blocks, the scans together every component, and the end marker must be there.

mod entropy;
mod frame;
mod scan;

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;

use self::entropy::HuffmanTable;
use self::frame::Frame;
use crate::decode::decode_with;
use crate::face::Decoded;
use crate::{DecodeError, Format, Limits};

const TRUNCATED: DecodeError = DecodeError::Truncated { format: Format::Jpeg };

/// Far more than the ten or so scans of a progressive file; each costs a walk over the image.
const MOST_SCANS: usize = 100;

fn corrupt(message: &'static str) -> DecodeError {
    DecodeError::corrupt(Format::Jpeg, message)
}

pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    check_complete(bytes, limits)?;
    let decoder = JpegDecoder::new(Cursor::new(bytes))
        .map_err(|error| DecodeError::from_codec(Format::Jpeg, error, limits.decoder_bytes()))?;
    decode_with(decoder, Format::Jpeg, 8, limits)
}

/// The tables in force while the segments go by.
#[derive(Default)]
struct Tables {
    dc: [Option<HuffmanTable>; 4],
    ac: [Option<HuffmanTable>; 4],
    restart_interval: usize,
}

/// Walks the file from the start to the end marker.
fn check_complete(bytes: &[u8], limits: &Limits) -> Result<(), DecodeError> {
    let mut tables = Tables::default();
    let mut frame: Option<Frame> = None;
    let mut scans = 0;
    let mut at = 2; // behind the start marker
    loop {
        let marker = next_marker(bytes, &mut at)?;
        match marker {
            0xD9 => {
                let complete = frame.is_some_and(|frame| frame.is_coded());
                return if complete { Ok(()) } else { Err(TRUNCATED) };
            }
            0x01 | 0xD0..=0xD8 => continue, // no payload
            _ => {}
        }
        let segment = segment(bytes, &mut at)?;
        match marker {
            0xC0..=0xC2 if frame.is_some() => return Err(corrupt("a second frame")),
            0xC0..=0xC2 => frame = Some(Frame::parse(segment, marker == 0xC2, limits)?),
            0xC4 => define_tables(segment, &mut tables)?,
            0xC3 | 0xC5..=0xCF => {
                let message = "a lossless, hierarchical or arithmetic-coded process";
                return Err(DecodeError::unsupported(Format::Jpeg, message));
            }
            0xDD => match *segment {
                [high, low] => {
                    tables.restart_interval = u16::from_be_bytes([high, low]).into();
                }
                _ => return Err(corrupt("the restart interval")),
            },
            0xDA => {
                scans += 1;
                if scans > MOST_SCANS {
                    return Err(corrupt("more than 100 scans"));
                }
                let frame = frame.as_mut().ok_or_else(|| corrupt("a scan before its frame"))?;
                at = scan::walk(bytes, at, segment, frame, &tables)?;
            }
            _ => {}
        }
    }
}

/// Finds the next marker, passing over stray bytes, and leaves `at` behind it.
fn next_marker(bytes: &[u8], at: &mut usize) -> Result<u8, DecodeError> {
    loop {
        let rest = bytes.get(*at..).ok_or(TRUNCATED)?;
        let found = rest.iter().position(|&byte| byte == 0xFF).ok_or(TRUNCATED)?;
        *at += found + 1;
        match bytes.get(*at).ok_or(TRUNCATED)? {
            0x00 => *at += 1,
            0xFF => {}
            &marker => {
                *at += 1;
                return Ok(marker);
            }
        }
    }
}

/// The payload of the segment at `at`, which is left behind it.
fn segment<'a>(bytes: &'a [u8], at: &mut usize) -> Result<&'a [u8], DecodeError> {
    let length = bytes.get(*at..*at + 2).ok_or(TRUNCATED)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    if length < 2 {
        return Err(corrupt("a segment shorter than its own length field"));
    }
    let payload = bytes.get(*at + 2..*at + length).ok_or(TRUNCATED)?;
    *at += length;
    Ok(payload)
}

fn define_tables(mut segment: &[u8], tables: &mut Tables) -> Result<(), DecodeError> {
    while let Some((&target, rest)) = segment.split_first() {
        let (table, rest) = HuffmanTable::parse(rest).ok_or_else(|| corrupt("a Huffman table"))?;
        let class = match target >> 4 {
            0 => &mut tables.dc,
            1 => &mut tables.ac,
            _ => return Err(corrupt("the class of a Huffman table")),
        };
        let slot = class.get_mut(usize::from(target & 15));
        *slot.ok_or_else(|| corrupt("the number of a Huffman table"))? = Some(table);
        segment = rest;
    }
    Ok(())
}
