//! Long groups become strokes, and take in what lies on their course.

use fiber_image::Plane;

use crate::measure::Shape;
use crate::merge::Group;
use crate::stroke::{Evidence, Extent, trace};

/// From this length over width on, and this length in pixels, a group is followed as a stroke.
const STROKE_RATIO: f64 = 3.0;
const STROKE_PX: f64 = 12.0;
/// A group with this share of its pixels on a stroke, or next to it, is a part of it.
const LEAST_SHARE: f64 = 0.5;

/// Share of the pixels that stand out by themselves which a stroke has to hold.
const LEAST_EXPLAINED: f64 = 0.75;

/// A flaw and, where it is long, how its stroke was measured.
#[derive(Debug)]
pub(crate) struct Flaw {
    pub(crate) group: Group,
    pub(crate) stroke: Option<Extent>,
}

/// Follows all long groups on a face, the longest first; flaws come in raster order of their first pixel.
pub(crate) fn follow(groups: Vec<Group>, evidence: &Evidence) -> Vec<Flaw> {
    let mut flaws: Vec<Flaw> = groups.into_iter().map(|group| followed(group, evidence)).collect();
    flaws.sort_by(|a, b| {
        let length = |flaw: &Flaw| flaw.stroke.map_or(0.0, |stroke| stroke.length);
        length(b).total_cmp(&length(a)).then_with(|| a.group.pixels.cmp(&b.group.pixels))
    });
    let mut course = evidence.nowhere();
    let mut at = 0;
    while at < flaws.len() && flaws[at].stroke.is_some() {
        mark(&mut course, &flaws[at].group.pixels, true);
        let on_course = |flaw: &Flaw| {
            let pixels = &flaw.group.pixels;
            let on = pixels.iter().filter(|&&(x, y)| course[(x as usize, y as usize)]).count();
            on as f64 >= LEAST_SHARE * pixels.len() as f64
        };
        // A stroke that has grown may hold one that was longer.
        let part = (0..flaws.len()).find(|&other| other != at && on_course(&flaws[other]));
        mark(&mut course, &flaws[at].group.pixels, false);
        match part {
            Some(other) => {
                let part = flaws.remove(other);
                at -= usize::from(other < at);
                let mut whole = flaws.remove(at);
                whole.group.absorb(part.group);
                flaws.insert(at, followed(whole.group, evidence));
            }
            None => at += 1,
        }
    }
    flaws.sort_by_key(|flaw| flaw.group.pixels.first().map(|&(x, y)| (y, x)));
    flaws
}

fn followed(mut group: Group, evidence: &Evidence) -> Flaw {
    let points: Vec<(f64, f64)> =
        group.pixels.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).collect();
    let shape = Shape::of(&points, 1.0);
    if shape.length < STROKE_PX || shape.length < STROKE_RATIO * shape.width {
        return Flaw { group, stroke: None };
    }
    let stroke = trace(&group.pixels, &group.solid, evidence)
        .filter(|stroke| holds(&stroke.pixels, &group.solid, evidence.nowhere()));
    let stroke = stroke.map(|stroke| {
        group.pixels = stroke.pixels;
        stroke.extent
    });
    Flaw { group, stroke }
}

/// Whether a stroke explains most of what stands out by itself; a row of droplets is none.
fn holds(stroke: &[(u32, u32)], solid: &[(u32, u32)], mut course: Plane<bool>) -> bool {
    mark(&mut course, stroke, true);
    let on = solid.iter().filter(|&&(x, y)| course[(x as usize, y as usize)]).count();
    on as f64 >= LEAST_EXPLAINED * solid.len() as f64
}

/// Marks pixels and their neighbours.
fn mark(plane: &mut Plane<bool>, pixels: &[(u32, u32)], value: bool) {
    let (width, height) = plane.dimensions();
    for &(x, y) in pixels {
        let (x, y) = (x as usize, y as usize);
        for y in y.saturating_sub(1)..(y + 2).min(height) {
            plane.row_mut(y)[x.saturating_sub(1)..(x + 2).min(width)].fill(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn group(algorithm: &'static str, pixels: Vec<(u32, u32)>) -> Group {
        let solid = if algorithm == "spot" { pixels.clone() } else { Vec::new() };
        Group {
            algorithms: BTreeSet::from([algorithm]),
            halo: pixels.len(),
            parts: Vec::new(),
            solid,
            pixels,
            peak: 9.0,
        }
    }

    #[test]
    fn a_stroke_takes_in_what_lies_on_its_course_and_nothing_else() {
        let residual = Plane::from_fn(120, 60, |x, y| {
            if (20..90).contains(&x) && (30..32).contains(&y) { 6.0 } else { 0.0 }
        })
        .expect("positive sides");
        let bar = |from: u32, to: u32, y: u32| (from..to).map(|x| (x, y)).collect::<Vec<_>>();
        let groups = vec![
            group("line", bar(22, 60, 30)),
            group("spot", bar(70, 76, 31)),
            group("spot", bar(40, 46, 45)),
        ];
        let flaws = follow(groups, &Evidence::on_even_noise(residual));
        assert_eq!(flaws.len(), 2);
        let extent = flaws[0].stroke.expect("a stroke");
        assert!(
            (extent.length - 70.0).abs() <= 2.0 && (extent.width - 2.0).abs() <= 0.6,
            "{extent:?}"
        );
        assert_eq!(flaws[0].group.algorithms, BTreeSet::from(["line", "spot"]));
        assert_eq!((flaws[1].stroke, flaws[1].group.pixels.len()), (None, 6));
    }

    #[test]
    fn a_stroke_that_grows_over_a_longer_one_takes_it_in() {
        // The longest is the strong part, which ends where it fades. The fainter one goes on far into it once the
        // spot at its end is part of it.
        let residual = Plane::from_fn(300, 60, |x, y| match (x, y) {
            (20..160, 30..32) => 9.0,
            (160..250, 30..32) => 4.0,
            _ => 0.0,
        })
        .expect("positive sides");
        let bar = |from: u32, to: u32| (from..to).map(|x| (x, 30)).collect::<Vec<_>>();
        let groups = vec![
            group("strong", bar(22, 158)),
            group("faint", bar(200, 240)),
            group("spot", bar(243, 249)),
        ];
        let flaws = follow(groups, &Evidence::on_even_noise(residual));
        let covered: usize = flaws.iter().map(|flaw| flaw.group.pixels.len()).sum();
        let all: BTreeSet<(u32, u32)> =
            flaws.iter().flat_map(|flaw| flaw.group.pixels.iter().copied()).collect();
        assert_eq!(covered, all.len(), "no pixel belongs to two flaws");
        assert_eq!(flaws.len(), 1);
    }
}
