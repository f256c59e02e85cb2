//! Outer contours and smallest circles.

use fiber_filters::{Connectivity, components, outer_contours, smallest_circle};
use fiber_image::Plane;
use proptest::prelude::*;

use crate::planes::mask;

/// Background pixels, in a frame one pixel wide, that are 4-connected to the frame.
fn outside(
    member: &dyn Fn(isize, isize) -> bool,
    width: isize,
    height: isize,
) -> Vec<(isize, isize)> {
    let mut reached = vec![(-1, -1)];
    let mut next = 0;
    while let Some(&(x, y)) = reached.get(next) {
        next += 1;
        for (u, v) in [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)] {
            let framed = (-1..=width).contains(&u) && (-1..=height).contains(&v);
            if framed && !member(u, v) && !reached.contains(&(u, v)) {
                reached.push((u, v));
            }
        }
    }
    reached
}

proptest! {
    /// An 8-connected component's contour is the closed chain of its pixels that share a side with the
    /// outside.
    #[test]
    fn contours_are_closed_chains_of_the_outer_edge(mask in mask(10)) {
        let found = components(mask.view(), Connectivity::Eight);
        for (label, component) in found.iter() {
            let contour = found.outer_contour(label).unwrap();
            let member = |x: isize, y: isize| {
                usize::try_from(x).ok().zip(usize::try_from(y).ok())
                    .is_some_and(|(x, y)| found.labels().get(x, y) == Some(&label))
            };
            let outside = outside(&member, mask.width() as isize, mask.height() as isize);
            for y in 0..mask.height() {
                for x in 0..mask.width() {
                    let (u, v) = (x as isize, y as isize);
                    let edge = member(u, v)
                        && [(u - 1, v), (u + 1, v), (u, v - 1), (u, v + 1)]
                            .iter()
                            .any(|side| outside.contains(side));
                    prop_assert_eq!(contour.contains(&(x, y)), edge, "({}, {}) of {}", x, y, label);
                }
            }
            prop_assert_eq!(contour[0].1, component.y);
            if component.area > 1 {
                for (i, &(x, y)) in contour.iter().enumerate() {
                    let (u, v) = contour[(i + 1) % contour.len()];
                    prop_assert_eq!(x.abs_diff(u).max(y.abs_diff(v)), 1);
                }
            }
        }
        let all: Option<Vec<_>> = found.iter().map(|(label, _)| found.outer_contour(label)).collect();
        prop_assert_eq!(Some(outer_contours(mask.view())), all);
        prop_assert_eq!(found.outer_contour(0), None);
        prop_assert_eq!(found.outer_contour(found.len() as u32 + 1), None);
    }

    /// No point outside, and none of the circles through two or three points is smaller and holds all.
    #[test]
    fn circles_are_the_smallest(points in prop::collection::vec((-20_i32..20, -20_i32..20), 1..12)) {
        let points: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (x.into(), y.into())).collect();
        let circle = smallest_circle(&points).unwrap();
        let reach = |x: f64, y: f64| {
            points.iter().map(|&(u, v)| (u - x).hypot(v - y)).fold(0.0, f64::max)
        };
        prop_assert!((reach(circle.x, circle.y) - circle.radius).abs() < 1e-7);
        // The largest distance is convex in the centre: no step from the minimum makes it smaller.
        for angle in 0..32 {
            let (sin, cos) = (f64::from(angle) * 0.2).sin_cos();
            for step in [1e-3, 0.1, 3.0] {
                prop_assert!(reach(circle.x + step * cos, circle.y + step * sin) > circle.radius - 1e-7);
            }
        }
    }
}

#[test]
fn a_thin_line_is_walked_there_and_back() {
    let mask = Plane::filled(3, 1, 1_u8).unwrap();
    let found = components(mask.view(), Connectivity::Four);
    assert_eq!(found.outer_contour(1).unwrap(), [(0, 0), (1, 0), (2, 0), (1, 0)]);
}

#[test]
fn circles_of_special_sets() {
    assert_eq!(smallest_circle(&[]), None);
    assert_eq!(smallest_circle(&[(0.0, f64::NAN)]), None);
    let point = smallest_circle(&[(3.0, 4.0); 5]).unwrap();
    assert_eq!((point.x, point.y, point.radius), (3.0, 4.0, 0.0));
    let many: Vec<(f64, f64)> = (0..5000)
        .map(|i| f64::from(i).sin_cos())
        .map(|(sin, cos)| (7.0 + 5.0 * cos, 5.0 * sin))
        .collect();
    let circle = smallest_circle(&many).unwrap();
    assert!((circle.x - 7.0).abs() < 1e-5 && circle.y.abs() < 1e-5, "{circle:?}");
    assert!((circle.radius - 5.0).abs() < 1e-6, "{circle:?}");
}
