use fiber_filters::Histogram;
use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::counts::Counts;
use crate::named::NamedValues;
use crate::prepared::Prepared;

const RADII: [usize; 4] = [1, 2, 3, 5];
const LARGEST: usize = RADII[RADII.len() - 1];

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    for (radius, codes) in RADII.into_iter().zip(rank_codes(image.grey.view())) {
        let histogram = Histogram::of(codes.view());
        let codes = Counts::new(histogram.counts());
        values.put_all(
            &format!("lbp_r{radius}_"),
            [
                ("mean", codes.mean()),
                ("std", codes.variance().sqrt()),
                ("entropy", codes.entropy()),
                ("energy", codes.mean_square()),
            ],
        );
    }
}

/// For each radius, how many of a pixel's square neighbourhood are not darker than it; the image repeats
/// periodically. At most 120, so 8 bits hold it.
fn rank_codes(grey: PlaneView<'_, u8>) -> [Plane<u8>; RADII.len()] {
    let mut codes = RADII.map(|_| grey.filled_like(0_u8));
    pulp::Arch::new()
        .dispatch(CountNeighbours { wrapped: &WrappedRows::new(grey), codes: &mut codes });
    codes
}

/// Pixels whose neighbours are counted together, in registers.
const BLOCK: usize = 64;

struct CountNeighbours<'a, 'b> {
    wrapped: &'a WrappedRows,
    codes: &'b mut [Plane<u8>; RADII.len()],
}

impl NullaryFnOnce for CountNeighbours<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (width, height) = self.codes[0].dimensions();
        for y in 0..height {
            let rows: [&[u8]; 2 * LARGEST + 1] =
                std::array::from_fn(|i| self.wrapped.row(y, i as isize - LARGEST as isize));
            for x in (0..width).step_by(BLOCK) {
                let in_reach = rows.map(|row| {
                    let part: &[u8; BLOCK + 2 * LARGEST] =
                        row[x..].first_chunk().expect("rows are longer than their last block");
                    part
                });
                let end = width.min(x + BLOCK);
                let counts = block_counts(in_reach);
                for (codes, counts) in self.codes.iter_mut().zip(&counts) {
                    codes.row_mut(y)[x..end].copy_from_slice(&counts[..end - x]);
                }
            }
        }
    }
}

/// The codes of a block in the middle of its surroundings, for every radius.
///
/// Each square ring is compared once: a larger radius carries on from the smaller one's counts.
#[inline(always)]
fn block_counts(rows: [&[u8; BLOCK + 2 * LARGEST]; 2 * LARGEST + 1]) -> [[u8; BLOCK]; RADII.len()] {
    let here: &[u8; BLOCK] = block_at(rows[LARGEST], LARGEST);
    let mut counts = [0_u8; BLOCK];
    let mut codes = [counts; RADII.len()];
    let mut inner = 0;
    // No closures: the compiler would make them functions of their own, without wide vectors.
    for (codes, outer) in codes.iter_mut().zip(RADII) {
        for (dy, row) in rows.iter().enumerate() {
            if dy.abs_diff(LARGEST) > outer {
                continue;
            }
            let in_inner_rows = dy.abs_diff(LARGEST) <= inner;
            for dx in LARGEST - outer..=LARGEST + outer {
                if in_inner_rows && dx.abs_diff(LARGEST) <= inner {
                    continue;
                }
                let neighbours = block_at(row, dx);
                for x in 0..BLOCK {
                    counts[x] += u8::from(neighbours[x] >= here[x]);
                }
            }
        }
        *codes = counts;
        inner = outer;
    }
    codes
}

#[inline(always)]
fn block_at(row: &[u8; BLOCK + 2 * LARGEST], start: usize) -> &[u8; BLOCK] {
    row[start..].first_chunk().expect("the surroundings reach so far")
}

/// Rows continued periodically by [`LARGEST`] pixels to either side, and to the right up to whole blocks.
struct WrappedRows {
    height: usize,
    rows: Plane<u8>,
}

impl WrappedRows {
    fn new(grey: PlaneView<'_, u8>) -> Self {
        let (width, height) = grey.dimensions();
        let length = width.next_multiple_of(BLOCK) + 2 * LARGEST;
        let columns: Vec<usize> =
            (0..length).map(|x| (x + LARGEST * (width - 1)) % width).collect();
        let mut pixels = Vec::with_capacity(columns.len() * height);
        for row in grey.rows() {
            pixels.extend(columns.iter().map(|&x| row[x]));
        }
        let rows = Plane::new(columns.len(), height, pixels).expect("one pixel for each column");
        Self { height, rows }
    }

    #[inline(always)]
    fn row(&self, y: usize, dy: isize) -> &[u8] {
        let y = (y as isize + dy).rem_euclid(self.height as isize);
        self.rows.row(y as usize)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(grey: PlaneView<'_, u8>, radius: isize) -> Plane<u8> {
        let (w, h) = (grey.width() as isize, grey.height() as isize);
        Plane::from_fn(grey.width(), grey.height(), |x, y| {
            let mut count = 0;
            for dy in -radius..=radius {
                for dx in -radius..=radius {
                    let nx = (x as isize + dx).rem_euclid(w) as usize;
                    let ny = (y as isize + dy).rem_euclid(h) as usize;
                    if (dx, dy) != (0, 0) && grey[(nx, ny)] >= grey[(x, y)] {
                        count += 1;
                    }
                }
            }
            count
        })
        .expect("as large as the image")
    }

    proptest! {
        #[test]
        fn codes_are_those_of_the_definition(
            width in 1_usize..80, height in 1_usize..16, seed in prop::collection::vec(0_u8..6, 1185)
        ) {
            let grey = Plane::new(width, height, seed[..width * height].to_vec())?;
            for (codes, radius) in rank_codes(grey.view()).iter().zip(RADII) {
                let expected = naive(grey.view(), radius as isize);
                prop_assert_eq!(codes.pixels(), expected.pixels(), "radius {}", radius);
            }
        }
    }
}
