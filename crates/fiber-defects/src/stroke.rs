//! Where a long mark runs, begins and ends, and how wide it is.
//!
//! A filter along a line answers half a line's length beyond its ends, and as wide as its own profile. Once a mark
//! is known to be long, its course is followed instead: a parabola through its pixels, the mean profile across
//! for the width, and along it the segment that is most likely brighter (or darker) than half of the mark's own
//! contrast: for white noise the maximum-likelihood ends of a step up and down (the segment of largest sum:
//! Bentley, Comm. ACM 27, 1984). Gaps are bridged where what follows outweighs them.

use fiber_anomaly::SelfReference;
use fiber_filters::sample_bilinear;
use fiber_image::Plane;

/// Farthest in pixels from the mark's pixels that its ends are sought.
const REACH: f64 = 40.0;
/// A stroke that comes out longer than its pixels by so much is followed once more from what was found.
const GROWN: f64 = 8.0;
/// Half of the widest profile across, in pixels.
const ACROSS: f64 = 8.0;
/// So far to both sides in pixels the middle of a stroke is sought.
const RIDGE: f64 = 3.0;
/// The profile ends where it falls below this share of its peak.
const FOOT: f64 = 0.15;
/// The ground of a stroke lies so far from it to both sides, and is so wide.
const BESIDE: f64 = 3.0;
const GROUND: f64 = 3.0;
/// Widths below this many pixels cannot be told apart.
const LEAST_WIDTH: f64 = 1.0;
/// A mark that bends aside by more than this share of its length is no stroke.
const LARGEST_BEND: f64 = 0.25;
const SHORTEST: f64 = 8.0;

/// A long mark.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) extent: Extent,
    /// Pixels whose centre lies on it, in raster order.
    pub(crate) pixels: Vec<(u32, u32)>,
}

/// How a stroke was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extent {
    /// In pixels along the course, ends included.
    pub(crate) length: f64,
    /// In pixels.
    pub(crate) width: f64,
    /// Difference from the ground beside it in grey levels, with its sign.
    pub(crate) contrast: f64,
}

/// A parabola `across = bend[0] + bend[1] along + bend[2] along^2` in a turned frame.
struct Course {
    origin: (f64, f64),
    sin: f64,
    cos: f64,
    bend: [f64; 3],
}

impl Course {
    fn through(points: &[(f64, f64, f64)]) -> Option<Self> {
        let weight: f64 = points.iter().map(|p| p.2).sum();
        if weight <= 0.0 {
            return None;
        }
        let mean = |of: &dyn Fn(&(f64, f64, f64)) -> f64| {
            points.iter().map(|p| p.2 * of(p)).sum::<f64>() / weight
        };
        let origin = (mean(&|p| p.0), mean(&|p| p.1));
        let xx = mean(&|p| (p.0 - origin.0).powi(2));
        let yy = mean(&|p| (p.1 - origin.1).powi(2));
        let xy = mean(&|p| (p.0 - origin.0) * (p.1 - origin.1));
        let (sin, cos) = (0.5 * (2.0 * xy).atan2(xx - yy)).sin_cos();
        let mut course = Self { origin, sin, cos, bend: [0.0; 3] };
        let turned: Vec<(f64, f64, f64)> = points
            .iter()
            .map(|&(x, y, w)| {
                let (along, across) = course.turned(x, y);
                (along, across, w)
            })
            .collect();
        course.bend = parabola(&turned)?;
        Some(course)
    }

    /// The parabola through the middles of what lies across this course: pixels of a line filter lie along chords.
    fn on_ridge(
        &self,
        points: &[(f64, f64, f64)],
        difference: &Plane<f32>,
        sign: f64,
    ) -> Option<Self> {
        let (first, last) = range(points.iter().map(|p| self.turned(p.0, p.1).0))?;
        let middles: Vec<(f64, f64, f64)> = steps(first, last)
            .filter_map(|along| {
                let (mut weight, mut moment) = (0.0, 0.0);
                for across in steps(-RIDGE, RIDGE) {
                    let (x, y) = self.at(along, across);
                    let value = sample_bilinear(difference.view(), x as f32, y as f32)?;
                    let value = (sign * f64::from(value)).max(0.0);
                    weight += value;
                    moment += value * across;
                }
                (weight > 0.0).then(|| {
                    let (x, y) = self.at(along, moment / weight);
                    // Squared, so that noise beyond the ends hardly counts.
                    (x, y, weight * weight)
                })
            })
            .collect();
        Self::through(&middles)
    }

