//! Compact marks: matched filters of several sizes on the standardised residual.
//!
//! Integrates the residual under Gaussians of growing size, each less a wider one: the filter matched to a
//! round mark on an uneven ground (Marr and Hildreth, Proc. R. Soc. B 207, 1980; over scales: Lindeberg,
//! Int. J. Computer Vision 30, 1998). Hysteresis on the response (Canny, IEEE PAMI 8, 1986) in deviations of
//! its own ring, measured, so that the noise may be correlated and differ from ring to ring but not along
//! one; it is never taken for quieter than white noise is.
//!
//! Blind spots: a film is seen by its edges and uneven parts alone; marks closer than their own size are one; a
//! mark as weak as the noise in every spot, as faint scratches are.

use fiber_anomaly::{Rings, SelfReference};
use fiber_filters::{FilterError, gaussian_blur};
use fiber_image::Plane;

use crate::DefectError;
use crate::candidate::{Candidate, candidates};
use crate::footprint::footprint;

/// Name under which these detections are reported.
pub(crate) const ALGORITHM: &str = "matched_blob";

/// Deviations of the Gaussian templates in pixels: marks from about 2 to 20 pixels across.
const SIGMAS: [f32; 4] = [0.7, 1.4, 2.8, 5.6];
/// The surround with which a mark is compared is this many times as wide: slow unevenness of the surface is no
/// mark.
const SURROUND: f32 = 3.0;
/// At least this share of a response comes from the mark itself; less than 1 for the ground's sake.
const LEAST_OWN: f32 = 0.8;
/// Hysteresis in standard deviations of the filtered residual of the same ring.
const LOW: f32 = 3.5;
const HIGH: f32 = 8.0;
/// A mark's pixels are those at least this high of its peak: a little below the half-height contour, as smoothing
/// lowers the peak of small marks.
const LEAST_SHARE: f32 = 0.4;
/// Cameras sharpen: so far from a strong mark its surroundings may overshoot to the other side.
const OVERSHOOT_PX: usize = 6;
/// Residuals beyond this many deviations tell nothing more; clipped, they do not bleed into their
/// surroundings at the large scales.
const CLIP: f32 = 40.0;

/// Compact marks, and all the pixels that stand out of the noise because of them.
pub(crate) struct Blobs {
    pub(crate) candidates: Vec<Candidate>,
    /// 255 on the halos of all marks.
    pub(crate) halo: Plane<u8>,
}

/// Finds marks of either polarity, fine ones first; what lies in the halo of a finer mark is not reported again.
pub(crate) fn find_blobs(reference: &SelfReference) -> Result<Blobs, DefectError> {
    let clipped = reference.residual.map(|v| v.clamp(-CLIP, CLIP));
    let mut found: Vec<Candidate> = Vec::new();
    let mut halo = clipped.filled_like(0_u8);
    for sigma in SIGMAS {
        let response = response_at(&clipped, sigma, &reference.rings)?;
        let magnitude = response.map(|v| v.abs());
        let reach = ((2.0 * sigma).ceil() as usize + 1).max(OVERSHOOT_PX);
        let marks = footprint(&magnitude, LOW, HIGH, LEAST_SHARE, reach)?;
        let fresh =
            |c: &Candidate| c.pixels.iter().all(|&(x, y)| halo[(x as usize, y as usize)] == 0);
        found.extend(candidates(ALGORITHM, &marks, &response, HIGH).into_iter().filter(fresh));
        for (halo, &more) in halo.pixels_mut().iter_mut().zip(marks.halo.pixels()) {
            *halo |= more;
        }
    }
    Ok(Blobs { candidates: found, halo })
}

/// A Gaussian of `sigma` less one [`SURROUND`] times as wide, in deviations of its ring, and 0 where the
/// difference comes from the surround: the opposite ring about a strong mark is none.
fn response_at(plane: &Plane<f32>, sigma: f32, rings: &Rings) -> Result<Plane<f32>, FilterError> {
    let centre = gaussian_blur(plane.view(), sigma)?;
    let mut difference = gaussian_blur(plane.view(), SURROUND * sigma)?;
    for (value, &centre) in difference.pixels_mut().iter_mut().zip(centre.pixels()) {
        *value = centre - *value;
    }
    let deviations = rings.deviations(&difference);
    let mut response = rings.standardise(&difference, &deviations, white_deviation(sigma).min(1.0));
    for ((value, &difference), &centre) in
        response.pixels_mut().iter_mut().zip(difference.pixels()).zip(centre.pixels())
    {
        let own = centre * difference > 0.0 && centre.abs() >= LEAST_OWN * difference.abs();
        if !own {
            *value = 0.0;
        }
    }
    Ok(response)
}

/// Deviation of [`response_at`] on white noise of deviation 1: of two Gaussians, variances
/// `1 / (4 pi s^2)` and covariance `1 / (2 pi (s1^2 + s2^2))`.
fn white_deviation(sigma: f32) -> f32 {
    let (inner, outer) = (sigma * sigma, (SURROUND * sigma).powi(2));
    ((0.25 / inner + 0.25 / outer - 1.0 / (inner + outer)) / std::f32::consts::PI).sqrt()
}
