//! Reduction of a symmetric matrix to three diagonals by Householder's reflections.

use pulp::NullaryFnOnce;

use crate::square::SquareMatrix;

/// Reflections that are gathered before the rest of the matrix is changed by all of them at once.
const PANEL: usize = 32;
/// Columns of a tile in [`subtract_panel`].
const COLUMNS: usize = 16;
/// Rows that are gone through together.
const ROWS: usize = 4;
/// Running sums of a dot product: several registers full, so that no addition waits for the one before.
const LANES: usize = 32;

/// The diagonal, and the one beside it, of a tridiagonal matrix with the same eigenvalues.
///
/// Reads the lower triangle only. Every reflection needs one product of the remaining matrix with a vector,
/// which is bound by memory, so half the matrix is read for it and nothing is written; the matrix
/// itself follows once in [`PANEL`] reflections, tile by tile (Dongarra, Sorensen and Hammarling 1989).
pub(crate) fn tridiagonal_form(matrix: SquareMatrix) -> (Vec<f64>, Vec<f64>) {
    pulp::Arch::new().dispatch(Reduction::new(matrix))
}

/// A matrix on its way: rows and columns `0 .. start of the panel` are done.
struct Reduction {
    matrix: SquareMatrix,
    diagonal: Vec<f64>,
    beside: Vec<f64>,
    /// Vectors v and w of each reflection of the panel: it changes the matrix by `- v w' - w v'`.
    panel: Vec<Pair>,
}

#[derive(Clone)]
struct Pair {
    v: Vec<f64>,
    w: Vec<f64>,
}

impl NullaryFnOnce for Reduction {
    type Output = (Vec<f64>, Vec<f64>);

    #[inline(always)]
    fn call(mut self) -> Self::Output {
        let size = self.matrix.size();
        let mut start = 0;
        while start < size {
            let count = PANEL.min(size - start);
            self.gather_columns(start, count);
            for k in 0..count {
                self.reflect(start + k, k);
            }
            start += count;
            subtract_panel(&mut self.matrix, start, &self.panel[..count]);
        }
        (self.diagonal, self.beside)
    }
}

impl Reduction {
    fn new(matrix: SquareMatrix) -> Self {
        let size = matrix.size();
        let pair = Pair { v: vec![0.0; size], w: vec![0.0; size] };
        Self { matrix, diagonal: Vec::new(), beside: Vec::new(), panel: vec![pair; PANEL] }
    }

    /// Puts the columns of a panel into their vectors v, row by row: down a column, every number would take a
    /// cache line of its own.
    #[inline(always)]
    fn gather_columns(&mut self, start: usize, count: usize) {
        for r in start..self.matrix.size() {
            let row = &self.matrix.row(r)[start..start + count.min(r - start + 1)];
            for (pair, &value) in self.panel.iter_mut().zip(row) {
                pair.v[r] = value;
            }
        }
    }

    /// Finishes column `i`, the `k`-th of the panel, whose vector v holds it.
    #[inline(always)]
    fn reflect(&mut self, i: usize, k: usize) {
        let size = self.matrix.size();
        let (done, open) = self.panel.split_at_mut(k);
        let Pair { v, w } = &mut open[0];
        for pair in done.iter() {
            add_pair(&mut v[i..], (-pair.w[i], &pair.v[i..]), (-pair.v[i], &pair.w[i..]));
        }
        self.diagonal.push(v[i]);
        v[i] = 0.0;
        w[..=i].fill(0.0);
        if i + 1 == size {
            return;
        }

        let rest = i + 1..size;
        let (factor, reflected) = reflection(&mut v[rest.clone()]);
        self.beside.push(reflected);
        let (v, w) = (&v[rest.clone()], &mut w[rest.clone()]);
        w.fill(0.0);
        if factor == 0.0 {
            return;
        }
        add_symmetric_product(&self.matrix, i + 1, v, w);
        for pair in done.iter() {
            let (pair_v, pair_w) = (&pair.v[rest.clone()], &pair.w[rest.clone()]);
            add_pair(w, (-dot(pair_w, v), pair_v), (-dot(pair_v, v), pair_w));
        }
        let along = -0.5 * factor * factor * dot(w, v);
        for (w, &v) in w.iter_mut().zip(v) {
            *w = factor * *w + along * v;
        }
    }
}

