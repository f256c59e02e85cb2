//! Where a long mark runs, begins and ends, and how wide it is.
//!
//! A filter along a line answers half a line's length beyond its ends, and as wide as its own profile. Once a mark
//! is known to be long, its course is followed instead: a parabola through its pixels, the mean profile across
//! for the width, and along it the segment that is most likely brighter (or darker) than half of the mark's own
//! contrast: for white noise the maximum-likelihood ends of a step up and down (the segment of largest sum:
//! Bentley, Comm. ACM 27, 1984). Gaps are bridged where what follows outweighs them. Beyond those ends a fainter piece
//! belongs to the mark where its sum stands out of the sums of as many pixels beside the course.

use fiber_anomaly::SelfReference;
use fiber_filters::sample_bilinear;
use fiber_image::Plane;

use crate::merge::GAP_SHARE;

/// Farthest in pixels from the mark's pixels that its ends are sought.
const REACH: f64 = 40.0;
/// A stroke that comes out longer than its pixels by so much is followed once more from what was found, ...
const GROWN: f64 = 8.0;
/// ... so often at most: each time adds up to twice [`REACH`].
const MOST_TIMES: usize = 8;
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
/// A bend of fewer deviations of its own is none: it would lead astray beyond the ends.
const SURE_BEND: f64 = 3.0;
const SHORTEST: f64 = 8.0;
/// What comes out with less length over width is a compact mark.
const LEAST_RATIO: f64 = 4.0;
/// The gentler side of a stroke is at least this share as steep as the other one.
const LEAST_FLANK: f64 = 0.2;
/// A piece beyond the ends of a stroke, over a gap as wide as between pieces of a line, is part of it from so many
/// deviations of sums beside it on.
const LEAST_PIECE: f64 = 5.0;
/// Samples beyond an end, half a pixel apart, over which it fades as blurred ends do.
const FADE: usize = 6;
/// Samples over which the noise of the ground is summed: shorter pieces may be specks.
const BLOCK: usize = 16;

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
        if !course.surely_bends(&turned) {
            course.bend = straight(&turned)?;
        }
        Some(course)
    }

    /// Whether the points, in this course's frame, tell its bend from none. The middle of a parabola through evenly spread
    /// points of one scatter stands off the chord by a value whose own deviation is `sqrt(180 / n) / 4` of that scatter.
    fn surely_bends(&self, turned: &[(f64, f64, f64)]) -> bool {
        let Some((first, last)) = range(turned.iter().map(|p| p.0)) else { return false };
        let weight: f64 = turned.iter().map(|p| p.2).sum();
        let off = |p: &(f64, f64, f64)| p.2 * (p.1 - self.offset(p.0)).powi(2);
        let scatter = (turned.iter().map(off).sum::<f64>() / weight).sqrt();
        let length = last - first + 1.0;
        let deviation = scatter * (180.0 / length).sqrt() / 4.0;
        self.bend[2].abs() * length.powi(2) / 4.0 > SURE_BEND * deviation
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

/// The same for a straight line.
fn straight(points: &[(f64, f64, f64)]) -> Option<[f64; 3]> {
    let sum = |of: fn(&(f64, f64, f64)) -> f64| points.iter().map(of).sum::<f64>();
    let (weight, along, across) = (sum(|p| p.2), sum(|p| p.2 * p.0), sum(|p| p.2 * p.1));
    let (square, product) = (sum(|p| p.2 * p.0 * p.0), sum(|p| p.2 * p.0 * p.1));
    let slope = (weight * product - along * across) / (weight * square - along * along);
    slope.is_finite().then(|| [(across - slope * along) / weight, slope, 0.0])
}

/// What a mark is measured on.
pub(crate) struct Evidence {
    /// Image minus expectation in grey levels.
    difference: Plane<f32>,
    /// Its standard deviation without a mark, in grey levels.
    deviation: Plane<f32>,
    /// Where fringes of the rim go on along whatever runs there.
    rim: Plane<bool>,
}

impl Evidence {
    pub(crate) fn of(reference: &SelfReference) -> Self {
        let mut deviation = reference.difference.clone();
        let mut rim = reference.difference.filled_like(false);
        for y in 0..deviation.height() {
            for x in 0..deviation.width() {
                let residual = reference.residual[(x, y)];
                let ring = reference.rings.ring_of(x, y);
                rim[(x, y)] = ring.is_some_and(|ring| reference.rim.contains(&ring));
                let noise = ring.and_then(|ring| reference.ring_noise.get(ring)).copied();
                // The residual is the difference over its deviation.
                deviation[(x, y)] = if residual == 0.0 {
                    noise.unwrap_or(f32::INFINITY)
                } else {
                    deviation[(x, y)] / residual
                };
            }
        }
        Self { difference: reference.difference.clone(), deviation, rim }
    }

    /// A plane of the same size with nothing marked.
    pub(crate) fn nowhere(&self) -> Plane<bool> {
        self.difference.filled_like(false)
    }

    /// A difference whose noise has the deviation 1 everywhere.
    #[cfg(test)]
    pub(crate) fn on_even_noise(difference: Plane<f32>) -> Self {
        Self {
            deviation: difference.filled_like(1.0),
            rim: difference.filled_like(false),
            difference,
        }
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
    let (mut stroke, mut known) = follow_once(pixels, solid, evidence)?;
    for _ in 0..MOST_TIMES {
        if stroke.extent.length <= known + GROWN {
            break;
        }
        match follow_once(&stroke.pixels, solid, evidence) {
            Some(again) => (stroke, known) = again,
            None => break,
        }
    }
    Some(stroke)
}

/// The stroke, and the length of the pixels that it was followed from.
fn follow_once(
    pixels: &[(u32, u32)],
    solid: &[(u32, u32)],
    evidence: &Evidence,
) -> Option<(Stroke, f64)> {
    let Evidence { difference, deviation, rim } = evidence;
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
    let beside = |along: f64, aside: f64| {
        let (x, y) = course.at(along, aside);
        match sample_nearest(rim, x, y) {
            Some(false) => strength(along, half, |t, u| sample(t, u + aside)),
            _ => 0.0,
        }
    };
    let (from, to) = with_fainter_pieces((from, to), half, beside);
    let length = course.length(from, to) + 1.0;
    if length < SHORTEST || length < LEAST_RATIO * width {
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
        let profile = Self::above(sum / f64::max(count, 1.0), &mean)?;
        profile.has_sides(&mean).then_some(profile)
    }

    /// Whether both sides of it fall off more steeply than the ground beyond them: light that ebbs away does not, and an
    /// edge falls on one side only.
    fn has_sides(&self, mean: &[(f64, f64)]) -> bool {
        let foot = self.width / 2.0 + BESIDE;
        let steepest = |side: f64, beyond: bool| {
            mean.windows(5)
                .map(|w| (side * w[2].0, side * (w[0].1 - w[4].1)))
                .filter(|&(u, _)| u > 0.0 && (u > foot) == beyond)
                .map(|(_, fall)| fall)
                .fold(0.0, f64::max)
        };
        let flanks = [-1.0, 1.0].map(|side| steepest(side, false));
        let ground = [-1.0, 1.0].map(|side| steepest(side, true));
        let weaker = flanks[0].min(flanks[1]);
        weaker > ground[0].max(ground[1]) && weaker >= LEAST_FLANK * flanks[0].max(flanks[1])
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

fn sample_nearest<T: Copy>(plane: &Plane<T>, x: f64, y: f64) -> Option<T> {
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

/// The stroke with what goes on beyond its ends, fainter than half of it or after a gap: on either side the segment that
/// stands out most, where it is sure by itself. `contrast` tells the strength at a position along the course and so far
/// aside; sums along courses beside the stroke tell what sums of the ground come to.
fn with_fainter_pieces(
    (mut from, mut to): (f64, f64),
    half: f64,
    contrast: impl Fn(f64, f64) -> f64,
) -> (f64, f64) {
    let count = steps(from, to).count() as f64;
    let most = steps(from, to).map(|along| contrast(along, 0.0)).sum::<f64>() / count;
    if most <= 0.0 {
        return (from, to);
    }
    // What is stronger than the stroke tells no more than the stroke itself.
    let outwards = |end: f64, step: f64, aside: f64| -> Vec<f64> {
        (1..=(2.0 * REACH) as u32)
            .map(|i| contrast(end + step * f64::from(i), aside).clamp(-most, most))
            .collect()
    };
    let apart = 2.0 * (half + BESIDE + GROUND);
    let grown = |end: f64, step: f64, gap: usize| {
        let ground = [-2.0, -1.0, 1.0, 2.0].map(|i| outwards(end, step, i * apart));
        let blocks = ground.iter().flat_map(|strip| strip.chunks_exact(BLOCK));
        let (squares, count) = blocks.fold((0.0, 0.0), |(squares, count), block| {
            (squares + block.iter().sum::<f64>().powi(2), count + 1.0)
        });
        let deviation = (squares / (count * BLOCK as f64)).sqrt();
        let beyond = outwards(end, step, 0.0);
        let mut best = (LEAST_PIECE * deviation, 0);
        for begin in FADE..=gap.max(FADE).min(beyond.len()) {
            let mut sum = 0.0;
            for (i, value) in beyond[begin..].iter().enumerate() {
                sum += value;
                let strength = sum / f64::from(i as u32 + 1).sqrt();
                if i + 1 >= BLOCK && strength > best.0 {
                    best = (strength, begin + i + 1);
                }
            }
        }
        end + step * best.1 as f64
    };
    for _ in 0..MOST_TIMES {
        let gap = (2.0 * GAP_SHARE * (to - from)) as usize;
        let next = (grown(from, -0.5, gap), grown(to, 0.5, gap));
        if next == (from, to) {
            break;
        }
        (from, to) = next;
    }
    (from, to)
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
        let rim = difference.filled_like(false);
        let evidence = Evidence { deviation: deviation.expect("positive sides"), difference, rim };
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
    fn a_fainter_piece_that_is_sure_by_itself_belongs_to_the_stroke() {
        let (from, to) = ((20.0, 60.0), (70.0, 60.0));
        let strong = drawn(from, to, 2.0, 12.0);
        let with_piece = |contrast: f32| {
            let plane = Plane::from_fn(160, 120, |x, y| match (x, y) {
                (74..125, 60..62) => contrast + noise(x, y),
                _ => strong[(x, y)],
            });
            let evidence = Evidence::on_even_noise(plane.expect("positive sides"));
            let found = trace(&candidate(from, to, 4.0), &[], &evidence).expect("a stroke");
            found.extent.length
        };
        // Less than half as strong as the rest.
        let with_faint = with_piece(3.0);
        assert!((with_faint - 105.0).abs() < 4.0, "{with_faint}");
        let alone = with_piece(0.0);
        assert!((alone - 50.0).abs() < 3.0, "{alone}");
    }

    #[test]
    fn a_bend_that_scatter_explains_is_none() {
        let bend = |length: u32, sagitta: f64| {
            let points: Vec<(f64, f64, f64)> = (0..length)
                .map(|i| {
                    let t = 2.0 * f64::from(i) / f64::from(length - 1) - 1.0;
                    // Half a pixel to either side in turns.
                    let scatter = if i % 2 == 0 { 0.5 } else { -0.5 };
                    (f64::from(i), 9.0 + sagitta * t * t + scatter, 1.0)
                })
                .collect();
            Course::through(&points).expect("a course").bend[2]
        };
        // Of eighteen pixels the sagitta is known to 0.4 pixels, of a hundred and eighty to an eighth.
        assert_eq!(bend(18, 0.9), 0.0);
        assert!((bend(180, 0.9) - 0.9 / 89.5_f64.powi(2)).abs() < 1e-5, "{}", bend(180, 0.9));
        assert!(bend(18, 3.0) > 0.02, "{}", bend(18, 3.0));
    }

    #[test]
    fn edges_and_ebbing_light_are_no_strokes() {
        let pixels = candidate((30.0, 60.0), (120.0, 60.0), 0.0);
        let with = |level: &dyn Fn(f32) -> f32| {
            let plane = Plane::from_fn(160, 120, |_, y| level(y as f32 - 60.0));
            trace(&pixels, &[], &Evidence::on_even_noise(plane.expect("positive sides")))
        };
        assert!(with(&|off| if off.abs() <= 1.0 { 4.0 } else { 0.0 }).is_some());
        assert_eq!(with(&|off| if off >= 0.0 { 4.0 } else { 0.0 }), None, "an edge");
        assert_eq!(with(&|off| 20.0 - off.abs()), None, "light that ebbs away evenly");
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
