//! Robust statistics for quality control: location, scale, shrinkage covariance, Mahalanobis
//! distances, divergences, thresholds.
//!
//! The bottom layer of `fiber-inspect`, beside `fiber-image`: it knows nothing of images and works on
//! slices and on [`nalgebra`] matrices whose rows are observations. Use it alone on any table of
//! measurements:
//!
//! ```
//! use fiber_stats::{
//!     LearnedThreshold, Standardiser, conformal_p_value, leave_one_out, ledoit_wolf,
//!     nalgebra::DMatrix,
//! };
//!
//! // Six good parts: diameter in um, roundness error in um, mass in mg.
//! let good = DMatrix::from_row_slice(6, 3, &[
//!     124.9, 0.31, 52.1,
//!     125.1, 0.28, 52.4,
//!     125.0, 0.35, 52.2,
//!     124.8, 0.30, 51.9,
//!     125.2, 0.33, 52.6,
//!     125.0, 0.29, 52.3,
//! ]);
//! let standardiser = Standardiser::fit(&good)?;
//! let table = standardiser.transform_rows(&good)?;
//! let model = ledoit_wolf(&table)?.mahalanobis()?;
//!
//! // What good parts score when the model has not seen them sets the limit.
//! let scores = leave_one_out(&table, |others, part| {
//!     ledoit_wolf(others)?.mahalanobis()?.distance(part)
//! })?;
//! let threshold = LearnedThreshold::from_scores(&scores, 0.01, 2.5)?;
//!
//! let part = standardiser.transform(&[125.1, 0.90, 52.4])?;
//! let score = model.distance(part.as_slice())?;
//! assert!(score > threshold.working);
//! assert_eq!(conformal_p_value(&scores, score)?, 1.0 / 7.0);
//! # Ok::<(), fiber_stats::StatsError>(())
//! ```
//!
//! What there is:
//! - location: [`mean`], [`median`], [`trimmed_mean`], [`winsorised_mean`], [`winsorise`];
//! - scale: [`variance`], [`std_dev`], [`mad`], [`normal_mad`], [`robust_scale`], [`robust_z`],
//!   [`Standardiser`];
//! - order: [`quantile`], [`quantiles`], [`weighted_quantile`], [`ranks`], [`Histogram`],
//!   [`running_median`], [`CircularMedian`];
//! - covariance: [`covariance()`], [`ledoit_wolf`], [`oas`], [`fast_mcd`], [`floor_eigenvalues`],
//!   [`Mahalanobis`];
//! - two vectors: [`compare_vectors`] and the twelve functions behind it;
//! - agreement: [`fleiss_kappa`];
//! - thresholds: [`chi_square_quantile`], [`normal_quantile`], [`conformal_threshold`],
//!   [`conformal_p_value`], [`joint_limit`], [`joint_limits`],
//!   [`order_statistic_limit`], [`leave_one_out`], [`LearnedThreshold`].
//!
//! Rules that hold throughout: values are taken as anything that converts to `f64` without loss;
//! every function refuses empty and not finite input, wrong shapes and parameters out of range with
//! a [`StatsError`] that names the argument, and every result it returns is finite; a result that finite
//! input drives out of range is [`StatsError::Overflow`]. The same input gives the same bits: nothing
//! depends on threads or on the processor's vector width, and random starts are seeded.
//! SciPy, NumPy and scikit-learn are the reference; `tests/golden` holds figures from them.

mod check;
mod chi_square;
mod circular_median;
mod comparison;
mod conformal;
mod correlation;
mod covariance;
mod distance;
mod divergence;
mod eigenvalues;
mod error;
mod gamma;
mod histogram;
mod joint;
mod kappa;
mod leave_one_out;
mod location;
mod mahalanobis;
mod mcd;
mod mcd_search;
mod normal;
mod quantile;
mod random;
mod rank;
mod ranked_window;
mod running_median;
mod scale;
mod shrinkage;
mod ssim;
mod standardise;
mod threshold;
mod two_sample;

pub use nalgebra;

pub use chi_square::{chi_square_cdf, chi_square_quantile};
pub use circular_median::CircularMedian;
pub use comparison::{VectorComparison, compare_vectors};
pub use conformal::{conformal_p_value, conformal_threshold};
pub use correlation::{pearson_correlation, spearman_correlation};
pub use covariance::{column_means, covariance};
pub use distance::{chebyshev_distance, cosine_distance, euclidean_distance, manhattan_distance};
pub use divergence::{chi_square_distance, js_divergence, kl_divergence};
pub use eigenvalues::{EigenvalueFloor, floor_eigenvalues};
pub use error::StatsError;
pub use histogram::Histogram;
pub use joint::{joint_limit, joint_limits, order_statistic_limit};
pub use kappa::fleiss_kappa;
pub use leave_one_out::leave_one_out;
pub use location::{mean, median, trimmed_mean, winsorise, winsorised_mean};
pub use mahalanobis::Mahalanobis;
pub use mcd::{Mcd, McdOptions, fast_mcd};
pub use normal::normal_quantile;
pub use quantile::{median_in_place, quantile, quantile_in_place, quantiles, weighted_quantile};
pub use rank::ranks;
pub use running_median::{Boundary, running_median};
pub use scale::{
    Divisor, MAD_TO_STD, mad, median_and_mad_in_place, normal_mad, robust_scale, std_dev, variance,
};
pub use shrinkage::{ShrunkCovariance, ledoit_wolf, oas};
pub use ssim::mean_ssim;
pub use standardise::{Standardiser, robust_z};
pub use threshold::LearnedThreshold;
pub use two_sample::{kolmogorov_smirnov, wasserstein_distance};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExample;
