//! Learn what good fibre-optic connector end faces look like, then inspect new ones: the thin facade over
//! the crates of the workspace.
//!
//! An [`Inspector`] is built once from a [`Config`], a [`ReferenceModel`] and an acceptance [`Profile`], of
//! which any may be left out. [`Inspector::inspect`] takes a [`FaceImage`] through all stages and gives an
//! [`Inspection`], from which the reports are written. It reads no file and no clock, and gives the same
//! result on any number of threads ([`Workers`]).
//!
//! ```
//! use fiber_inspect::{Config, FaceImage, Inspector, Profile};
//! use fiber_inspect::image::Plane;
//!
//! let inspector = Inspector::builder()
//!     .config(Config { min_defect_size: 5, ..Config::default() })
//!     .profile(Profile::builtin("iec-61300-3-35-ed2-sm-pc45")?)
//!     .build()?;
//! // A plain surface: no fibre to be graded, and nothing on it.
//! let image = FaceImage::from_luma(Plane::filled(160, 120, 90)?, "plain");
//! let inspection = inspector.inspect(&image)?;
//! assert!(inspection.geometry.is_none());
//! assert_eq!(inspection.defects().count(), 0);
//! assert_eq!(inspection.headline().words, "UNGRADABLE");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The facade has no algorithm of its own. Each crate below is here under a short name and is fit to be
//! used alone.

mod acceptance;
mod before_after;
mod config;
mod config_file;
mod error;
mod face_match;
mod inspector;
mod knowledge;
mod learn;
mod learned;
mod memory;
mod readings;
mod repeatability;
mod specks;
mod stopwatch;
mod text_file;
mod verdict;
mod workers;

pub use before_after::BeforeAfter;
pub use config::{Config, QualityLimits};
pub use error::{ConfigError, Error};
pub use fiber_filters::Threading;
pub use inspector::{Inspector, InspectorBuilder, Occasion};
pub use knowledge::{knowledge_base_file, load_profile};
pub use learn::{Outliers, fit, fit_with, learn, merge, sample};
pub use memory::keep_freed_memory;
pub use repeatability::{FaceRepeatability, GaugeVerdict, Reading, Repeatability, RepeatedFace};
pub use workers::Workers;

pub use fiber_grading::Profile;
pub use fiber_image::FaceImage;
pub use fiber_reference::ReferenceModel;
pub use fiber_report::{Inspection, ReportOptions};

pub use fiber_anomaly as anomaly;
pub use fiber_defects as defects;
pub use fiber_features as features;
pub use fiber_filters as filters;
pub use fiber_geometry as geometry;
pub use fiber_grading as grading;
pub use fiber_image as image;
pub use fiber_reference as reference;
pub use fiber_report as report;
pub use fiber_stats as stats;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
