use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::border::{fill_ends, reflect_101};
use crate::error::FilterError;
use crate::kernel::{convolve_row, gaussian_half, symmetric_sum};

/// Smooths with a Gaussian of standard deviation `sigma` pixels.
///
/// Separable and exact up to the cut at a radius of `ceil(4 sigma)` pixels, where less than 1e-4 of the
/// weight is lost and made up for by normalisation. Border: reflect-101. Computed in `f32`; time grows
/// with `sigma`.
///
/// # Errors
/// [`FilterError::Parameter`] where `sigma` is not above 0 and at most 1024.
///
/// ```
/// use fiber_filters::gaussian_blur;
/// use fiber_image::Plane;
///
/// let mut dot = Plane::filled(9, 9, 0.0_f32)?;
/// dot[(4, 4)] = 1.0;
/// let blurred = gaussian_blur(dot.view(), 1.0)?;
/// assert!((blurred[(4, 4)] - 0.1592).abs() < 1e-4);
/// assert!(gaussian_blur(dot.view(), f32::NAN).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn gaussian_blur(plane: PlaneView<'_, f32>, sigma: f32) -> Result<Plane<f32>, FilterError> {
    FilterError::require(
        sigma > 0.0 && sigma <= 1024.0,
        "sigma",
        f64::from(sigma),
        "above 0 and at most 1024",
    )?;
    let radius = (4.0 * sigma).ceil() as usize;
    let half: Vec<f32> =
        gaussian_half(f64::from(sigma), radius).into_iter().map(|weight| weight as f32).collect();

    Ok(pulp::Arch::new().dispatch(Blur { plane, half: &half }))
}

struct Blur<'a> {
    plane: PlaneView<'a, f32>,
    half: &'a [f32],
}

impl NullaryFnOnce for Blur<'_> {
    type Output = Plane<f32>;

    #[inline(always)]
    fn call(self) -> Plane<f32> {
        let Self { plane, half } = self;
        let radius = half.len() - 1;
        let (width, height) = plane.dimensions();
        let mut across = plane.filled_like(0.0_f32);
        let mut padded = vec![0.0_f32; width + 2 * radius];
        for (y, row) in plane.rows().enumerate() {
            padded[radius..][..width].copy_from_slice(row);
            fill_ends(&mut padded, radius, reflect_101);
            convolve_row(across.row_mut(y), half, &padded);
        }
        let mut blurred = plane.filled_like(0.0_f32);
        for y in 0..height {
            let row = |offset: isize| across.row(reflect_101(y as isize + offset, height));
            let pair = |i: usize| (row(-(i as isize)), row(i as isize));
            symmetric_sum(blurred.row_mut(y), half, row(0), pair);
        }
        blurred
    }
}
