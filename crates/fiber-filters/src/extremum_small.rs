use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::element::{Rectangle, StructuringElement};

/// Largest half side of an element that [`SmallExtremum`] takes.
const LARGEST: usize = 2;

/// The best value in an element of at most 5 x 5 pixels around each pixel.
///
/// So few pixels take less time than handing rows on from step to step. The best of the columns of the element's rectangle
/// is taken straight from the plane's rows, then the best of as many of these as the rectangle is wide, in a row that
/// stays in the nearest cache.
pub(crate) struct SmallExtremum<'a, F> {
    plane: PlaneView<'a, u8>,
    rectangle: Rectangle,
    /// Whether a single pixel stands above and below the rectangle, as in small discs.
    pointed: bool,
    /// What never wins.
    neutral: u8,
    better: F,
}

impl<'a, F> SmallExtremum<'a, F> {
    /// `None` where the element is too large.
    pub(crate) fn new(
        plane: PlaneView<'a, u8>,
        element: &StructuringElement,
        neutral: u8,
        better: F,
    ) -> Option<Self> {
        let (rectangle, pointed) = match *element.rectangles() {
            [rectangle] => (rectangle, false),
            [point, rectangle] => {
                let higher = Rectangle { half_width: 0, half_height: rectangle.half_height + 1 };
                (point == higher).then_some((rectangle, true))?
            }
            _ => return None,
        };
        let largest = element.width().max(element.height()) / 2;
        (largest <= LARGEST).then_some(Self { plane, rectangle, pointed, neutral, better })
    }
}

impl<F: Fn(u8, u8) -> u8 + Copy> NullaryFnOnce for SmallExtremum<'_, F> {
    type Output = Plane<u8>;

    #[inline(always)]
    fn call(self) -> Plane<u8> {
        let Self { plane, rectangle, pointed, neutral, better } = self;
        let (width, height) = plane.dimensions();
        let outside = vec![neutral; width];
        // The best of columns, with what the widest rectangle reaches to either side.
        let mut columns = vec![neutral; width + 2 * LARGEST];
        let mut best = vec![neutral; width];
        let mut result = Vec::with_capacity(width * height);
        for y in 0..height {
            let row = |offset: usize| {
                let inside = y + offset >= LARGEST && y + offset < height + LARGEST;
                if inside { plane.row(y + offset - LARGEST) } else { &outside }
            };
            let (top, above, here, below, bottom) = (row(0), row(1), row(2), row(3), row(4));
            let inner = &mut columns[LARGEST..][..width];
            match rectangle.half_height {
                0 => inner.copy_from_slice(here),
                1 => best_of_3(inner, [above, here, below], better),
                _ => best_of_5(inner, [top, above, here, below, bottom], better),
            }
            let points = if rectangle.half_height == 0 { [above, below] } else { [top, bottom] };
            let column = |offset: usize| &columns[offset..][..width];
            let (a, b, c, d, e) = (column(0), column(1), column(2), column(3), column(4));
            match (rectangle.half_width, pointed) {
                (0, _) => best.copy_from_slice(c),
                (1, false) => best_of_3(&mut best, [b, c, d], better),
                (1, true) => best_of_5(&mut best, [points[0], b, c, d, points[1]], better),
                (_, false) => best_of_5(&mut best, [a, b, c, d, e], better),
                (_, true) => best_of_7(&mut best, [points[0], a, b, c, d, e, points[1]], better),
            }
            result.extend_from_slice(&best);
        }
        Plane::new(width, height, result).expect("a row for each row")
    }
}

/// The best of three rows, pixel by pixel. Rows with a name each are what the compiler makes vectors of.
#[inline(always)]
fn best_of_3(out: &mut [u8], [a, b, c]: [&[u8]; 3], better: impl Fn(u8, u8) -> u8) {
    let length = out.len();
    let (a, b, c) = (&a[..length], &b[..length], &c[..length]);
    for x in 0..length {
        out[x] = better(better(a[x], c[x]), b[x]);
    }
}

/// The best of five rows.
#[inline(always)]
fn best_of_5(out: &mut [u8], [a, b, c, d, e]: [&[u8]; 5], better: impl Fn(u8, u8) -> u8) {
    let length = out.len();
    let (a, b, c) = (&a[..length], &b[..length], &c[..length]);
    let (d, e) = (&d[..length], &e[..length]);
    for x in 0..length {
        out[x] = better(better(better(a[x], e[x]), better(b[x], d[x])), c[x]);
    }
}

/// The best of seven rows.
#[inline(always)]
fn best_of_7(out: &mut [u8], [a, b, c, d, e, f, g]: [&[u8]; 7], better: impl Fn(u8, u8) -> u8) {
    let length = out.len();
    let (a, b, c, d) = (&a[..length], &b[..length], &c[..length], &d[..length]);
    let (e, f, g) = (&e[..length], &f[..length], &g[..length]);
    for x in 0..length {
        let outer = better(better(a[x], g[x]), better(b[x], f[x]));
        out[x] = better(outer, better(better(c[x], e[x]), d[x]));
    }
}
