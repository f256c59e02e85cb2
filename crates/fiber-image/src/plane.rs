use std::fmt;
use std::ops::{Index, IndexMut};

use thiserror::Error;

/// A rectangle of pixels, row by row without padding.
///
/// The one pixel container of the workspace: luma is `Plane<u8>`, masks are `Plane<u8>` of 0 and 255,
/// maps are `Plane<f32>`, colour is `Plane<[u8; 3]>` (red, green, blue).
///
/// A plane is never empty: both sides are at least 1. The position `(x, y)` is column, then row, from
/// the top left; where coordinates are fractional, pixel centres lie at whole numbers.
///
/// ```
/// use fiber_image::Plane;
///
/// let ramp = Plane::from_fn(4, 2, |x, y| (10 * y + x) as u8)?;
/// assert_eq!(ramp[(3, 1)], 13);
/// assert_eq!(ramp.row(1), &[10, 11, 12, 13]);
/// assert_eq!(ramp.view().crop(2, 0, 2, 2).map(|part| part.to_plane().into_pixels()),
///            Some(vec![2, 3, 12, 13]));
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Plane<T> {
    width: usize,
    height: usize,
    pixels: Vec<T>,
}

/// Why a plane could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PlaneError {
    /// One of the sides is 0, or their product does not fit in memory's address range.
    #[error("a plane of {width} x {height} pixels is not possible")]
    Size {
        /// Asked width in pixels.
        width: usize,
        /// Asked height in pixels.
        height: usize,
    },
    /// The buffer does not hold `width * height` pixels.
    #[error("{width} x {height} pixels were asked for, but the buffer holds {len}")]
    Length {
        /// Asked width in pixels.
        width: usize,
        /// Asked height in pixels.
        height: usize,
        /// Pixels in the buffer.
        len: usize,
    },
}

fn pixel_count(width: usize, height: usize) -> Result<usize, PlaneError> {
    match width.checked_mul(height) {
        Some(count) if count > 0 && count <= isize::MAX as usize => Ok(count),
        _ => Err(PlaneError::Size { width, height }),
    }
}

impl<T> Plane<T> {
    /// Takes `pixels`, row by row from the top, as a plane.
    ///
    /// # Errors
    /// [`PlaneError`] where a side is 0 or the buffer's length is not `width * height`.
    pub fn new(width: usize, height: usize, pixels: Vec<T>) -> Result<Self, PlaneError> {
        if pixel_count(width, height)? != pixels.len() {
            return Err(PlaneError::Length { width, height, len: pixels.len() });
        }
        Ok(Self { width, height, pixels })
    }

    /// Computes every pixel from its column and row.
    ///
    /// # Errors
    /// [`PlaneError::Size`] where a side is 0 or the plane is too large to address.
    pub fn from_fn(
        width: usize,
        height: usize,
        mut pixel: impl FnMut(usize, usize) -> T,
    ) -> Result<Self, PlaneError> {
        let mut pixels = Vec::with_capacity(pixel_count(width, height)?);
        for y in 0..height {
            pixels.extend((0..width).map(|x| pixel(x, y)));
        }
        Ok(Self { width, height, pixels })
    }

    /// Columns, at least 1.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows, at least 1.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// `(width, height)`.
    #[must_use]
    pub fn dimensions(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// All pixels, row by row.
    #[must_use]
    pub fn pixels(&self) -> &[T] {
        &self.pixels
    }

    /// All pixels, row by row, to change.
    #[must_use]
    pub fn pixels_mut(&mut self) -> &mut [T] {
        &mut self.pixels
    }

    /// Gives the pixel buffer back.
    #[must_use]
    pub fn into_pixels(self) -> Vec<T> {
        self.pixels
    }

    /// Row `y` from left to right.
    ///
    /// # Panics
    /// Where `y` is not below the height, as slice indexing does.
    #[must_use]
    pub fn row(&self, y: usize) -> &[T] {
        &self.pixels[y * self.width..][..self.width]
    }

    /// Row `y` from left to right, to change.
    ///
    /// # Panics
    /// Where `y` is not below the height, as slice indexing does.
    #[must_use]
    pub fn row_mut(&mut self, y: usize) -> &mut [T] {
        &mut self.pixels[y * self.width..][..self.width]
    }

    /// All rows from the top.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[T]> {
        self.pixels.chunks_exact(self.width)
    }

