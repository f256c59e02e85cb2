//! Smoothing, derivatives, box means and integral images.

use fiber_filters::{
    IntegralImage, binomial_3x3, box_mean, gaussian_blur, laplacian_4, reflect_101, sobel_3x3,
    wide_gaussian_blur,
};
use fiber_image::Plane;
use proptest::prelude::*;

use crate::planes::{close_to, grey, like, mirrored, of};

/// Correlation with a 3 x 3 kernel, straight from its definition.
fn correlate(plane: &Plane<u8>, kernel: [[i32; 3]; 3]) -> Plane<i32> {
    like(plane, |x, y| {
        let mut sum = 0;
        for (dy, row) in (-1..).zip(kernel) {
            for (dx, weight) in (-1..).zip(row) {
                sum += weight * i32::from(mirrored(plane.view(), x + dx, y + dy));
            }
        }
        sum
    })
}

proptest! {
    #[test]
    fn binomial_is_its_kernel(plane in grey(9)) {
        let expected = correlate(&plane, [[1, 2, 1], [2, 4, 2], [1, 2, 1]]);
        prop_assert_eq!(binomial_3x3(plane.view()), expected.map(|sum| ((sum + 8) / 16) as u8));
    }

    #[test]
    fn sobel_is_its_kernels(plane in grey(9)) {
        let gradient = sobel_3x3(plane.view());
        let dx = correlate(&plane, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]);
        let dy = correlate(&plane, [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]);
        prop_assert_eq!(gradient.dx.map(|&v| i32::from(v)), dx);
        prop_assert_eq!(gradient.dy.map(|&v| i32::from(v)), dy);
    }

    #[test]
    fn laplacian_is_its_kernel(plane in grey(9)) {
        let expected = correlate(&plane, [[0, 1, 0], [1, -4, 1], [0, 1, 0]]);
        prop_assert_eq!(laplacian_4(plane.view()).map(|&v| i32::from(v)), expected);
    }

    #[test]
    fn a_cropped_view_is_a_plane_of_its_own(
        plane in grey(9), x in 0_usize..4, y in 0_usize..4, width in 1_usize..5, height in 1_usize..5,
    ) {
        if let Some(part) = plane.view().crop(x, y, width, height) {
            let copy = part.to_plane();
            prop_assert_eq!(binomial_3x3(part), binomial_3x3(copy.view()));
            prop_assert_eq!(sobel_3x3(part), sobel_3x3(copy.view()));
            prop_assert_eq!(laplacian_4(part), laplacian_4(copy.view()));
            prop_assert_eq!(IntegralImage::new(part), IntegralImage::new(copy.view()));
        }
    }

    #[test]
    fn gaussian_is_the_sampled_bell(
        plane in of(9, -100.0_f32..100.0), sigma in prop_oneof![0.01_f32..0.5, 0.5_f32..4.0],
    ) {
        let radius = (4.0 * sigma).ceil() as isize;
        let bell = |i: isize| (-0.5 * (i as f64 / f64::from(sigma)).powi(2)).exp();
        let total: f64 = (-radius..=radius).map(bell).sum();
        let expected = like(&plane, |x, y| {
            let mut sum = 0.0;
            for dy in -radius..=radius {
                for dx in -radius..=radius {
                    sum += bell(dx) * bell(dy) * f64::from(mirrored(plane.view(), x + dx, y + dy));
                }
            }
            (sum / (total * total)) as f32
        });
        let blurred = gaussian_blur(plane.view(), sigma).unwrap();
        // A few roundings of single precision at 100.
        prop_assert_eq!(close_to(&blurred, &expected, 1e-4), Ok(()));
    }

    #[test]
    fn box_mean_is_the_mean_of_the_part_inside(
        plane in of(9, -100.0_f32..100.0), radius_x in 0_usize..12, radius_y in 0_usize..12,
    ) {
        let expected = like(&plane, |x, y| {
            let (mut sum, mut count) = (0.0, 0);
            for (v, row) in plane.rows().enumerate() {
                for (u, &value) in row.iter().enumerate() {
                    if u.abs_diff(x as usize) <= radius_x && v.abs_diff(y as usize) <= radius_y {
                        sum += f64::from(value);
                        count += 1;
                    }
                }
            }
            (sum / f64::from(count)) as f32
        });
        // Sums of at most 81 values below 100 in double precision, then one rounding to single.
        prop_assert_eq!(close_to(&box_mean(plane.view(), radius_x, radius_y), &expected, 1e-5), Ok(()));
    }

    #[test]
    fn integral_images_sum_any_rectangle(
        plane in grey(9),
        x in prop_oneof![0_usize..12, 0_usize..300], y in 0_usize..12,
        width in prop_oneof![0_usize..12, 0_usize..300], height in 0_usize..12,
    ) {
        let (mut sum, mut squares) = (0, 0);
        for v in y..y + height {
            for u in x..x + width {
                let value = u64::from(plane.get(u, v).copied().unwrap_or(0));
                sum += value;
                squares += value * value;
            }
        }
        prop_assert_eq!(IntegralImage::new(plane.view()).sum(x, y, width, height), sum);
        prop_assert_eq!(IntegralImage::of_squares(plane.view()).sum(x, y, width, height), squares);
    }
}

