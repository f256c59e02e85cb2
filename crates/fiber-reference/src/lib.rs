//! The learned model of normal fibre end faces: collect good faces, merge collections, fit, assess new
//! faces, keep the model in a file.
//!
//! A middle layer of the `fiber-inspect` stack: features come from `fiber-features`, the common frame from
//! `fiber-geometry`, maps from `fiber-anomaly`, robust statistics from `fiber-stats`; reports and verdicts
//! are made above.
//!
//! ```
//! use fiber_image::{FaceImage, Plane};
//! use fiber_reference::{Collection, FrameOptions, LearnOptions, ReferenceModel, Sample};
//!
//! // Good faces differ a little; here plain surfaces, for which no fibre is searched.
//! let sample = |shade: usize, stain: bool| -> Result<Sample, Box<dyn std::error::Error>> {
//!     let luma = Plane::from_fn(48, 48, |x, y| {
//!         let grain = (x * 7 + y * 13 + x * y * (shade + 3)) % 6;
//!         let stained = stain && (20..28).contains(&x) && (20..28).contains(&y);
//!         (90 + shade + grain + if stained { 60 } else { 0 }) as u8
//!     })?;
//!     let face = FaceImage::from_luma(luma, &format!("face {shade}"));
//!     let (name, hash) = (&face.metadata().file_name, &face.metadata().sha256);
//!     Ok(Sample::new(name, hash, face.luma(), None, &FrameOptions::default())?)
//! };
//! let good: Collection = (0..6).map(|shade| sample(shade, false)).collect::<Result<_, _>>()?;
//! let model = good.fit(&LearnOptions::default())?;
//!
//! let folder = tempfile::tempdir()?;
//! model.save(folder.path().join("good.json"))?;
//! let model = ReferenceModel::load(folder.path().join("good.json"))?;
//! let assessment = model.assess(&sample(3, true)?)?;
//! assert!(assessment.is_anomalous());
//! assert_eq!(assessment.regions(&Default::default())?.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How a model is learned
//! 1. Every face is a [`Sample`]: its view in the common frame and the features of that view.
//! 2. A [`Collection`] keeps each content once; its order and that of merging do not matter.
//! 3. [`Collection::fit`] takes median and scaled median absolute deviation of every pixel and feature, and a
//!    shrunk covariance of the standardised features.
//! 4. Pixels are compared after what differs alike all around the fibre (light in the core, exposure) has been
//!    taken away, so that it neither hides local damage nor passes for it; the other criteria see it.
//! 5. It learns anew without each face (or each of 16 parts) and scores the faces left out.
//! 6. These models know fewer faces, and the faces left out lie a little farther from them. From two models of half of
//!    the faces each it learns how scores fall with the number of faces, and brings those of the faces left out to the
//!    full number: a good face that the model has not seen scores like them.
//! 7. The four scores together make one statistic, whose limit ([`JointThreshold`]) a good face exceeds at the
//!    asked rate; the [`Thresholds`] of the single criteria follow from it.
//!
//! No threshold comes from the face that is assessed.

mod assessment;
mod collection;
mod error;
mod extrapolation;
mod feature_model;
mod file;
mod fit;
mod frame;
mod held_out;
mod joint;
mod learning_curve;
mod model;
mod options;
mod outliers;
mod planes;
mod rings;
mod sample;
mod scores;
mod specks;
mod stored_collection;
mod summary;

pub use assessment::{
    Assessment, Criterion, CriterionName, DeviantFeature, JointVerdict, MeasureSpread, Spread,
};
pub use collection::{Collection, Duplicate, Misfit};
pub use error::ReferenceError;
pub use fiber_filters::Threading;
pub use file::ModelFileError;
pub use frame::{FrameKind, FrameOptions};
pub use joint::JointThreshold;
pub use learning_curve::LearningStep;
pub use model::{ReferenceFace, ReferenceModel};
pub use options::{LearnOptions, Shrinkage};
pub use outliers::Outlier;
pub use sample::Sample;
pub use scores::{Scores, Thresholds};
pub use specks::SpeckMap;
pub use summary::{Summary, ThresholdSummary};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExample;
