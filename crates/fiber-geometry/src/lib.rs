//! Finds the fibre in a microscope image of a connector end face, and says how well it can be judged.
//!
//! [`locate`] gives the [`Geometry`]: the cladding's ellipse to a fraction of a pixel, the core, and micrometres
//! a pixel. From it follow [`Zones`], [`ImageQuality`] and the [`CanonicalFrame`], a resampled view in which shift,
//! scale and camera no longer show. In the stack it stands on `fiber-image`, `fiber-filters` and `fiber-stats`,
//! and carries `fiber-anomaly`, `fiber-reference` and `fiber-defects`.
//!
//! ```
//! use fiber_geometry::{LocateOptions, locate};
//! use fiber_image::Plane;
//!
//! // A bright fibre of 90 x 99 pixels on a dark ferrule, pixels higher than wide.
//! let face = Plane::from_fn(150, 140, |x, y| {
//!     let radius = ((x as f64 - 70.0) / 45.0).hypot((y as f64 - 66.5) / 49.5);
//!     (60.0 + 100.0 * (25.0 * (1.0 - radius) + 0.5).clamp(0.0, 1.0)) as u8
//! })?;
//! let fibre = locate(face.view(), &LocateOptions::default())?.expect("a fibre is in view");
//! assert!((fibre.cladding.cx - 70.0).abs() < 0.1 && (fibre.cladding.cy - 66.5).abs() < 0.1);
//! assert!((fibre.pixel_aspect() - 90.0 / 99.0).abs() < 0.005);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod centres;
mod core_edge;
#[cfg(test)]
mod drawn_face;
mod ellipse;
mod ellipse_fit;
mod error;
mod frame;
mod geometry;
mod locate;
mod noise;
mod patch;
mod quality;
mod rays;
mod refine;
mod rings;
mod shrink;
mod spoke;
mod zones;

pub use ellipse::{DiscMap, Ellipse};
pub use error::GeometryError;
pub use frame::{CanonicalFrame, CanonicalView};
pub use geometry::{Core, Geometry, Scale};
pub use locate::{LocateOptions, locate};
pub use noise::noise_sigma;
pub use quality::ImageQuality;
pub use zones::Zones;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
