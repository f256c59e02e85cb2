use fiber_image::PlaneView;
use pulp::NullaryFnOnce;

use crate::named::NamedValues;
use crate::prepared::Prepared;
use crate::shifted_sums::ShiftedSums;

/// Grey levels a window's pixels are reduced to.
const LEVELS: usize = 32;
/// Windows reach so far to every side: 9x9 pixels.
const RADIUS: usize = 4;
const WINDOW_AREA: usize = (2 * RADIUS + 1) * (2 * RADIUS + 1);

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    let levels = image.levels();
    let local = LocalEntropies::of(image.grey.view());
    values.put_all(
        "entropy_",
        [
            ("shannon", levels.entropy()),
            ("renyi", 0.0 - levels.collision().log2()),
            ("tsallis", 1.0 - levels.collision()),
            ("local_mean", local.mean),
            ("local_std", local.std),
            ("local_max", local.max),
            ("local_min", local.min),
        ],
    );
}

/// Statistics of the entropies of the windows around all pixels.
struct LocalEntropies {
    mean: f64,
    std: f64,
    max: f64,
    min: f64,
}

impl LocalEntropies {
    fn of(grey: PlaneView<'_, u8>) -> Self {
        let mut sums = ShiftedSums::default();
        let (mut max, mut min) = (f64::NEG_INFINITY, f64::INFINITY);
        for_each_row_of_entropies(grey, |entropies| {
            sums.add(entropies);
            for &entropy in entropies {
                max = max.max(entropy);
                min = min.min(entropy);
            }
        });
        Self { mean: sums.mean(), std: sums.standard_deviation(), max, min }
    }
}

/// Calls `visit` row by row with the entropies in bits of the part inside the plane of every pixel's window.
fn for_each_row_of_entropies(grey: PlaneView<'_, u8>, visit: impl FnMut(&[f64])) {
    pulp::Arch::new().dispatch(VisitEntropies { grey, visit });
}

struct VisitEntropies<'a, F> {
    grey: PlaneView<'a, u8>,
    visit: F,
}

impl<F: FnMut(&[f64])> NullaryFnOnce for VisitEntropies<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(mut self) {
        let (width, height) = self.grey.dimensions();
        let mut columns = ColumnCounts::new(width);
        let mut information = vec![0_i64; columns.stride];
        let mut entropies = vec![0.0; width];
        let mut areas = WindowAreas::new(width);
        for y in 0..RADIUS.min(height) {
            columns.add(self.grey.row(y));
        }
        for y in 0..height {
            if y + RADIUS < height {
                columns.add(self.grey.row(y + RADIUS));
            }
            if y > RADIUS {
                columns.remove(self.grey.row(y - RADIUS - 1));
            }
            columns.sum_information(&mut information);
            let rows = height.min(y + RADIUS + 1) - y.saturating_sub(RADIUS);
            areas.set_rows(rows);
            let (areas, logarithms) = (&areas.areas[..width], &areas.logarithms[..width]);
            let (entropies, information) = (&mut entropies[..width], &information[..width]);
            for x in 0..width {
                entropies[x] = logarithms[x] - information[x] as f64 / (FIXED_POINT * areas[x]);
            }
            (self.visit)(entropies);
        }
    }
}

/// For each level, how often it occurs in the part of each column within the reach of a row.
///
/// Level by level and column by column, so that counts of neighbouring windows are sums of shifted
/// slices, with no branch on what a pixel holds.
struct ColumnCounts {
    /// Columns of one level: those of the plane, [`RADIUS`] empty ones on either side, and more up to whole
    /// blocks.
    stride: usize,
    counts: Vec<u8>,
    /// What a count of c stands for: `c log2 c` in fixed point. As long as a byte can count, which spares a
    /// check of each index.
    information: [i64; 256],
}

/// Pixels whose windows are looked at together.
const BLOCK: usize = 64;

const FIXED_POINT: f64 = (1_u64 << 48) as f64;

impl ColumnCounts {
    fn new(width: usize) -> Self {
        let stride = width.next_multiple_of(BLOCK) + 2 * RADIUS;
        let information = std::array::from_fn(|count| {
            let count = count.min(WINDOW_AREA) as f64;
            if count == 0.0 { 0 } else { (count * count.log2() * FIXED_POINT).round() as i64 }
        });
        Self { stride, counts: vec![0; LEVELS * stride], information }
    }

