use crate::{DecodeError, Format};

const TRUNCATED: DecodeError = DecodeError::Truncated { format: Format::Tiff };

pub(super) const WIDTH: u16 = 256;
pub(super) const HEIGHT: u16 = 257;
pub(super) const COMPRESSION: u16 = 259;
pub(super) const PHOTOMETRIC: u16 = 262;
pub(super) const SAMPLES: u16 = 277;
pub(super) const TILE_WIDTH: u16 = 322;
pub(super) const TILE_HEIGHT: u16 = 323;

/// The tags that hold one number and are checked or changed here.
const CHECKED: [u16; 7] =
    [WIDTH, HEIGHT, COMPRESSION, PHOTOMETRIC, SAMPLES, TILE_WIDTH, TILE_HEIGHT];

/// Whether the decoder collects the values of a tag: the numbers that describe size, samples, strips,
/// tiles, compression and colours, and none of the texts.
fn is_collected(tag: u16) -> bool {
    matches!(tag, 256..=259 | 262 | 273 | 277..=279 | 284 | 317 | 320 | 322..=325 | 338 | 339 | 530)
}

/// Tiles of 16 x 16 in an image of 67 million pixels; a full colour map has fewer values.
const LONGEST_LIST: u64 = 1 << 18;

/// The decisive numbers of the first directory, read ahead of the decoder, which computes and
/// allocates with them unchecked.
pub(super) struct Directory {
    order: ByteOrder,
    entries: Vec<Entry>,
}

/// A tag that holds one number.
struct Entry {
    tag: u16,
    value: u64,
    /// Where the value stands in the file, and its bytes.
    at: usize,
    size: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    fn number(self, bytes: &[u8], at: usize, size: usize) -> Result<u64, DecodeError> {
        let end = at.checked_add(size).ok_or(TRUNCATED)?;
        let digits = bytes.get(at..end).ok_or(TRUNCATED)?;
        let join = |value: u64, &digit: &u8| value << 8 | u64::from(digit);
        Ok(match self {
            Self::Little => digits.iter().rev().fold(0, join),
            Self::Big => digits.iter().fold(0, join),
        })
    }
}

impl Directory {
    /// Reads the first directory of a file that begins with a TIFF or BigTIFF signature.
    pub(super) fn first(bytes: &[u8]) -> Result<Self, DecodeError> {
        let order = if bytes[0] == b'I' { ByteOrder::Little } else { ByteOrder::Big };
        let number = |at, size| order.number(bytes, at, size);
        // BigTIFF: all counts and offsets of 8 bytes; else an entry count of 2, others of 4.
        let big = number(2, 2)? == 43;
        let (word, count_size, start) = if big { (8, 8, 8) } else { (4, 2, 4) };
        let address = |number: u64| usize::try_from(number).map_err(|_| TRUNCATED);
        let table = address(number(start, word)?)?;
        let count = address(number(table, count_size)?)?;
        let stride = 4 + 2 * word;
        let mut entries: Vec<Entry> = Vec::new();
        for index in 0..count {
            let offset = index.checked_mul(stride).ok_or(TRUNCATED)?;
            let at = offset.checked_add(table + count_size).ok_or(TRUNCATED)?;
            let tag = number(at, 2)? as u16;
            let kind = number(at + 2, 2)?;
            let values = number(at + 4, word)?;
            if is_collected(tag) && values > LONGEST_LIST {
                let message = format!("tag {tag} with {values} values");
                return Err(DecodeError::corrupt(Format::Tiff, message));
            }
            if CHECKED.contains(&tag) {
                let size = match kind {
                    1 => 1,
                    3 => 2,
                    4 => 4,
                    16 if big => 8,
                    _ => 0,
                };
                if size == 0 || values != 1 || entries.iter().any(|entry| entry.tag == tag) {
                    let message = format!("tag {tag} is not one number");
                    return Err(DecodeError::corrupt(Format::Tiff, message));
                }
                let at = at + 4 + word;
                entries.push(Entry { tag, value: number(at, size)?, at, size });
            }
        }
        Ok(Self { order, entries })
    }

    /// The number under `tag`, or `None` where it is absent.
    pub(super) fn get(&self, tag: u16) -> Option<u64> {
        self.entries.iter().find(|entry| entry.tag == tag).map(|entry| entry.value)
    }

    /// Writes a small number over the one under `tag`, if there is one.
    pub(super) fn overwrite(&self, bytes: &mut [u8], tag: u16, value: u8) {
        if let Some(entry) = self.entries.iter().find(|entry| entry.tag == tag) {
            let field = &mut bytes[entry.at..entry.at + entry.size];
            field.fill(0);
            let least = if self.order == ByteOrder::Little { 0 } else { entry.size - 1 };
            field[least] = value;
        }
    }
}