    /// The pixel at column `x`, row `y`, or `None` outside.
    #[must_use]
    pub fn get(&self, x: usize, y: usize) -> Option<&T> {
        if x < self.width { self.pixels.get(y * self.width + x) } else { None }
    }

    /// A borrowed view of the whole plane.
    #[must_use]
    pub fn view(&self) -> PlaneView<'_, T> {
        PlaneView {
            width: self.width,
            height: self.height,
            stride: self.width,
            pixels: &self.pixels,
        }
    }

    /// A plane of the same size with `f` of every pixel.
    #[must_use]
    pub fn map<U>(&self, f: impl FnMut(&T) -> U) -> Plane<U> {
        Plane {
            width: self.width,
            height: self.height,
            pixels: self.pixels.iter().map(f).collect(),
        }
    }
}

impl<T: Clone> Plane<T> {
    /// A plane of one value.
    ///
    /// # Errors
    /// [`PlaneError::Size`] where a side is 0 or the plane is too large to address.
    pub fn filled(width: usize, height: usize, value: T) -> Result<Self, PlaneError> {
        let pixels = vec![value; pixel_count(width, height)?];
        Ok(Self { width, height, pixels })
    }

    /// A plane of this one's size that holds `value` everywhere.
    #[must_use]
    pub fn filled_like<U: Clone>(&self, value: U) -> Plane<U> {
        self.view().filled_like(value)
    }
}

impl<T> Index<(usize, usize)> for Plane<T> {
    type Output = T;

    /// The pixel at `(x, y)`; panics outside, as slice indexing does.
    fn index(&self, (x, y): (usize, usize)) -> &T {
        &self.row(y)[x]
    }
}

impl<T> IndexMut<(usize, usize)> for Plane<T> {
    fn index_mut(&mut self, (x, y): (usize, usize)) -> &mut T {
        &mut self.row_mut(y)[x]
    }
}

impl<T> fmt::Debug for Plane<T> {
    /// Size only: pixels would drown any log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plane<{}>({} x {})", std::any::type_name::<T>(), self.width, self.height)
    }
}

/// A borrowed rectangle of a [`Plane`]: the argument type of the image operators.
///
/// Cheap to copy; made by [`Plane::view`], narrowed by [`PlaneView::crop`]. Never empty.
pub struct PlaneView<'a, T> {
    width: usize,
    height: usize,
    stride: usize,
    pixels: &'a [T],
}

impl<T> Clone for PlaneView<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PlaneView<'_, T> {}

impl<'a, T> PlaneView<'a, T> {
    /// Columns, at least 1.
    #[must_use]
    pub fn width(self) -> usize {
        self.width
    }

    /// Rows, at least 1.
    #[must_use]
    pub fn height(self) -> usize {
        self.height
    }

    /// `(width, height)`.
    #[must_use]
    pub fn dimensions(self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Row `y` from left to right.
    ///
    /// # Panics
    /// Where `y` is not below the height, as slice indexing does.
    #[inline]
    #[must_use]
    pub fn row(self, y: usize) -> &'a [T] {
        assert!(y < self.height, "row {y} of a view with {} rows", self.height);
        &self.pixels[y * self.stride..][..self.width]
    }

