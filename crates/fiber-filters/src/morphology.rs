use fiber_image::{Plane, PlaneView};

use crate::element::StructuringElement;

/// The smallest value in the element around each pixel; pixels outside the plane never win.
///
/// The element is a union of centred rectangles, each handled by doubling windows along rows, then along
/// columns: the time grows with the logarithm of a rectangle's sides, and about linearly with the size of
/// an ellipse.
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
    let (width, height) = plane.dimensions();
    // Beyond the far edge an element meets only pixels that never win.
    let clip = |half: usize, side: usize| half.min(side - 1);
    let margin_x = clip(element.width() / 2, width);
    let margin_y = clip(element.height() / 2, height);
    let stride = width + 2 * margin_x;
    let mut across = vec![neutral; stride * (height + 2 * margin_y)];
    for (y, row) in plane.rows().enumerate() {
        across[(y + margin_y) * stride + margin_x..][..width].copy_from_slice(row);
    }

    let mut result = plane.filled_like(neutral);
    let mut spare = across.clone();
    let mut down = across.clone();
    let mut length = 1;
    for rectangle in element.rectangles() {
        let half_width = clip(rectangle.half_width, width);
        let half_height = clip(rectangle.half_height, height);
        widen(&mut across, &mut spare, &mut length, 2 * half_width + 1, 1, better);
        down.copy_from_slice(&across);
        widen(&mut down, &mut spare, &mut 1, 2 * half_height + 1, stride, better);
        // A window starts at its first pixel: the one centred on (x, y) starts half its size before.
        let (first_x, first_y) = (margin_x - half_width, margin_y - half_height);
        for y in 0..height {
            let best = &down[(y + first_y) * stride + first_x..][..width];
            for (result, &best) in result.row_mut(y).iter_mut().zip(best) {
                *result = better(*result, best);
            }
        }
    }
    result
}

/// Replaces the best of `length` values, `step` apart from each index on, by the best of `target`.
fn widen(
    values: &mut Vec<u8>,
    spare: &mut Vec<u8>,
    length: &mut usize,
    target: usize,
    step: usize,
    better: impl Fn(u8, u8) -> u8,
) {
    while *length < target {
        let next = (2 * *length).min(target);
        let shift = (next - *length) * step;
        let shifted = values.get(shift..).unwrap_or_default();
        for ((out, &here), &there) in spare.iter_mut().zip(values.iter()).zip(shifted) {
            *out = better(here, there);
        }
        std::mem::swap(values, spare);
        *length = next;
    }
}
