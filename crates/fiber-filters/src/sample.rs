use fiber_image::PlaneView;

use crate::border::reflect_101;
use crate::pixel::Pixel;

/// The value at a fractional position, linear between the four pixels around it.
///
/// `None` outside the pixel centres' rectangle (0..=width - 1, 0..=height - 1) and for NaN positions.
///
/// ```
/// use fiber_filters::sample_bilinear;
/// use fiber_image::Plane;
///
/// let plane = Plane::new(2, 2, vec![0_u8, 10, 20, 30])?;
/// assert_eq!(sample_bilinear(plane.view(), 0.5, 0.25), Some(10.0));
/// assert_eq!(sample_bilinear(plane.view(), 1.01, 0.0), None);
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[inline]
#[must_use]
pub fn sample_bilinear<T: Pixel>(plane: PlaneView<'_, T>, x: f32, y: f32) -> Option<f32> {
    let (column, fraction_x) = cell(x, plane.width())?;
    let (row, fraction_y) = cell(y, plane.height())?;
    let next_column = (column + 1).min(plane.width() - 1);
    let next_row = (row + 1).min(plane.height() - 1);
    let across = |row: &[T]| {
        let (left, right): (f32, f32) = (row[column].into(), row[next_column].into());
        left + fraction_x * (right - left)
    };
    let (above, below) = (across(plane.row(row)), across(plane.row(next_row)));
    Some(above + fraction_y * (below - above))
}

/// The value at a fractional position by Catmull-Rom cubic interpolation of the 4 x 4 pixels around it.
///
/// Keys 1981, a = -1/2: passes through the pixels, exact for quadratics, may overshoot at edges. Border:
/// reflect-101. `None` where [`sample_bilinear`] is.
///
/// ```
/// use fiber_filters::sample_cubic;
/// use fiber_image::Plane;
///
/// let squares = Plane::new(4, 1, vec![0_u8, 1, 4, 9])?;
/// assert_eq!(sample_cubic(squares.view(), 1.5, 0.0), Some(2.25));
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[inline]
#[must_use]
pub fn sample_cubic<T: Pixel>(plane: PlaneView<'_, T>, x: f32, y: f32) -> Option<f32> {
    let (width, height) = plane.dimensions();
    let ((column, t), (row, u)) = (cell(x, width)?, cell(y, height)?);
    let (weights_x, weights_y) = (cubic_weights(t), cubic_weights(u));
    let around = if column >= 1 && row >= 1 { plane.crop(column - 1, row - 1, 4, 4) } else { None };
    let mut value = 0.0;
    for (i, weight_y) in weights_y.into_iter().enumerate() {
        let taps: [f32; 4] = match around {
            Some(around) => {
                let row = &around.row(i)[..4];
                [row[0].into(), row[1].into(), row[2].into(), row[3].into()]
            }
            None => border_taps(plane.row(cubic_tap(row, i, height)), column),
        };
        let mut across = 0.0;
        for (weight_x, pixel) in weights_x.into_iter().zip(taps) {
            across += weight_x * pixel;
        }
        value += weight_y * across;
    }
    Some(value)
}

/// The four pixels of a row around a position at or beyond pixel `first`, near an end of the row or not.
#[cold]
fn border_taps<T: Pixel>(row: &[T], first: usize) -> [f32; 4] {
    [0, 1, 2, 3].map(|i| row[cubic_tap(first, i, row.len())].into())
}

/// The pixel at or before a position and how far the position lies beyond it, 0..1.
#[inline]
pub(crate) fn cell(position: f32, n: usize) -> Option<(usize, f32)> {
    let inside = position >= 0.0 && position <= (n - 1) as f32;
    inside.then(|| {
        let before = (position as usize).min(n - 1);
        (before, position - before as f32)
    })
}

/// Number `i` of the four pixels around a position that lies at or beyond pixel `first`.
pub(crate) fn cubic_tap(first: usize, i: usize, n: usize) -> usize {
    reflect_101(first as isize + i as isize - 1, n)
}

/// The weights of the four where the position lies `t` beyond it.
#[inline]
pub(crate) fn cubic_weights(t: f32) -> [f32; 4] {
    [
        0.5 * t * (t * (2.0 - t) - 1.0),
        0.5 * (t * t * (3.0 * t - 5.0) + 2.0),
        0.5 * t * (t * (4.0 - 3.0 * t) + 1.0),
        0.5 * t * t * (t - 1.0),
    ]
}
