//! What a face looks like at each radius and angle if it has no defects.

use std::f32::consts::TAU;

use fiber_filters::sample_cubic_points;
use fiber_geometry::Geometry;
use fiber_image::{Plane, PlaneView};
use fiber_stats::{CircularMedian, median_in_place};
use pulp::NullaryFnOnce;

use crate::AnomalyError;
use crate::polar_table::{ANGLES, PolarTable};
use crate::radial_frame::{PolarMap, RadialFrame};
use crate::rings::{OUTSIDE, RingScale, Rings};

/// Half of the angular window of the running median: 20 degrees.
const HALF_WINDOW: usize = 40;
/// At the rim, whose fringes and gap to the ferrule widen and narrow around the fibre, half of that.
const HALF_WINDOW_RIM: usize = 20;
/// So much of the radius is the rim.
const RIM: std::ops::Range<f64> = 0.93..1.06;
/// The window is at least this long to each side, in pixels along the arc, so that small defects near the centre
/// stay a minority in it.
const HALF_WINDOW_PX: f64 = 14.0;
/// Up to this radius in pixels the circles are too short for that, and all pixels of a ring as wide as this
/// are taken together.
const CENTRE_PX: usize = 5;

/// Samples farther than this many deviations from a first expectation do not count for the final one.
const MARK: f64 = 3.0;
/// Deviation in grey levels that whole levels alone cause.
const LEAST_DEVIATION: f64 = 0.3;

/// Expected brightness by radius and angle: a running median over angle at every radius.
///
/// A healthy face changes slowly around the fibre, however much it changes along the radius: lighting,
/// vignetting and slightly eccentric circles are followed, those of the core around its own centre, while a defect that
/// covers less than half of the window does not count: it is left out of a second estimate.
#[derive(Debug)]
pub(crate) struct PolarBackground {
    frame: RadialFrame,
    scale: RingScale,
    /// Radius in pixels of the first circle.
    first: usize,
    /// A circle a pixel of radius.
    table: PolarTable,
}

impl PolarBackground {
    /// Samples `image` out to `zone_um` micrometres in diameter.
    pub(crate) fn estimate(
        image: PlaneView<'_, f32>,
        geometry: &Geometry,
        zone_um: f64,
    ) -> Result<Self, AnomalyError> {
        let radius_px = geometry.cladding.mean_radius_px();
        let reach = zone_um / geometry.cladding_um;
        let scale = RingScale { reach: reach as f32, radius_px: radius_px as f32 };
        let frame = RadialFrame::new(geometry);
        // However far the zone reaches, there are no circles beyond the image, and no more than rings have numbers.
        let seen = scale.radius_px * farthest(image.dimensions(), frame.inverse());
        let last = (reach * radius_px).min(f64::from(seen)).min(f64::from(OUTSIDE)).ceil() as usize;
        let around = directions(ANGLES);
        let (mut first, mut circles) = (0, Vec::new());
        for radius in 0..last + 3 {
            match expected_ring(image, &frame, radius_px, radius, &around)? {
                // Circles before it that have no sample in the image are like it.
                Some(circle) => circles.resize(radius - first + 1, circle),
                // The centre may lie outside the image.
                None if circles.is_empty() => first = radius + 1,
                None => {}
            }
        }
        Ok(Self { frame, scale, first, table: PolarTable::new(&circles) })
    }

    /// Takes the expectation off `image`.
    pub(crate) fn subtract_from(&self, image: Plane<f32>) -> Subtracted {
        pulp::Arch::new().dispatch(Subtract { background: self, image })
    }
}

/// An image less its expectation.
pub(crate) struct Subtracted {
    /// 0 where nothing is expected.
    pub(crate) difference: Plane<f32>,
    /// The steepest slope of the expectation along the radius within two pixels, in grey levels a pixel; 0 where
    /// nothing is expected.
    pub(crate) slope: Plane<f32>,
    /// The rings within reach of which something is expected.
    pub(crate) rings: Rings,
}