    fn turned(&self, x: f64, y: f64) -> (f64, f64) {
        let (dx, dy) = (x - self.origin.0, y - self.origin.1);
        (dx * self.cos + dy * self.sin, dy * self.cos - dx * self.sin)
    }

    fn offset(&self, along: f64) -> f64 {
        self.bend[0] + along * (self.bend[1] + along * self.bend[2])
    }

    /// The position `across` beside the course at `along`; across is measured square to the chord, which the
    /// course hardly leaves.
    fn at(&self, along: f64, across: f64) -> (f64, f64) {
        let across = across + self.offset(along);
        (
            self.origin.0 + along * self.cos - across * self.sin,
            self.origin.1 + along * self.sin + across * self.cos,
        )
    }

    fn length(&self, from: f64, to: f64) -> f64 {
        const STEPS: u32 = 16;
        let at = |i: u32| {
            let along = from + (to - from) * f64::from(i) / f64::from(STEPS);
            (along, self.offset(along))
        };
        (0..STEPS)
            .map(|i| {
                let (a, b) = (at(i), at(i + 1));
                (b.0 - a.0).hypot(b.1 - a.1)
            })
            .sum()
    }
}

/// Weighted least squares; a straight line through the middle where the points do not determine a parabola.
fn parabola(points: &[(f64, f64, f64)]) -> Option<[f64; 3]> {
    let mut powers = [0.0; 5];
    let mut right = [0.0; 3];
    let scale = points.iter().map(|p| p.0.abs()).fold(1.0, f64::max);
    for &(along, across, weight) in points {
        let t = along / scale;
        let mut power = weight;
        for (i, sum) in powers.iter_mut().enumerate() {
            *sum += power;
            if i < 3 {
                right[i] += power * across;
            }
            power *= t;
        }
    }
    let [s0, s1, s2, s3, s4] = powers;
    let matrix = nalgebra::Matrix3::new(s0, s1, s2, s1, s2, s3, s2, s3, s4);
    let solution = matrix.lu().solve(&nalgebra::Vector3::from(right))?;
    let bend = [solution[0], solution[1] / scale, solution[2] / (scale * scale)];
    bend.iter().all(|b| b.is_finite()).then_some(bend)
}

/// What a mark is measured on.
pub(crate) struct Evidence {
    /// Image minus expectation in grey levels.
    difference: Plane<f32>,
    /// Its standard deviation without a mark, in grey levels.
    deviation: Plane<f32>,
}

impl Evidence {
    pub(crate) fn of(reference: &SelfReference) -> Self {
        let mut deviation = reference.difference.clone();
        for y in 0..deviation.height() {
            for x in 0..deviation.width() {
                let residual = reference.residual[(x, y)];
                let ring = reference.rings.ring_of(x, y);
                let noise = ring.and_then(|ring| reference.ring_noise.get(ring)).copied();
                // The residual is the difference over its deviation.
                deviation[(x, y)] = if residual == 0.0 {
                    noise.unwrap_or(f32::INFINITY)
                } else {
                    deviation[(x, y)] / residual
                };
            }
        }
        Self { difference: reference.difference.clone(), deviation }
    }

    /// A plane of the same size with nothing marked.
    pub(crate) fn nowhere(&self) -> Plane<bool> {
        self.difference.filled_like(false)
    }

    /// A difference whose noise has the deviation 1 everywhere.
    #[cfg(test)]
    pub(crate) fn on_even_noise(difference: Plane<f32>) -> Self {
        Self { deviation: difference.filled_like(1.0), difference }
    }
}

/// Follows the long mark that `pixels` belong to.
///
/// `solid` are those of its pixels that stand out by themselves: the mark reaches at least as far as they do.
/// `None` where the pixels are no line or nothing of one sign lies along them.
pub(crate) fn trace(
    pixels: &[(u32, u32)],
    solid: &[(u32, u32)],
    evidence: &Evidence,
) -> Option<Stroke> {
    let (stroke, known) = follow_once(pixels, solid, evidence)?;
    if stroke.extent.length <= known + GROWN {
        return Some(stroke);
    }
    let again = follow_once(&stroke.pixels, solid, evidence).map(|(stroke, _)| stroke);
    Some(again.unwrap_or(stroke))
}

