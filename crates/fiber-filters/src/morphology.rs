use fiber_image::{Plane, PlaneView};

use crate::element::StructuringElement;
use crate::extremum_rows::{HIGHEST, RowExtremum};
use crate::extremum_running::RunningExtremum;
use crate::extremum_small::SmallExtremum;

/// The smallest value in the element around each pixel; pixels outside the plane never win.
///
/// Ellipses up to 31 pixels a side and low rectangles are gone through row by row: the time grows with their
/// height. Of other elements, each of the centred rectangles that the element is the union of is handled by doubling windows
/// along rows, then along columns: the time grows with the logarithm of a rectangle's sides, and about
/// linearly with the size of an ellipse.
///
/// ```
/// use fiber_filters::{StructuringElement, erode};
/// use fiber_image::Plane;
///
/// let row = Plane::new(5, 1, vec![9_u8, 7, 8, 3, 5])?;
/// let eroded = erode(row.view(), &StructuringElement::rectangle(3, 1)?);
/// assert_eq!(eroded.row(0), &[7, 7, 3, 3, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn erode(plane: PlaneView<'_, u8>, element: &StructuringElement) -> Plane<u8> {
    extremum(plane, element, u8::MAX, Ord::min)
}

/// The largest value in the element around each pixel; pixels outside the plane never win.
///
/// Time as for [`erode`].
#[must_use]
pub fn dilate(plane: PlaneView<'_, u8>, element: &StructuringElement) -> Plane<u8> {
    extremum(plane, element, u8::MIN, Ord::max)
}

/// Erosion, then dilation: removes bright parts into which the element does not fit.
#[must_use]
pub fn open(plane: PlaneView<'_, u8>, element: &StructuringElement) -> Plane<u8> {
    dilate(erode(plane, element).view(), element)
}

/// Dilation, then erosion: fills dark parts into which the element does not fit.
#[must_use]
pub fn close(plane: PlaneView<'_, u8>, element: &StructuringElement) -> Plane<u8> {
    erode(dilate(plane, element).view(), element)
}

/// The bright parts that [`open`] removes: the plane minus its opening.
///
/// ```
/// use fiber_filters::{StructuringElement, white_top_hat};
/// use fiber_image::Plane;
///
/// let row = Plane::new(6, 1, vec![2_u8, 2, 9, 2, 5, 5])?;
/// let speck = white_top_hat(row.view(), &StructuringElement::rectangle(3, 1)?);
/// assert_eq!(speck.row(0), &[0, 0, 7, 0, 0, 0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn white_top_hat(plane: PlaneView<'_, u8>, element: &StructuringElement) -> Plane<u8> {
    let mut opened = open(plane, element);
    for (y, row) in plane.rows().enumerate() {
        for (opened, &value) in opened.row_mut(y).iter_mut().zip(row) {
            *opened = value.saturating_sub(*opened);
        }
    }
    opened
}

/// The dark parts that [`close`] fills: the closing of the plane minus the plane.
#[must_use]
pub fn black_top_hat(plane: PlaneView<'_, u8>, element: &StructuringElement) -> Plane<u8> {
    let mut closed = close(plane, element);
    for (y, row) in plane.rows().enumerate() {
        for (closed, &value) in closed.row_mut(y).iter_mut().zip(row) {
            *closed = closed.saturating_sub(value);
        }
    }
    closed
}

fn extremum(
    plane: PlaneView<'_, u8>,
    element: &StructuringElement,
    neutral: u8,
    better: impl Fn(u8, u8) -> u8 + Copy,
) -> Plane<u8> {
    let arch = pulp::Arch::new();
    if let Some(small) = SmallExtremum::new(plane, element, neutral, better) {
        return arch.dispatch(small);
    }
    // A high rectangle needs fewer steps by doubling.
    let highest = if element.rectangles().len() == 1 { HIGHEST_RECTANGLE } else { HIGHEST };
    if element.height() <= highest && element.width() <= HIGHEST {
        return arch.dispatch(RowExtremum { plane, element, neutral, better });
    }
    arch.dispatch(RunningExtremum { plane, element, neutral, better })
}

/// Highest rectangle that is gone through row by row.
const HIGHEST_RECTANGLE: usize = 9;
