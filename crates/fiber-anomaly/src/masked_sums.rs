//! Sums over any rectangle of what windows of a face and the archetype are compared by.

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

/// Integral images (Crow 1984) of all terms, side by side.
pub(crate) struct MaskedSums {
    /// One row and column larger than the planes: the sums of what lies above and to the left.
    table: Plane<[f64; TERMS]>,
}

impl MaskedSums {
    /// The planes must have the size of `normal`.
    pub(crate) fn new<P: Pixel>(
        face: PlaneView<'_, P>,
        valid: PlaneView<'_, u8>,
        normal: NormalPlanes<'_>,
    ) -> Self {
        let (width, height) = face.dimensions();
        let mut table = vec![[0.0; TERMS]; width + 1];
        table.reserve_exact((width + 1) * height);
        for y in 0..height {
            let above = y * (width + 1) + 1;
            let mut row_sum = [0.0; TERMS];
            table.push(row_sum);
            for x in 0..width {
                if valid[(x, y)] != 0 {
                    let a: f64 = face[(x, y)].into();
                    let b = f64::from(normal.archetype()[(x, y)]);
                    let variation = f64::from(normal.variation()[(x, y)]);
                    add(&mut row_sum, &[1.0, a, b, a * a, b * b, a * b, variation * variation]);
                }
                let mut sum = table[above + x];
                add(&mut sum, &row_sum);
                table.push(sum);
            }
        }
        let table = Plane::new(width + 1, height + 1, table)
            .expect("one row and one plane's worth of padded rows were pushed");
        Self { table }
    }

    /// The moments of the rectangle, or `None` where less than half of it is valid.
    pub(crate) fn moments(
        &self,
        (x, y): (usize, usize),
        (width, height): (usize, usize),
    ) -> Option<WindowMoments> {
        let (above, below) = (self.table.row(y), self.table.row(y + height));
        let sums: [f64; TERMS] = std::array::from_fn(|term| {
            below[x + width][term] + above[x][term] - below[x][term] - above[x + width][term]
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