struct Subtract<'a> {
    background: &'a PolarBackground,
    image: Plane<f32>,
}

impl NullaryFnOnce for Subtract<'_> {
    type Output = Subtracted;

    #[inline(always)]
    fn call(self) -> Subtracted {
        let Self { background, image: mut difference } = self;
        let PolarBackground { frame, scale, first, table } = background;
        let first = *first as f32;
        let mut slope = difference.filled_like(0.0_f32);
        let mut ring = difference.filled_like(OUTSIDE);
        let map = frame.inverse();
        let width = difference.width();
        let (mut radii, mut turns) = (vec![0.0; width], vec![0.0; width]);
        let rows = difference.pixels_mut().chunks_mut(width);
        let rows = rows.zip(slope.pixels_mut().chunks_mut(width));
        let rows = rows.zip(ring.pixels_mut().chunks_mut(width));
        for (y, ((difference, slope), ring)) in rows.enumerate() {
            // First where the pixels lie, many at once, then what is expected there, a look-up for each.
            for (x, (to_radius, to_turn)) in radii.iter_mut().zip(&mut turns).enumerate() {
                let (radius, (u, v)) = map.polar(x as i32 as f32, y as f32);
                *to_radius = radius;
                *to_turn = turn(u, v);
            }
            for (ring, radius) in ring.iter_mut().zip(&radii) {
                *ring = scale.ring(*radius);
            }
            let places = ring.iter_mut().zip(radii.iter().zip(&turns));
            for ((difference, slope), (ring, (radius, turn))) in
                difference.iter_mut().zip(slope).zip(places)
            {
                let expected = match *ring {
                    OUTSIDE => None,
                    _ => table.at(radius * scale.radius_px - first, *turn),
                };
                (*difference, *slope, *ring) = match expected {
                    Some((level, slope)) => (*difference - level, slope, *ring),
                    None => (0.0, 0.0, OUTSIDE),
                };
            }
        }
        Subtracted { difference, slope, rings: Rings::of(ring) }
    }
}

/// The largest radius, 1 on the rim, at a corner of an image.
fn farthest((width, height): (usize, usize), map: PolarMap) -> f32 {
    let (right, bottom) = (width as f32 - 1.0, height as f32 - 1.0);
    let corners = [(0.0, 0.0), (right, 0.0), (0.0, bottom), (right, bottom)];
    corners.into_iter().map(|(x, y)| map.polar(x, y).0).fold(0.0, f32::max)
}

/// The angle of `(u, v)` as a share of a turn from 0 to 1, to a few ten-millionths; 0 of nothing.
///
/// The polynomial for the arctangent up to a sixteenth of a turn is that of Moshier's Cephes library.
#[inline(always)]
fn turn(u: f32, v: f32) -> f32 {
    let (width, height) = (u.abs(), v.abs());
    let (small, large) = (width.min(height), width.max(height));
    let middle = small > TAN_22_5 * large;
    let numerator = if middle { small - large } else { small };
    let denominator = if middle { small + large } else { large };
    let slope = numerator / if denominator == 0.0 { 1.0 } else { denominator };
    let square = slope * slope;
    let mut series = 8.053_744_5e-2;
    for coefficient in [-1.387_768_6e-1, 1.997_771_1e-1, -3.333_295e-1] {
        series = series * square + coefficient;
    }
    let from_axis = (slope + slope * square * series) / TAU + if middle { 0.125 } else { 0.0 };
    let acute = if height > width { 0.25 - from_axis } else { from_axis };
    let upper = if u < 0.0 { 0.5 - acute } else { acute };
    if v < 0.0 { 1.0 - upper } else { upper }
}

/// Tangent of a sixteenth of a turn: above it the angle is taken from an eighth.
const TAN_22_5: f32 = 0.414_213_57;

