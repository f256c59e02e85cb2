//! Sums over windows of what a face and the archetype are compared by.

use fiber_filters::Pixel;
use fiber_image::{Plane, PlaneView};

use crate::NormalPlanes;

/// Valid pixels, face, archetype, their squares and product, squared variation.
const TERMS: usize = 7;

/// Moments of the valid pixels of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WindowMoments {
    pub(crate) mean_face: f64,
    pub(crate) mean_archetype: f64,
    pub(crate) variance_face: f64,
    pub(crate) variance_archetype: f64,
    pub(crate) covariance: f64,
    /// Mean squared variation.
    pub(crate) variation_squared: f64,
}

/// Integral images (Crow 1984) of all terms, side by side, where the windows' corners are.
pub(crate) struct MaskedSums {
    /// The sums of what lies above and to the left of each crossing of two lines.
    table: Plane<[f64; TERMS]>,
    columns: Lines,
    rows: Lines,
}

/// Lines between pixels, some of those from before the first pixel to after the last.
struct Lines {
    /// The number of each line that is wanted.
    number: Vec<Option<usize>>,
    count: usize,
}

impl Lines {
    fn new(pixels: usize, wanted: impl IntoIterator<Item = usize>) -> Self {
        let mut number = vec![None; pixels + 1];
        wanted.into_iter().for_each(|line| number[line] = Some(0));
        let mut count = 0;
        for line in number.iter_mut().flatten() {
            *line = count;
            count += 1;
        }
        Self { number, count }
    }

    fn number(&self, line: usize) -> usize {
        self.number[line].expect("windows begin and end at lines")
    }
}

impl MaskedSums {
    /// Sums for windows of which a side lies on one of the lines: `columns` and `rows` are numbers of pixels before it.
    ///
    /// The planes must have the size of `normal`, and the lines must lie within it.
    pub(crate) fn new<P: Pixel>(
        face: PlaneView<'_, P>,
        valid: PlaneView<'_, u8>,
        normal: NormalPlanes<'_>,
        columns: impl IntoIterator<Item = usize>,
        rows: impl IntoIterator<Item = usize>,
    ) -> Self {
        let (width, height) = face.dimensions();
        let (columns, rows) = (Lines::new(width, columns), Lines::new(height, rows));
        let mut sums = vec![[0.0; TERMS]; columns.count];
        let mut table = Vec::with_capacity(columns.count * rows.count);
        for y in 0..=height {
            if rows.number[y].is_some() {
                table.extend_from_slice(&sums);
            }
            if y == height {
                break;
            }
            let mut row_sum = [0.0; TERMS];
            let mut sums = sums.iter_mut();
            let pixels = face.row(y).iter().zip(valid.row(y));
            let expected = normal.archetype().row(y).iter().zip(normal.variation().row(y));
            let mut pixels = pixels.zip(expected);
            for line in &columns.number {
                if line.is_some()
                    && let Some(sum) = sums.next()
                {
                    add(sum, &row_sum);
                }
                if let Some(((&face, &valid), (&archetype, &variation))) = pixels.next()
                    && valid != 0
                {
                    let (a, b): (f64, f64) = (face.into(), archetype.into());
                    let variation = f64::from(variation);
                    add(&mut row_sum, &[1.0, a, b, a * a, b * b, a * b, variation * variation]);
                }
            }
        }
        let table = Plane::new(columns.count, rows.count, table)
            .expect("a row of sums was pushed for each line");
        Self { table, columns, rows }
    }

    /// The moments of a window between lines, or `None` where less than half of it is valid.
    pub(crate) fn moments(
        &self,
        (x, y): (usize, usize),
        (width, height): (usize, usize),
    ) -> Option<WindowMoments> {
        let (above, below) = (self.rows.number(y), self.rows.number(y + height));
        let (left, right) = (self.columns.number(x), self.columns.number(x + width));
        let (above, below) = (self.table.row(above), self.table.row(below));
        let sums: [f64; TERMS] = std::array::from_fn(|term| {
            below[right][term] + above[left][term] - below[left][term] - above[right][term]
        });
        let [count, a, b, aa, bb, ab, variation_squared] = sums;
        if 2.0 * count < (width * height) as f64 {
            return None;
        }
        let (mean_face, mean_archetype) = (a / count, b / count);
        Some(WindowMoments {
            mean_face,
            mean_archetype,
            // Rounding may leave a variance just below 0.
            variance_face: (aa / count - mean_face * mean_face).max(0.0),
            variance_archetype: (bb / count - mean_archetype * mean_archetype).max(0.0),
            covariance: ab / count - mean_face * mean_archetype,
            variation_squared: (variation_squared / count).max(0.0),
        })
    }
}

fn add(sum: &mut [f64; TERMS], terms: &[f64; TERMS]) {
    for (sum, term) in sum.iter_mut().zip(terms) {
        *sum += term;
    }
}