#[test]
fn sums_beyond_32_bits_are_exact() {
    let plane = Plane::filled(300, 290, 255_u8).unwrap();
    let squares = IntegralImage::of_squares(plane.view());
    assert_eq!(squares.sum(0, 0, 300, 290), 300 * 290 * 255 * 255);
    assert_eq!(squares.sum(99, 130, 201, 160), 201 * 160 * 255 * 255);
}

#[test]
fn extreme_windows_are_clipped() {
    let plane = Plane::filled(3, 2, 255_u8).unwrap();
    let sums = IntegralImage::new(plane.view());
    assert_eq!(sums.sum(1, 0, usize::MAX, usize::MAX), 4 * 255);
    assert_eq!(sums.sum(usize::MAX, usize::MAX, usize::MAX, usize::MAX), 0);
    let means = box_mean(plane.map(|&value| f32::from(value)).view(), usize::MAX, usize::MAX);
    assert!(means.pixels().iter().all(|&mean| mean == 255.0));
}

#[test]
fn a_gaussian_wider_than_the_plane_leaves_its_mean() {
    let plane = Plane::from_fn(5, 1, |x, _| [2.0_f32, 2.0, 7.0, 2.0, 2.0][x]).unwrap();
    // Mirrored without its edges, the row has the period 2 2 7 2 2 2 7 2 of mean 26 / 8.
    let blurred = gaussian_blur(plane.view(), 40.0).unwrap();
    assert!(
        blurred.pixels().iter().all(|value| (value - 3.25).abs() < 1e-4),
        "{:?}",
        blurred.row(0)
    );
    assert_eq!(reflect_101(-1, 5), 1);
}

#[test]
fn wide_gaussians_are_gaussians_up_to_a_share_of_an_impulse() {
    // Sides of both parities, impulses in corners, on edges and inside.
    for (width, height) in [(41, 30), (64, 37), (1, 9), (2, 1)] {
        for (x, y) in [(0, 0), (width - 1, height - 1), (width - 1, height / 2), (width / 2, 7)] {
            let mut impulse = Plane::filled(width, height, 0.0_f32).unwrap();
            impulse[(x, y.min(height - 1))] = 1.0;
            for sigma in [0.8_f32, 3.2, 3.8, 4.0, 5.6, 7.0, 8.4, 16.8] {
                let exact = gaussian_blur(impulse.view(), sigma).unwrap();
                let fast = wide_gaussian_blur(impulse.view(), sigma).unwrap();
                let most = exact.pixels().iter().fold(0.0_f32, |most, &v| most.max(v));
                for (a, b) in exact.pixels().iter().zip(fast.pixels()) {
                    let off = (a - b).abs() / most;
                    assert!(off < 1.0 / 150.0, "{width} x {height}, {sigma}: {off}");
                }
            }
        }
    }
}
