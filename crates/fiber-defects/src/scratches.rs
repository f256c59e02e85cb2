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
    FilterError, OrientedLineFilter, StructuringElement, Threading, dilate, gaussian_blur,
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
/// The lines that are tried.
const LINES: [Line; 3] = [
    Line { length: 17, directions: 16, white_median: 1.16, high: 6.1 },
    Line { length: 41, directions: 32, white_median: 1.46, high: 5.65 },
    Line { length: 71, directions: 56, white_median: 1.64, high: 5.45 },
];

struct Line {
    /// In pixels.
    length: usize,
    /// As many as that length needs.
    directions: usize,
    /// Median over pixels of the strongest of all directions on white noise, in [`white_gain`]s: the yardstick for noise
    /// that is not white. Found by simulation, which a test repeats.
    white_median: f32,
    /// Hysteresis in standard deviations of a line's sum: short lines are more, and less of each is noise that
    /// averages out.
    high: f32,
}

/// Normal-consistent factor that the rings' deviations contain.
const TO_DEVIATION: f32 = 1.482_602_2;
/// The lower threshold of the hysteresis over the higher one.
const LOW_SHARE: f32 = 0.69;
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

/// Deviation of a line's sum on white noise that was smoothed across and along: its variance times its correlation
/// length.
fn white_gain() -> f32 {
    (1.0 / (2.0 * WIDTH * std::f32::consts::PI.sqrt())).sqrt()
}

/// Finds bright and dark lines. `marked` holds the marks already found, which are left out: a pit is a short
/// line in every direction, and beside a strong scratch every slanted line crosses it. What is left is what no
/// single pixel shows.
pub(crate) fn find_scratches(
    reference: &SelfReference,
    marked: &Plane<u8>,
    threading: Threading,
) -> Result<Vec<Candidate>, DefectError> {
    let blocked = dilate(marked.view(), &StructuringElement::ellipse(5)?);
    let mut open = reference.rings.mask();
    for (open, &blocked) in open.pixels_mut().iter_mut().zip(blocked.pixels()) {
        *open = if blocked == 0 { *open } else { 0 };
    }
    let flat = flattened(&reference.residual)?;
    let smooth = gaussian_blur(flat.map(|v| v.clamp(-CLIP, CLIP)).view(), WIDTH)?;
    // The longest takes most of the time.
    let longest_first = LINES.iter().rev().collect();
    let of_lines = threading.map(longest_first, |line| -> Result<_, DefectError> {
        let filter = OrientedLineFilter::new(line.length, line.directions)?;
        let both = filter.bright_and_dark(smooth.view(), Some(open.view()))?;
        let (bright, dark) = threading.join(
            || line.candidates(both.bright, reference, &open),
            || line.candidates(both.dark, reference, &open),
        );
        Ok((bright?, dark?))
    });
    let (mut found, mut dark) = (Vec::new(), Vec::new());
    for of_line in of_lines.into_iter().rev() {
        let (of_bright, of_dark) = of_line?;
        found.extend(of_bright);
        dark.extend(of_dark);
    }
    found.extend(dark);
    Ok(found)
}

impl Line {
    /// The marks that lines of one polarity make where it is `open`.
    fn candidates(
        &self,
        mut lines: Plane<f32>,
        reference: &SelfReference,
        open: &Plane<u8>,
    ) -> Result<Vec<Candidate>, DefectError> {
        let Self { white_median, high, .. } = *self;
        let gain = white_gain();
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
        let marks = footprint(&response, LOW_SHARE * high, high, LEAST_SHARE, 4)?;
        let mut found = candidates(ALGORITHM, &marks, &response, high);
        found.retain(|c| {
            let points = c.pixels.iter().map(|&(x, y)| (f64::from(x), f64::from(y)));
            let shape = Shape::of(&points.collect::<Vec<_>>(), 1.0);
            shape.length >= LEAST_LENGTH && shape.length >= LEAST_RATIO * shape.width
        });
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use fiber_anomaly::Rings;

    use super::*;

    /// White noise of deviation 1, each value the sum of twelve uniform ones (splitmix64).
    fn white_noise(side: usize) -> Plane<f32> {
        let mut state = 7_u64;
        let mut uniform = move || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((mixed ^ (mixed >> 31)) >> 40) as f32 / (1 << 24) as f32
        };
        Plane::from_fn(side, side, |_, _| (0..12).map(|_| uniform()).sum::<f32>() - 6.0)
            .expect("positive sides")
    }

    #[test]
    fn the_yardsticks_are_those_of_white_noise() {
        let noise = white_noise(500);
        let rings = Rings::single(noise.view());
        let flat = flattened(&noise).expect("a legal width").map(|v| v.clamp(-CLIP, CLIP));
        let across = gaussian_blur(flat.view(), WIDTH).expect("a legal width");
        for Line { length, directions, white_median, .. } in LINES {
            let filter = OrientedLineFilter::new(length, directions).expect("legal");
            let lines = filter.apply(across.view(), None).expect("same size").response;
            let found = rings.deviations(&lines)[0] / TO_DEVIATION / white_gain();
            let near = (found / white_median - 1.0).abs() < 0.05;
            assert!(near, "{length} long: {found:.3} for {white_median}");
        }
    }
}