/// The stroke, and the length of the pixels that it was followed from.
fn follow_once(
    pixels: &[(u32, u32)],
    solid: &[(u32, u32)],
    evidence: &Evidence,
) -> Option<(Stroke, f64)> {
    let Evidence { difference, deviation } = evidence;
    let value = |&(x, y): &(u32, u32)| {
        let at = (x as usize, y as usize);
        f64::from(difference[at] / deviation[at])
    };
    let sign = pixels.iter().map(value).sum::<f64>().signum();
    let points: Vec<(f64, f64, f64)> = pixels
        .iter()
        .map(|at| (f64::from(at.0), f64::from(at.1), (sign * value(at)).clamp(0.1, 4.0)))
        .collect();
    let mut course = Course::through(&points)?;
    if let Some(closer) = course.on_ridge(&points, difference, sign) {
        course = closer;
    }
    let along: Vec<f64> = points.iter().map(|p| course.turned(p.0, p.1).0).collect();
    let (first, last) = range(along.iter().copied())?;
    let bend = course.bend[2].abs() * (last - first).powi(2) / 4.0;
    if last - first < SHORTEST || bend > LARGEST_BEND * (last - first) {
        return None;
    }
    let sample = |along: f64, across: f64| {
        let (x, y) = course.at(along, across);
        sample_bilinear(difference.view(), x as f32, y as f32).map_or(0.0, |v| sign * f64::from(v))
    };
    let Profile { width, height } = Profile::across(first, last, sample)?;
    let half = (width / 2.0).max(0.5);
    let positions: Vec<f64> = steps(first - REACH, last + REACH).collect();
    let signal: Vec<Signal> = positions
        .iter()
        .map(|&along| {
            let (x, y) = course.at(along, 0.0);
            let noise = sample_nearest(deviation, x, y).unwrap_or(f32::INFINITY);
            let precision = f64::from(noise).powi(-2);
            Signal { along, contrast: strength(along, half, sample), precision }
        })
        .collect();
    let solid = solid.iter().map(|at| course.turned(f64::from(at.0), f64::from(at.1)).0);
    let (from, to) = ends(&signal, (first, last), range(solid))?;
    let length = course.length(from, to) + 1.0;
    if length < SHORTEST {
        return None;
    }
    let mut covered: Vec<(u32, u32)> = steps(from, to)
        .flat_map(|t| steps(-half, half).map(move |u| (t, u)))
        .map(|(t, u)| course.at(t, u))
        .map(|(x, y)| (x.round(), y.round()))
        .filter(|&(x, y)| {
            x >= 0.0 && y >= 0.0 && x < difference.width() as f64 && y < difference.height() as f64
        })
        .map(|(x, y)| (x as u32, y as u32))
        .filter(|&(x, y)| {
            let (along, across) = course.turned(f64::from(x), f64::from(y));
            (across - course.offset(along)).abs() <= half
        })
        .collect();
    covered.sort_unstable_by_key(|&(x, y)| (y, x));
    covered.dedup();
    let extent = Extent { length, width, contrast: sign * height };
    (!covered.is_empty()).then_some((Stroke { extent, pixels: covered }, last - first))
}

fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (least, most) = values
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), v| (least.min(v), most.max(v)));
    (least <= most).then_some((least, most))
}

/// Half pixels from one value to another.
fn steps(from: f64, to: f64) -> impl Iterator<Item = f64> {
    let count = (2.0 * (to - from)).floor().max(0.0) as u32;
    (0..=count).map(move |i| from + 0.5 * f64::from(i))
}

/// The stroke with sharp sides that the mean profile across comes from, whatever blurred it.
#[derive(Clone, Copy, Debug)]
struct Profile {
    /// Area of the profile over its height.
    width: f64,
    /// Above the ground on both sides.
    height: f64,
}

impl Profile {
    fn across(first: f64, last: f64, sample: impl Fn(f64, f64) -> f64) -> Option<Self> {
        let reach = ACROSS + BESIDE + GROUND;
        let mean: Vec<(f64, f64)> = steps(-reach, reach)
            .map(|across| {
                let (sum, count) = steps(first, last)
                    .fold((0.0, 0.0), |(sum, count), t| (sum + sample(t, across), count + 1.0));
                (across, sum / count)
            })
            .collect();
        let on_no_ground = Self::above(0.0, &mean)?;
        let beside = on_no_ground.width / 2.0 + BESIDE;
        let ground = mean.iter().filter(|(u, _)| (beside..=beside + GROUND).contains(&u.abs()));
        let (sum, count) = ground.fold((0.0, 0.0), |(sum, count), (_, v)| (sum + v, count + 1.0));
        Self::above(sum / f64::max(count, 1.0), &mean)
    }

