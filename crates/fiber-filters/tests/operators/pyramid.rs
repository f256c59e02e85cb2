//! The Burt-Adelson pyramid.

use fiber_filters::{pyramid_expand, pyramid_reduce, reflect_101};
use fiber_image::Plane;
use proptest::prelude::*;

use crate::planes::{mirrored, of};

const KERNEL: [f64; 5] = [1.0, 4.0, 6.0, 4.0, 1.0];

fn naive_reduce(plane: &Plane<f64>) -> Plane<f64> {
    Plane::from_fn(plane.width().div_ceil(2), plane.height().div_ceil(2), |x, y| {
        let mut sum = 0.0;
        for (dy, down) in (-2..).zip(KERNEL) {
            for (dx, across) in (-2..).zip(KERNEL) {
                sum += down
                    * across
                    * mirrored(plane.view(), 2 * x as isize + dx, 2 * y as isize + dy);
            }
        }
        sum / 256.0
    })
    .unwrap()
}

/// Puts zeros between the pixels and smooths, over all even positions in reach.
fn naive_expand(plane: &Plane<f64>, width: usize, height: usize) -> Plane<f64> {
    let source = |position: isize, side: usize| {
        if position < 0 {
            reflect_101(position / 2, side)
        } else {
            (position as usize / 2).min(side - 1)
        }
    };
    Plane::from_fn(width, height, |x, y| {
        let mut sum = 0.0;
        for (dy, down) in (-2..).zip(KERNEL) {
            for (dx, across) in (-2..).zip(KERNEL) {
                let (u, v) = (x as isize + dx, y as isize + dy);
                if u % 2 == 0 && v % 2 == 0 {
                    let value = plane[(source(u, plane.width()), source(v, plane.height()))];
                    sum += down * across * value;
                }
            }
        }
        sum / 64.0
    })
    .unwrap()
}

fn near(a: &Plane<f64>, b: &Plane<f64>) -> bool {
    a.dimensions() == b.dimensions()
        && a.pixels().iter().zip(b.pixels()).all(|(a, b)| (a - b).abs() < 1e-10)
}

proptest! {
    #[test]
    fn reduction_is_smoothing_and_decimation(plane in of(11, -300.0_f64..300.0)) {
        prop_assert!(near(&pyramid_reduce(plane.view()), &naive_reduce(&plane)));
    }

    #[test]
    fn expansion_is_zero_filling_and_smoothing(
        plane in of(7, -300.0_f64..300.0), less_x in 0_usize..2, less_y in 0_usize..2,
    ) {
        let (width, height) = (2 * plane.width() - less_x, 2 * plane.height() - less_y);
        let expanded = pyramid_expand(plane.view(), width, height).unwrap();
        prop_assert!(near(&expanded, &naive_expand(&plane, width, height)));
    }
}
