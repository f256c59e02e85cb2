//! The 181 features of version 1 of the end-face schema: one vector of named numbers for any grey image.
//!
//! Third layer of the `fiber-inspect` stack: it builds on the planes of `fiber-image` and the operators of
//! `fiber-filters`; the reference model compares the vectors it makes. It knows nothing of fibres, so it
//! serves any 8-bit image whose texture is to be put into numbers.
//!
//! ```
//! use fiber_features::{FEATURES, Family, extract};
//! use fiber_image::Plane;
//!
//! let rings = Plane::from_fn(64, 48, |x, y| {
//!     let radius = (x as f64 - 32.0).hypot(y as f64 - 24.0);
//!     (128.0 + 100.0 * (radius / 3.0).cos()) as u8
//! })?;
//! let features = extract(rings.view());
//! assert_eq!(features.values().len(), FEATURES.len());
//! assert!(features.get("fft_spectral_centroid").is_some_and(|k| k > 1.0));
//! for (info, value) in features.family(Family::Topology) {
//!     println!("{:<28} {value:>12.3}  {}", info.name, info.meaning);
//! }
//! # Ok::<(), fiber_image::PlaneError>(())
//! ```
//!
//! # The numeric contract
//! - Input: luma as it is; it is smoothed with the 3x3 binomial kernel first, and every feature is of the
//!   smoothed image. Borders are reflect-101 unless a feature's definition says otherwise.
//! - Every value is finite for every image, constant and one pixel wide ones included.
//! - Integer sums are exact, floating-point ones have a fixed order: one thread and many give the same bits, and so
//!   do all instruction sets that the kernels are compiled for.
//! - Agreement with OpenCV, NumPy, SciPy and scikit-image: `tests/golden` holds the program and its figures.
//!
//! Time and memory grow linearly with the pixels, except for the singular values (families `svd` and `norm`):
//! those need min(w, h)^2 max(w, h) operations and min(w, h)^2 numbers.

mod band_matrix;
mod band_reduction;
mod block_products;
mod bulge_chasing;
mod counts;
mod csv;
mod error;
mod extractor;
mod families;
mod gram;
mod json;
mod named;
mod panel_reflections;
mod prepared;
mod schema;
mod shifted_sums;
mod singular_values;
mod sums;
mod superlevel;
mod symmetric;
mod symmetric_eigenvalues;
mod table;
mod vector;

pub use csv::csv_header;
pub use error::FeatureError;
pub use extractor::{Extractor, extract};
pub use fiber_filters::Threading;
pub use schema::{FEATURES, Family, FeatureInfo, SCHEMA_VERSION};
pub use vector::FeatureVector;

/// The examples of the README, compiled and run with the others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
