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

use std::collections::BTreeSet;

use fiber_anomaly::{Rings, SelfReference};
use fiber_filters::{FilterError, Threading, wide_gaussian_blur};
use fiber_image::Plane;

use crate::DefectError;
use crate::candidate::{Candidate, candidates};
use crate::footprint::{Footprint, footprint, grown};

/// Name under which these detections are reported.
pub(crate) const ALGORITHM: &str = "matched_blob";

/// The sizes that are tried, each twice the one before: marks from about 2 to 20 pixels across.
///
/// The finer a template, the less noise averages out under it and the more it keeps of that noise's own tail: on real
/// faces the largest hundredth of the responses lies 1.25, 1.14, 1.05 and 1 times as far out as that of normal noise, and
/// there are the more places where one can lie. A Weibull tail through the 95 and 99 % quantiles, continued to a twentieth of
/// a false mark a face, gives 8 to 9, 6 to 8, 5 to 6 and less than 5.5 deviations; normal noise is below 6 at any size.
const TEMPLATES: [Template; 4] = [
    Template { sigma: 0.7, high: 8.0, high_on_rim: 6.5 },
    Template { sigma: 1.4, high: 7.5, high_on_rim: 6.2 },
    Template { sigma: 2.8, high: 6.2, high_on_rim: 5.9 },
    Template { sigma: 5.6, high: 6.0, high_on_rim: 5.9 },
];

#[derive(Clone, Copy)]
struct Template {
    /// Deviation of the Gaussian in pixels.
    sigma: f32,
    /// Response that makes a mark, in standard deviations of the filtered residual of the same ring.
    high: f32,
    /// The same on the rim. Where a rim is broken, most of its rings is, and their noise is overestimated.
    high_on_rim: f32,
}

/// The surround with which a mark is compared is this many times as wide: slow unevenness of the surface is no
/// mark.
const SURROUND: f32 = 3.0;
/// At least this share of a response comes from the mark itself; less than 1 for the ground's sake.
const LEAST_OWN: f32 = 0.8;
/// Responses down to here belong to a mark.
const LOW: f32 = 3.5;
/// Under a Gaussian of this deviation in pixels neighbours are so much alike that every second one of every second row tells a
/// ring's noise as well as all.
const SMOOTH: f32 = 2.0;
/// A mark's pixels are those at least this high of its peak: a little below the half-height contour, as smoothing
/// lowers the peak of small marks.
const LEAST_SHARE: f32 = 0.4;
/// Cameras sharpen: so far from a strong mark its surroundings may overshoot to the other side.
const OVERSHOOT_PX: usize = 6;
/// Residuals beyond this many deviations tell nothing more; clipped, they do not bleed into their
/// surroundings at the large scales.
const CLIP: f32 = 40.0;

/// A template twice as large has to answer by the inverse of this more strongly to be preferred: less is the sum of
/// neighbours that happen to be close.
const FINER: f32 = 0.75;
/// A mark's outline is sought up to so many deviations of its template beyond its footprint.
const OUTLINE_REACH: f32 = 1.0;
/// Where the response is at least this share of its peak, the smoothed residual tells the mark's level ...
const CORE_SHARE: f32 = 0.8;
/// ... and its outline is where that has fallen to this share: the core of a small mark is blurred
/// below its level, so that its sharp edge lies a little above half of what is left.
const OUTLINE_SHARE: f32 = 0.55;

/// Compact marks, and all the pixels that stand out of the noise because of them.
pub(crate) struct Blobs {
    pub(crate) candidates: Vec<Candidate>,
    /// 255 on the halos of all marks.
    pub(crate) halo: Plane<u8>,
}

