use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::border::{fill_ends, reflect_101};

/// Smooths with the 3 x 3 binomial kernel `[1 2 1]' [1 2 1] / 16`, rounded half up.
///
/// Border: reflect-101. Every result is `(sum + 8) >> 4` of exact integers.
///
/// ```
/// use fiber_filters::binomial_3x3;
/// use fiber_image::Plane;
///
/// let dot = Plane::new(3, 3, vec![0, 0, 0, 0, 160, 0, 0, 0, 0])?;
/// assert_eq!(binomial_3x3(dot.view()).row(1), &[40, 40, 40]);
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[must_use]
pub fn binomial_3x3(plane: PlaneView<'_, u8>) -> Plane<u8> {
    pulp::Arch::new().dispatch(Smooth(plane))
}

struct Smooth<'a>(PlaneView<'a, u8>);

impl NullaryFnOnce for Smooth<'_> {
    type Output = Plane<u8>;

    #[inline(always)]
    fn call(self) -> Plane<u8> {
        smooth(self.0)
    }
}

#[inline(always)]
fn smooth(plane: PlaneView<'_, u8>) -> Plane<u8> {
    let (width, height) = plane.dimensions();
    let mut smoothed = plane.filled_like(0_u8);
    let mut column_sums = vec![0_u16; width + 2];
    for y in 0..height {
        let above = plane.row(reflect_101(y as isize - 1, height));
        let here = plane.row(y);
        let below = plane.row(reflect_101(y as isize + 1, height));
        for (((sum, &a), &h), &b) in
            column_sums[1..=width].iter_mut().zip(above).zip(here).zip(below)
        {
            *sum = u16::from(a) + 2 * u16::from(h) + u16::from(b);
        }
        fill_ends(&mut column_sums, 1, reflect_101);
        let (left, middle, right) =
            (&column_sums[..width], &column_sums[1..=width], &column_sums[2..]);
        for (((out, &l), &m), &r) in smoothed.row_mut(y).iter_mut().zip(left).zip(middle).zip(right)
        {
            *out = ((l + 2 * m + r + 8) >> 4) as u8;
        }
    }
    smoothed
}
