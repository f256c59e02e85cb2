use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

/// Sums over any rectangle of an 8-bit plane in constant time.
///
/// Crow 1984. Exact: sums are `u64`.
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
    /// One row and column wider than the source: the sum of what lies above and to the left.
    table: Plane<u64>,
}

impl IntegralImage {
    /// Prepares sums of pixel values.
    #[must_use]
    pub fn new(plane: PlaneView<'_, u8>) -> Self {
        Self::accumulate(plane, u32::from)
    }

    /// Prepares sums of squared pixel values.
    #[must_use]
    pub fn of_squares(plane: PlaneView<'_, u8>) -> Self {
        Self::accumulate(plane, |value| u32::from(value) * u32::from(value))
    }

    fn accumulate(plane: PlaneView<'_, u8>, term: impl Fn(u8) -> u32) -> Self {
        pulp::Arch::new().dispatch(Accumulate { plane, term })
    }

    /// The sum over the rectangle of `width` x `height` pixels whose top left is `(x, y)`; parts outside
    /// the plane count 0.
    #[must_use]
    pub fn sum(&self, x: usize, y: usize, width: usize, height: usize) -> u64 {
        let (last_x, last_y) = (self.table.width() - 1, self.table.height() - 1);
        let (left, top) = (x.min(last_x), y.min(last_y));
        let (right, bottom) =
            (x.saturating_add(width).min(last_x), y.saturating_add(height).min(last_y));
        let (above, below) = (self.table.row(top), self.table.row(bottom));
        below[right] + above[left] - below[left] - above[right]
    }
}

/// Pixels whose running sums are made together.
const BLOCK: usize = 16;

struct Accumulate<'a, F> {
    plane: PlaneView<'a, u8>,
    term: F,
}

impl<F: Fn(u8) -> u32> NullaryFnOnce for Accumulate<'_, F> {
    type Output = IntegralImage;

    #[inline(always)]
    fn call(self) -> IntegralImage {
        let (width, height) = self.plane.dimensions();
        let stride = width + 1;
        // The sums of one row, to which the next one is added where they are near at hand.
        let mut sums = vec![0_u64; stride];
        let mut table = Vec::with_capacity(stride * (height + 1));
        table.extend_from_slice(&sums);
        for row in self.plane.rows() {
            let mut left = 0_u64;
            let (blocks, rest) = row.as_chunks::<BLOCK>();
            let (sum_blocks, sum_rest) = sums[1..].as_chunks_mut::<BLOCK>();
            for (sums, block) in sum_blocks.iter_mut().zip(blocks) {
                let in_block = running_sums(block, &self.term);
                for i in 0..BLOCK {
                    sums[i] += left + u64::from(in_block[i]);
                }
                left += u64::from(in_block[BLOCK - 1]);
            }
            for (sum, &value) in sum_rest.iter_mut().zip(rest) {
                left += u64::from((self.term)(value));
                *sum += left;
            }
            table.extend_from_slice(&sums);
        }
        let table = Plane::new(stride, height + 1, table).expect("as long as its sides say");
        IntegralImage { table }
    }
}

/// Sums up to each pixel, in steps that double what is summed: four instead of fifteen one after the other.
#[inline(always)]
fn running_sums(block: &[u8; BLOCK], term: impl Fn(u8) -> u32) -> [u32; BLOCK] {
    let mut sums = [0; BLOCK];
    for i in 0..BLOCK {
        sums[i] = term(block[i]);
    }
    let mut distance = 1;
    while distance < BLOCK {
        let before = sums;
        for i in distance..BLOCK {
            sums[i] += before[i - distance];
        }
        distance *= 2;
    }
    sums
}
