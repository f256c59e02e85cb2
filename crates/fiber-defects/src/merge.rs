//! One flaw, one defect: candidates of all detectors that belong together.

use std::collections::{BTreeMap, BTreeSet};

use fiber_image::Plane;

use crate::blobs;
use crate::candidate::Candidate;
use crate::footprint::grown;
use crate::measure::Shape;

/// Candidates whose pixels are at most this far from each other, with four pixels in between, are one flaw.
const TOUCH: f32 = 5.0;
/// Lines whose directions differ by more than this sine cross each other.
const LARGEST_CROSSING_SINE: f64 = 0.5;
/// Pieces of a line are joined over gaps up to this share of the longer one's length ...
pub(crate) const GAP_SHARE: f64 = 0.3;
/// ... where they lie in its direction within this sine.
const LARGEST_SINE: f64 = 0.2;

/// All pixels of one flaw.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) algorithms: BTreeSet<&'static str>,
    pub(crate) pixels: Vec<(u32, u32)>,
    /// Those of them that stand out by themselves, not as parts of a line.
    pub(crate) solid: Vec<(u32, u32)>,
    /// The marks of the same kind that it was joined from, as each was found.
    pub(crate) parts: Vec<Vec<(u32, u32)>>,
    /// Pixels that stand out of the noise, of the detector that sees most of them.
    pub(crate) halo: usize,
    pub(crate) peak: f32,
}

impl Group {
    /// Takes in another part of the same flaw.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.halo = self.halo.max(other.halo);
        self.algorithms.extend(other.algorithms);
        self.peak = self.peak.max(other.peak);
        self.pixels.extend(other.pixels);
        self.solid.extend(other.solid);
        self.parts.extend(other.parts);
        sort_raster(&mut self.pixels);
    }
}

/// Parts between which there is a gap: those that touch or overlap are one.
pub(crate) fn separate_parts(parts: &[Vec<(u32, u32)>]) -> Vec<Vec<(u32, u32)>> {
    let mut separate: Vec<BTreeSet<(u32, u32)>> = Vec::new();
    for part in parts {
        let mut whole: BTreeSet<(u32, u32)> = part.iter().copied().collect();
        let touches = |other: &BTreeSet<(u32, u32)>| {
            part.iter().any(|&(x, y)| {
                let near = |at: u32| at.saturating_sub(1)..=at + 1;
                near(y).any(|y| near(x).any(|x| other.contains(&(x, y))))
            })
        };
        let (touching, apart): (Vec<_>, Vec<_>) = separate.into_iter().partition(touches);
        touching.into_iter().for_each(|other| whole.extend(other));
        separate = apart;
        separate.push(whole);
    }
    let in_raster_order = |part: BTreeSet<(u32, u32)>| {
        let mut pixels: Vec<(u32, u32)> = part.into_iter().collect();
        sort_raster(&mut pixels);
        pixels
    };
    separate.into_iter().map(in_raster_order).collect()
}

/// Joins candidates that touch or continue each other; groups come in raster order of their first pixel.
///
/// Lines that cross are two flaws, and what lies on their crossing belongs to the stronger one.
pub(crate) fn merge(candidates: Vec<Candidate>, width: usize, height: usize) -> Vec<Group> {
    let together = touching(&candidates, (width, height));
    let mut groups: Vec<Option<Group>> = candidates.iter().map(|_| None).collect();
    for (candidate, first) in candidates.into_iter().zip(together) {
        let solid = if candidate.algorithm == blobs::ALGORITHM {
            candidate.pixels.clone()
        } else {
            Vec::new()
        };
        let group = Group {
            algorithms: BTreeSet::from([candidate.algorithm]),
            halo: candidate.halo,
            peak: candidate.peak,
            pixels: candidate.pixels,
            parts: if solid.is_empty() { Vec::new() } else { vec![solid.clone()] },
            solid,
        };
        match &mut groups[first] {
            Some(known) => known.absorb(group),
            empty => *empty = Some(group),
        }
    }
    link_lines(groups.into_iter().flatten().collect())
}

