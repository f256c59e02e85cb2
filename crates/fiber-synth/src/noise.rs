use fiber_image::{Plane, PlaneError, PlaneView};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::optics::{convolve, gaussian_kernel};

/// Least noise, in grey levels, that a contrast-to-noise ratio is counted against: below it
/// rounding to whole grey levels dominates.
pub const NOISE_FLOOR: f64 = 0.8;

/// Standard deviation of independent pixel noise, estimated from the median magnitude of the kernel
/// `[1 -2 1]' [1 -2 1]`, which is blind to smooth shading and, by the median, to edges and defects.
///
/// Immerkær, "Fast noise variance estimation", 1996, with the median absolute deviation in place of
/// the mean. Noise that is correlated between neighbours reads lower than its standard deviation. 0
/// for an image of fewer than three rows or columns.
///
/// ```
/// use fiber_image::Plane;
/// use fiber_synth::noise_level;
///
/// let ramp = Plane::from_fn(32, 32, |x, y| (3 * x + 2 * y) as u8)?;
/// assert_eq!(noise_level(ramp.view()), 0.0);
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[must_use]
pub fn noise_level(image: PlaneView<'_, u8>) -> f64 {
    // The kernel's magnitudes sum to 16, so that no response exceeds 8 * 255.
    let mut histogram = vec![0_usize; 8 * 255 + 1];
    let mut count = 0;
    let second = |row: &[u8], x: usize| {
        i32::from(row[x - 1]) - 2 * i32::from(row[x]) + i32::from(row[x + 1])
    };
    for y in 1..image.height().saturating_sub(1) {
        let (above, here, below) = (image.row(y - 1), image.row(y), image.row(y + 1));
        for x in 1..image.width().saturating_sub(1) {
            let response = second(above, x) - 2 * second(here, x) + second(below, x);
            histogram[response.unsigned_abs() as usize] += 1;
            count += 1;
        }
    }
    1.4826 / 6.0 * median_of(&histogram, count)
}

/// Upper median of whole numbers from their histogram; 0 of none.
fn median_of(histogram: &[usize], count: usize) -> f64 {
    let mut seen = 0;
    let middle = histogram.iter().position(|bin| {
        seen += bin;
        2 * seen > count
    });
    middle.unwrap_or(0) as f64
}

/// A field of normal noise of unit variance, correlated by a Gaussian of `sigma` pixels.
pub(crate) fn unit_noise(
    (width, height): (usize, usize),
    sigma: f64,
    seed: u64,
    stream: u64,
) -> Result<Plane<f64>, PlaneError> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    let kernel = gaussian_kernel(sigma);
    let margin = kernel.len() / 2;
    let white = Plane::from_fn(width + 2 * margin, height + 2 * margin, |_, _| {
        StandardNormal.sample(&mut rng)
    })?;
    // Both passes keep this share of an independent pixel's variance.
    let gain = kernel.iter().map(|weight| weight * weight).sum::<f64>();
    let smooth = if margin > 0 { convolve(&white, &kernel) } else { white };
    Plane::from_fn(width, height, |x, y| smooth[(x + margin, y + margin)] / gain)
}
