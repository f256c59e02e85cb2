//! Histograms, percentiles and Otsu's threshold.

use fiber_filters::Histogram;
use fiber_image::Plane;
use proptest::prelude::*;

use crate::planes::grey;

proptest! {
    #[test]
    fn counts_are_counts(plane in grey(13)) {
        let histogram = Histogram::of(plane.view());
        for (level, &count) in histogram.counts().iter().enumerate() {
            let expected = plane.pixels().iter().filter(|&&value| usize::from(value) == level).count();
            prop_assert_eq!(count, expected as u64);
        }
        prop_assert_eq!(histogram.total(), plane.pixels().len() as u64);
    }

    #[test]
    fn percentiles_interpolate_between_ranks(plane in grey(9), q in 0.0_f64..=1.0) {
        let mut sorted = plane.pixels().to_vec();
        sorted.sort_unstable();
        let rank = q * (sorted.len() - 1) as f64;
        let (lower, upper) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
        let expected = f64::from(lower) * (1.0 - rank.fract()) + f64::from(upper) * rank.fract();
        let percentile = Histogram::of(plane.view()).percentile(q).unwrap();
        prop_assert!((percentile - expected).abs() < 1e-9, "{} against {}", percentile, expected);
    }

    /// No threshold separates the classes better than the one found.
    #[test]
    fn otsu_maximises_the_variance_between_classes(plane in grey(9)) {
        let variance = |threshold: u8| {
            let class = |bright: bool| {
                let part = plane.pixels().iter().filter(|&&value| (value > threshold) == bright);
                let (n, sum) = part.fold((0.0, 0.0), |(n, sum), &value| (n + 1.0, sum + f64::from(value)));
                (n, if n > 0.0 { sum / n } else { 0.0 })
            };
            let ((dark, dark_mean), (bright, bright_mean)) = (class(false), class(true));
            dark * bright * (dark_mean - bright_mean) * (dark_mean - bright_mean)
        };
        let best = (0..=255).map(variance).fold(0.0, f64::max);
        match Histogram::of(plane.view()).otsu_threshold() {
            Some(threshold) => prop_assert!(variance(threshold) >= best * (1.0 - 1e-12)),
            None => prop_assert_eq!(best, 0.0),
        }
    }
}

#[test]
fn a_constant_plane_has_no_threshold() {
    let plane = Plane::filled(4, 4, 90_u8).unwrap();
    assert_eq!(Histogram::of(plane.view()).otsu_threshold(), None);
}

#[test]
fn the_largest_planes_ranks_do_not_overflow() {
    let plane = Plane::filled(1, 1, 255_u8).unwrap();
    assert_eq!(Histogram::of(plane.view()).percentile(1.0), Ok(255.0));
}
