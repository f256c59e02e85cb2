use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::element::{Rectangle, StructuringElement};
use crate::extremum_rows::{HIGHEST, RowExtremum};
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
    arch.dispatch(Extremum { plane, element, neutral, better })
}

/// Highest rectangle that is gone through row by row.
const HIGHEST_RECTANGLE: usize = 9;

/// Fewest rows that are worked on together.
const STRIP: usize = 32;

struct Extremum<'a, F> {
    plane: PlaneView<'a, u8>,
    element: &'a StructuringElement,
    neutral: u8,
    better: F,
}

impl<F: Fn(u8, u8) -> u8 + Copy> NullaryFnOnce for Extremum<'_, F> {
    type Output = Plane<u8>;

    /// Strip by strip, so that what the steps hand to each other stays in a near cache.
    #[inline(always)]
    fn call(self) -> Plane<u8> {
        let Self { plane, element, neutral, better } = self;
        let (width, height) = plane.dimensions();
        // Appended strip by strip: a plane to write into would be written twice.
        let mut result = Vec::with_capacity(width * height);
        let margins = Margins::of(element, width, height);
        let mut buffers = Buffers::default();
        // The rows that strips share are worked on twice: strips much higher than their margins.
        let strip = STRIP.max(4 * margins.y);
        for top in (0..height).step_by(strip) {
            let rows = top..height.min(top + strip);
            buffers.fill(plane, &rows, margins, neutral);
            let mut length = 1;
            for (i, rectangle) in element.rectangles().iter().enumerate() {
                let Rectangle { half_width, half_height } = margins.clip(*rectangle);
                let Buffers { stride, across, down, spare } = &mut buffers;
                widen(across, spare, &mut length, 2 * half_width + 1, 1, better);
                // What a wider one is made from, where there is a wider one.
                if i + 1 < element.rectangles().len() {
                    down.copy_from_slice(across);
                } else {
                    std::mem::swap(down, across);
                }
                widen(down, spare, &mut 1, 2 * half_height + 1, *stride, better);
                // A window starts at its first pixel: the one centred on (x, y) starts half its size
                // before.
                let (first_x, first_y) = (margins.x - half_width, margins.y - half_height);
                let best = |y: usize| &down[(y + first_y) * *stride + first_x..][..width];
                if i == 0 {
                    (0..rows.len()).for_each(|y| result.extend_from_slice(best(y)));
                    continue;
                }
                for (y, result) in result[top * width..].chunks_exact_mut(width).enumerate() {
                    for (result, &best) in result.iter_mut().zip(best(y)) {
                        *result = better(*result, best);
                    }
                }
            }
        }
        Plane::new(width, height, result).expect("a row for each row")
    }
}

/// How far an element reaches from its centre in a plane of a given size.
#[derive(Clone, Copy)]
struct Margins {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Margins {
    fn of(element: &StructuringElement, width: usize, height: usize) -> Self {
        let whole =
            Rectangle { half_width: element.width() / 2, half_height: element.height() / 2 };
        let margins = Self { x: 0, y: 0, width, height };
        let Rectangle { half_width, half_height } = margins.clip(whole);
        Self { x: half_width, y: half_height, ..margins }
    }

    /// Beyond the far edge an element meets only pixels that never win.
    fn clip(&self, rectangle: Rectangle) -> Rectangle {
        Rectangle {
            half_width: rectangle.half_width.min(self.width - 1),
            half_height: rectangle.half_height.min(self.height - 1),
        }
    }
}

/// Rows of a strip with margins on all sides.
#[derive(Default)]
struct Buffers {
    stride: usize,
    /// Extrema of windows along rows, by their first pixel.
    across: Vec<u8>,
    /// Extrema of these along columns.
    down: Vec<u8>,
    spare: Vec<u8>,
}

impl Buffers {
    #[inline(always)]
    fn fill(
        &mut self,
        plane: PlaneView<'_, u8>,
        rows: &std::ops::Range<usize>,
        margins: Margins,
        neutral: u8,
    ) {
        let (width, height) = plane.dimensions();
        self.stride = width + 2 * margins.x;
        let size = self.stride * (rows.len() + 2 * margins.y);
        for buffer in [&mut self.across, &mut self.down, &mut self.spare] {
            buffer.resize(size, neutral);
        }
        self.spare.fill(neutral);
        for (i, out) in self.across.chunks_exact_mut(self.stride).enumerate() {
            match (rows.start + i).checked_sub(margins.y) {
                Some(y) if y < height => {
                    let (left, rest) = out.split_at_mut(margins.x);
                    let (middle, right) = rest.split_at_mut(width);
                    left.fill(neutral);
                    middle.copy_from_slice(plane.row(y));
                    right.fill(neutral);
                }
                _ => out.fill(neutral),
            }
        }
    }
}

/// Replaces the best of `length` values, `step` apart from each index on, by the best of `target`.
///
/// The last `(target - length) step` values are left as they were at some time; no window starts there.
#[inline(always)]
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
