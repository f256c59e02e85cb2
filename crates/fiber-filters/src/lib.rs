//! Image operators with stated borders and exact reference behaviour, for the inspection of fibre end
//! faces and any other grey images.
//!
//! Second layer of the `fiber-inspect` stack: it builds on the planes of `fiber-image` and carries
//! feature extraction, geometry and defect detection. Operators take a [`PlaneView`] and return a new
//! plane; none of them allocates by an unchecked parameter, spawns a thread or panics on what a caller
//! can pass. [`Threading`] is how the crates above are told whether one call may use several. Unless an operator says otherwise its border is reflect-101: the plane is mirrored at its edge
//! pixels without repeating them ([`reflect_101`]), however small it is.
//!
//! ```
//! use fiber_filters::{Connectivity, Histogram, StructuringElement, components, white_top_hat};
//! use fiber_image::Plane;
//!
//! // A bright speck on a ramp: the top-hat takes the ramp away, the components find the speck.
//! let face = Plane::from_fn(40, 30, |x, y| {
//!     let speck = (20..22).contains(&x) && (11..14).contains(&y);
//!     2 * x as u8 + if speck { 60 } else { 0 }
//! })?;
//! let specks = white_top_hat(face.view(), &StructuringElement::ellipse(7)?);
//! let threshold = Histogram::of(specks.view()).otsu_threshold().unwrap_or(255);
//! let mask = specks.map(|&value| if value > threshold { 255 } else { 0 });
//! let found = components(mask.view(), Connectivity::Eight);
//! let speck = found.get(1).expect("there is one speck");
//! assert_eq!((found.len(), speck.area, speck.centroid), (1, 6, (20.5, 12.0)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`PlaneView`]: fiber_image::PlaneView

mod binomial;
mod border;
mod box_mean;
mod canny;
mod circle;
mod components;
mod contour;
mod correlate;
mod cubic_grid;
mod cubic_points;
mod direction;
mod element;
mod error;
mod extremum_rows;
mod extremum_running;
mod extremum_small;
mod gaussian;
mod gradient;
mod histogram;
mod hysteresis;
mod integral;
mod kernel;
mod laplacian;
mod line;
mod line_field;
mod line_number;
mod line_sums;
mod morphology;
mod multi_scale_ssim;
mod pixel;
mod pyramid;
mod sample;
mod seeds;
mod ssim;
mod ssim_reference;
mod threading;
mod transpose;
mod wide_gaussian;

pub use binomial::binomial_3x3;
pub use border::reflect_101;
pub use box_mean::box_mean;
pub use canny::canny;
pub use circle::{Circle, smallest_circle};
pub use components::{Component, Components, Connectivity, components};
pub use contour::outer_contours;
pub use correlate::correlate;
pub use cubic_grid::sample_cubic_grid;
pub use cubic_points::sample_cubic_points;
pub use direction::direction;
pub use element::StructuringElement;
pub use error::FilterError;
pub use gaussian::gaussian_blur;
pub use gradient::{Gradient, sobel_3x3};
pub use histogram::Histogram;
pub use hysteresis::hysteresis;
pub use integral::IntegralImage;
pub use laplacian::laplacian_4;
pub use line::{
    BrightAndDark, CoarseBrightAndDark, CoarseResponse, LineResponse, OrientedLineFilter,
};
pub use line_field::LineField;
pub use morphology::{black_top_hat, close, dilate, erode, open, white_top_hat};
pub use multi_scale_ssim::{multi_scale_ssim, multi_scale_ssim_from};
pub use pixel::Pixel;
pub use pyramid::{pyramid_expand, pyramid_reduce};
pub use sample::{sample_bilinear, sample_cubic};
pub use ssim::{Ssim, SsimOptions, ssim};
pub use ssim_reference::SsimReference;
pub use threading::Threading;
pub use wide_gaussian::wide_gaussian_blur;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
