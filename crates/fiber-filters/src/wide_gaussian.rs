use fiber_image::{Plane, PlaneView};

use crate::error::FilterError;
use crate::gaussian::{gaussian_blur, require_sigma};
use crate::pyramid::{expand, reduce};

/// The variance in pixels of a larger plane that [`reduce`] takes of a Gaussian's, and that [`expand`] takes: those of
/// the kernels `[1 4 6 4 1] / 16` and, whichever pixel it makes, `[1 4 6 4 1] / 8`.
const TAKEN: f32 = 2.0;
/// A plane is halved while the deviation that is left for the smaller one is at least this.
const LEAST_SIGMA: f32 = 1.75;

/// Smooths with a wide Gaussian by way of smaller planes: as [`gaussian_blur`] does, but in a time that hardly grows
/// with `sigma`, and up to a hundred-and-fiftieth of an impulse's height.
///
/// The plane is halved as [`pyramid_reduce`] does it while a deviation of 1.75 pixels or more is left for the smaller
/// plane, which is smoothed and doubled again as [`pyramid_expand`] does it. Both are binomial filters, whose variances make up what
/// the Gaussian lacks. Up to a `sigma` of 3.7 it is [`gaussian_blur`] itself. Border: reflect-101. Burt and Adelson, IEEE
/// Trans. Communications 31, 1983.
///
/// [`pyramid_reduce`]: crate::pyramid_reduce
/// [`pyramid_expand`]: crate::pyramid_expand
///
/// # Errors
/// As [`gaussian_blur`].
///
/// ```
/// use fiber_filters::{gaussian_blur, wide_gaussian_blur};
/// use fiber_image::Plane;
///
/// let face = Plane::from_fn(90, 60, |x, y| if (x / 20 + y / 20) % 2 == 0 { 1.0 } else { 0.0 })?;
/// let (exact, fast) = (gaussian_blur(face.view(), 8.0)?, wide_gaussian_blur(face.view(), 8.0)?);
/// assert!(exact.pixels().iter().zip(fast.pixels()).all(|(a, b)| (a - b).abs() < 1e-3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn wide_gaussian_blur(
    plane: PlaneView<'_, f32>,
    sigma: f32,
) -> Result<Plane<f32>, FilterError> {
    require_sigma(sigma)?;
    // Smaller planes end at a pixel of their own, not of the larger one: the mirror at the right and bottom is put where
    // it is, and beyond it lies all that the Gaussian reaches.
    let reach = (4.0 * sigma).ceil() as usize;
    blur_beyond(plane, sigma, (reach, reach))
}

/// The same, of a plane that is mirrored on to so many columns and rows more.
fn blur_beyond(
    plane: PlaneView<'_, f32>,
    sigma: f32,
    beyond: (usize, usize),
) -> Result<Plane<f32>, FilterError> {
    let left = ((sigma * sigma - TAKEN).max(0.0) / 4.0).sqrt();
    if left < LEAST_SIGMA {
        return gaussian_blur(plane, sigma);
    }
    let smoothed = blur_beyond(reduce(plane, beyond).view(), left, (0, 0))?;
    Ok(expand(smoothed.view(), plane.dimensions()))
}