/// The expected brightness around one circle, or `None` where none of it is in the image.
fn expected_ring(
    image: PlaneView<'_, f32>,
    frame: &RadialFrame,
    radius_px: f64,
    radius: usize,
    around: &[(f64, f64)],
) -> Result<Option<Vec<f32>>, AnomalyError> {
    if radius <= CENTRE_PX {
        let mut pool: Vec<f64> = (radius.saturating_sub(CENTRE_PX)..=radius + CENTRE_PX)
            .flat_map(|r| samples(image, frame, r as f64 / radius_px, &directions(8 * r.max(1))))
            .flatten()
            .map(f64::from)
            .collect();
        if pool.is_empty() {
            return Ok(None);
        }
        let level = median_in_place(&mut pool)? as f32;
        return Ok(Some(vec![level; ANGLES]));
    }
    let sampled = samples(image, frame, radius as f64 / radius_px, around);
    let mut circle = CircularMedian::new(&sampled)?;
    let Some(level) = circle.overall() else { return Ok(None) };
    let arc_px = std::f64::consts::TAU * radius as f64 / ANGLES as f64;
    let near_rim = RIM.contains(&(radius as f64 / radius_px));
    let half = if near_rim { HALF_WINDOW_RIM } else { HALF_WINDOW };
    let half = half.max((HALF_WINDOW_PX / arc_px) as usize).min(ANGLES / 2 - 1);
    let first: Vec<f32> =
        circle.medians(half)?.into_iter().map(|median| median.unwrap_or(level)).collect();
    leave_marks_out(&mut circle, &sampled, &first)?;
    let second = circle.medians(half)?.into_iter().zip(first);
    Ok(Some(second.map(|(median, first)| median.unwrap_or(first)).collect()))
}

/// Leaves out the samples that differ from a first expectation by more than noise does.
///
/// A mark on a third of the window moves the median of the rest by three quarters of the noise's deviation, on
/// all of the window and on many rings: enough for ghosts of the opposite polarity beside every large mark.
/// Estimating again without it removes them (reweighting: Rousseeuw and Leroy, Robust Regression, 1987).
fn leave_marks_out(
    circle: &mut CircularMedian,
    samples: &[Option<f32>],
    expected: &[f32],
) -> Result<(), AnomalyError> {
    let off = |sample: f32, expected: f32| (f64::from(sample) - f64::from(expected)).abs();
    let seen = samples.iter().zip(expected);
    let mut magnitudes: Vec<f64> =
        seen.filter_map(|(sample, expected)| Some(off((*sample)?, *expected))).collect();
    // The median magnitude of a normal deviate is 0.6745 of its deviation; whole levels hide smaller ones.
    let deviation = (median_in_place(&mut magnitudes)? / 0.6745).max(LEAST_DEVIATION);
    circle.retain(|i, sample| off(sample, expected[i]) <= MARK * deviation);
    Ok(())
}

/// Cosines and sines of directions evenly around.
fn directions(count: usize) -> Vec<(f64, f64)> {
    let direction = |i: usize| {
        let (sin, cos) = (std::f64::consts::TAU * i as f64 / count as f64).sin_cos();
        (cos, sin)
    };
    (0..count).map(direction).collect()
}

/// The image on the circle of a radius, in these directions; `None` outside the image.
fn samples(
    image: PlaneView<'_, f32>,
    frame: &RadialFrame,
    radius: f64,
    directions: &[(f64, f64)],
) -> Vec<Option<f32>> {
    sample_cubic_points(image, &pulp::Arch::new().dispatch(Positions { frame, radius, directions }))
}

struct Positions<'a> {
    frame: &'a RadialFrame,
    radius: f64,
    directions: &'a [(f64, f64)],
}

impl NullaryFnOnce for Positions<'_> {
    type Output = Vec<(f32, f32)>;

    #[inline(always)]
    fn call(self) -> Vec<(f32, f32)> {
        let Self { frame, radius, directions } = self;
        let mut positions = vec![(0.0_f32, 0.0_f32); directions.len()];
        for (position, direction) in positions.iter_mut().zip(directions) {
            let (x, y) = frame.position(radius, *direction);
            *position = (x as f32, y as f32);
        }
        positions
    }
}

