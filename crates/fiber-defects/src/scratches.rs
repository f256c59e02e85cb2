//! Long marks: sums along straight lines of the standardised residual.
//!
//! Integrates along all directions at three lengths, across a Gaussian profile: the filter matched to a thin
//! line (Chaudhuri et al., IEEE Trans. Medical Imaging 8, 1989; on end faces the linear enhancement of
//! Mei et al., Sensors 18, 1408, 2018). 71 pixels at 0.8 deviations each add up to 6.7. The noise of the sums
//! is measured ring by ring against what white noise gives, so that correlated noise asks for more, and
//! each pixel is clipped: a line is many pixels, not a strong one.
//!
//! Blind spots: lines shorter than 12 pixels; curves too tight for a chord of 17 pixels within their width;
//! lines within five pixels of a stronger mark, of which only what reaches beyond is seen; the middle of
//! lines that run along a circle around the fibre's centre for more than 20 degrees, which the expectation
//! takes for a ring of the fibre.

use fiber_anomaly::SelfReference;
use fiber_filters::{
    Connectivity, FilterError, OrientedLineFilter, StructuringElement, components, dilate,
    gaussian_blur,
};
use fiber_image::Plane;

use crate::DefectError;
use crate::candidate::{Candidate, candidates};
use crate::footprint::footprint;
use crate::measure::Shape;

/// Name under which these detections are reported.
pub(crate) const ALGORITHM: &str = "line_integral";

/// Deviation in pixels of the Gaussian across the lines: scratches are one to four pixels wide, and a digital
/// line alone meets a thin one only half.
const WIDTH: f32 = 0.8;
/// Line lengths in pixels, the number of directions each needs, and the median over pixels of the strongest
/// of all directions on white noise: the yardstick for noise that is not white. Found by simulation.
const LINES: [(usize, usize, f32); 3] = [(17, 16, 1.24), (41, 32, 1.68), (71, 56, 1.95)];
/// Normal-consistent factor that the rings' deviations contain.
const TO_DEVIATION: f32 = 1.482_602_2;
/// Hysteresis in standard deviations of a line sum.
const LOW: f32 = 4.5;
const HIGH: f32 = 7.0;
/// A line's pixels are those at least this high of the highest within four pixels: slanted lines reach it too.
const LEAST_SHARE: f32 = 0.6;
/// No pixel adds more than this many deviations to a line: a line is many pixels, not a strong one.
const CLIP: f32 = 4.0;
/// Shorter candidates are what the blob templates find.
const LEAST_LENGTH: f64 = 12.0;
const LEAST_RATIO: f64 = 3.0;

/// Deviation in pixels of the Gaussian that is taken off first: what is wider than that is no line.
const FLATTEN: f32 = 4.0;

fn flattened(residual: &Plane<f32>) -> Result<Plane<f32>, FilterError> {
    let clipped = residual.map(|v| v.clamp(-2.0 * CLIP, 2.0 * CLIP));
    let mut flat = gaussian_blur(clipped.view(), FLATTEN)?;
    for (value, &at) in flat.pixels_mut().iter_mut().zip(clipped.pixels()) {
        *value = at - *value;
    }
    Ok(flat)
}

/// The marks that are no lines themselves: of a scratch whose strongest parts were found as spots, the whole is
/// sought.
fn compact_only(marked: &Plane<u8>) -> Plane<u8> {
    let found = components(marked.view(), Connectivity::Eight);
    let mut points: Vec<Vec<(f64, f64)>> = vec![Vec::new(); found.len()];
    for (y, labels) in found.labels().rows().enumerate() {
        for (x, &label) in labels.iter().enumerate().filter(|(_, label)| **label > 0) {
            points[label as usize - 1].push((x as f64, y as f64));
        }
    }
    let compact: Vec<bool> = points
        .iter()
        .map(|points| {
            let shape = Shape::of(points, 1.0);
            shape.length < LEAST_LENGTH || shape.length < LEAST_RATIO * shape.width
        })
        .collect();
    found.labels().map(|&label| if label > 0 && compact[label as usize - 1] { 255 } else { 0 })
}

/// Finds bright and dark lines. `marked` holds the marks already found, of which the compact ones are left out: a
/// pit is a short line in every direction.
pub(crate) fn find_scratches(
    reference: &SelfReference,
    marked: &Plane<u8>,
) -> Result<Vec<Candidate>, DefectError> {
    let blocked = dilate(compact_only(marked).view(), &StructuringElement::ellipse(5)?);
    let mut open = reference.rings.mask();
    for (open, &blocked) in open.pixels_mut().iter_mut().zip(blocked.pixels()) {
        *open = if blocked == 0 { *open } else { 0 };
    }
    // Of white noise smoothed along the line as well: its variance times its correlation length.
    let gain = (1.0 / (2.0 * WIDTH * std::f32::consts::PI.sqrt())).sqrt();
    let mut found = Vec::new();
    let flat = flattened(&reference.residual)?;
    for sign in [1.0_f32, -1.0] {
        let signed = gaussian_blur(flat.map(|v| (sign * v).clamp(-CLIP, CLIP)).view(), WIDTH)?;
        for (length, directions, white_median) in LINES {
            let filter = OrientedLineFilter::new(length, directions)?;
            let mut lines = filter.apply(signed.view(), Some(open.view()))?.response;
            lines.pixels_mut().iter_mut().for_each(|v| *v /= gain);
            let excess = reference.rings.deviations(&lines);
            let scales: Vec<f32> =
                excess.iter().map(|d| (d / (TO_DEVIATION * white_median)).max(1.0)).collect();
            let mut response = reference.rings.standardise(&lines, &scales, 1.0);
            for (value, &open) in response.pixels_mut().iter_mut().zip(open.pixels()) {
                if open == 0 {
                    *value = 0.0;
                }
            }
            let marks = footprint(&response, LOW, HIGH, LEAST_SHARE, 4)?;
            found.extend(candidates(ALGORITHM, &marks, &response, HIGH).into_iter().filter(|c| {
                let points = c.pixels.iter().map(|&(x, y)| (f64::from(x), f64::from(y)));
                let shape = Shape::of(&points.collect::<Vec<_>>(), 1.0);
                shape.length >= LEAST_LENGTH && shape.length >= LEAST_RATIO * shape.width
            }));
        }
    }
    Ok(found)
}