/// Finds marks of either polarity, each at the scale at which it stands out most, finer ones preferred: the best
/// response is taken first, and what peaks on it or around its peak at other scales is the same mark.
///
/// `halved` are the rings of every second pixel.
pub(crate) fn find_blobs(
    reference: &SelfReference,
    halved: &Rings,
    threading: Threading,
) -> Result<Blobs, DefectError> {
    let clipped = reference.residual.map(|v| v.clamp(-CLIP, CLIP));
    let smoothed = smoothed(&clipped, threading)?;
    let mut scales = Vec::with_capacity(TEMPLATES.len());
    let mut found: Vec<(usize, Candidate)> = Vec::new();
    let mut halo = clipped.filled_like(0_u8);
    let see =
        |(template, (finer, centre)): (&Template, (_, &Plane<f32>))| -> Result<_, DefectError> {
            let Template { sigma, high, .. } = *template;
            let response = template.response(&clipped, centre, reference, halved)?;
            let magnitude = response.map(|v| v.abs());
            let reach = ((2.0 * sigma).ceil() as usize + 1).max(OVERSHOOT_PX);
            let marks = footprint(&magnitude, LOW, high, LEAST_SHARE, reach)?;
            let of_scale =
                marks.as_ref().map(|marks| candidates(ALGORITHM, marks, &response, high));
            Ok((Scale { sigma, response, blurred: finer }, marks, of_scale.unwrap_or_default()))
        };
    let templates = TEMPLATES.iter().zip(smoothed.iter().zip(&smoothed[1..])).collect();
    let seen = threading.map(templates, see);
    for (index, of_scale) in seen.into_iter().enumerate() {
        let (scale, more, of_scale) = of_scale?;
        found.extend(of_scale.into_iter().map(|c| (index, c)));
        if let Some(Footprint { origin: (left, top), halo: more, .. }) = more {
            for (y, more) in (top..).zip(more.rows()) {
                for (halo, &more) in halo.row_mut(y)[left..].iter_mut().zip(more) {
                    *halo |= more;
                }
            }
        }
        scales.push(scale);
    }
    found.sort_by(|a, b| {
        let score = |(scale, c): &(usize, Candidate)| c.peak * FINER.powi(*scale as i32);
        score(b).total_cmp(&score(a)).then_with(|| (a.0, &a.1.pixels).cmp(&(b.0, &b.1.pixels)))
    });
    let mut taken = clipped.filled_like(0_u8);
    let mut peaks = clipped.filled_like(0_u8);
    let mut kept = Vec::new();
    for (scale, mut candidate) in found {
        let at = |(x, y): (u32, u32)| (x as usize, y as usize);
        let known = taken[at(candidate.at)] != 0
            || candidate.pixels.iter().any(|&pixel| peaks[at(pixel)] != 0);
        if known {
            continue;
        }
        peaks[at(candidate.at)] = 255;
        let scale = &scales[scale];
        let around =
            grown(&candidate.pixels, OUTLINE_REACH * scale.sigma + 1.0, clipped.dimensions());
        around.iter().for_each(|&pixel| taken[at(pixel)] = 255);
        candidate.pixels = scale.outline(&candidate, &around);
        kept.push(candidate);
    }
    Ok(Blobs { candidates: kept, halo })
}

/// The plane under the Gaussians of all templates, before them under one of half the first one's deviation.
fn smoothed(plane: &Plane<f32>, threading: Threading) -> Result<Vec<Plane<f32>>, FilterError> {
    let half = TEMPLATES.first().map(|finest| finest.sigma / 2.0);
    let sigmas = half.into_iter().chain(TEMPLATES.iter().map(|template| template.sigma));
    let blur = |sigma| wide_gaussian_blur(plane.view(), sigma);
    threading.map(sigmas.collect(), blur).into_iter().collect()
}

/// What one size of template sees.
struct Scale<'a> {
    sigma: f32,
    response: Plane<f32>,
    /// The residual blurred by half of the template's deviation.
    blurred: &'a Plane<f32>,
}