    fn above(ground: f64, mean: &[(f64, f64)]) -> Option<Self> {
        let level = |i: usize| mean[i].1 - ground;
        let near = (0..mean.len()).filter(|&i| mean[i].0.abs() <= RIDGE);
        let top = near.max_by(|&a, &b| level(a).total_cmp(&level(b)).then(b.cmp(&a)))?;
        let height = level(top);
        let on_foot = |&i: &usize| level(i) > FOOT * height && mean[i].0.abs() <= ACROSS;
        let right: f64 = (top + 1..mean.len()).take_while(on_foot).map(level).sum();
        let left: f64 = (0..top).rev().take_while(on_foot).map(level).sum();
        let width = (0.5 * (left + height + right) / height).max(LEAST_WIDTH);
        (height > 0.0).then_some(Self { width, height })
    }
}

/// Mean difference on the stroke less that on both sides of it.
fn strength(along: f64, half: f64, sample: impl Fn(f64, f64) -> f64) -> f64 {
    let mean = |from: f64, to: f64| {
        let (sum, count) = steps(from, to)
            .fold((0.0, 0.0), |(sum, count), u| (sum + sample(along, u), count + 1.0));
        sum / count
    };
    let beside = half + BESIDE;
    mean(-half, half) - 0.5 * (mean(-beside - GROUND, -beside) + mean(beside, beside + GROUND))
}

/// What lies on the course at one position.
struct Signal {
    along: f64,
    /// In grey levels.
    contrast: f64,
    /// Inverse variance of the noise there.
    precision: f64,
}

fn sample_nearest(plane: &Plane<f32>, x: f64, y: f64) -> Option<f32> {
    let (x, y) = (x.round(), y.round());
    (x >= 0.0 && y >= 0.0).then(|| plane.get(x as usize, y as usize).copied())?
}

