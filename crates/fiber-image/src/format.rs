use std::fmt;

use serde::Serialize;

/// The file formats that are read, told by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// Windows bitmap.
    Bmp,
    /// JPEG, baseline or progressive.
    Jpeg,
    /// The JSON pixel matrix.
    Json,
    /// NumPy array; for masks only.
    Npy,
    /// Portable network graphics.
    Png,
    /// TIFF or BigTIFF.
    Tiff,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bmp => "BMP",
            Self::Jpeg => "JPEG",
            Self::Json => "JSON",
            Self::Npy => "NPY",
            Self::Png => "PNG",
            Self::Tiff => "TIFF",
        })
    }
}
