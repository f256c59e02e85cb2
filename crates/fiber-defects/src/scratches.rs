//! Long marks: sums along straight lines of the whitened residual.
//!
//! Integrates along all directions at three lengths, across two Gaussian profiles: the filter matched to a thin
//! line (Chaudhuri et al., IEEE Trans. Medical Imaging 8, 1989; on end faces the linear enhancement of
//! Mei et al., Sensors 18, 1408, 2018), on a residual that is weighed by the inverse of its noise's spectrum
//! ([`fiber_anomaly::Whitening`]), so that the sharp sides of a thin line count for more than slow waves. The noise of
//! the sums is measured ring by ring, and each pixel is clipped before: a line is many pixels, not a strong one.
//!
//! Blind spots: lines shorter than 12 pixels; curves too tight for a chord of 17 pixels within their width;
//! lines within five pixels of a stronger mark, of which only what reaches beyond is seen; lines along the
//! rim or the core's edge, whose fringes look the same; the middle of lines that run along any other circle around the
//! fibre's centre for more than 20 degrees, which the expectation takes for a ring of the fibre; the outer two rows
//! and columns of an image.

use fiber_anomaly::{Rings, SelfReference};
use fiber_filters::{
    CoarseBrightAndDark, CoarseResponse, LineField, OrientedLineFilter, Threading, gaussian_blur,
};
use fiber_image::Plane;

use crate::DefectError;
use crate::candidate::{Candidate, candidates};
use crate::footprint::footprint;
use crate::measure::Shape;
use crate::quiet::Quiet;

/// Name under which these detections are reported.
pub(crate) const ALGORITHM: &str = "line_integral";

/// The lines that are tried: as thin as a scratch is at its thinnest, and about three pixels wide.
const LENGTHS: [Length; 3] = [
    Length {
        pixels: 17,
        directions: 16,
        thin: Yardstick { white_median: 1.37, high: 7.5 },
        wide: Yardstick { white_median: 1.19, high: 6.6 },
    },
    Length {
        pixels: 41,
        directions: 32,
        thin: Yardstick { white_median: 1.78, high: 7.2 },
        wide: Yardstick { white_median: 1.68, high: 6.9 },
    },
    Length {
        pixels: 71,
        directions: 56,
        thin: Yardstick { white_median: 2.0, high: 7.0 },
        wide: Yardstick { white_median: 1.93, high: 6.8 },
    },
];
/// Deviations in pixels of the Gaussians across lines, without which a digital line would meet a thin scratch only half.
const THIN: f32 = 0.7;
const WIDE: f32 = 1.2;

struct Length {
    pixels: usize,
    /// As many as that length needs.
    directions: usize,
    thin: Yardstick,
    wide: Yardstick,
}

