use fiber_image::Plane;

/// Samples of a Gaussian of unit sum, out to four standard deviations; just `[1.0]` for none.
pub(crate) fn gaussian_kernel(sigma: f64) -> Vec<f64> {
    if sigma <= 0.0 {
        return vec![1.0];
    }
    let radius = (4.0 * sigma).ceil() as i64;
    let mut kernel: Vec<f64> =
        (-radius..=radius).map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp()).collect();
    let sum: f64 = kernel.iter().sum();
    kernel.iter_mut().for_each(|weight| *weight /= sum);
    kernel
}

/// Convolves rows and columns with a symmetric kernel of odd length; the edge pixel is repeated
/// outside.
pub(crate) fn convolve(plane: &Plane<f64>, kernel: &[f64]) -> Plane<f64> {
    let (width, height) = plane.dimensions();
    let radius = kernel.len() / 2;
    let mut across = plane.clone();
    let mut padded = vec![0.0; width + 2 * radius];
    for y in 0..height {
        let row = plane.row(y);
        padded[..radius].fill(row[0]);
        padded[radius..radius + width].copy_from_slice(row);
        padded[radius + width..].fill(row[width - 1]);
        for (out, window) in across.row_mut(y).iter_mut().zip(padded.windows(kernel.len())) {
            *out = window.iter().zip(kernel).map(|(value, weight)| value * weight).sum();
        }
    }
    let mut both = plane.filled_like(0.0);
    for y in 0..height {
        let out = both.row_mut(y);
        for (k, weight) in kernel.iter().enumerate() {
            let source = (y + k).saturating_sub(radius).min(height - 1);
            for (sum, value) in out.iter_mut().zip(across.row(source)) {
                *sum += weight * value;
            }
        }
    }
    both
}

/// Blurs with a Gaussian; unchanged for a standard deviation of 0.
pub(crate) fn blur(plane: Plane<f64>, sigma: f64) -> Plane<f64> {
    if sigma > 0.0 { convolve(&plane, &gaussian_kernel(sigma)) } else { plane }
}

/// Unsharp masking.
pub(crate) fn sharpen(mut plane: Plane<f64>, amount: f64, sigma: f64) -> Plane<f64> {
    if amount > 0.0 && sigma > 0.0 {
        let soft = convolve(&plane, &gaussian_kernel(sigma));
        for (value, soft) in plane.pixels_mut().iter_mut().zip(soft.pixels()) {
            *value += amount * (*value - soft);
        }
    }
    plane
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn convolution_is_the_sum_over_clamped_neighbours(
            (width, height, pixels) in (1_usize..8, 1_usize..8).prop_flat_map(|(w, h)| {
                (Just(w), Just(h), prop::collection::vec(-100.0..100.0_f64, w * h))
            }),
            sigma in 0.0..1.5_f64,
        ) {
            let plane = Plane::new(width, height, pixels).expect("the buffer fits");
            let kernel = gaussian_kernel(sigma);
            let radius = kernel.len() as i64 / 2;
            let found = convolve(&plane, &kernel);
            for y in 0..height {
                for x in 0..width {
                    let mut sum = 0.0;
                    for (j, v) in kernel.iter().enumerate() {
                        for (i, u) in kernel.iter().enumerate() {
                            let at = |p: usize, k: usize, side: usize| {
                                (p as i64 + k as i64 - radius).clamp(0, side as i64 - 1) as usize
                            };
                            sum += u * v * plane[(at(x, i, width), at(y, j, height))];
                        }
                    }
                    prop_assert!((found[(x, y)] - sum).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn a_kernel_has_unit_sum_and_the_asked_spread() {
        for sigma in [0.7, 1.0, 3.3] {
            let kernel = gaussian_kernel(sigma);
            let middle = (kernel.len() / 2) as f64;
            let sum: f64 = kernel.iter().sum();
            let variance: f64 =
                kernel.iter().enumerate().map(|(i, w)| w * (i as f64 - middle).powi(2)).sum();
            assert!((sum - 1.0).abs() < 1e-12);
            assert!((variance.sqrt() / sigma - 1.0).abs() < 2e-3, "{sigma}");
        }
        assert_eq!(gaussian_kernel(0.0), [1.0]);
    }

    #[test]
    fn sharpening_overshoots_on_both_sides_of_a_step_and_keeps_flat_parts() {
        let step = Plane::from_fn(40, 3, |x, _| if x < 20 { 50.0 } else { 150.0 });
        let sharp = sharpen(step.expect("positive sides"), 1.0, 2.0);
        assert!(sharp[(19, 1)] < 20.0 && sharp[(20, 1)] > 180.0);
        assert!((sharp[(2, 1)] - 50.0).abs() < 1e-6 && (sharp[(37, 1)] - 150.0).abs() < 1e-6);
    }
}
