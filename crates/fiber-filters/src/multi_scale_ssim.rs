use fiber_image::{Plane, PlaneView};

use crate::error::FilterError;
use crate::pixel::Pixel;
use crate::ssim::{Ssim, SsimOptions, ssim};

/// Weight of each scale, the finest first. Wang, Simoncelli and Bovik 2003.
const WEIGHTS: [f64; 5] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/// The multi-scale structural similarity of two planes of one size, 0..=1.
///
/// The product over up to five scales, each half the size of the one before (means of 2 x 2 pixels; an odd
/// last row or column stands twice), of the mean contrast-structure term to the power of the scale's
/// weight; at the coarsest the mean index takes its place. A negative mean counts as 0. Scales on which
/// the window does not fit are left out and the weights of the others scaled up to the sum of 1; the
/// first scale is always used. Wang, Simoncelli and Bovik 2003.
///
/// # Errors
/// As [`ssim`].
///
/// ```
/// use fiber_filters::{SsimOptions, multi_scale_ssim};
/// use fiber_image::Plane;
///
/// let face = Plane::from_fn(64, 48, |x, y| (4 * (x ^ y)) as u8)?;
/// let same = multi_scale_ssim(face.view(), face.view(), &SsimOptions::default())?;
/// assert_eq!(same, 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn multi_scale_ssim<A: Pixel, B: Pixel>(
    a: PlaneView<'_, A>,
    b: PlaneView<'_, B>,
    options: &SsimOptions,
) -> Result<f64, FilterError> {
    multi_scale_ssim_from(&ssim(a, b, options)?, a, b, options)
}

/// [`multi_scale_ssim`] of planes that [`ssim`] with the same options has compared already.
///
/// # Errors
/// As [`ssim`].
pub fn multi_scale_ssim_from<A: Pixel, B: Pixel>(
    first: &Ssim,
    a: PlaneView<'_, A>,
    b: PlaneView<'_, B>,
    options: &SsimOptions,
) -> Result<f64, FilterError> {
    options.check()?;
    FilterError::require_size(a.dimensions(), b.dimensions())?;
    let scales = usable_scales(a.width().min(a.height()), options.radius);
    let mut means = vec![(first.mean(), first.mean_contrast_structure())];
    let mut halves: Option<(Plane<f32>, Plane<f32>)> = None;
    for _ in 1..scales {
        let (a, b) = match &halves {
            Some((a, b)) => (halve(a.view()), halve(b.view())),
            None => (halve(a), halve(b)),
        };
        let similarity = ssim(a.view(), b.view(), options)?;
        means.push((similarity.mean(), similarity.mean_contrast_structure()));
        halves = Some((a, b));
    }
    Ok(combined(&means))
}

/// The index of planes whose mean index and mean contrast-structure term are known at each scale, at most five of them.
pub(crate) fn combined(scales: &[(f64, f64)]) -> f64 {
    let total: f64 = WEIGHTS.iter().zip(scales).map(|(weight, _)| weight).sum();
    let mut product = 1.0;
    for (at, ((mean, contrast_structure), weight)) in scales.iter().zip(WEIGHTS).enumerate() {
        let last = at + 1 == scales.len();
        let mean: f64 = if last { *mean } else { *contrast_structure };
        product *= mean.max(0.0).powf(weight / total);
    }
    product
}

/// On how many scales the window fits; the first is always used.
pub(crate) fn usable_scales(mut side: usize, radius: usize) -> usize {
    let mut scales = 1;
    while scales < WEIGHTS.len() && side.div_ceil(2) > 2 * radius {
        side = side.div_ceil(2);
        scales += 1;
    }
    scales
}

/// Means of 2 x 2 pixels; an odd last row or column stands twice.
pub(crate) fn halve<P: Pixel>(plane: PlaneView<'_, P>) -> Plane<f32> {
    let (width, height) = (plane.width().div_ceil(2), plane.height().div_ceil(2));
    let mut pixels = Vec::with_capacity(width * height);
    let mean = |[a, b, c, d]: [P; 4]| {
        let (a, b, c, d): (f32, f32, f32, f32) = (a.into(), b.into(), c.into(), d.into());
        0.25 * (a + b + c + d)
    };
    for y in 0..height {
        let (above, below) = (plane.row(2 * y), plane.row((2 * y + 1).min(plane.height() - 1)));
        let ((above, last_above), (below, last_below)) = (above.as_chunks(), below.as_chunks());
        pixels.extend(above.iter().zip(below).map(|([a, b], [c, d])| mean([*a, *b, *c, *d])));
        pixels.extend(last_above.iter().zip(last_below).map(|(a, c)| mean([*a, *a, *c, *c])));
    }
    Plane::new(width, height, pixels).expect("half of a plane is neither empty nor larger")
}
