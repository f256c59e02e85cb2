//! Products of small blocks of numbers: the innermost loops of the reduction to a band.
//!
//! Sums stay in registers, eight vectors of four numbers. Each step reads two vectors and four single numbers
//! for 64 operations, so it is arithmetic that takes the time.

/// Rows of a block of sums.
pub(crate) const ROWS: usize = 4;
/// Columns of a block of sums.
pub(crate) const COLUMNS: usize = 8;

pub(crate) type Sums = [[f64; COLUMNS]; ROWS];

/// Four rows, from `column` on.
#[inline(always)]
pub(crate) fn block<const N: usize>(rows: &[[f64; N]; ROWS], column: usize) -> Sums {
    let mut block = [[0.0; COLUMNS]; ROWS];
    for r in 0..ROWS {
        block[r].copy_from_slice(&rows[r][column..column + COLUMNS]);
    }
    block
}

#[inline(always)]
pub(crate) fn put_block<const N: usize>(rows: &mut [[f64; N]; ROWS], column: usize, block: &Sums) {
    for r in 0..ROWS {
        rows[r][column..column + COLUMNS].copy_from_slice(&block[r]);
    }
}

#[inline(always)]
pub(crate) fn subtract_block<const N: usize>(
    rows: &mut [[f64; N]; ROWS],
    column: usize,
    block: &Sums,
) {
    for r in 0..ROWS {
        for x in 0..COLUMNS {
            rows[r][column + x] -= block[r][x];
        }
    }
}

/// The sums, more by the product of `left` with `right` from `column` on.
#[inline(always)]
pub(crate) fn plus_product<const K: usize, const N: usize>(
    mut sums: Sums,
    left: &[[f64; K]; ROWS],
    right: &[[f64; N]; K],
    column: usize,
) -> Sums {
    for k in 0..K {
        let row = &right[k][column..column + COLUMNS];
        for r in 0..ROWS {
            for x in 0..COLUMNS {
                sums[r][x] += left[r][k] * row[x];
            }
        }
    }
    sums
}

/// The sums, more by the product of four columns of `left`, from `first` on, with `right` from `column` on.
#[inline(always)]
pub(crate) fn plus_transposed_product<const K: usize, const M: usize, const N: usize>(
    mut sums: Sums,
    (left, first): (&[[f64; M]; K], usize),
    right: &[[f64; N]; K],
    column: usize,
) -> Sums {
    for k in 0..K {
        let factors = &left[k][first..first + ROWS];
        let row = &right[k][column..column + COLUMNS];
        for r in 0..ROWS {
            for x in 0..COLUMNS {
                sums[r][x] += factors[r] * row[x];
            }
        }
    }
    sums
}
