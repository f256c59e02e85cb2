//! Reduction of a symmetric matrix to a band by reflections.

use pulp::NullaryFnOnce;

use crate::band_matrix::{BAND, BandMatrix};
use crate::block_products::{
    COLUMNS, ROWS, block, plus_product, plus_transposed_product, put_block, subtract_block,
};
use crate::panel_reflections::{PanelReflections, PanelRow, PanelSquare, reflect_panel};
use crate::symmetric::{SymmetricMatrix, TILE};

/// A band matrix with the same eigenvalues.
///
/// [`BAND`] columns at a time are cleared below the band by a block of reflections, `1 - V T V'`, which changes
/// the rest of the matrix by `- V W' - W V'` (Bischof, Lang and Sun 2000). Of each block only the product of
/// the rest with V is needed: the rest is read once for [`BAND`] vectors, and it is arithmetic that takes the
/// time, where a direct reduction to three diagonals reads it for every vector, and waits for memory. In the
/// same pass it is changed by the block before.
pub(crate) fn band_form(matrix: SymmetricMatrix) -> BandMatrix {
    pulp::Arch::new().dispatch(Reduction::new(matrix))
}

struct Reduction {
    matrix: SymmetricMatrix,
    band: BandMatrix,
    /// V and W of the block by which the rest of the matrix has still to be changed.
    v: Vec<PanelRow>,
    w: Vec<PanelRow>,
    /// The columns that are reduced next, then V of their reflections.
    panel: Vec<PanelRow>,
    /// The product of the rest of the matrix with it.
    product: Vec<PanelRow>,
    /// V and W column by column, tile by tile.
    across: Vec<Across>,
}

/// What a tile is changed by: its columns of V', then those of W'.
#[derive(Clone)]
struct Across {
    v: [[f64; TILE]; BAND],
    w: [[f64; TILE]; BAND],
}

impl NullaryFnOnce for Reduction {
    type Output = BandMatrix;

    #[inline(always)]
    fn call(mut self) -> BandMatrix {
        let size = self.matrix.size();
        for start in (0..size).step_by(BAND) {
            self.gather_panel(start);
            let rest = start + BAND;
            for r in start..size.min(rest) {
                let row = &self.panel[r][..=r - start];
                self.band.at_mut(r, start)[..row.len()].copy_from_slice(row);
            }
            if rest < size {
                self.reduce_panel(start, rest);
            }
        }
        self.band
    }
}

impl Reduction {
    fn new(matrix: SymmetricMatrix) -> Self {
        let size = matrix.size();
        let zeros = || vec![[0.0; BAND]; matrix.tile_count() * TILE];
        let across = Across { v: [[0.0; TILE]; BAND], w: [[0.0; TILE]; BAND] };
        Self {
            band: BandMatrix::zeros(size),
            v: zeros(),
            w: zeros(),
            panel: zeros(),
            product: zeros(),
            across: vec![across; matrix.tile_count()],
            matrix,
        }
    }

    /// Copies the columns from `start` on, changed by the block before.
    #[inline(always)]
    fn gather_panel(&mut self, start: usize) {
        let j = start / TILE;
        for (i, rows) in self.panel.chunks_exact_mut(TILE).enumerate().skip(j) {
            rows.copy_from_slice(self.matrix.tile(i, j));
        }
        let (mut v_across, mut w_across) = ([[0.0; BAND]; BAND], [[0.0; BAND]; BAND]);
        for c in 0..BAND {
            for k in 0..BAND {
                v_across[k][c] = self.v[start + c][k];
                w_across[k][c] = self.w[start + c][k];
            }
        }
        let rows = self.panel[start..].as_chunks_mut().0;
        let (v, w) = (self.v[start..].as_chunks().0, self.w[start..].as_chunks().0);
        for ((rows, v), w) in rows.iter_mut().zip(v).zip(w) {
            subtract_both(rows, (v, &v_across), (w, &w_across));
        }
    }

