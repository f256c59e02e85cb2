use std::marker::PhantomData;
use std::ops::{Add, Mul};

use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::border::{fill_around, reflect_101};
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
    reduce(plane, (0, 0))
}

/// What levels of a pyramid are made of.
///
/// All weights are exact, and so are products with powers of two.
pub(crate) trait Level: Copy + Add<Output = Self> + Mul<Output = Self> + From<f32> {}

impl Level for f32 {}
impl Level for f64 {}

/// [`pyramid_reduce`] of a plane that is mirrored on to so many columns and rows more at the right and bottom.
pub(crate) fn reduce<T: Copy + Into<A>, A: Level>(
    plane: PlaneView<'_, T>,
    beyond: (usize, usize),
) -> Plane<A> {
    pulp::Arch::new().dispatch(Reduce { plane, beyond, levels: PhantomData })
}

struct Reduce<'a, T, A> {
    plane: PlaneView<'a, T>,
    beyond: (usize, usize),
    levels: PhantomData<A>,
}

impl<T: Copy + Into<A>, A: Level> NullaryFnOnce for Reduce<'_, T, A> {
    type Output = Plane<A>;

    #[inline(always)]
    fn call(self) -> Plane<A> {
        let Self { plane, beyond, .. } = self;
        let (width, height) = plane.dimensions();
        let (all_columns, all_rows) = (width + beyond.0, height + beyond.1);
        let zero = A::from(0.0);
        let (columns, rows) = (all_columns.div_ceil(2), all_rows.div_ceil(2));
        // Rows are appended: a plane of this size, cleared first, would go through memory twice.
        let mut reduced = Vec::with_capacity(columns * rows);
        // Two pixels beyond either end, and one more where the last pair would be half.
        let mut padded = vec![zero; (all_columns + 4).next_multiple_of(2)];
        for y in 0..rows {
            let row =
                |offset: isize| &plane.row(reflect_101(2 * y as isize + offset, height))[..width];
            let [a, b, c, d, e] = [row(-2), row(-1), row(0), row(1), row(2)];
            let sums = &mut padded[2..2 + width];
            for x in 0..width {
                sums[x] = binomial_5([a[x], b[x], c[x], d[x], e[x]].map(Into::into));
            }
            fill_around(&mut padded[..all_columns + 4], 2..2 + width, reflect_101);
            let (pairs, _) = padded.as_chunks::<2>();
            let share = A::from(1.0 / 256.0);
            let windows = pairs[..columns].iter().zip(&pairs[1..]).zip(&pairs[2..]);
            reduced.extend(
                windows.map(|((&[a, b], &[c, d]), &[e, _])| binomial_5([a, b, c, d, e]) * share),
            );
        }
        Plane::new(columns, rows, reduced).expect("a row for each row")
    }
}

#[inline(always)]
fn binomial_5<A: Level>([a, b, c, d, e]: [A; 5]) -> A {
    a + e + A::from(4.0) * (b + d) + A::from(6.0) * c
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

/// The first `width` x `height` pixels of a plane doubled by [`pyramid_expand`]: at most twice as many as it has, and
/// no more pixels than memory holds.
pub(crate) fn expand<A: Level>(
    plane: PlaneView<'_, A>,
    (width, height): (usize, usize),
) -> Plane<A> {
    let expanded =
        pulp::Arch::new().dispatch(Expand { plane, width, height, size: width * height });
    Plane::new(width, height, expanded).expect("a row for each row")
}

struct Expand<'a, A> {
    plane: PlaneView<'a, A>,
    width: usize,
    height: usize,
    size: usize,
}

impl<A: Level> NullaryFnOnce for Expand<'_, A> {
    type Output = Vec<A>;

    #[inline(always)]
    fn call(self) -> Vec<A> {
        let Self { plane, width, height, size } = self;
        let mut expanded = Vec::with_capacity(size);
        // Rows y - 1, y and y + 1, doubled along x: each is made once and handed on.
        let zero = A::from(0.0);
        let [mut before, mut here, mut after] = [(); 3].map(|()| vec![zero; 2 * plane.width()]);
        let mut framed = vec![zero; plane.width() + 2];
        expand_row(plane.row(0), &mut framed, &mut here);
        expand_row(plane.row(expansion_neighbours(0, plane.height()).0), &mut framed, &mut before);
        for y in 0..height.div_ceil(2) {
            let next = expansion_neighbours(y, plane.height()).1;
            expand_row(plane.row(next), &mut framed, &mut after);
            let (b, h, a) = (&before[..width], &here[..width], &after[..width]);
            let rows = b.iter().zip(h).zip(a);
            expanded.extend(rows.map(|((&b, &h), &a)| three_to_one(b, h, a)));
            if 2 * y + 1 < height {
                expanded.extend(h.iter().zip(a).map(|(&h, &a)| halfway(h, a)));
            }
            std::mem::swap(&mut before, &mut here);
            std::mem::swap(&mut here, &mut after);
        }
        expanded
    }
}

/// Doubles one row.
#[inline(always)]
fn expand_row<A: Level>(row: &[A], framed: &mut [A], out: &mut [A]) {
    let width = row.len();
    framed[0] = row[expansion_neighbours(0, width).0];
    framed[1..=width].copy_from_slice(row);
    framed[width + 1] = row[width - 1];
    let (left, here, right) = (&framed[..width], &framed[1..][..width], &framed[2..][..width]);
    let (pairs, _) = out.as_chunks_mut::<2>();
    let pairs = &mut pairs[..width];
    for x in 0..width {
        pairs[x] = [three_to_one(left[x], here[x], right[x]), halfway(here[x], right[x])];
    }
}

/// A pixel that stays where it was, from its own value and its neighbours'.
#[inline(always)]
fn three_to_one<A: Level>(before: A, here: A, after: A) -> A {
    (before + after + A::from(6.0) * here) * A::from(0.125)
}

/// A new pixel between two.
#[inline(always)]
fn halfway<A: Level>(before: A, after: A) -> A {
    (before + after) * A::from(0.5)
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
