/// A square matrix of real numbers, row by row.
#[derive(Clone, Debug)]
pub(crate) struct SquareMatrix {
    size: usize,
    numbers: Vec<f64>,
}

impl SquareMatrix {
    pub(crate) fn zeros(size: usize) -> Self {
        Self { size, numbers: vec![0.0; size * size] }
    }

    /// Rows, as many as columns.
    #[inline(always)]
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    #[inline(always)]
    pub(crate) fn row(&self, i: usize) -> &[f64] {
        &self.numbers[i * self.size..][..self.size]
    }

    #[inline(always)]
    pub(crate) fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.numbers[i * self.size..][..self.size]
    }
}
