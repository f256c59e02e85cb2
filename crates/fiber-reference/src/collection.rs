use std::collections::BTreeMap;
use std::sync::Arc;

use crate::fit::fit;
use crate::{FrameKind, LearnOptions, ReferenceError, ReferenceModel, Sample};

/// Good faces to learn from, each content once, whatever the order they came in.
///
/// Partial collections merge to the same as one made at once. Cheap to clone: the samples are shared.
///
/// ```
/// use fiber_image::{FaceImage, Plane};
/// use fiber_reference::{Collection, FrameOptions, LearnOptions, Sample};
///
/// let face = |shade: usize| -> Result<Sample, Box<dyn std::error::Error>> {
///     let luma = Plane::from_fn(32, 24, |x, y| (60 + shade + (x * y * (shade + 3)) % 7) as u8)?;
///     let face = FaceImage::from_luma(luma, "");
///     let name = format!("face {shade}");
///     let hash = &face.metadata().sha256;
///     Ok(Sample::new(&name, hash, face.luma(), None, &FrameOptions::default())?)
/// };
/// let collection: Collection = (0..4).map(face).collect::<Result<_, _>>()?;
/// let model = collection.fit(&LearnOptions::default())?;
/// let assessment = model.assess(&face(1)?)?;
/// assert!(!assessment.is_anomalous());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collection {
    /// By hash, so in an order that depends on nothing but the contents.
    faces: BTreeMap<String, Face>,
}

#[derive(Clone, Debug, PartialEq)]
struct Face {
    sample: Arc<Sample>,
    /// Names of further samples of the same content, sorted.
    repeated: Vec<String>,
}

/// A face that was left out because its content is already there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate<'a> {
    /// Its name.
    pub name: &'a str,
    /// Name of the face of the same content that is kept: the first in alphabetical order.
    pub kept: &'a str,
    /// SHA-256 of both.
    pub sha256: &'a str,
}

/// A face that is not in the frame of most others: another size of image, or no fibre where the others have one.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// Its name.
    pub name: String,
    /// Its frame.
    pub frame: FrameKind,
    /// The frame of most faces.
    pub expected: FrameKind,
}

impl Collection {
    /// A collection without faces.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a face, unless one of the same content is there: of the two the one whose name comes first in
    /// alphabetical order is kept, and the other one is reported by [`Collection::duplicates`].
    pub fn insert(&mut self, sample: Sample) {
        self.insert_face(Face { sample: Arc::new(sample), repeated: Vec::new() });
    }

    /// Adds all faces of another collection.
    pub fn merge(&mut self, other: Self) {
        other.faces.into_values().for_each(|face| self.insert_face(face));
    }

    fn insert_face(&mut self, mut face: Face) {
        let Some(kept) = self.faces.get_mut(face.sample.sha256()) else {
            self.faces.insert(face.sample.sha256().to_owned(), face);
            return;
        };
        if face.sample.name() < kept.sample.name() {
            std::mem::swap(kept, &mut face);
        }
        kept.repeated.push(face.sample.name().to_owned());
        kept.repeated.append(&mut face.repeated);
        kept.repeated.sort_unstable();
    }

    /// Number of different faces.
    #[must_use]
    pub fn len(&self) -> usize {
        self.faces.len()
    }

    /// Whether there is no face.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.faces.is_empty()
    }

    /// The faces in order of their hashes.
    pub fn samples(&self) -> impl ExactSizeIterator<Item = &Sample> {
        self.faces.values().map(|face| face.sample.as_ref())
    }

    /// The faces that were left out because their content was already there.
    pub fn duplicates(&self) -> impl Iterator<Item = Duplicate<'_>> {
        self.faces.iter().flat_map(|(sha256, face)| {
            let kept = face.sample.name();
            face.repeated.iter().map(move |name| Duplicate { name, kept, sha256 })
        })
    }

    /// The same collection without the faces of these hashes.
    pub(crate) fn without(&self, hashes: &[&str]) -> Self {
        let mut rest = self.clone();
        rest.faces.retain(|sha256, _| !hashes.contains(&sha256.as_str()));
        rest
    }

    /// Learns what the faces have in common.
    ///
    /// Thresholds come from scores of every face by models that have not seen it: each face left out in
    /// turn, or one of 16 parts where there are more than 64 faces; from 7 faces on they are extrapolated to
    /// the number of all faces. Time grows with the number of faces times that of parts. The model does not
    /// depend on the threads.
    ///
    /// # Errors
    /// [`ReferenceError::Parameter`] for options out of range, [`ReferenceError::TooFewFaces`] below 2
    /// faces, [`ReferenceError::MixedFrames`] where the faces do not share one frame,
    /// [`ReferenceError::NoVariation`] where they do not differ in any feature.
    pub fn fit(&self, options: &LearnOptions) -> Result<ReferenceModel, ReferenceError> {
        options.check()?;
        if self.len() < 2 {
            return Err(ReferenceError::TooFewFaces { found: self.len() });
        }
        fit(self, self.common_frame()?, options)
    }

    /// The faces in the frame that most of them share, and those that are not in it, in order of their names.
    ///
    /// Of frames that equally many faces share, the one of the first face by hash counts. A model needs one frame:
    /// [`Collection::fit`] refuses a collection with misfits.
    #[must_use]
    pub fn without_misfits(&self) -> (Self, Vec<Misfit>) {
        let Some(expected) = self.most_common_frame() else { return (self.clone(), Vec::new()) };
        let misfits = self.samples().filter(|sample| sample.frame() != expected);
        let mut misfits: Vec<Misfit> = misfits
            .map(|sample| Misfit {
                name: sample.name().to_owned(),
                frame: sample.frame(),
                expected,
            })
            .collect();
        misfits.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let mut rest = self.clone();
        rest.faces.retain(|_, face| face.sample.frame() == expected);
        (rest, misfits)
    }

    fn most_common_frame(&self) -> Option<FrameKind> {
        let mut frames: Vec<(FrameKind, usize)> = Vec::new();
        for sample in self.samples() {
            match frames.iter_mut().find(|(frame, _)| *frame == sample.frame()) {
                Some((_, count)) => *count += 1,
                None => frames.push((sample.frame(), 1)),
            }
        }
        let most = frames.iter().map(|&(_, count)| count).max()?;
        frames.into_iter().find(|&(_, count)| count == most).map(|(frame, _)| frame)
    }

    /// The frame that all faces share.
    fn common_frame(&self) -> Result<FrameKind, ReferenceError> {
        let expected = self.most_common_frame().ok_or(ReferenceError::TooFewFaces { found: 0 })?;
        let (_, misfits) = self.without_misfits();
        if misfits.is_empty() {
            return Ok(expected);
        }
        let odd = misfits.iter().map(|misfit| format!("{} ({})", misfit.name, misfit.frame));
        Err(ReferenceError::MixedFrames { expected, odd: odd.collect() })
    }
}

impl Extend<Sample> for Collection {
    fn extend<I: IntoIterator<Item = Sample>>(&mut self, samples: I) {
        samples.into_iter().for_each(|sample| self.insert(sample));
    }
}

impl FromIterator<Sample> for Collection {
    fn from_iter<I: IntoIterator<Item = Sample>>(samples: I) -> Self {
        let mut collection = Self::new();
        collection.extend(samples);
        collection
    }
}