#[cfg(test)]
mod tests {
    use fiber_geometry::Ellipse;
    use fiber_image::Plane;

    use super::*;

    impl PolarBackground {
        fn at(&self, x: f64, y: f64) -> Option<(f32, f32)> {
            let (radius, (u, v)) = self.frame.inverse().polar(x as f32, y as f32);
            self.table.at(radius * self.scale.radius_px - self.first as f32, turn(u, v))
        }
    }

    #[test]
    fn turns_are_those_of_the_standard_library() {
        for i in 0..20_000 {
            let angle = std::f64::consts::TAU * (f64::from(i) + 0.3) / 20_000.0;
            let (v, u) = angle.sin_cos();
            let (u, v) = (0.7 * u as f32, 0.7 * v as f32);
            let expected = f64::from(v).atan2(f64::from(u)) / std::f64::consts::TAU;
            let off = (f64::from(turn(u, v)) - expected.rem_euclid(1.0)).abs();
            assert!(off < 3e-7, "{i}: {off}");
        }
        assert_eq!(turn(0.0, 0.0), 0.0);
    }

    const CENTRE: (f64, f64) = (101.3, 98.6);

    fn fibre() -> Geometry {
        Geometry {
            cladding: Ellipse::circle(CENTRE.0, CENTRE.1, 100.0),
            core: None,
            cladding_um: 125.0,
            edge_rms_px: 0.0,
            rim_coverage: 1.0,
            rim_step: 0.0,
        }
    }

    /// Core, cladding and ferrule with edges two to three pixels wide, about `centre`.
    fn healthy(x: usize, y: usize, centre: (f64, f64)) -> f64 {
        let radius = (x as f64 - centre.0).hypot(y as f64 - centre.1);
        let edge = |at: f64| 1.0 / (1.0 + ((at - radius) / 0.8).exp());
        150.0 - 60.0 * edge(20.0) + 50.0 * edge(50.0)
    }

    fn face(level: impl Fn(usize, usize) -> f64) -> Plane<f32> {
        Plane::from_fn(200, 200, |x, y| level(x, y) as f32).expect("positive sides")
    }

    /// Root mean square of image less expectation over the pixels that pass, and the largest.
    fn residual(image: &Plane<f32>, on: impl Fn(f64) -> bool) -> (f64, f64) {
        let geometry = fibre();
        let background = PolarBackground::estimate(image.view(), &geometry, 230.0).expect("legal");
        let (mut squares, mut count, mut most) = (0.0_f64, 0.0_f64, 0.0_f64);
        for y in 0..200 {
            for x in 0..200 {
                let radius = (x as f64 - CENTRE.0).hypot(y as f64 - CENTRE.1);
                if radius > 90.0 || !on(radius) {
                    continue;
                }
                let (level, _) = background.at(x as f64, y as f64).expect("within the samples");
                let error = f64::from(image[(x, y)] - level);
                squares += error * error;
                count += 1.0;
                most = most.max(error.abs());
            }
        }
        ((squares / count).sqrt(), most)
    }

    #[test]
    fn a_symmetric_face_is_what_is_expected() {
        let (rms, most) = residual(&face(|x, y| healthy(x, y, CENTRE)), |_| true);
        // An 8-bit image has quantisation noise of 0.29 levels.
        assert!(rms < 0.15, "{rms}");
        assert!(most < 1.5, "{most}");
    }

    #[test]
    fn slow_illumination_is_followed() {
        let lit = face(|x, y| healthy(x, y, CENTRE) * (1.0 + 0.001 * (x as f64 - y as f64)));
        // The centre pools ten pixels, over which this light changes by two levels.
        let (rms, _) = residual(&lit, |radius| radius > 6.0);
        assert!(rms < 0.4, "{rms}");
    }

