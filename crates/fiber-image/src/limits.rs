use serde::{Deserialize, Serialize};

use crate::DecodeError;

/// How large an input may be, checked before anything of that size is allocated.
///
/// ```
/// use fiber_image::{DecodeError, Limits, decode};
///
/// let matrix = br#"{"image_dimensions": {"width": 90000, "height": 2}, "pixels": []}"#;
/// let refused = decode(matrix, "wide.json", &Limits::default());
/// assert!(matches!(refused, Err(DecodeError::TooLarge { value: 90000, limit: 16384, .. })));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Columns; 16384 by default.
    pub max_width: u32,
    /// Rows; 16384 by default.
    pub max_height: u32,
    /// Columns times rows; 67,108,864 by default.
    pub max_pixels: u64,
    /// Bytes of the file; 512 MiB by default (a JSON pixel matrix takes some 100 bytes a pixel).
    pub max_file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_width: 1 << 14,
            max_height: 1 << 14,
            max_pixels: 1 << 26,
            max_file_bytes: 1 << 29,
        }
    }
}

impl Limits {
    /// Accepts a size in pixels, or names the limit that it breaks.
    pub(crate) fn check_size(&self, width: u64, height: u64) -> Result<(), DecodeError> {
        let pixels = width.saturating_mul(height);
        for (quantity, value, limit) in [
            ("width in px", width, u64::from(self.max_width)),
            ("height in px", height, u64::from(self.max_height)),
            ("number of pixels", pixels, self.max_pixels),
        ] {
            if value > limit {
                return Err(DecodeError::TooLarge { quantity, value, limit });
            }
        }
        Ok(())
    }

    /// Accepts a file size, or names the limit.
    pub(crate) fn check_bytes(&self, bytes: u64) -> Result<(), DecodeError> {
        let limit = self.max_file_bytes;
        if bytes > limit {
            let quantity = "file size in bytes";
            return Err(DecodeError::TooLarge { quantity, value: bytes, limit });
        }
        Ok(())
    }

    /// What a decoder may allocate in bytes: pixels of four 16-bit samples, as much again for its
    /// own work, and a floor for tables and metadata.
    pub(crate) fn decoder_bytes(&self) -> u64 {
        self.max_pixels.saturating_mul(16).saturating_add(1 << 24)
    }
}
