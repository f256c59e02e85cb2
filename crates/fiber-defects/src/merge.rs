//! One flaw, one defect: candidates of all detectors that belong together.

use std::collections::BTreeSet;

use fiber_filters::{Connectivity, FilterError, StructuringElement, components, dilate};
use fiber_image::Plane;

use crate::blobs;
use crate::candidate::Candidate;
use crate::measure::Shape;

/// Candidates at most this many pixels apart are one flaw.
const TOUCH: usize = 4;
/// Pieces of a line are joined over gaps up to this share of the longer one's length ...
const GAP_SHARE: f64 = 0.3;
/// ... where they lie in its direction within this sine.
const LARGEST_SINE: f64 = 0.2;

/// All pixels of one flaw.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) algorithms: BTreeSet<&'static str>,
    pub(crate) pixels: Vec<(u32, u32)>,
    /// Those of them that stand out by themselves, not as parts of a line.
    pub(crate) solid: Vec<(u32, u32)>,
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
        sort_raster(&mut self.pixels);
    }
}

/// Joins candidates that touch or continue each other; groups come in raster order of their first pixel.
pub(crate) fn merge(
    candidates: Vec<Candidate>,
    width: usize,
    height: usize,
) -> Result<Vec<Group>, FilterError> {
    let Ok(mut mask) = Plane::filled(width, height, 0_u8) else { return Ok(Vec::new()) };
    for candidate in &candidates {
        for &(x, y) in &candidate.pixels {
            mask[(x as usize, y as usize)] = 255;
        }
    }
    let grown = dilate(mask.view(), &StructuringElement::ellipse(TOUCH + 1)?);
    let touching = components(grown.view(), Connectivity::Eight);
    let mut groups: Vec<Option<Group>> = (0..touching.len()).map(|_| None).collect();
    for candidate in candidates {
        let Some(&(x, y)) = candidate.pixels.first() else { continue };
        let label = touching.labels()[(x as usize, y as usize)] as usize;
        let group = groups[label - 1].get_or_insert_with(|| Group {
            algorithms: BTreeSet::new(),
            pixels: Vec::new(),
            solid: Vec::new(),
            halo: 0,
            peak: 0.0,
        });
        group.halo = group.halo.max(candidate.halo);
        group.algorithms.insert(candidate.algorithm);
        group.peak = group.peak.max(candidate.peak);
        if candidate.algorithm == blobs::ALGORITHM {
            group.solid.extend(&candidate.pixels);
        }
        group.pixels.extend(candidate.pixels);
    }
    let mut groups: Vec<Group> = groups.into_iter().flatten().collect();
    for group in &mut groups {
        sort_raster(&mut group.pixels);
    }
    Ok(link_lines(groups))
}

fn sort_raster(pixels: &mut Vec<(u32, u32)>) {
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

/// Whether `piece` lies in the direction of `line`, close to one of its ends and no wider than it.
fn continues(line: &Shape, piece: &Shape) -> bool {
    let elongated = |s: &Shape| s.length >= 4.0 * s.width && s.length >= 10.0;
    if !elongated(line) || !elongated(piece) {
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
        merge(candidates, 200, 60).expect("legal elements")
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