/// For every candidate the first one of its flaw.
fn touching(candidates: &[Candidate], size: (usize, usize)) -> Vec<usize> {
    let shapes: Vec<Shape> = candidates.iter().map(|c| shape_of(&c.pixels)).collect();
    let pairs = touching_pairs(candidates, size);
    let mut first: Vec<usize> = (0..candidates.len()).collect();
    let parallel = |a: &Shape, b: &Shape| {
        let turned = (a.orientation_deg - b.orientation_deg).to_radians();
        turned.sin().abs() <= LARGEST_CROSSING_SINE
    };
    for &(a, b) in &pairs {
        let joined = match (is_line(&shapes[a]), is_line(&shapes[b])) {
            (true, true) => parallel(&shapes[a], &shapes[b]),
            (false, false) => true,
            _ => false,
        };
        if joined {
            join(&mut first, a, b);
        }
    }
    // What is no line, with all that touches it, joins the strongest line that it touches.
    let mut line_of: BTreeMap<usize, usize> = BTreeMap::new();
    for &(a, b) in &pairs {
        let (line, spot) = match (is_line(&shapes[a]), is_line(&shapes[b])) {
            (true, false) => (a, b),
            (false, true) => (b, a),
            _ => continue,
        };
        let strongest = line_of.entry(root(&first, spot)).or_insert(line);
        if candidates[line].peak > candidates[*strongest].peak {
            *strongest = line;
        }
    }
    for (spot, line) in line_of {
        join(&mut first, spot, line);
    }
    (0..candidates.len()).map(|i| root(&first, i)).collect()
}

fn root(first: &[usize], mut at: usize) -> usize {
    while first[at] != at {
        at = first[at];
    }
    at
}

fn join(first: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(first, a), root(first, b));
    first[a.max(b)] = a.min(b);
}

/// Pairs of candidates, the earlier one first, with pixels closer than [`TOUCH`].
fn touching_pairs(candidates: &[Candidate], size: (usize, usize)) -> Vec<(usize, usize)> {
    let Ok(mut near) = Plane::filled(size.0, size.1, usize::MAX) else { return Vec::new() };
    let mut pairs = Vec::new();
    for (a, candidate) in candidates.iter().enumerate() {
        for (x, y) in grown(&candidate.pixels, TOUCH, size) {
            near[(x as usize, y as usize)] = a;
        }
        let touches = |other: &Candidate| {
            other.pixels.iter().any(|&(x, y)| near[(x as usize, y as usize)] == a)
        };
        let later = candidates.iter().enumerate().skip(a + 1);
        pairs.extend(later.filter(|(_, other)| touches(other)).map(|(b, _)| (a, b)));
    }
    pairs
}

pub(crate) fn sort_raster(pixels: &mut Vec<(u32, u32)>) {
    pixels.sort_unstable_by_key(|&(x, y)| (y, x));
    pixels.dedup();
}

/// Joins long groups that continue each other, longest first.
fn link_lines(groups: Vec<Group>) -> Vec<Group> {
    let mut shapes: Vec<(Group, Shape)> = groups.into_iter().map(with_shape).collect();
    let mut at = 0;
    shapes.sort_by(|a, b| {
        b.1.length.total_cmp(&a.1.length).then_with(|| a.0.pixels.cmp(&b.0.pixels))
    });
    while at < shapes.len() {
        let next = (at + 1..shapes.len()).find(|&j| {
            continues(&shapes[at].1, &shapes[j].1) && stay_straight(&shapes[at], &shapes[j])
        });
        match next {
            Some(j) => {
                let (other, _) = shapes.remove(j);
                let (group, shape) = &mut shapes[at];
                group.absorb(other);
                *shape = shape_of(&group.pixels);
            }
            None => at += 1,
        }
    }
    shapes.sort_by_key(|(group, _)| group.pixels.first().map(|&(x, y)| (y, x)));
    shapes.into_iter().map(|(group, _)| group).collect()
}

fn with_shape(group: Group) -> (Group, Shape) {
    let shape = shape_of(&group.pixels);
    (group, shape)
}

fn shape_of(pixels: &[(u32, u32)]) -> Shape {
    let points: Vec<(f64, f64)> =
        pixels.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).collect();
    Shape::of(&points, 1.0)
}

fn is_line(shape: &Shape) -> bool {
    shape.length >= 4.0 * shape.width && shape.length >= 10.0
}

/// Whether `piece` lies in the direction of `line`, close to one of its ends and no wider than it.
fn continues(line: &Shape, piece: &Shape) -> bool {
    if !is_line(line) || !is_line(piece) {
        return false;
    }
    let direction = |s: &Shape| s.orientation_deg.to_radians().sin_cos();
    let ((sin, cos), (piece_sin, piece_cos)) = (direction(line), direction(piece));
    let (dx, dy) = (piece.centroid.0 - line.centroid.0, piece.centroid.1 - line.centroid.1);
    let distance = dx.hypot(dy);
    let gap = distance - (line.length + piece.length) / 2.0;
    let turned = (sin * piece_cos - cos * piece_sin).abs();
    let aside = (dy * cos - dx * sin).abs();
    gap <= GAP_SHARE * line.length
        && turned <= LARGEST_SINE
        && aside <= LARGEST_SINE * distance
        && aside <= 2.0 * line.width.max(piece.width) + 2.0
}