/// The ends of the segment that most exceeds half of the contrast, from which `known` tells that contrast and
/// `solid` belongs to it anyway.
fn ends(signal: &[Signal], mut known: (f64, f64), solid: Option<(f64, f64)>) -> Option<(f64, f64)> {
    for _ in 0..3 {
        let within = signal.iter().filter(|s| (known.0..=known.1).contains(&s.along));
        let (sum, weight) = within.fold((0.0, 0.0), |(sum, weight), s| {
            (sum + s.precision * s.contrast, weight + s.precision)
        });
        let contrast = if weight > 0.0 { sum / weight } else { 0.0 };
        if contrast <= 0.0 {
            return None;
        }
        let (mut best, mut span) = (0.0, None);
        let (mut running, mut begin) = (0.0, known.0);
        for s in signal {
            if running <= 0.0 {
                (running, begin) = (0.0, s.along);
            }
            // What is much stronger belongs to another mark and tells no more.
            running += s.precision * (s.contrast.min(2.0 * contrast) - 0.5 * contrast);
            if running > best {
                (best, span) = (running, Some((begin, s.along)));
            }
        }
        let next = span?;
        if next == known {
            break;
        }
        known = next;
    }
    let solid = solid.unwrap_or(known);
    Some((known.0.min(solid.0), known.1.max(solid.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise of about one deviation, the same each time.
    fn noise(x: usize, y: usize) -> f32 {
        let mixed =
            (x as u64 * 0x9E37_79B9 + y as u64 * 0x85EB_CA77).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let bits = ((mixed ^ (mixed >> 31)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 32) as u32;
        (bits.count_ones() as f32 - 16.0) / 8.0_f32.sqrt()
    }

    fn drawn(from: (f64, f64), to: (f64, f64), width: f64, contrast: f32) -> Plane<f32> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        Plane::from_fn(160, 120, |x, y| {
            // Coverage of the pixel by sixteen samples.
            let inside = (0..16).filter(|i| {
                let px = x as f64 - 0.375 + 0.25 * f64::from(i % 4) - from.0;
                let py = y as f64 - 0.375 + 0.25 * f64::from(i / 4) - from.1;
                let along = (px * dx + py * dy) / length;
                let across = (py * dx - px * dy) / length;
                (0.0..=length).contains(&along) && across.abs() <= width / 2.0
            });
            contrast * inside.count() as f32 / 16.0 + noise(x, y)
        })
        .expect("positive sides")
    }

    /// What a line filter leaves: pixels near the line, half a filter too long.
    fn candidate(from: (f64, f64), to: (f64, f64), beyond: f64) -> Vec<(u32, u32)> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        let mut pixels: Vec<(u32, u32)> = steps(-beyond, length + beyond)
            .map(|t| (from.0 + dx * t / length, from.1 + dy * t / length))
            .flat_map(|(x, y)| {
                [(x.round() as u32, y.round() as u32), (x.round() as u32, y.round() as u32 + 1)]
            })
            .collect();
        pixels.sort_unstable_by_key(|&(x, y)| (y, x));
        pixels.dedup();
        pixels
    }

    #[test]
    fn ends_and_width_are_those_of_the_mark_and_not_of_the_filter() {
        for (from, to) in [
            ((40.0, 30.0), (100.0, 30.0)),
            ((40.0, 20.0), (90.0, 75.0)),
            ((60.0, 30.0), (66.0, 85.0)),
        ] {
            for (width, contrast) in [(1.5, 5.0), (3.0, 4.0), (1.5, -6.0)] {
                let plane = Evidence::on_even_noise(drawn(from, to, width, contrast));
                let found = trace(&candidate(from, to, 9.0), &[], &plane).expect("a stroke");
                let length = (to.0 - from.0).hypot(to.1 - from.1);
                assert!(
                    (found.extent.length - length).abs() <= 0.06 * length,
                    "{} of {length}",
                    found.extent.length
                );
                assert!(
                    (found.extent.width - width).abs() <= 0.8,
                    "{} of {width}",
                    found.extent.width
                );
                // Whatever blurs the profile leaves its area, but for the foot, where noise is as high as a thin line.
                let area = found.extent.contrast * found.extent.width;
                let share = area / (f64::from(contrast) * width);
                assert!((0.6..=1.15).contains(&share), "{share} of {contrast} over {width}");
                let (x, y) = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
                let count = found.pixels.len() as f64;
                let mean = |of: fn(&(u32, u32)) -> u32| {
                    found.pixels.iter().map(|p| f64::from(of(p))).sum::<f64>() / count
                };
                let off = (mean(|p| p.0) - x).hypot(mean(|p| p.1) - y);
                assert!(off <= 1.5, "{off}");
            }
        }
    }

    #[test]
    fn a_quieter_part_of_the_face_does_not_end_the_stroke() {
        let (from, to) = ((30.0, 60.0), (110.0, 60.0));
        let difference = drawn(from, to, 2.0, 8.0);
        let deviation = difference.filled_like(1.0);
        let deviation =
            Plane::from_fn(160, 120, |x, y| if x < 70 { 0.3 } else { deviation[(x, y)] });
        let evidence = Evidence { deviation: deviation.expect("positive sides"), difference };
        let found = trace(&candidate(from, to, 6.0), &[], &evidence).expect("a stroke");
        assert!((found.extent.length - 80.0).abs() < 3.0, "{}", found.extent.length);
    }

    #[test]
    fn gaps_are_bridged_and_solid_pixels_kept() {
        let (from, to) = ((30.0, 60.0), (110.0, 60.0));
        let whole = drawn(from, to, 2.0, 5.0);
        let broken = Plane::from_fn(160, 120, |x, y| {
            if (65..75).contains(&x) { noise(x, y) } else { whole[(x, y)] }
        })
        .expect("positive sides");
        let broken = Evidence::on_even_noise(broken);
        let found = trace(&candidate(from, to, 0.0), &[], &broken).expect("a stroke");
        assert!((found.extent.length - 80.0).abs() < 4.0, "{}", found.extent.length);
        let found = trace(&candidate(from, to, 0.0), &[(125, 60)], &broken).expect("a stroke");
        assert!((found.extent.length - 96.0).abs() < 4.0, "{}", found.extent.length);
    }

    #[test]
    fn dots_bows_and_nothing_are_no_strokes() {
        let plane = Evidence::on_even_noise(drawn((40.0, 30.0), (100.0, 30.0), 2.0, 5.0));
        assert_eq!(trace(&[], &[], &plane), None);
        assert_eq!(trace(&[(50, 30), (51, 30)], &[], &plane), None);
        let bow: Vec<(u32, u32)> =
            (0_u32..60).map(|x| (40 + x, 30 + x.abs_diff(30).pow(2) / 15)).collect();
        assert_eq!(trace(&bow, &[], &plane), None);
    }
}
