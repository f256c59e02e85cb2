//! Reports of an end-face inspection: JSON, text, mask and figures from one finished [`Inspection`].
//!
//! The crate stands below the facade, which fills in the inspection, and above all that measure. It
//! looks at nothing but the inspection: no clock, no settings of the machine, no system font.
//!
//! ```
//! use fiber_defects::{Detection, SeverityThresholds};
//! use fiber_geometry::ImageQuality;
//! use fiber_image::{FaceImage, Plane};
//! use fiber_report::{Criteria, Inspection, Provenance, ReportOptions};
//!
//! let image = FaceImage::from_luma(Plane::filled(64, 48, 90)?, "plain.png");
//! let inspection = Inspection {
//!     quality: ImageQuality::measure(image.luma(), None),
//!     geometry: None,
//!     zones: Vec::new(),
//!     detection: Detection { defects: Vec::new(), labels: image.luma().filled_like(0) },
//!     severity_thresholds: SeverityThresholds::default(),
//!     anomaly_map: None,
//!     comparison: None,
//!     criteria: Criteria::default(),
//!     is_anomalous: false,
//!     anomaly_confidence: 0.0,
//!     grade: None,
//!     provenance: Provenance::default(),
//!     image,
//! };
//! let folder = tempfile::tempdir()?;
//! let options = ReportOptions { figures: false, ..ReportOptions::default() };
//! let files = inspection.write_reports(folder.path(), "plain", &options)?;
//! assert!(files[0].ends_with("plain_report.json"));
//! assert_eq!(inspection.summary().quality_score, 100.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod comparison;
mod criteria;
mod defect_report;
mod error;
mod failure;
mod figure;
mod geometry_report;
mod headline;
mod inspection;
mod number;
mod provenance;
mod quality;
mod report;
#[cfg(test)]
mod sample;
#[cfg(feature = "schema")]
mod schema;
mod text;
mod timestamp;
mod wording;
mod write;
mod zone;

pub use comparison::{AnomalyMap, Comparison, DeviantFeature};
pub use criteria::{Criteria, Criterion};
pub use defect_report::{DefectReport, DetectionMetadata, ReportedSize, defect_id};
pub use error::ReportError;
pub use failure::FailureReport;
pub use geometry_report::{GeometryReport, LocateReport, LocatedImage};
pub use headline::{Headline, Tone};
pub use inspection::Inspection;
pub use provenance::Provenance;
pub use report::{AnalysisMetadata, Hashes, REPORT_SCHEMA_VERSION, Report, Summary};
#[cfg(feature = "schema")]
pub use schema::report_schema;
pub use timestamp::Timestamp;
pub use write::{ReportOptions, is_report_figure};
pub use zone::ZoneRing;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
