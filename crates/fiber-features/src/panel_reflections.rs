//! The QR decomposition of a panel, a matrix of a few columns.

use crate::band_matrix::BAND;

/// One row of a panel.
pub(crate) type PanelRow = [f64; BAND];
/// A matrix of as many rows as a panel has columns.
pub(crate) type PanelSquare = [[f64; BAND]; BAND];

/// Squares smaller than this have lost digits, so no reflection is made of them: what they belong to is 0
/// beside any other number of the matrix.
pub(crate) const SMALLEST_SQUARE: f64 = f64::MIN_POSITIVE / f64::EPSILON;

/// Reflections that make a panel an upper triangle.
pub(crate) struct PanelReflections {
    /// What is left of the panel.
    pub(crate) triangle: PanelSquare,
    /// T of all reflections at once, `1 - V T V'`.
    pub(crate) factors: PanelSquare,
}

/// Puts the vectors of the reflections, V, in the place of a panel of at least [`BAND`] rows.
///
/// Householder's reflections, gathered in the compact form of Schreiber and Van Loan (1989). The panel is gone
/// through once for each reflection: while it changes the columns, what the next one has in common with all
/// others is summed.
#[inline(always)]
pub(crate) fn reflect_panel(panel: &mut [PanelRow]) -> PanelReflections {
    let mut triangle = [[0.0; BAND]; BAND];
    let mut factors = [[0.0; BAND]; BAND];
    // What column k has to be multiplied with to be a vector of V.
    let mut scales = [0.0; BAND];
    // The dot products of column k with all columns, below row k.
    let mut sums = change_and_multiply(&mut panel[1..], 0, &[0.0; BAND], 0);
    for k in 0..BAND {
        let first = panel[k][k];
        let squares = first * first + sums[k];
        let (mut factor, mut reflected) = (0.0, first);
        if squares >= SMALLEST_SQUARE {
            let length = squares.sqrt();
            // Of the other sign than the first element: nothing cancels.
            reflected = if first > 0.0 { -length } else { length };
            factor = (reflected - first) / reflected;
            scales[k] = 1.0 / (first - reflected);
        }
        // v' times the panel, v with first element 1; columns before k have become vectors of V.
        let mut along = panel[k];
        for x in 0..BAND {
            along[x] += scales[k] * sums[x];
        }
        for x in 0..k {
            along[x] *= scales[x];
            triangle[x][k] = panel[x][k];
        }
        triangle[k][k] = reflected;
        for (r, row) in factors[..k].iter_mut().enumerate() {
            let sum: f64 = (r..k).map(|x| row[x] * along[x]).sum();
            row[k] = -factor * sum;
        }
        factors[k][k] = factor;

        let mut change = [0.0; BAND];
        for x in k + 1..BAND {
            panel[k][x] -= factor * along[x];
            change[x] = scales[k] * factor * along[x];
        }
        if k + 1 < BAND {
            let (next, below) = panel[k + 1..].split_first_mut().expect("as many rows as columns");
            change_row(next, k, &change);
            sums = change_and_multiply(below, k, &change, k + 1);
        }
    }
    for row in panel.iter_mut() {
        for x in 0..BAND {
            row[x] *= scales[x];
        }
    }
    for (r, row) in panel[..BAND].iter_mut().enumerate() {
        row[r..].fill(0.0);
        row[r] = 1.0;
    }
    PanelReflections { triangle, factors }
}

/// Subtracts multiples of `change`, by column `k`, from all rows; then returns the dot products of column
/// `next` with all columns.
#[inline(always)]
fn change_and_multiply(
    rows: &mut [PanelRow],
    k: usize,
    change: &PanelRow,
    next: usize,
) -> PanelRow {
    let mut sums = [[0.0; BAND]; 2];
    let (pairs, last) = rows.as_chunks_mut::<2>();
    for pair in pairs {
        for (row, sums) in pair.iter_mut().zip(&mut sums) {
            change_row(row, k, change);
            add_multiple(sums, row[next], row);
        }
    }
    for row in last {
        change_row(row, k, change);
        add_multiple(&mut sums[0], row[next], row);
    }
    let [mut sum, other] = sums;
    for x in 0..BAND {
        sum[x] += other[x];
    }
    sum
}

#[inline(always)]
fn change_row(row: &mut PanelRow, k: usize, change: &PanelRow) {
    let factor = row[k];
    for x in 0..BAND {
        row[x] -= factor * change[x];
    }
}

#[inline(always)]
fn add_multiple(out: &mut PanelRow, factor: f64, row: &PanelRow) {
    for x in 0..BAND {
        out[x] += factor * row[x];
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    use super::*;

    fn check(panel: &DMatrix<f64>) {
        let size = panel.nrows();
        let mut rows: Vec<PanelRow> =
            (0..size).map(|r| std::array::from_fn(|c| panel[(r, c)])).collect();
        let PanelReflections { triangle, factors } = reflect_panel(&mut rows);
        let v = DMatrix::from_fn(size, BAND, |r, c| rows[r][c]);
        let factors = DMatrix::from_fn(BAND, BAND, |r, c| factors[r][c]);
        let reflection = DMatrix::identity(size, size) - &v * factors * v.transpose();
        let unit = &reflection * reflection.transpose() - DMatrix::identity(size, size);
        assert!(unit.amax() < 1e-13, "not orthogonal by {}", unit.amax());
        let mut left = reflection.transpose() * panel;
        for r in 0..BAND {
            for c in 0..BAND {
                assert!(r <= c || triangle[r][c] == 0.0);
                left[(r, c)] -= triangle[r][c];
            }
        }
        assert!(left.amax() <= 1e-13 * panel.amax(), "another triangle by {}", left.amax());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn reflections_leave_a_triangle(
            rows in BAND..70, seed in prop::collection::vec(-1.0_f64..1.0, 70 * BAND)
        ) {
            check(&DMatrix::from_fn(rows, BAND, |r, c| seed[BAND * r + c]));
        }

        #[test]
        fn reflections_of_low_rank_leave_a_triangle(
            rows in BAND..50, rank in 0_usize..4, seed in prop::collection::vec(0_u8..4, 264)
        ) {
            let left = DMatrix::from_fn(rows, rank, |r, c| f64::from(seed[50 * c + r]));
            let right = DMatrix::from_fn(rank, BAND, |r, c| f64::from(seed[200 + BAND * r + c]));
            check(&(left * right));
        }
    }

    #[test]
    fn numbers_whose_squares_vanish_are_zeros() {
        let mut rows = vec![[1e-170; BAND]; BAND + 3];
        let reflections = reflect_panel(&mut rows);
        assert_eq!(reflections.factors, [[0.0; BAND]; BAND]);
    }
}
