use fiber_image::PlaneView;
use pulp::NullaryFnOnce;

use crate::square::SquareMatrix;

/// Rows whose products with as many other rows are summed side by side, so that each pixel read serves
/// several products.
const BLOCK: usize = 4;
/// Rows are filled up with zeros to a multiple of this: no vector register is left half used.
const LANES: usize = 64;
/// So many products of 8-bit numbers fit in 32 bits.
const FITTING: usize = 1 << 14;

/// The dot products of all pairs of rows of a plane; exact, since they are integers below 2^53.
pub(crate) fn gram_of_rows(plane: PlaneView<'_, u8>) -> SquareMatrix {
    let (width, height) = plane.dimensions();
    let stride = width.next_multiple_of(LANES);
    let mut rows = vec![0_i16; stride * height.next_multiple_of(BLOCK)];
    for (out, row) in rows.chunks_exact_mut(stride).zip(plane.rows()) {
        for (out, &value) in out.iter_mut().zip(row) {
            *out = i16::from(value);
        }
    }
    let mut gram = SquareMatrix::zeros(height);
    pulp::Arch::new().dispatch(Products { rows: &rows, stride, gram: &mut gram });
    gram
}

/// Fills a Gram matrix, with the widest vectors that the processor has.
struct Products<'a> {
    rows: &'a [i16],
    stride: usize,
    gram: &'a mut SquareMatrix,
}

impl NullaryFnOnce for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { rows, stride, gram } = self;
        let size = gram.size();
        let block = |first: usize, from: usize, to: usize| -> [&[i16]; BLOCK] {
            std::array::from_fn(|i| &rows[(first + i) * stride..][from..to])
        };
        for first_a in (0..size).step_by(BLOCK) {
            for first_b in (0..=first_a).step_by(BLOCK) {
                let mut totals = [[0_u64; BLOCK]; BLOCK];
                for from in (0..stride).step_by(FITTING) {
                    let to = (from + FITTING).min(stride);
                    let sums = block_products(block(first_a, from, to), block(first_b, from, to));
                    for (total, &sum) in totals.as_flattened_mut().iter_mut().zip(&sums) {
                        *total += sum as u64;
                    }
                }
                for (a, totals) in (first_a..size).zip(&totals) {
                    for (b, &total) in (first_b..size).zip(totals) {
                        gram.row_mut(a)[b] = total as f64;
                        gram.row_mut(b)[a] = total as f64;
                    }
                }
            }
        }
    }
}

/// The dot products of four rows with four others, row by row.
///
/// Sixteen scalar sums in one loop: the form in which the compiler keeps each in a vector register.
#[inline(always)]
fn block_products(a: [&[i16]; BLOCK], b: [&[i16]; BLOCK]) -> [i32; BLOCK * BLOCK] {
    let length = a[0].len();
    let [a0, a1, a2, a3] = a.map(|row| &row[..length]);
    let [b0, b1, b2, b3] = b.map(|row| &row[..length]);
    let mut sums = [0_i32; BLOCK * BLOCK];
    for x in 0..length {
        let a = [a0[x], a1[x], a2[x], a3[x]].map(i32::from);
        let b = [b0[x], b1[x], b2[x], b3[x]].map(i32::from);
        sums[0] += a[0] * b[0];
        sums[1] += a[0] * b[1];
        sums[2] += a[0] * b[2];
        sums[3] += a[0] * b[3];
        sums[4] += a[1] * b[0];
        sums[5] += a[1] * b[1];
        sums[6] += a[1] * b[2];
        sums[7] += a[1] * b[3];
        sums[8] += a[2] * b[0];
        sums[9] += a[2] * b[1];
        sums[10] += a[2] * b[2];
        sums[11] += a[2] * b[3];
        sums[12] += a[3] * b[0];
        sums[13] += a[3] * b[1];
        sums[14] += a[3] * b[2];
        sums[15] += a[3] * b[3];
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
                assert_eq!(gram.row(i)[j], product as f64, "rows {i} and {j}");
            }
        }
    }

    proptest! {
        #[test]
        fn products_are_those_of_the_definition(
            width in 1_usize..80, height in 1_usize..14, seed in prop::collection::vec(any::<u8>(), 1120)
        ) {
            check(&Plane::new(width, height, seed[..width * height].to_vec())?);
        }
    }

    #[test]
    fn long_bright_rows_do_not_overflow() {
        check(&Plane::filled(70_000, 5, 255_u8).expect("not empty"));
    }
}