/// Turns `x` into the vector v, with first element 1, of the reflection `1 - factor v v'` that leaves only the
/// first element of x; returns the factor and that element. No reflection is needed where there is nothing
/// to remove: the factor is 0.
#[inline(always)]
fn reflection(x: &mut [f64]) -> (f64, f64) {
    let first = x[0];
    let rest = dot(&x[1..], &x[1..]);
    if rest == 0.0 {
        x.fill(0.0);
        return (0.0, first);
    }
    let length = (first * first + rest).sqrt();
    // Of the other sign than the first element: nothing cancels.
    let reflected = if first > 0.0 { -length } else { length };
    let scale = 1.0 / (first - reflected);
    for value in &mut x[1..] {
        *value *= scale;
    }
    x[0] = 1.0;
    ((reflected - first) / reflected, reflected)
}

#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for i in 0..LANES {
            lanes[i] += a[i] * b[i];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    lane_sum(lanes) + rest
}

/// The sum of all lanes, half and half: few additions wait for others.
#[inline(always)]
fn lane_sum(mut lanes: [f64; LANES]) -> f64 {
    let mut length = LANES;
    while length > 1 {
        length /= 2;
        for i in 0..length {
            lanes[i] += lanes[i + length];
        }
    }
    lanes[0]
}

/// Adds multiples of two vectors.
#[inline(always)]
fn add_pair(out: &mut [f64], (p, a): (f64, &[f64]), (q, b): (f64, &[f64])) {
    for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
        *out += p * a + q * b;
    }
}

/// Adds the product of the matrix from row and column `start` on with `x` to `out`.
///
/// Each number of the lower triangle is read once, and used for its row and its column.
#[inline(always)]
fn add_symmetric_product(matrix: &SquareMatrix, start: usize, x: &[f64], out: &mut [f64]) {
    let size = x.len();
    let row = |i: usize| &matrix.row(start + i)[start..];
    let whole = size - size % ROWS;
    for i in (0..whole).step_by(ROWS) {
        let rows: [&[f64]; ROWS] = std::array::from_fn(|k| &row(i + k)[..i]);
        let own: [f64; ROWS] = std::array::from_fn(|k| x[i + k]);
        let sums = add_rows(rows, own, &x[..i], &mut out[..i]);
        for (k, sum) in sums.into_iter().enumerate() {
            out[i + k] += sum;
        }
        for k in 0..ROWS {
            add_row(&row(i + k)[i..=i + k], &x[i..=i + k], &mut out[i..=i + k]);
        }
    }
    for i in whole..size {
        add_row(&row(i)[..=i], &x[..=i], &mut out[..=i]);
    }
}

/// One row up to the diagonal.
#[inline(always)]
fn add_row(row: &[f64], x: &[f64], out: &mut [f64]) {
    let last = row.len() - 1;
    let mut sum = row[last] * x[last];
    for ((&value, &x_left), out) in row.iter().zip(x).zip(&mut out[..last]) {
        sum += value * x_left;
        *out += value * x[last];
    }
    out[last] += sum;
}

/// Four rows left of the diagonal: adds `own` times them to `out`, and returns their products with `x`.
#[inline(always)]
fn add_rows(rows: [&[f64]; ROWS], own: [f64; ROWS], x: &[f64], out: &mut [f64]) -> [f64; ROWS] {
    const WIDTH: usize = 8;
    let [(a, a_rest), (b, b_rest), (c, c_rest), (d, d_rest)] =
        rows.map(<[f64]>::as_chunks::<WIDTH>);
    let (x_blocks, x_rest) = x.as_chunks::<WIDTH>();
    let (out_blocks, out_rest) = out.as_chunks_mut::<WIDTH>();
    let mut lanes = [[0.0; WIDTH]; ROWS];
    for (((((x, out), a), b), c), d) in x_blocks.iter().zip(out_blocks).zip(a).zip(b).zip(c).zip(d)
    {
        for i in 0..WIDTH {
            lanes[0][i] += a[i] * x[i];
            lanes[1][i] += b[i] * x[i];
            lanes[2][i] += c[i] * x[i];
            lanes[3][i] += d[i] * x[i];
            out[i] += (a[i] * own[0] + b[i] * own[1]) + (c[i] * own[2] + d[i] * own[3]);
        }
    }
    let mut sums = lanes.map(|lanes| lanes.iter().sum::<f64>());
    for (i, (&x, out)) in x_rest.iter().zip(out_rest).enumerate() {
        let values = [a_rest[i], b_rest[i], c_rest[i], d_rest[i]];
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += value * x;
        }
        *out +=
            (values[0] * own[0] + values[1] * own[1]) + (values[2] * own[2] + values[3] * own[3]);
    }
    sums
}

