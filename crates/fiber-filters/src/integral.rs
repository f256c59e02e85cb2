use std::marker::PhantomData;
use std::ops::{Add, AddAssign};

use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

/// Sums over any rectangle of an 8-bit plane in constant time.
///
/// Crow 1984. Exact: sums are kept in 64 bits where 32 might not hold them.
///
/// ```
/// use fiber_filters::IntegralImage;
/// use fiber_image::Plane;
///
/// let plane = Plane::from_fn(4, 3, |x, y| (4 * y + x) as u8)?;
/// let sums = IntegralImage::new(plane.view());
/// assert_eq!(sums.sum(1, 1, 2, 2), 5 + 6 + 9 + 10);
/// assert_eq!(IntegralImage::of_squares(plane.view()).sum(1, 0, 2, 1), 1 + 4);
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegralImage {
    table: Table,
}

/// Sums of what lies above and to the left: one row and column more than the source has.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Table {
    /// Where no sum can be larger: half of the memory, which bounds the time.
    Narrow(Plane<u32>),
    Wide(Plane<u64>),
}

impl IntegralImage {
    /// Prepares sums of pixel values.
    #[must_use]
    pub fn new(plane: PlaneView<'_, u8>) -> Self {
        Self::accumulate(plane, u16::from)
    }

    /// Prepares sums of squared pixel values.
    #[must_use]
    pub fn of_squares(plane: PlaneView<'_, u8>) -> Self {
        Self::accumulate(plane, |value| u32::from(value) * u32::from(value))
    }

    /// `W` must hold sixteen terms.
    fn accumulate<W: Window>(plane: PlaneView<'_, u8>, term: impl Fn(u8) -> W) -> Self {
        let most: u32 = term(u8::MAX).into();
        let pixels = plane.width() as u64 * plane.height() as u64;
        let narrow = pixels.saturating_mul(most.into()) <= u32::MAX.into();
        let arch = pulp::Arch::new();
        let table = if narrow {
            Table::Narrow(arch.dispatch(Accumulate { plane, term, sum: PhantomData }))
        } else {
            Table::Wide(arch.dispatch(Accumulate { plane, term, sum: PhantomData }))
        };
        Self { table }
    }

    /// The sum over the rectangle of `width` x `height` pixels whose top left is `(x, y)`; parts outside
    /// the plane count 0.
    #[must_use]
    pub fn sum(&self, x: usize, y: usize, width: usize, height: usize) -> u64 {
        match &self.table {
            Table::Narrow(table) => sum(table, (x, y), (width, height)),
            Table::Wide(table) => sum(table, (x, y), (width, height)),
        }
    }
}

fn sum<S: Copy + Into<u64>>(
    table: &Plane<S>,
    (x, y): (usize, usize),
    (width, height): (usize, usize),
) -> u64 {
    let (last_x, last_y) = (table.width() - 1, table.height() - 1);
    let (left, top) = (x.min(last_x), y.min(last_y));
    let (right, bottom) =
        (x.saturating_add(width).min(last_x), y.saturating_add(height).min(last_y));
    let at = |x, y| -> u64 { table[(x, y)].into() };
    at(right, bottom) + at(left, top) - at(left, bottom) - at(right, top)
}

/// A sum of some neighbours of a row.
trait Window: Copy + Default + Add<Output = Self> + Into<u32> {}

impl Window for u16 {}
impl Window for u32 {}

/// Pixels whose sums are made together.
const BLOCK: usize = 64;
/// Sums are made of so many smaller ones; three times gives a block.
const PARTS: usize = 4;

struct Accumulate<'a, F, S> {
    plane: PlaneView<'a, u8>,
    term: F,
    /// What the table is made of.
    sum: PhantomData<S>,
}

impl<W, F, S> NullaryFnOnce for Accumulate<'_, F, S>
where
    W: Window,
    F: Fn(u8) -> W,
    S: Copy + Default + AddAssign + From<u32>,
{
    type Output = Plane<S>;

    /// The sum up to a pixel is that over the block that ends there, plus the sum up to the pixel a block before: no pixel
    /// waits for its neighbour.
    #[inline(always)]
    fn call(self) -> Plane<S> {
        let Self { plane, term, .. } = self;
        let (width, height) = plane.dimensions();
        let stride = width + 1;
        let length = width.next_multiple_of(BLOCK);
        // Sums of 4, 16 and 64 neighbours up to each pixel, each with zeros before the first for the next.
        let mut pixels = vec![0_u8; BEFORE + length];
        let mut sums_of_4 = vec![W::default(); BEFORE + length];
        let mut sums_of_16 = vec![W::default(); BEFORE + length];
        let mut sums_of_64 = vec![W::default(); BEFORE + length];
        // The row of the table above, which is thus near at hand.
        let mut sums = vec![S::default(); length];
        let mut table = Vec::with_capacity(stride * (height + 1));
        table.resize(stride, S::default());
        for row in plane.rows() {
            pixels[BEFORE..][..width].copy_from_slice(row);
            add_parts(&mut sums_of_4, &pixels, 1, &term);
            add_parts(&mut sums_of_16, &sums_of_4, PARTS, |sum| sum);
            add_parts(&mut sums_of_64, &sums_of_16, PARTS * PARTS, |sum| sum);
            let mut up_to = [S::default(); BLOCK];
            let blocks = sums_of_64[BEFORE..].as_chunks::<BLOCK>().0;
            for (sums, block) in sums.as_chunks_mut::<BLOCK>().0.iter_mut().zip(blocks) {
                for i in 0..BLOCK {
                    up_to[i] += S::from(block[i].into());
                    sums[i] += up_to[i];
                }
            }
            table.push(S::default());
            table.extend_from_slice(&sums[..width]);
        }
        Plane::new(stride, height + 1, table).expect("as long as its sides say")
    }
}

/// What stands before the first pixel, so that sums reach there.
const BEFORE: usize = BLOCK;

/// Sums, of each position, it and the three that lie `step`, twice and three times as far before it.
#[inline(always)]
fn add_parts<T: Copy, W: Window>(sums: &mut [W], parts: &[T], step: usize, term: impl Fn(T) -> W) {
    let out = &mut sums[BEFORE..];
    let length = out.len();
    let part = |distance: usize| &parts[BEFORE - distance..][..length];
    let (a, b, c, d) = (part(0), part(step), part(2 * step), part(3 * step));
    for x in 0..length {
        out[x] = (term(a[x]) + term(b[x])) + (term(c[x]) + term(d[x]));
    }
}
