//! Measures an end-face inspection against faces whose truth is known.
//!
//! Beside the stack of inspection crates, on top of the facade: [`evaluate_real`] holds the reports on real faces
//! against marks made by hand, [`Evaluation`] does that and also plants exact defects into quiet places of real and
//! rendered faces, counts false alarms on clean ones, asks what a confidence is worth, whether the same face in another picture gets the
//! same grade ([`evaluate_repeatability`]) and how far damaged faces stand apart from learned good ones
//! ([`evaluate_real_separation`]). All rendering and
//! planting is seeded, so that the same settings give the same figures.
//!
//! ```
//! use fiber_evaluation::Edges;
//!
//! let mark = Edges::from([10.0, 10.0, 20.0, 20.0]);
//! let report = Edges::from([8.0, 12.0, 21.0, 18.0]);
//! assert!(mark.is_found_by(report) && report.is_right(&[mark]));
//! ```

mod base;
mod edges;
mod error;
mod evaluation;
mod planted;
mod real;
mod rendered;
mod repeatability;
mod separation;
mod share;
mod table;
mod truth;

pub use edges::Edges;
pub use error::EvaluationError;
pub use evaluation::{Evaluation, Extent};
pub use planted::{Planted, PlantedCase, PlantedReport, RATIOS, recall, right};
pub use real::{FibreFound, MarkedCounts, RealFace, evaluate_real};
pub use rendered::{CleanFaces, JudgedReport, reliability};
pub use repeatability::{Change, Held, Repeated, Trial, evaluate_repeatability};
pub use separation::{Separation, area_under_curve, evaluate_real_separation};
pub use share::Share;
pub use truth::{KnownCladding, KnownGeometry, LabelledFaces, Mark, MarkedFace, Visibility};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
