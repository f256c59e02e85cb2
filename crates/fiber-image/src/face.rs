use std::fmt::Write as _;
use std::path::PathBuf;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::{Format, Plane, PlaneView};

/// The picture of one connector end face: 8-bit luma and where it came from.
///
/// Made by [`read`](crate::read), [`decode`](crate::decode) or [`FaceImage::from_luma`]; the sizes
/// in the metadata are always those of the plane.
///
/// ```
/// use fiber_image::{FaceImage, Plane};
///
/// let face = FaceImage::from_luma(Plane::filled(4, 3, 128)?, "live view");
/// assert_eq!(face.luma().dimensions(), (4, 3));
/// assert_eq!((face.metadata().width, face.metadata().height), (4, 3));
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceImage {
    luma: Plane<u8>,
    metadata: Metadata,
}

/// What is known of the source of a [`FaceImage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Metadata {
    /// Name of the file, without folders; or the name that the caller gave.
    pub file_name: String,
    /// Path that was read, as it was given; `None` where the bytes came from memory. Serialised as
    /// text, in which bytes that are no UTF-8 become U+FFFD.
    #[serde(serialize_with = "as_text")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub path: Option<PathBuf>,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Channels of the source, alpha counted, palettes and CMYK resolved to 3: 1 to 4.
    pub channels: u8,
    /// Bits of a sample in the source; of an index where there is a palette.
    pub bit_depth: u8,
    /// File format, by content; `None` where luma was given directly.
    pub format: Option<Format>,
    /// SHA-256 of the source's bytes (of the pixels where luma was given directly), as 64 lowercase
    /// hexadecimal digits.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub sha256: String,
    /// Pixels of a JSON matrix that lay outside the image; 0 for all other formats.
    pub skipped_pixels: u64,
    /// The `filename` that a JSON matrix carries.
    pub original_name: Option<String>,
}

fn as_text<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_ref().map(|path| path.to_string_lossy()).serialize(serializer)
}

/// What a decoder gives back.
pub(crate) struct Decoded {
    pub(crate) luma: Plane<u8>,
    pub(crate) channels: u8,
    pub(crate) bit_depth: u8,
    pub(crate) skipped_pixels: u64,
    pub(crate) original_name: Option<String>,
}

impl Decoded {
    pub(crate) fn new(luma: Plane<u8>, channels: u8, bit_depth: u8) -> Self {
        Self { luma, channels, bit_depth, skipped_pixels: 0, original_name: None }
    }
}

impl FaceImage {
    /// Wraps luma that was made elsewhere (a camera, a renderer) under a name of the caller's choice.
    #[must_use]
    pub fn from_luma(luma: Plane<u8>, name: &str) -> Self {
        let sha256 = sha256_hex(luma.pixels());
        Self::new(Decoded::new(luma, 1, 8), name, None, sha256)
    }

    pub(crate) fn new(
        decoded: Decoded,
        name: &str,
        format: Option<Format>,
        sha256: String,
    ) -> Self {
        let Decoded { luma, channels, bit_depth, skipped_pixels, original_name } = decoded;
        let (width, height) = luma.dimensions();
        let metadata = Metadata {
            file_name: name.to_owned(),
            path: None,
            width,
            height,
            channels,
            bit_depth,
            format,
            sha256,
            skipped_pixels,
            original_name,
        };
        Self { luma, metadata }
    }

    pub(crate) fn at_path(mut self, path: PathBuf) -> Self {
        self.metadata.path = Some(path);
        self
    }

    /// The pixels.
    #[must_use]
    pub fn luma(&self) -> PlaneView<'_, u8> {
        self.luma.view()
    }

    /// The source.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Takes the image apart.
    #[must_use]
    pub fn into_parts(self) -> (Plane<u8>, Metadata) {
        (self.luma, self.metadata)
    }
}

/// SHA-256 (FIPS 180-4) of some bytes, as 64 lowercase hexadecimal digits.
///
/// ```
/// let digest = fiber_image::sha256_hex(b"abc");
/// assert_eq!(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
/// ```
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}"); // writing to a string cannot fail
        hex
    })
}
