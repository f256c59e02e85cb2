use fiber_features::{FeatureVector, extract};
use fiber_geometry::{CanonicalFrame, CanonicalView, Geometry};
use fiber_image::{Plane, PlaneView};

use crate::specks::{SensorView, marks};
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
    /// Of the image it was made of; `None` for one that was put together from parts.
    sensor: Option<SensorView>,
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
        let size = luma.dimensions();
        let (frame, CanonicalView { luma, valid }, sensor) = match geometry {
            Some(geometry) => {
                let FrameOptions { um_per_px, field_um } = *options;
                let canonical = CanonicalFrame::new(geometry, um_per_px, field_um)?;
                let sensor = SensorView::new(size, |x, y| canonical.from_image(x, y));
                let cladding_um = geometry.cladding_um;
                let frame = FrameKind::Fibre { um_per_px, field_um, cladding_um };
                (frame, canonical.resample(luma), sensor)
            }
            None => {
                let (width, height) = size;
                let view = CanonicalView { luma: luma.to_plane(), valid: luma.filled_like(255) };
                let sensor = SensorView::new(size, |x, y| (x, y));
                (FrameKind::Whole { width, height }, view, sensor)
            }
        };
        let features = extract(luma.view());
        let (name, sha256) = (name.to_owned(), sha256.to_owned());
        let sample = Self::from_parts(name, sha256, frame, luma, valid, features)?;
        Ok(Self { sensor: Some(sensor), ..sample })
    }

    /// Notes the small marks on the image, which must be the one the sample was made of: of marks at the same
    /// place of the sensor on many faces a model makes its [`SpeckMap`](crate::SpeckMap). Only faces to learn
    /// from need it.
    ///
    /// # Errors
    /// [`ReferenceError::ImageSize`] where the image has another size, or the sample comes from no image.
    pub fn note_sensor_marks(&mut self, image: PlaneView<'_, u8>) -> Result<(), ReferenceError> {
        match &mut self.sensor {
            Some(sensor) if sensor.size == image.dimensions() => {
                sensor.marks = marks(image);
                Ok(())
            }
            _ => Err(ReferenceError::ImageSize { name: self.name.clone() }),
        }
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
        Ok(Self { name, sha256, frame, luma, valid, features, sensor: None })
    }

    pub(crate) fn with_sensor(self, sensor: Option<SensorView>) -> Self {
        Self { sensor, ..self }
    }

    /// The same face of which only some pixels are known; the plane must be of the frame's size.
    pub(crate) fn with_valid(&self, valid: Plane<u8>) -> Self {
        Self { valid, ..self.clone() }
    }

    pub(crate) fn sensor(&self) -> Option<&SensorView> {
        self.sensor.as_ref()
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
