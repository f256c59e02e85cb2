use fiber_image::{Plane, PlaneView};

use crate::border::{fill_ends, reflect_101};
use crate::error::FilterError;

/// Halves a plane: one step up the Gaussian pyramid.
///
/// Smooths with `[1 4 6 4 1]' [1 4 6 4 1] / 256` (border: reflect-101) and keeps every second pixel from
/// the first, so each side of n becomes `(n + 1) / 2`. Equal to OpenCV's `pyrDown`. Burt and Adelson 1983.
///
/// ```
/// use fiber_filters::pyramid_reduce;
/// use fiber_image::Plane;
///
/// let plane = Plane::new(3, 1, vec![16.0_f64, 0.0, 0.0])?;
/// assert_eq!(pyramid_reduce(plane.view()).row(0), &[6.0, 2.0]);
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[must_use]
pub fn pyramid_reduce(plane: PlaneView<'_, f64>) -> Plane<f64> {
    let (width, height) = plane.dimensions();
    let mut reduced = Plane::filled(width.div_ceil(2), height.div_ceil(2), 0.0_f64)
        .expect("half of a plane is neither empty nor larger");
    let mut padded = vec![0.0_f64; width + 4];
    for y in 0..reduced.height() {
        let row = |offset: isize| plane.row(reflect_101(2 * y as isize + offset, height));
        let rows = [row(-2), row(-1), row(0), row(1), row(2)];
        for (x, sum) in padded[2..2 + width].iter_mut().enumerate() {
            *sum = binomial_5(rows.map(|row| row[x]));
        }
        fill_ends(&mut padded, 2, reflect_101);
        for (x, out) in reduced.row_mut(y).iter_mut().enumerate() {
            *out = binomial_5(std::array::from_fn(|i| padded[2 * x + i])) / 256.0;
        }
    }
    reduced
}

fn binomial_5([a, b, c, d, e]: [f64; 5]) -> f64 {
    a + e + 4.0 * (b + d) + 6.0 * c
}

/// Doubles a plane to `width` x `height`: one step down the pyramid, the inverse in size of
/// [`pyramid_reduce`].
///
/// Zeros are put between the pixels, then smoothed with 4 times the kernel of [`pyramid_reduce`]. Border:
/// reflect-101 at the top and left, the last pixel repeated at the bottom and right, which is OpenCV's
/// `pyrUp`. Burt and Adelson 1983.
///
/// # Errors
/// [`FilterError::Parameter`] where a side is not twice the plane's or one less.
///
/// ```
/// use fiber_filters::pyramid_expand;
/// use fiber_image::Plane;
///
/// let plane = Plane::new(2, 1, vec![8.0_f64, 16.0])?;
/// assert_eq!(pyramid_expand(plane.view(), 4, 1)?.row(0), &[10.0, 12.0, 15.0, 16.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pyramid_expand(
    plane: PlaneView<'_, f64>,
    width: usize,
    height: usize,
) -> Result<Plane<f64>, FilterError> {
    let fits = |side: usize, small: usize| side.div_ceil(2) == small;
    const ALLOWED: &str = "twice the plane's or one less";
    FilterError::require(fits(width, plane.width()), "width", width as f64, ALLOWED)?;
    FilterError::require(fits(height, plane.height()), "height", height as f64, ALLOWED)?;

    let mut across =
        Plane::filled(width, plane.height(), 0.0_f64).map_err(|_| too_large(width, height))?;
    for (y, row) in plane.rows().enumerate() {
        let out = across.row_mut(y);
        for (x, &here) in row.iter().enumerate() {
            let (before, after) = expansion_neighbours(x, row.len());
            out[2 * x] = (row[before] + row[after] + 6.0 * here) / 8.0;
            if let Some(out) = out.get_mut(2 * x + 1) {
                *out = (here + row[after]) / 2.0;
            }
        }
    }
    let mut expanded =
        Plane::filled(width, height, 0.0_f64).map_err(|_| too_large(width, height))?;
    for y in 0..plane.height() {
        let (before, after) = expansion_neighbours(y, plane.height());
        let (before, here, after) = (across.row(before), across.row(y), across.row(after));
        for (((out, &b), &h), &a) in
            expanded.row_mut(2 * y).iter_mut().zip(before).zip(here).zip(after)
        {
            *out = (b + a + 6.0 * h) / 8.0;
        }
        if 2 * y + 1 < height {
            for ((out, &h), &a) in expanded.row_mut(2 * y + 1).iter_mut().zip(here).zip(after) {
                *out = (h + a) / 2.0;
            }
        }
    }
    Ok(expanded)
}

fn too_large(width: usize, height: usize) -> FilterError {
    FilterError::Parameter {
        name: "width x height",
        value: width as f64 * height as f64,
        allowed: "addressable",
    }
}

fn expansion_neighbours(i: usize, n: usize) -> (usize, usize) {
    (reflect_101(i as isize - 1, n), (i + 1).min(n - 1))
}
