//! Canny against its definition, step by step.

use fiber_filters::canny;
use fiber_image::Plane;
use proptest::prelude::*;

use crate::planes::{grey, like};

/// Derivatives with the edge pixel repeated.
fn slopes(plane: &Plane<u8>, x: isize, y: isize) -> (i32, i32) {
    let at = |x: isize, y: isize| {
        let x = x.clamp(0, plane.width() as isize - 1) as usize;
        let y = y.clamp(0, plane.height() as isize - 1) as usize;
        i32::from(plane[(x, y)])
    };
    let column = |x: isize| at(x, y - 1) + 2 * at(x, y) + at(x, y + 1);
    let row = |y: isize| at(x - 1, y) + 2 * at(x, y) + at(x + 1, y);
    (column(x + 1) - column(x - 1), row(y + 1) - row(y - 1))
}

fn naive_canny(plane: &Plane<u8>, low: i32, high: i32) -> Plane<u8> {
    let magnitude = |x: isize, y: isize| {
        let inside =
            (0..plane.width() as isize).contains(&x) && (0..plane.height() as isize).contains(&y);
        let (dx, dy) = if inside { slopes(plane, x, y) } else { (0, 0) };
        dx.abs() + dy.abs()
    };
    let candidate = |x: isize, y: isize| {
        let (dx, dy) = slopes(plane, x, y);
        let here = magnitude(x, y);
        let angle = f64::from(dy.abs()).atan2(f64::from(dx.abs())).to_degrees();
        let peak = if angle < 22.5 {
            here > magnitude(x - 1, y) && here >= magnitude(x + 1, y)
        } else if angle > 67.5 {
            here > magnitude(x, y - 1) && here >= magnitude(x, y + 1)
        } else {
            let side = if (dx < 0) == (dy < 0) { 1 } else { -1 };
            here > magnitude(x - side, y - 1) && here > magnitude(x + side, y + 1)
        };
        peak && here > low
    };
    let mut edges = like(plane, |x, y| candidate(x, y) && magnitude(x, y) > high);
    loop {
        let grown = like(plane, |x, y| {
            let mut neighbours = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (x + dx, y + dy)));
            candidate(x, y)
                && neighbours.any(|(x, y)| {
                    x >= 0 && y >= 0 && edges.get(x as usize, y as usize) == Some(&true)
                })
        });
        if grown == edges {
            return edges.map(|&edge| if edge { 255 } else { 0 });
        }
        edges = grown;
    }
}

proptest! {
    #[test]
    fn edges_are_those_of_the_definition(
        plane in grey(9), low in 0_i32..500, span in 0_i32..700,
    ) {
        let edges = canny(plane.view(), low, low + span).unwrap();
        let expected = naive_canny(&plane, low, low + span);
        prop_assert_eq!(edges.pixels(), expected.pixels());
    }
}

#[test]
fn thresholds_beyond_any_magnitude_leave_nothing() {
    let plane = Plane::from_fn(6, 6, |x, _| if x < 3 { 0 } else { 255 }).unwrap();
    let edges = canny(plane.view(), i32::MAX, i32::MAX).unwrap();
    assert!(edges.pixels().iter().all(|&edge| edge == 0));
}
