/// Diagonals below the main one: with fewer, a matrix is harder to reduce to a band; with more, the band to
/// three diagonals.
pub(crate) const BAND: usize = 16;
/// Rows of a block of the band are so far apart.
pub(crate) const STRIDE: usize = 3 * BAND;
/// Numbers left of the diagonal: twice the band, for what arises while the band gets narrower.
const LEFT: usize = 2 * BAND;

/// The lower triangle of a symmetric band matrix, with room for blocks that stick out of the band.
///
/// Row after row, each a little of the left of the one above: neighbours in a column are [`STRIDE`] apart. So
/// each block of [`BAND`] rows and columns is addressed like one of a dense matrix. Right of the diagonal, and
/// below the last row, there are zeros, so blocks need not be cut off there.
#[derive(Clone, Debug)]
pub(crate) struct BandMatrix {
    size: usize,
    numbers: Vec<f64>,
}

impl BandMatrix {
    pub(crate) fn zeros(size: usize) -> Self {
        Self { size, numbers: vec![0.0; LEFT + (size + 2 * BAND) * (STRIDE + 1)] }
    }

    /// Rows, as many as columns.
    #[inline(always)]
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// All numbers from one in the band on.
    #[inline(always)]
    pub(crate) fn at(&self, row: usize, column: usize) -> &[f64] {
        &self.numbers[LEFT + row * STRIDE + column..]
    }

    #[inline(always)]
    pub(crate) fn at_mut(&mut self, row: usize, column: usize) -> &mut [f64] {
        &mut self.numbers[LEFT + row * STRIDE + column..]
    }
}

#[cfg(test)]
impl BandMatrix {
    /// Takes the numbers of the lower triangle from a function of row and column.
    pub(crate) fn from_fn(size: usize, number: impl Fn(usize, usize) -> f64) -> Self {
        let mut band = Self::zeros(size);
        for r in 0..size {
            for c in r.saturating_sub(BAND)..=r {
                band.at_mut(r, c)[0] = number(r, c);
            }
        }
        band
    }

    /// A number of the band; 0 outside.
    pub(crate) fn number(&self, r: usize, c: usize) -> f64 {
        if r.abs_diff(c) <= BAND { self.at(r.max(c), r.min(c))[0] } else { 0.0 }
    }
}