/// Subtracts `v w' + w v'` of all pairs from the lower triangle, from row and column `start` on.
#[inline(always)]
fn subtract_panel(matrix: &mut SquareMatrix, start: usize, panel: &[Pair]) {
    let size = matrix.size();
    // The panel, rearranged tile by tile: what a product reads in turn lies side by side.
    let tile_count = (size - start).div_ceil(COLUMNS);
    let mut tiles = vec![[0.0; COLUMNS]; tile_count * 2 * panel.len()];
    for (t, tile) in tiles.chunks_exact_mut(2 * panel.len()).enumerate() {
        let columns = start + t * COLUMNS..size.min(start + (t + 1) * COLUMNS);
        for (pair, rows) in panel.iter().zip(tile.chunks_exact_mut(2)) {
            rows[0][..columns.len()].copy_from_slice(&pair.v[columns.clone()]);
            rows[1][..columns.len()].copy_from_slice(&pair.w[columns.clone()]);
        }
    }
    let mut factors = vec![[0.0; ROWS]; 2 * panel.len()];
    for first in (start..size).step_by(ROWS) {
        let rows = first..size.min(first + ROWS);
        for (pair, factors) in panel.iter().zip(factors.chunks_exact_mut(2)) {
            factors[0][..rows.len()].copy_from_slice(&pair.w[rows.clone()]);
            factors[1][..rows.len()].copy_from_slice(&pair.v[rows.clone()]);
        }
        // Tiles up to the diagonal; what reaches beyond it is never read.
        let reaching = (rows.end - start).div_ceil(COLUMNS);
        for (t, tile) in tiles.chunks_exact(2 * panel.len()).take(reaching).enumerate() {
            let products = tile_products(&factors, tile);
            for (row, products) in rows.clone().zip(&products) {
                let out = &mut matrix.row_mut(row)[start + t * COLUMNS..];
                for (out, product) in out.iter_mut().zip(products) {
                    *out -= product;
                }
            }
        }
    }
}

#[inline(always)]
fn tile_products(factors: &[[f64; ROWS]], tile: &[[f64; COLUMNS]]) -> [[f64; COLUMNS]; ROWS] {
    let mut sums = [[0.0; COLUMNS]; ROWS];
    for (&[p, q, r, s], row) in factors.iter().zip(tile) {
        let [of_p, of_q, of_r, of_s] = &mut sums;
        add_multiple(of_p, p, row);
        add_multiple(of_q, q, row);
        add_multiple(of_r, r, row);
        add_multiple(of_s, s, row);
    }
    sums
}

#[inline(always)]
fn add_multiple(out: &mut [f64; COLUMNS], factor: f64, row: &[f64; COLUMNS]) {
    for i in 0..COLUMNS {
        out[i] += factor * row[i];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_and_norm_are_kept() {
        for size in [1, 2, 5, 31, 32, 33, 70] {
            let mut matrix = SquareMatrix::zeros(size);
            for i in 0..size {
                for j in 0..size {
                    matrix.row_mut(i)[j] = ((i * j + i + j) % 7) as f64 - 2.0;
                }
            }
            let rows = || (0..size).map(|i| matrix.row(i));
            let trace: f64 = rows().enumerate().map(|(i, row)| row[i]).sum();
            let norm: f64 = rows().flatten().map(|value| value * value).sum();
            let (diagonal, beside) = tridiagonal_form(matrix.clone());
            assert_eq!((diagonal.len(), beside.len()), (size, size - 1));
            let squares = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
            let kept = squares(&diagonal) + 2.0 * squares(&beside);
            approx::assert_relative_eq!(diagonal.iter().sum::<f64>(), trace, epsilon = 1e-11);
            approx::assert_relative_eq!(kept, norm, max_relative = 1e-12);
        }
    }
}
