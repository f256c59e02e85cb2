use fiber_image::PlaneView;
use pulp::NullaryFnOnce;

use crate::symmetric::{SymmetricMatrix, TILE};

/// Rows whose products with as many as a tile has are summed side by side, in registers.
const ROWS: usize = 4;
/// Pixels of a row that are multiplied before their sum is added to the others: two strips of these fit in the
/// first cache. Sums of products of 8-bit numbers, they are below 2^24, and exact in 32 bits.
const PART: usize = 128;

/// The dot products of all pairs of rows of a plane; exact, since they are integers below 2^53.
pub(crate) fn gram_of_rows(plane: PlaneView<'_, u8>) -> SymmetricMatrix {
    pulp::Arch::new().dispatch(Products { plane })
}

/// The Gram matrix of a plane, with the widest vectors that the processor has.
struct Products<'a> {
    plane: PlaneView<'a, u8>,
}

impl NullaryFnOnce for Products<'_> {
    type Output = SymmetricMatrix;

    #[inline(always)]
    fn call(self) -> SymmetricMatrix {
        let (width, height) = self.plane.dimensions();
        let mut gram = SymmetricMatrix::zeros(height);
        // Rows below the last stay 0, as the matrix has to be there.
        let mut strips = vec![[0.0; TILE]; PART * gram.tile_count()];
        for from in (0..width).step_by(PART) {
            let length = PART.min(width - from);
            for (y, row) in self.plane.rows().enumerate() {
                let strip = &mut strips[y / TILE * PART..][..length];
                for (out, &value) in strip.iter_mut().zip(&row[from..]) {
                    out[y % TILE] = f32::from(value);
                }
            }
            add_products(&mut gram, &strips, length);
        }
        gram
    }
}

/// Adds the products of all strips, up to a length, with all others.
#[inline(always)]
fn add_products(gram: &mut SymmetricMatrix, strips: &[[f32; TILE]], length: usize) {
    let strip = |i: usize| &strips[i * PART..][..length];
    for i in 0..gram.tile_count() {
        for j in 0..=i {
            let tile = gram.tile_mut(i, j);
            for (first, rows) in (0..).step_by(ROWS).zip(tile.chunks_exact_mut(ROWS)) {
                let sums = products(strip(i), first, strip(j));
                for (out, &sum) in rows.as_flattened_mut().iter_mut().zip(sums.as_flattened()) {
                    *out += f64::from(sum);
                }
            }
        }
    }
}

/// The products of four rows of a strip with those of another.
#[inline(always)]
fn products(a: &[[f32; TILE]], first: usize, b: &[[f32; TILE]]) -> [[f32; TILE]; ROWS] {
    let mut sums = [[0.0; TILE]; ROWS];
    for (a, b) in a.iter().zip(b) {
        let a = &a[first..first + ROWS];
        for r in 0..ROWS {
            for x in 0..TILE {
                sums[r][x] += a[r] * b[x];
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use fiber_image::Plane;
    use proptest::prelude::*;

    use super::*;

    fn check(plane: &Plane<u8>) {
        let gram = gram_of_rows(plane.view());
        assert_eq!(gram.size(), plane.height());
        for (i, a) in plane.rows().enumerate() {
            for (j, b) in plane.rows().enumerate() {
                let product: u64 =
                    a.iter().zip(b).map(|(&a, &b)| u64::from(a) * u64::from(b)).sum();
                assert_eq!(gram.number(i, j), product as f64, "rows {i} and {j}");
            }
        }
        for j in 0..gram.tile_count() {
            let last = gram.tile(gram.tile_count() - 1, j);
            let filling = &last[(gram.size() - 1) % TILE + 1..];
            assert_eq!(filling.as_flattened().iter().sum::<f64>(), 0.0, "below the last row");
        }
    }

    proptest! {
        #[test]
        fn products_are_those_of_the_definition(
            width in 1_usize..300, height in 1_usize..70, seed in prop::collection::vec(any::<u8>(), 21_000)
        ) {
            check(&Plane::new(width, height, seed[..width * height].to_vec())?);
        }
    }

    #[test]
    fn long_bright_rows_do_not_overflow() {
        check(&Plane::filled(70_000, 5, 255_u8).expect("not empty"));
    }
}
