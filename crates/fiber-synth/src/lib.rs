//! Rendered fibre end faces with exact truth, beside the stack of inspection crates: they feed its
//! samples, tests, benchmarks and evaluation, and need only [`fiber_image`] and the ellipse of
//! [`fiber_geometry`].
//!
//! A [`FaceSpec`] says everything about a picture: the [`Instrument`], the healthy [`Fibre`], where
//! it lies and how sharp it is, and the [`PlantedDefect`]s in micrometres around its centre.
//! [`render`] turns it into a [`RenderedFace`]: picture, mask and [`Truth`]. [`random_face`] draws
//! specifications from a [`Population`]; [`plant`] draws into an image that is already there;
//! [`write_set`] leaves files.
//!
//! ```
//! use fiber_synth::{
//!     Contrast, DefectKind, FaceSpec, FaceZone, Fibre, Fill, Instrument, PlantedDefect, Polarity,
//!     Shape, render,
//! };
//!
//! let mut spec = FaceSpec::clean(Instrument::bench_binned(), Fibre::graded_50());
//! spec.defects.push(PlantedDefect {
//!     kind: DefectKind::Dig,
//!     shapes: vec![Shape::disc([40.0, 0.0], 5.0)],
//!     polarity: Polarity::Dark,
//!     contrast: Contrast::Grey(40.0),
//!     fill: Fill::Solid,
//!     opaque: false,
//! });
//! let face = render(&spec)?;
//! let dig = &face.truth.defects[0];
//! assert_eq!(dig.zone, Some(FaceZone::Cladding));
//! assert!((dig.diameter_um - 5.0).abs() < 0.01);
//! # Ok::<(), fiber_synth::SynthError>(())
//! ```
//!
//! Levels, fringes, vignetting, noise and its correlation follow measurements on real pictures of
//! two instruments. The same specification gives the same bytes on every machine whose mathematical
//! functions round alike (all random numbers come from `ChaCha8`).

mod damage;
mod defect;
mod error;
mod fibre;
mod footprint;
mod frame;
mod instrument;
mod measure;
mod noise;
mod optics;
mod plant;
mod population;
mod render;
mod set;
mod shape;
mod truth;

pub use defect::{Contrast, DefectKind, Fill, PlantedDefect, Polarity};
pub use error::SynthError;
pub use fibre::{CoreLight, Fibre, Grain, Layer, Ring};
pub use frame::FaceFrame;
pub use instrument::{Border, Instrument, Relief, SensorNoise, Sharpening, Vignetting};
pub use noise::{NOISE_FLOOR, noise_level};
pub use plant::plant;
pub use population::{Population, random_face};
pub use render::{FaceSpec, RenderedFace, render};
pub use set::{FaceSetWriter, write_set};
pub use shape::Shape;
pub use truth::{DefectTruth, FaceZone, Truth};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