/// Whether two pieces together are still one line: thinner than a tenth of their length, sideways bends
/// included.
fn stay_straight((a, _): &(Group, Shape), (b, _): &(Group, Shape)) -> bool {
    let joined = shape_of(&[a.pixels.as_slice(), &b.pixels].concat());
    joined.breadth <= (0.1 * joined.length).max(5.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(algorithm: &'static str, pixels: Vec<(u32, u32)>, peak: f32) -> Candidate {
        Candidate { algorithm, halo: pixels.len(), at: pixels[0], pixels, peak }
    }

    fn bar(left: u32, top: u32, width: u32, height: u32) -> Vec<(u32, u32)> {
        (top..top + height).flat_map(|y| (left..left + width).map(move |x| (x, y))).collect()
    }

    fn merged(candidates: Vec<Candidate>) -> Vec<Group> {
        merge(candidates, 200, 60)
    }

    #[test]
    fn what_several_detectors_see_is_one_flaw_that_names_them_all() {
        let groups = merged(vec![
            candidate("b", bar(10, 10, 5, 5), 9.0),
            candidate("a", bar(12, 12, 5, 5), 20.0),
        ]);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].algorithms.iter().copied().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((groups[0].pixels.len(), groups[0].peak), (41, 20.0));
    }

    #[test]
    fn what_spots_were_joined_from_is_kept() {
        let spots = [bar(10, 10, 5, 5), bar(17, 10, 5, 5)];
        let mut all: Vec<Candidate> =
            spots.iter().map(|spot| candidate(blobs::ALGORITHM, spot.clone(), 9.0)).collect();
        all.push(candidate("line", bar(10, 11, 9, 2), 9.0));
        let groups = merged(all);
        assert_eq!((groups.len(), groups[0].parts.as_slice()), (1, spots.as_slice()));
    }

    #[test]
    fn parts_are_separate_where_there_is_a_gap() {
        let parts = [bar(10, 10, 5, 5), bar(17, 10, 5, 5), bar(14, 12, 3, 1), bar(30, 10, 2, 2)];
        let separate = separate_parts(&parts);
        let counts: Vec<usize> = separate.iter().map(Vec::len).collect();
        // The third touches both others.
        assert_eq!(counts, [25 + 25 + 2, 4]);
        assert_eq!(separate_parts(&parts[..2]).len(), 2);
    }

    #[test]
    fn spots_join_over_four_pixels_and_not_over_five() {
        let pair = |gap: u32| {
            let second = candidate("a", bar(15 + gap, 10, 5, 5), 9.0);
            merged(vec![candidate("a", bar(10, 10, 5, 5), 9.0), second]).len()
        };
        assert_eq!((pair(4), pair(5)), (1, 2));
    }

    #[test]
    fn pieces_of_a_line_join_over_a_gap_in_their_direction_only() {
        let line = || candidate("a", bar(10, 20, 60, 2), 9.0);
        let with = |pixels| merged(vec![line(), candidate("a", pixels, 9.0)]).len();
        assert_eq!(with(bar(82, 21, 30, 2)), 1, "12 pixels further along");
        assert_eq!(with(bar(110, 21, 30, 2)), 2, "too far");
        assert_eq!(with(bar(82, 32, 30, 2)), 2, "aside");
        assert_eq!(with(bar(90, 10, 2, 30)), 2, "across");
    }

    #[test]
    fn crossing_lines_stay_two_and_share_nothing() {
        let across = candidate("a", bar(10, 30, 80, 2), 9.0);
        let down = candidate("a", bar(50, 5, 2, 50), 12.0);
        let spot = candidate("b", bar(47, 27, 7, 7), 20.0);
        let groups = merged(vec![across, down, spot]);
        let counts: Vec<_> = groups.iter().map(|g| (g.algorithms.len(), g.pixels.len())).collect();
        assert_eq!(counts, [(2, 100 + 49 - 14), (1, 160)]);
    }

    #[test]
    fn the_order_of_candidates_does_not_matter() {
        let all = || {
            vec![
                candidate("a", bar(10, 20, 60, 2), 9.0),
                candidate("b", bar(82, 21, 30, 2), 8.5),
                candidate("a", bar(130, 40, 6, 6), 30.0),
            ]
        };
        let pixels = |groups: Vec<Group>| groups.into_iter().map(|g| g.pixels).collect::<Vec<_>>();
        let forwards = pixels(merged(all()));
        let backwards = pixels(merged(all().into_iter().rev().collect()));
        assert_eq!(forwards, backwards);
        assert_eq!(forwards.len(), 2);
    }
}
