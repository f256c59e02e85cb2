use crate::band_matrix::BAND;

/// Rows, and columns, of a tile: as many as the reduction to a band clears at a time.
pub(crate) const TILE: usize = BAND;

/// Aligned to cache lines: no vector that is read lies in two of them.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(crate) struct Tile(pub(crate) [[f64; TILE]; TILE]);

/// A symmetric matrix of real numbers: the tiles of its lower triangle, each one piece of memory.
///
/// Tiles on the diagonal hold both of their triangles. The last tiles are filled up with zeros.
#[derive(Clone, Debug)]
pub(crate) struct SymmetricMatrix {
    size: usize,
    tiles: Vec<Tile>,
}

impl SymmetricMatrix {
    pub(crate) fn zeros(size: usize) -> Self {
        let count = size.div_ceil(TILE);
        Self { size, tiles: vec![Tile([[0.0; TILE]; TILE]); count * (count + 1) / 2] }
    }

    /// Rows, as many as columns.
    #[inline(always)]
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Rows of tiles.
    #[inline(always)]
    pub(crate) fn tile_count(&self) -> usize {
        self.size.div_ceil(TILE)
    }

    /// The tile in row `i` and column `j` of tiles, `j <= i`.
    #[inline(always)]
    pub(crate) fn tile(&self, i: usize, j: usize) -> &[[f64; TILE]; TILE] {
        &self.tiles[i * (i + 1) / 2 + j].0
    }

    #[inline(always)]
    pub(crate) fn tile_mut(&mut self, i: usize, j: usize) -> &mut [[f64; TILE]; TILE] {
        &mut self.tiles[i * (i + 1) / 2 + j].0
    }
}

#[cfg(test)]
impl SymmetricMatrix {
    /// Takes the numbers of the lower triangle from a function of row and column.
    pub(crate) fn from_fn(size: usize, number: impl Fn(usize, usize) -> f64) -> Self {
        let mut matrix = Self::zeros(size);
        for r in 0..size {
            for c in 0..=r {
                matrix.tile_mut(r / TILE, c / TILE)[r % TILE][c % TILE] = number(r, c);
                if r / TILE == c / TILE {
                    matrix.tile_mut(r / TILE, c / TILE)[c % TILE][r % TILE] = number(r, c);
                }
            }
        }
        matrix
    }

    pub(crate) fn number(&self, r: usize, c: usize) -> f64 {
        let (r, c) = (r.max(c), r.min(c));
        self.tile(r / TILE, c / TILE)[r % TILE][c % TILE]
    }

    pub(crate) fn trace(&self) -> f64 {
        (0..self.size).map(|i| self.number(i, i)).sum()
    }

    /// The sum of all squares, of both triangles.
    pub(crate) fn squared_norm(&self) -> f64 {
        let pairs = (0..self.size).flat_map(|r| (0..self.size).map(move |c| (r, c)));
        pairs.map(|(r, c)| self.number(r, c).powi(2)).sum()
    }
}
