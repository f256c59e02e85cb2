use fiber_features::{FeatureVector, extract};
use fiber_geometry::{CanonicalFrame, CanonicalView, Geometry};
use fiber_image::{Plane, PlaneView};

use crate::{FrameKind, FrameOptions, ReferenceError};

/// One face in the common frame with its features: what a model is learned from, and what it assesses.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    name: String,
    sha256: String,
    frame: FrameKind,
    luma: Plane<u8>,
    valid: Plane<u8>,
    features: FeatureVector,
}

impl Sample {
    /// Brings a face into the common frame: the canonical view around the fibre where there is a geometry,
    /// the whole image where there is none. The features are those of the luma in that frame.
    ///
    /// `name` is for reports, `sha256` (of the source, 64 lowercase hexadecimal digits) tells faces apart.
    ///
    /// ```
    /// use fiber_image::{FaceImage, Plane};
    /// use fiber_reference::{FrameKind, FrameOptions, Sample};
    ///
    /// let face = FaceImage::from_luma(Plane::from_fn(40, 30, |x, y| (x + y) as u8)?, "strip");
    /// let hash = &face.metadata().sha256;
    /// let sample = Sample::new("strip", hash, face.luma(), None, &FrameOptions::default())?;
    /// assert_eq!(sample.frame(), FrameKind::Whole { width: 40, height: 30 });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ReferenceError::Geometry`] for frame options out of range, [`ReferenceError::Hash`] where the
    /// hash is not one.
    pub fn new(
        name: &str,
        sha256: &str,
        luma: PlaneView<'_, u8>,
        geometry: Option<&Geometry>,
        options: &FrameOptions,
    ) -> Result<Self, ReferenceError> {
        let (frame, CanonicalView { luma, valid }) = match geometry {
            Some(geometry) => {
                let FrameOptions { um_per_px, field_um } = *options;
                let view = CanonicalFrame::new(geometry, um_per_px, field_um)?.resample(luma);
                let cladding_um = geometry.cladding_um;
                (FrameKind::Fibre { um_per_px, field_um, cladding_um }, view)
            }
            None => {
                let (width, height) = luma.dimensions();
                let view = CanonicalView { luma: luma.to_plane(), valid: luma.filled_like(255) };
                (FrameKind::Whole { width, height }, view)
            }
        };
        let features = extract(luma.view());
        Self::from_parts(name.to_owned(), sha256.to_owned(), frame, luma, valid, features)
    }

    /// Puts a sample together from planes that already are in the frame and their features.
    ///
    /// # Errors
    /// [`ReferenceError::Hash`] where the hash is not one, [`ReferenceError::Planes`] where a plane does not
    /// have the frame's size.
    pub fn from_parts(
        name: String,
        sha256: String,
        frame: FrameKind,
        luma: Plane<u8>,
        valid: Plane<u8>,
        features: FeatureVector,
    ) -> Result<Self, ReferenceError> {
        if !is_sha256(&sha256) {
            return Err(ReferenceError::Hash { name, sha256 });
        }
        let size = frame.dimensions();
        if luma.dimensions() != size || valid.dimensions() != size {
            return Err(ReferenceError::Planes { name, frame });
        }
        Ok(Self { name, sha256, frame, luma, valid, features })
    }

    /// Name of the face.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the face's source.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The common frame.
    #[must_use]
    pub fn frame(&self) -> FrameKind {
        self.frame
    }

    /// Luma in the frame.
    #[must_use]
    pub fn luma(&self) -> PlaneView<'_, u8> {
        self.luma.view()
    }

    /// Not 0 where the image has the pixel.
    #[must_use]
    pub fn valid(&self) -> PlaneView<'_, u8> {
        self.valid.view()
    }

    /// Features of the luma in the frame.
    #[must_use]
    pub fn features(&self) -> &FeatureVector {
        &self.features
    }
}

pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