    /// Clears the panel below the band, and the same rows; from row and column `rest` on, the matrix is left
    /// to be changed by the new V and W.
    #[inline(always)]
    fn reduce_panel(&mut self, start: usize, rest: usize) {
        let size = self.matrix.size();
        let reflections = reflect_panel(&mut self.panel[rest..]);
        for (r, row) in (rest..size).zip(&reflections.triangle) {
            let above = r - rest;
            self.band.at_mut(r, start + above)[..BAND - above].copy_from_slice(&row[above..]);
        }
        self.change_and_multiply(rest / TILE);
        let (v, y) = (&self.panel[rest..], &self.product[rest..]);
        finish_block(&reflections, v, y, &mut self.w[rest..]);
        std::mem::swap(&mut self.v, &mut self.panel);
    }

    /// Changes all tiles from `from` on by the block before, and multiplies them with the new V.
    #[inline(always)]
    fn change_and_multiply(&mut self, from: usize) {
        let (v, w) = (self.v.as_chunks::<TILE>().0, self.w.as_chunks::<TILE>().0);
        let panel = self.panel.as_chunks::<TILE>().0;
        let product = self.product.as_chunks_mut::<TILE>().0;
        for i in from..self.matrix.tile_count() {
            product[i] = [[0.0; BAND]; TILE];
            for c in 0..TILE {
                for k in 0..BAND {
                    self.across[i].v[k][c] = v[i][c][k];
                    self.across[i].w[k][c] = w[i][c][k];
                }
            }
        }
        for i in from..self.matrix.tile_count() {
            for j in from..=i {
                let tile = self.matrix.tile_mut(i, j);
                let across = &self.across[j];
                let rows = tile.as_chunks_mut().0.iter_mut();
                for ((rows, v), w) in rows.zip(v[i].as_chunks().0).zip(w[i].as_chunks().0) {
                    subtract_both(rows, (v, &across.v), (w, &across.w));
                }
                add_product(&mut product[i], tile, &panel[j]);
                if j < i {
                    add_transposed_product(&mut product[j], tile, &panel[i]);
                }
            }
        }
    }
}

/// Subtracts `v w' + w v'` from four rows, given rows of V and W, and columns of them.
#[inline(always)]
fn subtract_both<const N: usize>(
    rows: &mut [[f64; N]; ROWS],
    (v, v_across): (&[PanelRow; ROWS], &[[f64; N]; BAND]),
    (w, w_across): (&[PanelRow; ROWS], &[[f64; N]; BAND]),
) {
    for column in (0..N).step_by(COLUMNS) {
        let sums = plus_product([[0.0; COLUMNS]; ROWS], w, v_across, column);
        let sums = plus_product(sums, v, w_across, column);
        subtract_block(rows, column, &sums);
    }
}

/// Adds the product of a tile with a panel.
#[inline(always)]
fn add_product(out: &mut [PanelRow; TILE], tile: &[[f64; TILE]; TILE], panel: &[PanelRow; TILE]) {
    for column in (0..BAND).step_by(COLUMNS) {
        for (out, rows) in out.as_chunks_mut().0.iter_mut().zip(tile.as_chunks().0) {
            let sums = plus_product(block(out, column), rows, panel, column);
            put_block(out, column, &sums);
        }
    }
}

/// Adds the product of a tile on the other side of the diagonal with a panel.
#[inline(always)]
fn add_transposed_product(
    out: &mut [PanelRow; TILE],
    tile: &[[f64; TILE]; TILE],
    panel: &[PanelRow; TILE],
) {
    for column in (0..BAND).step_by(COLUMNS) {
        for (i, out) in out.as_chunks_mut().0.iter_mut().enumerate() {
            let sums = block(out, column);
            let sums = plus_transposed_product(sums, (tile, i * ROWS), panel, column);
            put_block(out, column, &sums);
        }
    }
}

