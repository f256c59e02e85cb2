//! Sizes of planted defects from their outlines, not from pixels.

use crate::defect::{PlantedDefect, hashed};
use crate::frame::FaceFrame;
use crate::shape::Shape;

/// Sizes in one unit, pixels or micrometres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extent {
    /// Along a scratch; of anything else the largest distance of two parallel tangents.
    pub(crate) length: f64,
    /// Across a scratch; of anything else the smallest distance of two parallel tangents.
    pub(crate) width: f64,
    /// Of the smallest circle around it.
    pub(crate) diameter: f64,
    /// Direction of the length in (-90, 90] degrees, from x towards y.
    pub(crate) orientation_deg: f64,
}

/// Measures the defect after its points have been mapped by `frame`'s scale and rotation.
pub(crate) fn extent(defect: &PlantedDefect, frame: &FaceFrame) -> Extent {
    let points: Vec<_> =
        defect.shapes.iter().flat_map(Shape::outline).map(|point| frame.to_px(point)).collect();
    let hull = convex_hull(points);
    let diameter = 2.0 * enclosing_radius(&hull);
    if let Some((length, width, chord)) = stroke_extent(defect, frame) {
        return Extent { length, width, diameter, orientation_deg: orientation(chord) };
    }
    let (length, chord) = longest_chord(&hull);
    Extent { length, width: least_width(&hull), diameter, orientation_deg: orientation(chord) }
}

/// Length with its gaps, mean width and end-to-end vector of a defect that is made of strokes
/// alone.
fn stroke_extent(defect: &PlantedDefect, frame: &FaceFrame) -> Option<(f64, f64, [f64; 2])> {
    let strokes: Vec<(Vec<[f64; 2]>, f64)> = defect
        .shapes
        .iter()
        .map(|shape| match shape {
            Shape::Stroke { path, width_um } => {
                Some((path.iter().map(|point| frame.to_px(*point)).collect(), *width_um))
            }
            _ => None,
        })
        .collect::<Option<_>>()?;
    // A strip of width w along the unit vector t becomes w * det / |M t| wide under the map M.
    let [ux, uy] = frame.um_per_px;
    let (mut drawn, mut area) = (0.0, 0.0);
    for (path, width_um) in &strokes {
        for pair in path.windows(2) {
            let (dx, dy) = (pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]);
            drawn += dx.hypot(dy);
            area += width_um * (dx * ux).hypot(dy * uy) / (ux * uy);
        }
    }
    if drawn == 0.0 {
        return None;
    }
    let width = area / drawn;
    let all: Vec<[f64; 2]> = strokes.into_iter().flat_map(|(path, _)| path).collect();
    let along: f64 = all.windows(2).map(|pair| distance(pair[0], pair[1])).sum();
    let (first, last) = (all[0], all[all.len() - 1]);
    Some((along + width, width, [last[0] - first[0], last[1] - first[1]]))
}

/// Smallest and largest distance of the outline's and the shapes' points from the fibre's centre.
pub(crate) fn radii_um(defect: &PlantedDefect) -> (f64, f64) {
    let centre_depth = defect.depth([0.0, 0.0]);
    let mut inner = f64::INFINITY;
    let mut outer = 0.0_f64;
    for shape in &defect.shapes {
        if let Shape::Stroke { width_um, .. } = shape {
            // Exact for strokes, where the outline's points are far apart.
            inner = inner.min((-shape.depth([0.0, 0.0])).max(0.0));
            outer = outer.max(width_um / 2.0);
        }
        let outline = shape.outline();
        for (i, point) in outline.iter().enumerate() {
            outer = outer.max(point[0].hypot(point[1]));
            let next = outline[(i + 1) % outline.len()];
            if !matches!(shape, Shape::Stroke { .. }) {
                inner = inner.min(distance_to_segment_from_origin(*point, next));
            }
        }
    }
    (if centre_depth > 0.0 { 0.0 } else { inner }, outer)
}

