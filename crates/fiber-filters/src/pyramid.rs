use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::border::{fill_ends, reflect_101};
use crate::error::FilterError;

/// Halves a plane: one step up the Gaussian pyramid.
///
/// Smooths with `[1 4 6 4 1]' [1 4 6 4 1] / 256` (border: reflect-101) and keeps every second pixel from
/// the first, so each side of n becomes `(n + 1) / 2`. Any pixels that convert to `f64` will do. Equal to OpenCV's `pyrDown`. Burt and Adelson 1983.
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
pub fn pyramid_reduce<T: Copy + Into<f64>>(plane: PlaneView<'_, T>) -> Plane<f64> {
    pulp::Arch::new().dispatch(Reduce(plane))
}

struct Reduce<'a, T>(PlaneView<'a, T>);

impl<T: Copy + Into<f64>> NullaryFnOnce for Reduce<'_, T> {
    type Output = Plane<f64>;

    #[inline(always)]
    fn call(self) -> Plane<f64> {
        let plane = self.0;
        let (width, height) = plane.dimensions();
        let mut reduced = Plane::filled(width.div_ceil(2), height.div_ceil(2), 0.0_f64)
            .expect("half of a plane is neither empty nor larger");
        // Two pixels beyond either end, and one more where the last pair would be half.
        let mut padded = vec![0.0_f64; (width + 4).next_multiple_of(2)];
        for y in 0..reduced.height() {
            let row =
                |offset: isize| &plane.row(reflect_101(2 * y as isize + offset, height))[..width];
            let [a, b, c, d, e] = [row(-2), row(-1), row(0), row(1), row(2)];
            let sums = &mut padded[2..2 + width];
            for x in 0..width {
                sums[x] = binomial_5([a[x], b[x], c[x], d[x], e[x]].map(Into::into));
            }
            fill_ends(&mut padded[..width + 4], 2, reflect_101);
            let (pairs, _) = padded.as_chunks::<2>();
            let out = reduced.row_mut(y);
            let count = out.len();
            let (first, second, third) =
                (&pairs[..count], &pairs[1..][..count], &pairs[2..][..count]);
            for x in 0..count {
                let ([a, b], [c, d], [e, _]) = (first[x], second[x], third[x]);
                out[x] = binomial_5([a, b, c, d, e]) / 256.0;
            }
        }
        reduced
    }
}

#[inline(always)]
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

    let size = width.checked_mul(height).ok_or_else(|| too_large(width, height))?;
    let expanded = pulp::Arch::new().dispatch(Expand { plane, width, height, size });
    Plane::new(width, height, expanded).map_err(|_| too_large(width, height))
}

struct Expand<'a> {
    plane: PlaneView<'a, f64>,
    width: usize,
    height: usize,
    size: usize,
}

impl NullaryFnOnce for Expand<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn call(self) -> Vec<f64> {
        let Self { plane, width, height, size } = self;
        // Rows are appended: a plane of this size, cleared first, would go through memory twice.
        let mut expanded = Vec::with_capacity(size);
        // Rows y - 1, y and y + 1, doubled along x: each is made once and handed on.
        let [mut before, mut here, mut after] = [(); 3].map(|()| vec![0.0; 2 * plane.width()]);
        let mut framed = vec![0.0; plane.width() + 2];
        expand_row(plane.row(0), &mut framed, &mut here);
        expand_row(plane.row(expansion_neighbours(0, plane.height()).0), &mut framed, &mut before);
        for y in 0..plane.height() {
            let next = expansion_neighbours(y, plane.height()).1;
            expand_row(plane.row(next), &mut framed, &mut after);
            let (b, h, a) = (&before[..width], &here[..width], &after[..width]);
            expanded.extend(b.iter().zip(h).zip(a).map(|((b, h), a)| (b + a + 6.0 * h) / 8.0));
            if 2 * y + 1 < height {
                expanded.extend(h.iter().zip(a).map(|(h, a)| (h + a) / 2.0));
            }
            std::mem::swap(&mut before, &mut here);
            std::mem::swap(&mut here, &mut after);
        }
        expanded
    }
}

/// Doubles one row.
#[inline(always)]
fn expand_row(row: &[f64], framed: &mut [f64], out: &mut [f64]) {
    let width = row.len();
    framed[0] = row[expansion_neighbours(0, width).0];
    framed[1..=width].copy_from_slice(row);
    framed[width + 1] = row[width - 1];
    let (left, here, right) = (&framed[..width], &framed[1..][..width], &framed[2..][..width]);
    let (pairs, _) = out.as_chunks_mut::<2>();
    let pairs = &mut pairs[..width];
    for x in 0..width {
        pairs[x] = [(left[x] + right[x] + 6.0 * here[x]) / 8.0, (here[x] + right[x]) / 2.0];
    }
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
