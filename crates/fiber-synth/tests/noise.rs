//! Statistics of the noise that is added and of the estimate that is made of it.

use fiber_image::Plane;
use fiber_synth::{FaceSpec, Fibre, Grain, Instrument, SensorNoise, noise_level, render};
use proptest::prelude::*;

/// Standard deviation and the correlation of horizontal, vertical and second neighbours, of the
/// difference of a noisy and a noise-free picture of a plain ferrule at the given level.
fn statistics(level: f64, noise: SensorNoise) -> (f64, [f64; 3]) {
    let grain = Grain { amplitude: 0.0, size_um: 1.0 };
    let fibre = Fibre { ferrule: level, grain, ..Fibre::graded_50() };
    let mut spec = FaceSpec::clean(Instrument { noise, ..Instrument::bench_binned() }, fibre);
    spec.instrument.vignetting.fall = [0.0; 2];
    spec.instrument.sharpening.amount = 0.0;
    spec.centre = [-1000.0, -1000.0];
    let image = render(&spec).expect("legal").image;
    let values = image.map(|value| f64::from(*value) - level);
    let mean_of = |dx: usize, dy: usize| {
        let (width, height) = (values.width() - dx, values.height() - dy);
        let products = (0..width * height)
            .map(|i| (i % width, i / width))
            .map(|(x, y)| values[(x, y)] * values[(x + dx, y + dy)]);
        products.sum::<f64>() / (width * height) as f64
    };
    let variance = mean_of(0, 0);
    (variance.sqrt(), [mean_of(1, 0), mean_of(0, 1), mean_of(2, 0)].map(|c| c / variance))
}

#[test]
fn noise_grows_with_the_signal_as_told() {
    for level in [40.0, 120.0, 200.0] {
        let noise = SensorNoise { read: 2.0, gain: 0.05, correlation_px: 0.0 };
        let (sigma, correlations) = statistics(level, noise);
        // Rounding to whole levels adds 1 / 12; the spread over a quarter of a million pixels is
        // 0.2 %.
        let expected = (4.0 + 0.05 * level + 1.0 / 12.0).sqrt();
        assert!((sigma / expected - 1.0).abs() < 0.01, "{sigma} for {expected}");
        assert!(correlations.iter().all(|c| c.abs() < 0.01), "{correlations:?}");
        assert!((noise.sigma(level) - (4.0 + 0.05 * level).sqrt()).abs() < 1e-12);
    }
}

#[test]
fn correlated_noise_keeps_its_variance_and_correlates_as_a_gaussian() {
    let noise = SensorNoise { read: 6.0, gain: 0.0, correlation_px: 1.0 };
    let (sigma, correlations) = statistics(120.0, noise);
    assert!((sigma / 6.0 - 1.0).abs() < 0.02, "{sigma}");
    // A Gaussian of standard deviation s gives the correlation exp(-d^2 / (4 s^2)).
    for (found, expected) in correlations.into_iter().zip([-0.25_f64, -0.25, -1.0].map(f64::exp)) {
        assert!((found - expected).abs() < 0.02, "{found} for {expected}");
    }
}

#[test]
fn the_estimate_finds_white_noise_despite_edges() {
    let grain = Grain { amplitude: 0.0, size_um: 1.0 };
    let mut spec =
        FaceSpec::clean(Instrument::bench_binned(), Fibre { grain, ..Fibre::graded_50() });
    spec.instrument.sharpening.amount = 0.0;
    spec.instrument.noise = SensorNoise { read: 5.0, gain: 0.0, correlation_px: 0.0 };
    let noise = noise_level(render(&spec).expect("legal").image.view());
    assert!((noise / 5.0 - 1.0).abs() < 0.04, "{noise}");
}

proptest! {
    #[test]
    fn the_estimate_is_the_median_of_the_kernels_magnitude(
        (width, height, pixels) in (1_usize..9, 1_usize..9).prop_flat_map(|(w, h)| {
            (Just(w), Just(h), prop::collection::vec(any::<u8>(), w * h))
        }),
    ) {
        let image = Plane::new(width, height, pixels).expect("the buffer fits");
        let kernel = [[1, -2, 1], [-2, 4, -2], [1, -2, 1]];
        let mut magnitudes = Vec::new();
        for y in 1..height.saturating_sub(1) {
            for x in 1..width.saturating_sub(1) {
                let mut sum = 0_i32;
                for (dy, row) in kernel.iter().enumerate() {
                    for (dx, weight) in row.iter().enumerate() {
                        sum += weight * i32::from(image[(x + dx - 1, y + dy - 1)]);
                    }
                }
                magnitudes.push(sum.abs());
            }
        }
        magnitudes.sort_unstable();
        let median = magnitudes.get(magnitudes.len() / 2).copied().unwrap_or(0);
        let expected = 1.4826 / 6.0 * f64::from(median);
        prop_assert!((noise_level(image.view()) - expected).abs() < 1e-12);
    }
}