/// What tells lines of one length and width from noise.
struct Yardstick {
    /// Median over pixels of the strongest of all directions on white noise, in deviations of one direction's sum: by it
    /// that deviation is found on any noise. Found by simulation, which a test repeats.
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
/// Shorter candidates are what the blob templates find.
pub(crate) const LEAST_LENGTH: f64 = 12.0;
const LEAST_RATIO: f64 = 3.0;

/// A ring's noise is not taken for less than this share of the median ring's.
const LEAST_SCALE: f32 = 0.7;

/// Finds bright and dark lines beside the marks already found: a pit is a short line in every direction, and beside
/// a strong scratch every slanted line crosses it. What is left is what no single pixel shows.
///
/// `halved` are the rings of every second pixel, which tell as much of smooth responses as all.
pub(crate) fn find_scratches(
    reference: &SelfReference,
    halved: &Rings,
    quiet: &Quiet,
    threading: Threading,
) -> Result<Vec<Candidate>, DefectError> {
    let Quiet { open, whitened } = quiet;
    let (thin, wide) = threading
        .join(|| gaussian_blur(whitened.view(), THIN), || gaussian_blur(whitened.view(), WIDE));
    let (thin, wide) = (thin?, wide?);
    let longest = LENGTHS.iter().map(|length| length.pixels).max().unwrap_or(1);
    let field = LineField::new([thin.view(), wide.view()], Some(open.view()), longest)?;
    // The longest takes most of the time.
    let longest_first = LENGTHS.iter().rev().collect();
    let of_lengths = threading.map(longest_first, |length: &Length| -> Result<_, DefectError> {
        let filter = OrientedLineFilter::new(length.pixels, length.directions)?;
        let [thin, wide] = filter.bright_and_dark_in(&field)?;
        let candidates = |yardstick: &Yardstick, CoarseBrightAndDark { bright, dark, .. }| {
            threading.join(
                || yardstick.candidates(&bright, reference, halved, open),
                || yardstick.candidates(&dark, reference, halved, open),
            )
        };
        Ok([candidates(&length.thin, thin), candidates(&length.wide, wide)])
    });
    let (mut found, mut dark) = (Vec::new(), Vec::new());
    for of_length in of_lengths.into_iter().rev() {
        for (of_bright, of_dark) in of_length? {
            found.extend(of_bright?);
            dark.extend(of_dark?);
        }
    }
    found.extend(dark);
    Ok(found)
}

impl Yardstick {
    /// The marks that lines of one polarity make where it is `open`. Their unit is of no account.
    fn candidates(
        &self,
        lines: &Plane<CoarseResponse>,
        reference: &SelfReference,
        halved: &Rings,
        open: &Plane<u8>,
    ) -> Result<Vec<Candidate>, DefectError> {
        let Self { white_median, high, .. } = *self;
        let medians = halved.deviations(&lines.view().every_second());
        let scales: Vec<f32> =
            medians.iter().map(|median| median / (TO_DEVIATION * white_median)).collect();
        let floor = LEAST_SCALE * median(scales.clone()).unwrap_or(0.0);
        let low = LOW_SHARE * high;
        let thresholds = (low, high);
        let Some(mut response) = reference.rings.standing_out(lines, &scales, floor, thresholds)
        else {
            return Ok(Vec::new());
        };
        for (value, &open) in response.pixels_mut().iter_mut().zip(open.pixels()) {
            *value = if open == 0 { 0.0 } else { *value };
        }
        let marks = footprint(&response, low, high, LEAST_SHARE, 4)?;
        let Some(marks) = marks else { return Ok(Vec::new()) };
        let mut found = candidates(ALGORITHM, &marks, &response, high);
        found.retain(|c| {
            let points = c.pixels.iter().map(|&(x, y)| (f64::from(x), f64::from(y)));
            let shape = Shape::of(&points.collect::<Vec<_>>(), 1.0);
            shape.length >= LEAST_LENGTH && shape.length >= LEAST_RATIO * shape.width
        });
        Ok(found)
    }
}

fn median(mut values: Vec<f32>) -> Option<f32> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f32::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use fiber_anomaly::{Rings, Whitening};

    use super::*;
    use crate::quiet::flattened;

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
        let noise = flattened(&white_noise(500)).expect("a legal width");
        let rings = Rings::single(noise.view());
        let whitened = Whitening::of(noise.view(), rings.mask().view()).apply(noise.view());
        for (width, yardstick) in [(THIN, 0), (WIDE, 1)] {
            let across = gaussian_blur(whitened.view(), width).expect("a legal width");
            for Length { pixels, directions, thin, wide } in LENGTHS {
                let white_median = [thin, wide][yardstick].white_median;
                let deviation = |directions| {
                    let filter = OrientedLineFilter::new(pixels, directions).expect("legal");
                    let field = LineField::new([across.view()], None, pixels);
                    let lines = filter.bright_and_dark_in(&field.expect("one plane"));
                    let [CoarseBrightAndDark { bright, unit, .. }] =
                        lines.expect("as long as the field's");
                    unit * rings.deviations(&bright)[0]
                };
                let found = deviation(directions) / TO_DEVIATION / deviation(1);
                let near = (found / white_median - 1.0).abs() < 0.05;
                assert!(near, "{pixels} long, {width}: {found:.3} for {white_median}");
            }
        }
    }
}
