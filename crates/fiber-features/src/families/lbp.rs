use fiber_filters::Histogram;
use fiber_image::{Plane, PlaneView};

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
    let (width, height) = grey.dimensions();
    let wrapped = WrappedRows::new(grey);
    let mut codes = RADII.map(|_| grey.filled_like(0_u8));
    let mut counts = vec![0_u8; width];
    for y in 0..height {
        let here = grey.row(y);
        // Each square ring is compared once: a larger radius carries on from the smaller one's counts.
        counts.fill(0);
        let mut inner = 0;
        for (codes, outer) in codes.iter_mut().zip(RADII) {
            for dy in 0..=2 * outer {
                let row = wrapped.row(y, dy as isize - outer as isize);
                let in_inner_rows = dy.abs_diff(outer) <= inner;
                for dx in 0..=2 * outer {
                    if !(in_inner_rows && dx.abs_diff(outer) <= inner) {
                        let neighbours = &row[LARGEST - outer + dx..];
                        for ((count, &neighbour), &value) in
                            counts.iter_mut().zip(neighbours).zip(here)
                        {
                            *count += u8::from(neighbour >= value);
                        }
                    }
                }
            }
            codes.row_mut(y).copy_from_slice(&counts);
            inner = outer;
        }
    }
    codes
}

/// Rows continued periodically by [`LARGEST`] pixels to either side.
struct WrappedRows {
    height: usize,
    rows: Plane<u8>,
}

impl WrappedRows {
    fn new(grey: PlaneView<'_, u8>) -> Self {
        let (width, height) = grey.dimensions();
        let columns: Vec<usize> =
            (0..width + 2 * LARGEST).map(|x| (x + LARGEST * (width - 1)) % width).collect();
        let mut pixels = Vec::with_capacity(columns.len() * height);
        for row in grey.rows() {
            pixels.extend(columns.iter().map(|&x| row[x]));
        }
        let rows = Plane::new(columns.len(), height, pixels).expect("one pixel for each column");
        Self { height, rows }
    }

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
            width in 1_usize..16, height in 1_usize..16, seed in prop::collection::vec(0_u8..6, 225)
        ) {
            let grey = Plane::new(width, height, seed[..width * height].to_vec())?;
            for (codes, radius) in rank_codes(grey.view()).iter().zip(RADII) {
                let expected = naive(grey.view(), radius as isize);
                prop_assert_eq!(codes.pixels(), expected.pixels(), "radius {}", radius);
            }
        }
    }
}