    #[inline(always)]
    fn add(&mut self, row: &[u8]) {
        for (x, &value) in row.iter().enumerate() {
            self.counts[usize::from(value / 8) * self.stride + RADIUS + x] += 1;
        }
    }

    #[inline(always)]
    fn remove(&mut self, row: &[u8]) {
        for (x, &value) in row.iter().enumerate() {
            self.counts[usize::from(value / 8) * self.stride + RADIUS + x] -= 1;
        }
    }

    /// The sum of `c log2 c` over the level counts c of each window of a row.
    #[inline(always)]
    fn sum_information(&self, sums: &mut [i64]) {
        sums.fill(0);
        let (blocks, _) = sums.as_chunks_mut::<BLOCK>();
        for (i, sums) in blocks.iter_mut().enumerate() {
            for level in self.counts.chunks_exact(self.stride) {
                let columns: &[u8; BLOCK + 2 * RADIUS] = level[i * BLOCK..]
                    .first_chunk()
                    .expect("a level has so many columns beyond its blocks");
                // Most levels are far from what a block holds.
                if columns.iter().fold(0, |any, &count| any | count) == 0 {
                    continue;
                }
                let mut counts = [0_u8; BLOCK];
                for shift in 0..=2 * RADIUS {
                    for x in 0..BLOCK {
                        counts[x] += columns[x + shift];
                    }
                }
                for x in 0..BLOCK {
                    sums[x] += self.information[usize::from(counts[x])];
                }
            }
        }
    }
}

/// Pixels of every window of a row.
struct WindowAreas {
    rows: usize,
    areas: Vec<f64>,
    logarithms: Vec<f64>,
}

impl WindowAreas {
    fn new(width: usize) -> Self {
        Self { rows: 0, areas: vec![0.0; width], logarithms: vec![0.0; width] }
    }

    fn set_rows(&mut self, rows: usize) {
        if self.rows == rows {
            return;
        }
        self.rows = rows;
        let width = self.areas.len();
        for (x, (area, log)) in self.areas.iter_mut().zip(&mut self.logarithms).enumerate() {
            let columns = width.min(x + RADIUS + 1) - x.saturating_sub(RADIUS);
            *area = (columns * rows) as f64;
            *log = area.log2();
        }
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use fiber_image::Plane;
    use proptest::prelude::*;

    use super::*;
    use crate::counts::Counts;

    fn naive(grey: PlaneView<'_, u8>, x: usize, y: usize) -> f64 {
        let mut counts = [0; LEVELS];
        for wy in y.saturating_sub(RADIUS)..=y + RADIUS {
            for wx in x.saturating_sub(RADIUS)..=x + RADIUS {
                if let Some(&value) = grey.get(wx, wy) {
                    counts[usize::from(value / 8)] += 1;
                }
            }
        }
        Counts::new(&counts).entropy()
    }

    proptest! {
        #[test]
        fn window_entropies_are_those_of_the_definition(
            width in 1_usize..80, height in 1_usize..20, mask in any::<u8>(),
            seed in prop::collection::vec(any::<u8>(), 1501)
        ) {
            let pixels = seed.iter().map(|&value| value & mask).take(width * height).collect();
            let grey = Plane::new(width, height, pixels)?;
            let mut entropies = Vec::new();
            for_each_row_of_entropies(grey.view(), |row| entropies.extend_from_slice(row));
            prop_assert_eq!(entropies.len(), width * height);
            for (i, entropy) in entropies.into_iter().enumerate() {
                let expected = naive(grey.view(), i % width, i / width);
                assert_relative_eq!(entropy, expected, epsilon = 1e-12);
            }
        }
    }

    #[test]
    fn windows_that_see_everything_agree_exactly() {
        let grey = Plane::new(5, 3, (0..15).map(|i| 17 * i).collect()).expect("15 pixels");
        let local = LocalEntropies::of(grey.view());
        assert_eq!((local.std, local.min), (0.0, local.max));
        assert_relative_eq!(local.mean, 15_f64.log2(), epsilon = 1e-12);
    }
}
