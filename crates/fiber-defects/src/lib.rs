//! Finds, names and measures the scratches, digs, contamination and chips of a fibre end face.
//!
//! Takes the self-reference of [`fiber_anomaly`] (how each pixel differs from what the face's own symmetry
//! leads one to expect, in deviations of its noise) and gives [`Defect`]s, in pixels and, where the scale is
//! known, in micrometres; `fiber-report` writes them down and `fiber-grading` judges them. No learned model
//! is needed; where there is one, its map of abnormal pixels joins in.
//!
//! ```
//! use fiber_anomaly::self_reference;
//! use fiber_defects::{DefectType, DetectOptions, detect};
//! use fiber_image::Plane;
//!
//! // A plain surface with four grey levels of texture and a pit at (40, 30).
//! let surface = Plane::from_fn(96, 72, |x, y| {
//!     let texture = (x * x * 7 + y * y * 13 + x * y * 5) % 23 % 4;
//!     let pit = x.abs_diff(40).pow(2) + y.abs_diff(30).pow(2) <= 9;
//!     if pit { 60 } else { 120 + texture as u8 }
//! })?;
//! let reference = self_reference(surface.view(), None, 250.0)?;
//! let options = DetectOptions::default();
//! let found = detect(&reference, surface.dimensions(), None, None, &options)?.defects;
//! assert_eq!((found.len(), found[0].defect_type), (1, DefectType::Dig));
//! assert_eq!(found[0].centroid, (40.0, 30.0));
//! assert!((found[0].diameter_px - 7.0).abs() < 1.5 && found[0].contrast < -50.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The detectors
//!
//! | name in [`Defect::algorithms`] | integrates | blind to |
//! |---|---|---|
//! | `matched_blob` | a disc: Gaussians of 0.7 to 5.6 pixels less their surround | films much wider than 20 pixels but for their edges; lines that no single spot of shows |
//! | `line_integral` | a straight line of 17, 41 or 71 pixels, 1 to 4 wide, on the whitened residual | lines shorter than 12 pixels or beside much stronger marks; circles around the fibre's centre, the rim among them |
//! | `learned_map` | whatever the learned model does | what the model has seen on good faces |
//!
//! All of them trust that the noise of a ring around the fibre has one scale, whatever its correlation: the
//! filtered residual is measured again, ring by ring. Lines also trust that its spectrum is the same all over the face.
//! A mark all around the fibre is part of the
//! expectation and seen by none of them. What touches, or continues in the same line, is one defect and
//! names all that saw it; lines that cross are two. Long marks are then followed along their course, which gives
//! their ends and width; compact ones are outlined at half of their height.

mod blobs;
mod candidate;
mod chip;
mod classify;
mod defect;
mod describe;
mod detect;
mod error;
mod follow;
mod footprint;
mod healthy;
mod learned;
mod measure;
mod merge;
mod options;
mod quiet;
mod scratches;
mod severity;
mod shown;
mod stroke;

pub use defect::{Defect, DefectType, PixelBox, Polarity, ReadMark, Reading, SizeUm};
pub use detect::{Detection, Sightings, detect};
pub use error::DefectError;
pub use options::DetectOptions;
pub use severity::{Severity, SeverityInput, SeverityThresholds, severity_score};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
