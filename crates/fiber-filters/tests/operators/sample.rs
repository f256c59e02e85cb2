//! Values between the pixels.

use fiber_filters::{sample_bilinear, sample_cubic};
use fiber_image::Plane;
use proptest::prelude::*;

use crate::planes::{grey, mirrored};

/// Keys' interpolation kernel with a = -1/2.
fn keys(distance: f64) -> f64 {
    let d = distance.abs();
    if d < 1.0 {
        1.5 * d.powi(3) - 2.5 * d * d + 1.0
    } else if d < 2.0 {
        -0.5 * d.powi(3) + 2.5 * d * d - 4.0 * d + 2.0
    } else {
        0.0
    }
}

fn tent(distance: f64) -> f64 {
    (1.0 - distance.abs()).max(0.0)
}

/// Sum over all pixels in reach of kernel times value.
fn interpolate(plane: &Plane<u8>, kernel: fn(f64) -> f64, x: f32, y: f32) -> f64 {
    let (x, y) = (f64::from(x), f64::from(y));
    let mut sum = 0.0;
    for v in y.floor() as isize - 2..=y.floor() as isize + 3 {
        for u in x.floor() as isize - 2..=x.floor() as isize + 3 {
            let value = f64::from(mirrored(plane.view(), u, v));
            sum += kernel(x - u as f64) * kernel(y - v as f64) * value;
        }
    }
    sum
}

proptest! {
    #[test]
    fn samples_are_the_kernels_sums(plane in grey(9), x in 0.0_f32..=1.0, y in 0.0_f32..=1.0) {
        let (x, y) = (x * (plane.width() - 1) as f32, y * (plane.height() - 1) as f32);
        let linear = f64::from(sample_bilinear(plane.view(), x, y).unwrap());
        let cubic = f64::from(sample_cubic(plane.view(), x, y).unwrap());
        // Single-precision arithmetic on values up to 255.
        prop_assert!((linear - interpolate(&plane, tent, x, y)).abs() < 1e-3);
        prop_assert!((cubic - interpolate(&plane, keys, x, y)).abs() < 1e-3);
    }

    #[test]
    fn pixel_centres_give_the_pixels(plane in grey(9)) {
        for (y, row) in plane.rows().enumerate() {
            for (x, &value) in row.iter().enumerate() {
                let (u, v) = (x as f32, y as f32);
                prop_assert_eq!(sample_bilinear(plane.view(), u, v), Some(f32::from(value)));
                prop_assert_eq!(sample_cubic(plane.view(), u, v), Some(f32::from(value)));
            }
        }
    }
}

#[test]
fn outside_there_is_nothing() {
    let plane = Plane::filled(3, 2, 7_u8).unwrap();
    let outside = [
        (-0.01, 0.0),
        (2.01, 0.0),
        (0.0, -0.01),
        (0.0, 1.01),
        (f32::NAN, 0.0),
        (0.0, f32::INFINITY),
    ];
    for (x, y) in outside {
        assert_eq!(sample_bilinear(plane.view(), x, y), None, "({x}, {y})");
        assert_eq!(sample_cubic(plane.view(), x, y), None, "({x}, {y})");
    }
    assert_eq!(sample_bilinear(plane.view(), 2.0, 1.0), Some(7.0));
    assert_eq!(sample_cubic(plane.view(), -0.0, 1.0), Some(7.0));
}
