use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::border::reflect_101;

/// The 4-neighbour Laplacian: the sum of the four neighbours minus 4 times the pixel.
///
/// Border: reflect-101. Values lie in -1020..=1020, negative on bright spots.
///
/// ```
/// use fiber_filters::laplacian_4;
/// use fiber_image::Plane;
///
/// let dot = Plane::new(3, 3, vec![0, 0, 0, 0, 5, 0, 0, 0, 0])?;
/// assert_eq!(laplacian_4(dot.view()).row(1), &[10, -20, 10]);
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[must_use]
pub fn laplacian_4(plane: PlaneView<'_, u8>) -> Plane<i16> {
    pulp::Arch::new().dispatch(Derive(plane))
}

struct Derive<'a>(PlaneView<'a, u8>);

impl NullaryFnOnce for Derive<'_> {
    type Output = Plane<i16>;

    #[inline(always)]
    fn call(self) -> Plane<i16> {
        second_differences(self.0)
    }
}

#[inline(always)]
fn second_differences(plane: PlaneView<'_, u8>) -> Plane<i16> {
    let (width, height) = plane.dimensions();
    let mut laplacian = plane.filled_like(0_i16);
    for y in 0..height {
        let above = plane.row(reflect_101(y as isize - 1, height));
        let here = plane.row(y);
        let below = plane.row(reflect_101(y as isize + 1, height));
        let out = laplacian.row_mut(y);
        for (((out, &a), &h), &b) in out.iter_mut().zip(above).zip(here).zip(below) {
            *out = i16::from(a) + i16::from(b) - 4 * i16::from(h);
        }
        if width > 1 {
            for (out, &left) in out[1..].iter_mut().zip(here) {
                *out += i16::from(left);
            }
            for (out, &right) in out.iter_mut().zip(&here[1..]) {
                *out += i16::from(right);
            }
        }
        out[0] += i16::from(here[reflect_101(-1, width)]);
        out[width - 1] += i16::from(here[reflect_101(width as isize, width)]);
    }
    laplacian
}
