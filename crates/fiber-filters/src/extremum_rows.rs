use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::element::StructuringElement;

/// Pixels whose neighbourhoods are gone through together, in registers.
const BLOCK: usize = 128;

/// Highest element for which [`RowExtremum`] is the faster way.
pub(crate) const HIGHEST: usize = 31;

/// The best value in an element around each pixel, by rows of the element.
///
/// Every source row is turned once into rows of the best values of windows of each width that the element
/// has, a wider one from the one before; they stay in a ring of the element's height. A pixel is then the
/// best of one value from each row of the element.
pub(crate) struct RowExtremum<'a, F> {
    pub(crate) plane: PlaneView<'a, u8>,
    pub(crate) element: &'a StructuringElement,
    /// What never wins.
    pub(crate) neutral: u8,
    pub(crate) better: F,
}

impl<F: Fn(u8, u8) -> u8 + Copy> NullaryFnOnce for RowExtremum<'_, F> {
    type Output = Plane<u8>;

    #[inline(always)]
    fn call(self) -> Plane<u8> {
        let Self { plane, element, neutral, better } = self;
        let (width, height) = plane.dimensions();
        let reach = element.height() / 2;
        let margin = element.width() / 2;
        // Half widths from the narrow to the wide, and the one of each row of the element.
        let mut half_widths = Vec::new();
        for rectangle in element.rectangles() {
            half_widths.push(rectangle.half_width);
        }
        let mut kinds = Vec::new();
        for dy in -(reach as isize)..=reach as isize {
            let half_width = element.row_width(dy) / 2;
            kinds.push(half_widths.iter().position(|&other| other == half_width).unwrap_or(0));
        }

        // Whole blocks, and what the widest window adds to either side.
        let stride = width.next_multiple_of(BLOCK) + 2 * margin;
        let mut padded = vec![neutral; stride];
        let mut ring = vec![vec![neutral; stride]; half_widths.len() * kinds.len()];
        let outside = vec![neutral; stride];
        let mut best = vec![neutral; width];
        let mut result = Vec::with_capacity(width * height);
        let mut next = 0;
        // Slots in the ring: of the next row, and of the first one under the element.
        let (mut next_slot, mut first_slot) = (0, (reach + 1) % kinds.len());
        for y in 0..height {
            while next < height.min(y + reach + 1) {
                let widened = &mut ring[next_slot * half_widths.len()..][..half_widths.len()];
                // Where the narrowest windows are single pixels, the row itself is the first of its kinds.
                let single = half_widths[0] == 0;
                let source = if single { &mut widened[0] } else { &mut padded };
                source[margin..][..width].copy_from_slice(plane.row(next));
                widen(&padded, &half_widths, widened, usize::from(single), better);
                next += 1;
                next_slot = following(next_slot, kinds.len());
            }
            let mut slot = first_slot;
            let mut rows = [outside.as_slice(); HIGHEST];
            for (i, (&kind, to_combine)) in kinds.iter().zip(&mut rows).enumerate() {
                let inside = y + i >= reach && y + i < height + reach;
                let row = if inside { &ring[slot * half_widths.len() + kind] } else { &outside };
                slot = following(slot, kinds.len());
                // A window starts at its first pixel: the one centred on x starts half its size before.
                *to_combine = &row[margin - half_widths[kind]..];
            }
            combine(&rows[..kinds.len()], &mut best, better);
            result.extend_from_slice(&best);
            first_slot = following(first_slot, kinds.len());
        }
        Plane::new(width, height, result).expect("a row for each row")
    }
}

/// The slot after this one of a ring of so many.
#[inline(always)]
fn following(slot: usize, count: usize) -> usize {
    if slot + 1 < count { slot + 1 } else { 0 }
}

/// Fills each row of `widened`, but for the first `done`, with the best values of windows that start at each
/// pixel of `padded`.
#[inline(always)]
fn widen(
    padded: &[u8],
    half_widths: &[usize],
    widened: &mut [Vec<u8>],
    done: usize,
    better: impl Fn(u8, u8) -> u8 + Copy,
) {
    let mut length = 1;
    for (i, &half_width) in half_widths.iter().enumerate().skip(done) {
        let target = 2 * half_width + 1;
        let (narrower, wider) = widened.split_at_mut(i);
        let source = narrower.last().map_or(padded, Vec::as_slice);
        let out = wider[0].as_mut_slice();
        // Windows of `length` at these starts cover the wider one.
        let last = target - length;
        let mut shifts = [source; HIGHEST];
        let (mut count, mut shift) = (0, 0);
        while shift < last {
            shifts[count] = &source[shift..];
            (count, shift) = (count + 1, shift + length);
        }
        shifts[count] = &source[last..];
        // Beyond, no window starts.
        let starts = source.len() - last;
        combine(&shifts[..=count], &mut out[..starts], better);
        length = target;
    }
}

/// The best of several rows, pixel by pixel; rows are at least as long as the result.
#[inline(always)]
fn combine(rows: &[&[u8]], out: &mut [u8], better: impl Fn(u8, u8) -> u8 + Copy) {
    let (first, further) = (rows[0], &rows[1..]);
    let (blocks, rest) = out.as_chunks_mut::<BLOCK>();
    let whole = blocks.len() * BLOCK;
    for (i, out) in blocks.iter_mut().enumerate() {
        let mut best = *block(first, i);
        for row in further {
            let row = block(row, i);
            for x in 0..BLOCK {
                best[x] = better(best[x], row[x]);
            }
        }
        *out = best;
    }
    let end = rest.len();
    rest.copy_from_slice(&first[whole..][..end]);
    for row in further {
        for (best, &value) in rest.iter_mut().zip(&row[whole..]) {
            *best = better(*best, value);
        }
    }
}

#[inline(always)]
fn block(row: &[u8], i: usize) -> &[u8; BLOCK] {
    row[i * BLOCK..].first_chunk().expect("rows are as long as the result")
}