fn distance_to_segment_from_origin(from: [f64; 2], to: [f64; 2]) -> f64 {
    -Shape::Stroke { path: vec![from, to], width_um: 0.0 }.depth([0.0, 0.0])
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn orientation([dx, dy]: [f64; 2]) -> f64 {
    let degrees = dy.atan2(dx).to_degrees();
    if degrees > 90.0 {
        degrees - 180.0
    } else if degrees <= -90.0 {
        degrees + 180.0
    } else {
        degrees
    }
}

/// Twice the signed area of the triangle.
fn turn(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// Corners of the convex hull in order (Andrew's monotone chain).
fn convex_hull(mut points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let chain = |points: &mut dyn Iterator<Item = [f64; 2]>| {
        let mut chain: Vec<[f64; 2]> = Vec::new();
        for point in points {
            while let [.., a, b] = chain[..]
                && turn(a, b, point) <= 0.0
            {
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let mut hull = chain(&mut points.iter().copied());
    hull.extend(chain(&mut points.iter().rev().copied()));
    hull
}

fn longest_chord(hull: &[[f64; 2]]) -> (f64, [f64; 2]) {
    let mut best = (0.0, [1.0, 0.0]);
    for (i, a) in hull.iter().enumerate() {
        for b in &hull[i + 1..] {
            let length = distance(*a, *b);
            if length > best.0 {
                best = (length, [b[0] - a[0], b[1] - a[1]]);
            }
        }
    }
    best
}

/// Smallest distance of two parallel tangents: one of them lies on an edge.
fn least_width(hull: &[[f64; 2]]) -> f64 {
    let mut least = f64::INFINITY;
    for (i, a) in hull.iter().enumerate() {
        let b = hull[(i + 1) % hull.len()];
        let side = distance(*a, b);
        if side > 0.0 {
            let reach = hull.iter().map(|c| turn(*a, b, *c).abs() / side).fold(0.0, f64::max);
            least = least.min(reach);
        }
    }
    if least.is_finite() { least } else { 0.0 }
}

/// Radius of the smallest circle around the points (Welzl's incremental algorithm, linear on
/// average).
fn enclosing_radius(points: &[[f64; 2]]) -> f64 {
    // Points in order around a hull would make it cubic: mix them, always in the same way.
    let mut points: Vec<_> =
        points.iter().enumerate().map(|(i, point)| (hashed(i as i64, 0, 0), *point)).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let points: Vec<[f64; 2]> = points.into_iter().map(|(_, point)| point).collect();
    let outside = |(centre, radius): ([f64; 2], f64), p: [f64; 2]| {
        distance(centre, p) > radius * (1.0 + 1e-12) + 1e-12
    };
    let mut circle = (points.first().copied().unwrap_or_default(), 0.0);
    for (i, &p) in points.iter().enumerate() {
        if !outside(circle, p) {
            continue;
        }
        circle = (p, 0.0);
        for (j, &q) in points[..i].iter().enumerate() {
            if !outside(circle, q) {
                continue;
            }
            circle = (midpoint(p, q), distance(p, q) / 2.0);
            for &r in &points[..j] {
                if outside(circle, r) {
                    circle = circumcircle(p, q, r).unwrap_or(circle);
                }
            }
        }
    }
    circle.1
}

fn midpoint(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])]
}

fn circumcircle(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> Option<([f64; 2], f64)> {
    let (bx, by) = (b[0] - a[0], b[1] - a[1]);
    let (cx, cy) = (c[0] - a[0], c[1] - a[1]);
    let twice = 2.0 * (bx * cy - by * cx);
    let (bb, cc) = (bx * bx + by * by, cx * cx + cy * cy);
    let (x, y) = ((cy * bb - by * cc) / twice, (bx * cc - cx * bb) / twice);
    (twice != 0.0).then(|| ([a[0] + x, a[1] + y], x.hypot(y)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_enclosing_circle_holds_all_points_and_is_the_smallest_of_pairs_and_triples(
            points in prop::collection::vec([-50.0..50.0_f64, -50.0..50.0_f64], 2..12),
        ) {
            let found = enclosing_radius(&convex_hull(points.clone()));
            // Oracle: the smallest circle through two or three of the points that holds all of
            // them.
            let mut best = f64::INFINITY;
            let mut consider = |circle: ([f64; 2], f64)| {
                if points.iter().all(|p| distance(circle.0, *p) <= circle.1 + 1e-9) {
                    best = best.min(circle.1);
                }
            };
            for a in &points {
                for b in &points {
                    consider((midpoint(*a, *b), distance(*a, *b) / 2.0));
                    for c in &points {
                        if let Some(circle) = circumcircle(*a, *b, *c) {
                            consider(circle);
                        }
                    }
                }
            }
            prop_assert!((found - best).abs() < 1e-6, "{found} for {best}");
        }

        #[test]
        fn the_least_width_is_that_of_the_best_of_many_directions(
            points in prop::collection::vec([-50.0..50.0_f64, -50.0..50.0_f64], 3..12),
        ) {
            let found = least_width(&convex_hull(points.clone()));
            let reach = |angle: f64| {
                let (sin, cos) = angle.sin_cos();
                let along: Vec<f64> = points.iter().map(|p| p[0] * cos + p[1] * sin).collect();
                along.iter().copied().fold(f64::MIN, f64::max)
                    - along.iter().copied().fold(f64::MAX, f64::min)
            };
            let step = std::f64::consts::PI / 4000.0;
            let best = (0..4000).map(|i| reach(f64::from(i) * step)).fold(f64::MAX, f64::min);
            prop_assert!(found <= best + 1e-9 && best <= found + 150.0 * step, "{found}, {best}");
        }
    }

    #[test]
    fn orientations_lie_in_the_half_open_half_turn() {
        assert_eq!(orientation([0.0, -1.0]), 90.0);
        assert_eq!(orientation([0.0, 1.0]), 90.0);
        assert_eq!(orientation([-1.0, 0.0]), 0.0);
        assert!((orientation([-1.0, -1.0]) - 45.0).abs() < 1e-12);
    }
}
