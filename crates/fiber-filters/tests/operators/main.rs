//! Every operator against a naive oracle, against mathematics and against other libraries' figures.

#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests fail by panic and say what they skip"
)]

mod canny;
mod components;
mod contour;
mod histogram;
mod hysteresis;
mod line;
mod morphology;
mod neighbourhoods;
mod other_libraries;
mod parameters;
mod planes;
mod pyramid;
mod real_faces;
mod sample;
mod ssim;
