//! Says how abnormal each pixel of a fibre end face is: against the face itself, and against good faces.
//!
//! [`self_reference`] needs no model: a good face is nearly the same all around the fibre. The others compare
//! with planes learned from good faces by the caller ([`NormalPlanes`], made by `fiber-reference`):
//! structural similarity, windows of several sizes, a variation model, and [`LocalMaps`], which combines them.
//! [`regions`] cuts a map at a learned threshold. In the stack it stands on `fiber-geometry`, `fiber-filters`
//! and `fiber-stats`, and carries `fiber-reference` and `fiber-defects`.
//!
//! ```
//! use fiber_anomaly::self_reference;
//! use fiber_geometry::{Ellipse, Geometry};
//! use fiber_image::Plane;
//!
//! // Dark fibre, bright ferrule, light from one side; a spot at (64, 30).
//! let face = Plane::from_fn(100, 80, |x, y| {
//!     let inside = (x as f64 - 50.0).hypot(y as f64 - 40.0) < 20.0;
//!     let spot = if (x, y) == (64, 30) { 50 } else { 0 };
//!     (if inside { 80 } else { 140 }) + (x / 8) as u8 + spot
//! })?;
//! let fibre = Geometry {
//!     cladding: Ellipse::circle(50.0, 40.0, 40.0),
//!     core: None,
//!     cladding_um: 125.0,
//!     edge_rms_px: 0.0,
//!     rim_coverage: 1.0,
//!     rim_step: 60.0,
//! };
//! let seen = self_reference(face.view(), Some(&fibre), 200.0)?;
//! let spot = (64 - seen.origin.0, 30 - seen.origin.1);
//! let largest = seen.residual.pixels().iter().copied().fold(0.0, f32::max);
//! assert_eq!(seen.residual[spot], largest);
//! assert!((seen.difference[spot] - 50.0).abs() < 3.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod local;
mod masked_sums;
mod normal;
mod polar;
mod polar_table;
mod radial_frame;
mod regions;
mod ring_medians;
mod rings;
mod self_reference;
mod structure;
mod surface;
mod variation;
mod whitening;
mod windows;

pub use error::AnomalyError;
pub use local::{LocalLevels, LocalMaps, LocalOptions};
pub use normal::NormalPlanes;
pub use regions::{Region, RegionOptions, regions};
pub use rings::Rings;
pub use self_reference::{SelfReference, self_reference};
pub use structure::{
    StructuralMaps, multi_scale_similarity, similarity_at_all_scales, structural_similarity,
};
pub use variation::{Limit, VariationLimits, variation_deviation};
pub use whitening::Whitening;
pub use windows::{WINDOW_SIDES, WindowMaps, compare_windows};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