/// W of a block of reflections: `Y T - V (T' V' Y T) / 2`, given Y, the product of the matrix with V.
#[inline(always)]
fn finish_block(
    reflections: &PanelReflections,
    v: &[PanelRow],
    y: &[PanelRow],
    w: &mut [PanelRow],
) {
    let t = &reflections.factors;
    let (v, y) = (v.as_chunks::<ROWS>().0, y.as_chunks::<ROWS>().0);
    let mut both = [[0.0; BAND]; BAND];
    for (v, y) in v.iter().zip(y) {
        for (i, out) in both.as_chunks_mut().0.iter_mut().enumerate() {
            for column in (0..BAND).step_by(COLUMNS) {
                let sums = block(out, column);
                let sums = plus_transposed_product(sums, (v, i * ROWS), y, column);
                put_block(out, column, &sums);
            }
        }
    }
    let mut half: PanelSquare = [[0.0; BAND]; BAND];
    let both_t = product(&both, t);
    for i in 0..BAND {
        for k in 0..BAND {
            for x in 0..BAND {
                half[i][x] -= 0.5 * t[k][i] * both_t[k][x];
            }
        }
    }
    for ((out, v), y) in w.as_chunks_mut().0.iter_mut().zip(v).zip(y) {
        for column in (0..BAND).step_by(COLUMNS) {
            let sums = plus_product([[0.0; COLUMNS]; ROWS], y, t, column);
            let sums = plus_product(sums, v, &half, column);
            put_block(out, column, &sums);
        }
    }
}

#[inline(always)]
fn product(a: &PanelSquare, b: &PanelSquare) -> PanelSquare {
    let mut product = [[0.0; BAND]; BAND];
    for i in 0..BAND {
        for k in 0..BAND {
            for x in 0..BAND {
                product[i][x] += a[i][k] * b[k][x];
            }
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    use super::*;

    /// The eigenvalues, rising.
    fn eigenvalues(matrix: &DMatrix<f64>) -> Vec<f64> {
        let mut values: Vec<f64> = matrix.symmetric_eigenvalues().iter().copied().collect();
        values.sort_unstable_by(f64::total_cmp);
        values
    }

    fn check(size: usize, number: impl Fn(usize, usize) -> f64) {
        let matrix = SymmetricMatrix::from_fn(size, number);
        let (trace, norm) = (matrix.trace(), matrix.squared_norm());
        let dense = DMatrix::from_fn(size, size, |r, c| matrix.number(r, c));
        let band = band_form(matrix);
        assert_eq!(band.size(), size);
        let reduced = DMatrix::from_fn(size, size, |r, c| band.number(r, c));
        let scale = norm.sqrt().max(1e-300);
        assert!((reduced.trace() - trace).abs() < 1e-13 * scale, "trace of {size} rows");
        assert!((reduced.norm() - norm.sqrt()).abs() < 1e-13 * scale, "norm of {size} rows");
        for (found, expected) in eigenvalues(&reduced).iter().zip(eigenvalues(&dense)) {
            let error = (found - expected).abs() / scale;
            assert!(error < 1e-13, "{found} instead of {expected}, of {scale}");
        }
    }

    const SIZES: [usize; 16] = [1, 2, 3, 15, 16, 17, 18, 31, 32, 33, 47, 48, 49, 64, 65, 97];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn a_band_has_the_same_eigenvalues(
            size in 1_usize..110, seed in prop::collection::vec(-1.0_f64..1.0, 110 * 110)
        ) {
            check(size, |r, c| seed[110 * r + c]);
        }
    }

    #[test]
    fn sizes_about_those_of_panels_and_tiles_are_reduced() {
        for size in SIZES {
            check(size, |r, c| ((r * c + r + c) % 7) as f64 - 2.0);
        }
    }

    #[test]
    fn special_matrices_are_reduced() {
        for size in SIZES {
            check(size, |_, _| 0.0);
            check(size, |_, _| 1e12);
            check(size, |r, c| if r == c { 3.0 } else { 0.0 });
            check(size, |r, c| ((r % 5) * (c % 5) + (r % 2) * (c % 2)) as f64);
        }
    }
}
