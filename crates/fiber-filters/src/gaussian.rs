use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::border::{fill_ends, reflect_101};
use crate::error::FilterError;
use crate::kernel::{convolve_row, gaussian_half, rows_around, symmetric_sum};

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
    require_sigma(sigma)?;
    let radius = (4.0 * sigma).ceil() as usize;
    let half: Vec<f32> =
        gaussian_half(f64::from(sigma), radius).into_iter().map(|weight| weight as f32).collect();

    Ok(pulp::Arch::new().dispatch(Blur { plane, half: &half }))
}

/// Refuses what is no deviation, or would take a kernel of many thousand pixels.
pub(crate) fn require_sigma(sigma: f32) -> Result<(), FilterError> {
    let fits = sigma > 0.0 && sigma <= 1024.0;
    FilterError::require(fits, "sigma", f64::from(sigma), "above 0 and at most 1024")
}

/// Pixels that are summed together: as many as vector registers hold.
const BLOCK: usize = 128;

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
        let mut padded = vec![0.0_f32; width + 2 * radius];
        // Rows smoothed along x, as many as a window is high.
        let mut ring = vec![vec![0.0_f32; width]; height.min(2 * radius + 1)];
        let length = ring.len();
        let mut next = 0;
        // A row at a time: a plane of zeros to write into would be written twice.
        let mut row = vec![0.0_f32; width];
        let mut blurred = Vec::with_capacity(width * height);
        for y in 0..height {
            while next < height.min(y + radius + 1) {
                padded[radius..][..width].copy_from_slice(plane.row(next));
                fill_ends(&mut padded, radius, reflect_101);
                convolve_row::<_, BLOCK>(&mut ring[next % length], half, &padded);
                next += 1;
            }
            let pairs = rows_around(&ring, y, radius, height);
            symmetric_sum::<_, BLOCK>(&mut row, half, &ring[y % length], &pairs);
            blurred.extend_from_slice(&row);
        }
        Plane::new(width, height, blurred).expect("a row for each row")
    }
}