impl Scale<'_> {
    /// The pixels of a mark: of those `around` it, the ones on its side of the half-height contour that are
    /// connected to its core.
    fn outline(&self, candidate: &Candidate, around: &[(u32, u32)]) -> Vec<(u32, u32)> {
        let at = |(x, y): (u32, u32)| (x as usize, y as usize);
        let sign = self.response[at(candidate.at)].signum();
        let core: Vec<(u32, u32)> = candidate
            .pixels
            .iter()
            .copied()
            .filter(|&pixel| sign * self.response[at(pixel)] >= CORE_SHARE * candidate.peak)
            .collect();
        let sum: f32 = core.iter().map(|&pixel| sign * self.blurred[at(pixel)]).sum();
        let level = OUTLINE_SHARE * sum / core.len().max(1) as f32;
        let mut open: BTreeSet<(u32, u32)> = around
            .iter()
            .copied()
            .filter(|&pixel| sign * self.blurred[at(pixel)] >= level)
            .map(|(x, y)| (y, x))
            .collect();
        let mut next: Vec<(u32, u32)> = core.into_iter().map(|(x, y)| (y, x)).collect();
        next.retain(|pixel| open.remove(pixel));
        let mut inside = BTreeSet::new();
        while let Some((y, x)) = next.pop() {
            inside.insert((y, x));
            for y in y.saturating_sub(1)..=y + 1 {
                for x in x.saturating_sub(1)..=x + 1 {
                    if open.remove(&(y, x)) {
                        next.push((y, x));
                    }
                }
            }
        }
        if inside.is_empty() {
            return candidate.pixels.clone();
        }
        inside.into_iter().map(|(y, x)| (x, y)).collect()
    }
}

impl Template {
    /// A Gaussian less one [`SURROUND`] times as wide, in deviations of its ring, and 0 up to [`LOW`] and where the difference comes
    /// from the surround: the opposite ring about a strong mark is none. On the rim the response is raised by as much as the
    /// threshold is lower there.
    ///
    /// `centre` is the plane under the Gaussian itself.
    fn response(
        &self,
        plane: &Plane<f32>,
        centre: &Plane<f32>,
        reference: &SelfReference,
        halved: &Rings,
    ) -> Result<Plane<f32>, FilterError> {
        let Self { sigma, high, high_on_rim } = *self;
        let mut difference = wide_gaussian_blur(plane.view(), SURROUND * sigma)?;
        for (value, &centre) in difference.pixels_mut().iter_mut().zip(centre.pixels()) {
            *value = centre - *value;
        }
        let least = white_deviation(sigma).min(1.0);
        let mut deviations = if sigma >= SMOOTH {
            halved.deviations(&difference.view().every_second())
        } else {
            reference.rings.deviations(&difference)
        };
        deviations.iter_mut().for_each(|deviation| *deviation = deviation.max(least));
        for ring in reference.rim.clone() {
            if let Some(deviation) = deviations.get_mut(ring) {
                *deviation *= high_on_rim / high;
            }
        }
        let found = reference.rings.standing_out(&difference, &deviations, 0.0, (LOW, LOW));
        let mut response = found.unwrap_or_else(|| difference.filled_like(0.0));
        let planes = difference.pixels().iter().zip(centre.pixels());
        for (response, (&difference, &centre)) in response.pixels_mut().iter_mut().zip(planes) {
            let own = centre * difference > 0.0 && centre.abs() >= LEAST_OWN * difference.abs();
            // Most are 0, of which nothing need be known.
            if *response != 0.0 && !own {
                *response = 0.0;
            }
        }
        Ok(response)
    }
}

/// Deviation of a template's difference on white noise of deviation 1: of two Gaussians, variances
/// `1 / (4 pi s^2)` and covariance `1 / (2 pi (s1^2 + s2^2))`.
fn white_deviation(sigma: f32) -> f32 {
    let (inner, outer) = (sigma * sigma, (SURROUND * sigma).powi(2));
    ((0.25 / inner + 0.25 / outer - 1.0 / (inner + outer)) / std::f32::consts::PI).sqrt()
}
