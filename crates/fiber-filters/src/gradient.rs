use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::border::{fill_ends, reflect_101};

/// First derivatives of a plane, in units of the operator that made them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gradient {
    /// Derivative along x, positive where the right is brighter.
    pub dx: Plane<i16>,
    /// Derivative along y, positive where the lower side is brighter.
    pub dy: Plane<i16>,
}

/// The unnormalised 3 x 3 Sobel derivatives: `[1 2 1]' [-1 0 1]` and its transpose.
///
/// Border: reflect-101. Values lie in -1020..=1020: 8 per grey level of slope.
///
/// ```
/// use fiber_filters::sobel_3x3;
/// use fiber_image::Plane;
///
/// let ramp = Plane::from_fn(4, 3, |x, _| 10 * x as u8)?;
/// let gradient = sobel_3x3(ramp.view());
/// assert_eq!(gradient.dx.row(1), &[0, 80, 80, 0]);
/// assert_eq!(gradient.dy.row(1), &[0, 0, 0, 0]);
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[must_use]
pub fn sobel_3x3(plane: PlaneView<'_, u8>) -> Gradient {
    sobel(plane, reflect_101)
}

/// [`sobel_3x3`] with another border rule.
pub(crate) fn sobel(plane: PlaneView<'_, u8>, border: fn(isize, usize) -> usize) -> Gradient {
    pulp::Arch::new().dispatch(Derive { plane, border })
}

struct Derive<'a> {
    plane: PlaneView<'a, u8>,
    border: fn(isize, usize) -> usize,
}

impl NullaryFnOnce for Derive<'_> {
    type Output = Gradient;

    #[inline(always)]
    fn call(self) -> Gradient {
        derivatives(self.plane, self.border)
    }
}

#[inline(always)]
fn derivatives(plane: PlaneView<'_, u8>, border: fn(isize, usize) -> usize) -> Gradient {
    let (width, height) = plane.dimensions();
    let mut gradient = Gradient { dx: plane.filled_like(0), dy: plane.filled_like(0) };
    let mut sums = vec![0_i16; width + 2];
    let mut differences = vec![0_i16; width + 2];
    for y in 0..height {
        let above = plane.row(border(y as isize - 1, height));
        let here = plane.row(y);
        let below = plane.row(border(y as isize + 1, height));
        for ((((sum, difference), &a), &h), &b) in sums[1..=width]
            .iter_mut()
            .zip(&mut differences[1..=width])
            .zip(above)
            .zip(here)
            .zip(below)
        {
            let (a, h, b) = (i16::from(a), i16::from(h), i16::from(b));
            *sum = a + 2 * h + b;
            *difference = b - a;
        }
        fill_ends(&mut sums, 1, border);
        fill_ends(&mut differences, 1, border);
        for ((dx, &l), &r) in gradient.dx.row_mut(y).iter_mut().zip(&sums).zip(&sums[2..]) {
            *dx = r - l;
        }
        let (left, middle, right) = (&differences[..width], &differences[1..], &differences[2..]);
        for (((dy, &l), &m), &r) in
            gradient.dy.row_mut(y).iter_mut().zip(left).zip(middle).zip(right)
        {
            *dy = l + 2 * m + r;
        }
    }
    gradient
}