    /// All rows from the top.
    pub fn rows(self) -> impl ExactSizeIterator<Item = &'a [T]> {
        (0..self.height).map(move |y| self.row(y))
    }

    /// The pixel at column `x`, row `y`, or `None` outside.
    #[must_use]
    pub fn get(self, x: usize, y: usize) -> Option<&'a T> {
        if x < self.width && y < self.height { Some(&self.row(y)[x]) } else { None }
    }

    /// The part of `width` x `height` pixels whose top left is `(x, y)`, or `None` where it is empty or
    /// reaches outside.
    #[must_use]
    pub fn crop(self, x: usize, y: usize, width: usize, height: usize) -> Option<Self> {
        let inside = width > 0
            && height > 0
            && x.checked_add(width).is_some_and(|end| end <= self.width)
            && y.checked_add(height).is_some_and(|end| end <= self.height);
        inside.then(|| {
            let first = y * self.stride + x;
            let last = first + (height - 1) * self.stride + width;
            Self { width, height, stride: self.stride, pixels: &self.pixels[first..last] }
        })
    }

    /// A plane of the same size with `f` of every pixel.
    #[must_use]
    pub fn map<U>(self, mut f: impl FnMut(&T) -> U) -> Plane<U> {
        let mut pixels = Vec::with_capacity(self.width * self.height);
        for row in self.rows() {
            pixels.extend(row.iter().map(&mut f));
        }
        Plane { width: self.width, height: self.height, pixels }
    }

    /// A plane of this view's size that holds `value` everywhere.
    #[must_use]
    pub fn filled_like<U: Clone>(self, value: U) -> Plane<U> {
        Plane {
            width: self.width,
            height: self.height,
            pixels: vec![value; self.width * self.height],
        }
    }
}

impl<T: Clone> PlaneView<'_, T> {
    /// Every second pixel of every second row, from the first: each side of n becomes `(n + 1) / 2`.
    #[must_use]
    pub fn every_second(self) -> Plane<T> {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut pixels = Vec::with_capacity(width * height);
        for row in self.rows().step_by(2) {
            // Whole pairs first: the compiler makes vectors of them.
            let (pairs, last) = row.as_chunks::<2>();
            pixels.extend(pairs.iter().map(|[first, _]| first.clone()));
            pixels.extend_from_slice(last);
        }
        Plane { width, height, pixels }
    }

    /// Copies the viewed pixels into a plane of their own.
    #[must_use]
    pub fn to_plane(self) -> Plane<T> {
        self.map(T::clone)
    }
}

impl<T> Index<(usize, usize)> for PlaneView<'_, T> {
    type Output = T;

    /// The pixel at `(x, y)`; panics outside, as slice indexing does.
    fn index(&self, (x, y): (usize, usize)) -> &T {
        &self.row(y)[x]
    }
}

impl<'a, T> From<&'a Plane<T>> for PlaneView<'a, T> {
    fn from(plane: &'a Plane<T>) -> Self {
        plane.view()
    }
}

impl<T> fmt::Debug for PlaneView<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlaneView<{}>({} x {})", std::any::type_name::<T>(), self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_and_ill_fitting_planes_are_refused() {
        assert_eq!(
            Plane::new(0, 3, Vec::<u8>::new()),
            Err(PlaneError::Size { width: 0, height: 3 })
        );
        assert_eq!(
            Plane::new(2, 2, vec![1_u8; 3]),
            Err(PlaneError::Length { width: 2, height: 2, len: 3 })
        );
        assert!(Plane::filled(usize::MAX, 2, 0_u8).is_err());
    }

    #[test]
    fn every_second_pixel_begins_with_the_first() {
        for (width, height) in [(1, 1), (4, 3), (5, 2), (7, 7)] {
            let plane = Plane::from_fn(width, height, |x, y| (x, y)).expect("positive sides");
            let (across, down) = (width.div_ceil(2), height.div_ceil(2));
            let half = Plane::from_fn(across, down, |x, y| (2 * x, 2 * y)).expect("positive");
            assert_eq!(plane.view().every_second(), half);
        }
    }

    #[test]
    fn a_crop_of_a_crop_addresses_the_first_plane() {
        let plane = Plane::from_fn(7, 5, |x, y| (x, y)).expect("both sides are positive");
        let inner = plane.view().crop(1, 1, 5, 4).and_then(|v| v.crop(2, 1, 3, 3));
        let inner = inner.expect("the rectangle lies inside");
        assert_eq!(inner[(0, 0)], (3, 2));
        assert_eq!(inner[(2, 2)], (5, 4));
        assert!(inner.get(3, 0).is_none() && inner.get(0, 3).is_none());
        assert!(plane.view().crop(3, 0, 5, 1).is_none());
        assert!(plane.view().crop(usize::MAX, 0, 2, 1).is_none());
    }
}