    #[test]
    fn a_slightly_eccentric_core_is_followed() {
        let shifted = face(|x, y| {
            let (core, rim) = (healthy(x, y, (CENTRE.0 + 1.0, CENTRE.1)), healthy(x, y, CENTRE));
            if (x as f64 - CENTRE.0).hypot(y as f64 - CENTRE.1) < 35.0 { core } else { rim }
        });
        let (rms, _) = residual(&shifted, |radius| (10.0..30.0).contains(&radius));
        // At 19 levels a pixel across the edge, a rigid circle would be off by 19 where the shift is radial.
        assert!(rms < 1.5, "{rms}");
    }

    #[test]
    fn marks_on_less_than_half_of_the_window_keep_their_contrast() {
        let geometry = fibre();
        let marked = face(|x, y| {
            let (dx, dy) = (x as f64 - CENTRE.0 - 35.0, y as f64 - CENTRE.1);
            // 8 pixels tall: 13 degrees of the 40 that the window spans there.
            let on = dx.abs() <= 6.0 && dy.abs() <= 4.0;
            healthy(x, y, CENTRE) + if on { -30.0 } else { 0.0 }
        });
        let background = PolarBackground::estimate(marked.view(), &geometry, 250.0).expect("legal");
        let at = (136, 99);
        let (level, _) = background.at(at.0 as f64, at.1 as f64).expect("within the samples");
        assert!((f64::from(marked[at] - level) + 30.0).abs() < 0.5);
    }

    #[test]
    fn what_lies_beside_a_mark_keeps_its_level() {
        // Noise of deviation 2 as sixteen coin flips, and a dark mark on a third of the window.
        let noise = |x: usize, y: usize| {
            let mixed = (x as u64 * 0x9E37_79B9 + y as u64).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            f64::from(
                ((mixed ^ (mixed >> 31)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 48).count_ones(),
            )
        };
        let image = face(|x, y| {
            let (dx, dy) = (x as f64 - CENTRE.0 - 70.0, y as f64 - CENTRE.1);
            let on = dx.abs() <= 10.0 && dy.abs() <= 8.0;
            healthy(x, y, CENTRE) + noise(x, y) - if on { 40.0 } else { 0.0 }
        });
        let background = PolarBackground::estimate(image.view(), &fibre(), 250.0).expect("legal");
        let (mut sum, mut count) = (0.0, 0.0);
        for y in (88 + 22..88 + 32).chain(65..88) {
            for x in 162..180 {
                let (level, _) = background.at(x as f64, y as f64).expect("within the samples");
                sum += f64::from(image[(x, y)] - level);
                count += 1.0;
            }
        }
        // Without reweighting the mean is near +1 level.
        assert!(f64::abs(sum / count) < 0.4, "{}", sum / count);
    }

    #[test]
    fn the_slope_is_that_of_the_edge() {
        let image = face(|x, y| healthy(x, y, CENTRE));
        let background = PolarBackground::estimate(image.view(), &fibre(), 250.0).expect("legal");
        let slope = |radius: f64| background.at(CENTRE.0 + radius, CENTRE.1).expect("inside").1;
        assert!(slope(35.0) < 0.05 && slope(75.0) < 0.05);
        // A logistic edge of 50 levels and scale 0.8: 50 / 3.2 at the steepest, 14.1 over a whole pixel.
        assert!((12.0..16.0).contains(&slope(50.0)), "{}", slope(50.0));
    }

    #[test]
    fn nothing_is_expected_beyond_the_samples() {
        let image = face(|x, y| healthy(x, y, CENTRE));
        let background = PolarBackground::estimate(image.view(), &fibre(), 125.0).expect("legal");
        assert!(background.at(CENTRE.0 + 80.0, CENTRE.1).is_none());
        let away = Geometry { cladding: Ellipse::circle(-900.0, 0.0, 50.0), ..fibre() };
        let background = PolarBackground::estimate(image.view(), &away, 125.0).expect("legal");
        assert!(background.at(-900.0, 0.0).is_none());
    }
}
