//! Structural similarity.

use fiber_filters::{SsimOptions, multi_scale_ssim, ssim};
use fiber_image::Plane;
use proptest::prelude::*;

use crate::planes::{grey, mirrored};

/// Luminance, contrast and structure at one pixel, with two-pass moments around the local means.
fn terms(a: &Plane<u8>, b: &Plane<u8>, options: &SsimOptions, x: usize, y: usize) -> [f64; 3] {
    let radius = options.radius as isize;
    let weight = |dx: isize, dy: isize| {
        (-0.5 * (dx * dx + dy * dy) as f64 / (options.sigma * options.sigma)).exp()
    };
    let window = || (-radius..=radius).flat_map(|dy| (-radius..=radius).map(move |dx| (dx, dy)));
    let total: f64 = window().map(|(dx, dy)| weight(dx, dy)).sum();
    let mean_of = |f: &dyn Fn(f64, f64) -> f64| {
        let sum: f64 = window()
            .map(|(dx, dy)| {
                let at =
                    |p: &Plane<u8>| f64::from(mirrored(p.view(), x as isize + dx, y as isize + dy));
                weight(dx, dy) * f(at(a), at(b))
            })
            .sum();
        sum / total
    };
    let (mean_a, mean_b) = (mean_of(&|a, _| a), mean_of(&|_, b| b));
    let variance_a = mean_of(&|a, _| (a - mean_a).powi(2));
    let variance_b = mean_of(&|_, b| (b - mean_b).powi(2));
    let covariance = mean_of(&|a, b| (a - mean_a) * (b - mean_b));
    let (c1, c2) = ((options.k1 * options.range).powi(2), (options.k2 * options.range).powi(2));
    let deviations = (variance_a * variance_b).sqrt();
    [
        (2.0 * mean_a * mean_b + c1) / (mean_a.powi(2) + mean_b.powi(2) + c1),
        (2.0 * deviations + c2) / (variance_a + variance_b + c2),
        (covariance + c2 / 2.0) / (deviations + c2 / 2.0),
    ]
}

fn pair(side: usize) -> impl Strategy<Value = (Plane<u8>, Plane<u8>)> {
    grey(side).prop_flat_map(|a| {
        let (width, height) = a.dimensions();
        let b = proptest::collection::vec(any::<u8>(), width * height)
            .prop_map(move |pixels| Plane::new(width, height, pixels).unwrap());
        (Just(a), b)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn maps_and_means_are_those_of_the_definition(
        (a, b) in pair(9), radius in 0_usize..6, sigma in 0.3_f64..3.0,
    ) {
        let options = SsimOptions { radius, sigma, ..SsimOptions::default() };
        let similarity = ssim(a.view(), b.view(), &options).unwrap();
        let (width, height) = a.dimensions();
        let inside = |at: usize, side: usize| side <= 2 * radius || (at >= radius && at + radius < side);
        let (mut sum, mut sum_contrast_structure, mut count) = (0.0, 0.0, 0.0);
        for y in 0..height {
            for x in 0..width {
                let [luminance, contrast, structure] = terms(&a, &b, &options, x, y);
                let index = luminance * contrast * structure;
                for (map, expected) in [
                    (&similarity.luminance, luminance),
                    (&similarity.contrast, contrast),
                    (&similarity.structure, structure),
                    (&similarity.map, index),
                ] {
                    prop_assert!((f64::from(map[(x, y)]) - expected).abs() < 1e-6);
                }
                if inside(x, width) && inside(y, height) {
                    sum += index;
                    sum_contrast_structure += contrast * structure;
                    count += 1.0;
                }
            }
        }
        prop_assert!((similarity.mean() - sum / count).abs() < 1e-9);
        let contrast_structure = similarity.mean_contrast_structure();
        prop_assert!((contrast_structure - sum_contrast_structure / count).abs() < 1e-9);
    }

    #[test]
    fn similarity_is_symmetric_and_1_with_itself((a, b) in pair(16)) {
        let options = SsimOptions::default();
        let (there, back) =
            (ssim(a.view(), b.view(), &options).unwrap(), ssim(b.view(), a.view(), &options).unwrap());
        prop_assert_eq!(there.mean(), back.mean());
        let same = ssim(a.view(), a.view(), &options).unwrap();
        prop_assert_eq!(same.mean(), 1.0);
        prop_assert_eq!(multi_scale_ssim(a.view(), a.view(), &options), Ok(1.0));
    }

    #[test]
    fn a_plane_of_floats_counts_like_one_of_bytes((a, b) in pair(12)) {
        let options = SsimOptions::default();
        let floats = b.map(|&value| f32::from(value));
        prop_assert_eq!(ssim(a.view(), floats.view(), &options), ssim(a.view(), b.view(), &options));
    }
}

#[test]
fn one_scale_is_the_mean_index() {
    let a = Plane::from_fn(20, 18, |x, y| (13 * x * y % 256) as u8).unwrap();
    let b = Plane::from_fn(20, 18, |x, y| (11 * x * y % 256) as u8).unwrap();
    let options = SsimOptions { radius: 9, ..SsimOptions::default() };
    let expected = ssim(a.view(), b.view(), &options).unwrap().mean().max(0.0);
    assert_eq!(multi_scale_ssim(a.view(), b.view(), &options), Ok(expected));
}

#[test]
fn not_a_number_spoils_its_windows_only() {
    let a = Plane::from_fn(20, 3, |x, y| (x + y) as f32).unwrap();
    let mut b = a.clone();
    b[(3, 1)] = f32::NAN;
    let similarity = ssim(a.view(), b.view(), &SsimOptions::default()).unwrap();
    let maps =
        [&similarity.map, &similarity.luminance, &similarity.contrast, &similarity.structure];
    for map in maps {
        for (x, &value) in map.row(1).iter().enumerate() {
            assert_eq!(value.is_nan(), x <= 8, "column {x}: {value}");
        }
    }
    assert!(similarity.mean().is_nan());
}
