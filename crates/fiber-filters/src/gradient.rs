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
    pulp::Arch::new().dispatch(Derive(plane))
}

/// Derivatives row by row.
pub(crate) struct SobelRows<'a> {
    plane: PlaneView<'a, u8>,
    border: fn(isize, usize) -> usize,
    /// Columns of three pixels, weighed 1 2 1, with a frame of one.
    sums: Vec<i16>,
    /// The lower less the upper of three, with a frame of one.
    differences: Vec<i16>,
}

impl<'a> SobelRows<'a> {
    pub(crate) fn new(plane: PlaneView<'a, u8>, border: fn(isize, usize) -> usize) -> Self {
        let framed = vec![0; plane.width() + 2];
        Self { plane, border, sums: framed.clone(), differences: framed }
    }

    /// The derivatives of row `y`.
    #[inline(always)]
    pub(crate) fn derive(&mut self, y: usize, dx: &mut [i16], dy: &mut [i16]) {
        let Self { plane, border, sums, differences } = self;
        let (width, height) = plane.dimensions();
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
        fill_ends(sums, 1, *border);
        fill_ends(differences, 1, *border);
        for ((dx, &l), &r) in dx.iter_mut().zip(&sums[..width]).zip(&sums[2..]) {
            *dx = r - l;
        }
        let (left, middle, right) = (&differences[..width], &differences[1..], &differences[2..]);
        for (((dy, &l), &m), &r) in dy.iter_mut().zip(left).zip(middle).zip(right) {
            *dy = l + 2 * m + r;
        }
    }
}

struct Derive<'a>(PlaneView<'a, u8>);

impl NullaryFnOnce for Derive<'_> {
    type Output = Gradient;

    #[inline(always)]
    fn call(self) -> Gradient {
        let plane = self.0;
        let mut gradient = Gradient { dx: plane.filled_like(0), dy: plane.filled_like(0) };
        let mut rows = SobelRows::new(plane, reflect_101);
        for y in 0..plane.height() {
            rows.derive(y, gradient.dx.row_mut(y), gradient.dy.row_mut(y));
        }
        gradient
    }
}
