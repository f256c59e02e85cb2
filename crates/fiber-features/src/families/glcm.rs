use std::ops::Range;

use fiber_image::PlaneView;
use pulp::NullaryFnOnce;

use crate::named::NamedValues;
use crate::prepared::Prepared;

/// Grey levels a pair's pixels are reduced to.
const LEVELS: usize = 8;

/// Distances of a pair's pixels, in steps of its direction.
const DISTANCES: [usize; 3] = [1, 2, 3];
const FARTHEST: usize = DISTANCES[DISTANCES.len() - 1];

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    let reduced = image.grey.map(|value| value / 32);
    for (angle, step) in [(0, (1, 0)), (45, (1, -1)), (90, (0, -1)), (135, (-1, -1))] {
        let counts = pulp::Arch::new().dispatch(CountPairs { reduced: reduced.view(), step });
        for (distance, counts) in DISTANCES.iter().zip(&counts) {
            let [contrast, energy, homogeneity] = texture(counts);
            values.put_all(
                &format!("glcm_d{distance}_a{angle}_"),
                [("contrast", contrast), ("energy", energy), ("homogeneity", homogeneity)],
            );
        }
    }
}

type PairCounts = [[u64; LEVELS]; LEVELS];

/// Counts how often levels `[a][b]` stand at a pixel and one of [`DISTANCES`] steps away, inside the plane.
///
/// Where all distances fit, a pixel and those three are one number of 12 bits: one histogram of these holds
/// the pairs of all distances.
struct CountPairs<'a> {
    reduced: PlaneView<'a, u8>,
    /// Columns and rows, each -1, 0 or 1.
    step: (isize, isize),
}

impl NullaryFnOnce for CountPairs<'_> {
    type Output = [PairCounts; DISTANCES.len()];

    #[inline(always)]
    fn call(self) -> Self::Output {
        let reach = self.starts(FARTHEST);
        let mut quadruples = Quadruples::new();
        let mut codes = vec![0_u16; reach.columns.len()];
        for y in reach.rows.clone() {
            let part = |distance| {
                let (x, y) = self.away(reach.columns.start, y, distance);
                &self.reduced.row(y)[x..][..reach.columns.len()]
            };
            let pixels = part(0).iter().zip(part(1)).zip(part(2)).zip(part(3));
            for (code, (((&a, &b), &c), &d)) in codes.iter_mut().zip(pixels) {
                let [a, b, c, d] = [a, b, c, d].map(u16::from);
                *code = a | (b << 3) | (c << 6) | (d << 9);
            }
            quadruples.count(&codes);
        }
        let mut counts = quadruples.pairs();
        for (&distance, counts) in DISTANCES.iter().zip(&mut counts) {
            let starts = self.starts(distance);
            for y in starts.rows {
                // What the farthest pair leaves over: at one end of its rows, or whole rows.
                let counted = if reach.rows.contains(&y) { reach.columns.clone() } else { 0..0 };
                let left = starts.columns.start..starts.columns.end.min(counted.start);
                let right = starts.columns.start.max(counted.end)..starts.columns.end;
                for x in left.chain(right) {
                    let there = self.away(x, y, distance);
                    let levels = [(x, y), there].map(|(x, y)| self.reduced.row(y)[x]);
                    counts[usize::from(levels[0])][usize::from(levels[1])] += 1;
                }
            }
        }
        counts
    }
}

/// A rectangle of pixels.
struct Rectangle {
    columns: Range<usize>,
    rows: Range<usize>,
}

impl CountPairs<'_> {
    /// The pixels whose partner at a distance lies inside the plane; one range may end before it starts.
    fn starts(&self, distance: usize) -> Rectangle {
        let inside = |step: isize, side: usize| match step {
            0 => 0..side,
            1 => 0..side.saturating_sub(distance),
            _ => distance.min(side)..side,
        };
        let (width, height) = self.reduced.dimensions();
        let (columns, rows) = (inside(self.step.0, width), inside(self.step.1, height));
        if columns.is_empty() || rows.is_empty() {
            return Rectangle { columns: 0..0, rows: 0..0 };
        }
        Rectangle { columns, rows }
    }

    /// The pixel some steps away; to be called for those inside the plane.
    #[inline(always)]
    fn away(&self, x: usize, y: usize, steps: usize) -> (usize, usize) {
        let along = |at: usize, step: isize| at.wrapping_add_signed(step * steps as isize);
        (along(x, self.step.0), along(y, self.step.1))
    }
}

/// How often each code of four levels occurs.
struct Quadruples {
    /// Four tables, so that equal neighbours need not wait for each other's count.
    tables: [Vec<u64>; 4],
}

impl Quadruples {
    const CODES: usize = LEVELS.pow(4);

    fn new() -> Self {
        Self { tables: std::array::from_fn(|_| vec![0; Self::CODES]) }
    }

    #[inline(always)]
    fn count(&mut self, codes: &[u16]) {
        let [a, b, c, d] = self.tables.each_mut().map(|table| &mut table[..Self::CODES]);
        let (blocks, rest) = codes.as_chunks::<4>();
        for block in blocks {
            let [i, j, k, l] = block.map(|code| usize::from(code) % Self::CODES);
            a[i] += 1;
            b[j] += 1;
            c[k] += 1;
            d[l] += 1;
        }
        for &code in rest {
            a[usize::from(code) % Self::CODES] += 1;
        }
    }

    /// The pairs of each distance.
    fn pairs(&self) -> [PairCounts; DISTANCES.len()] {
        let mut pairs = [PairCounts::default(); DISTANCES.len()];
        for code in 0..Self::CODES {
            let count: u64 = self.tables.iter().map(|table| table[code]).sum();
            for (&distance, pairs) in DISTANCES.iter().zip(&mut pairs) {
                pairs[code % LEVELS][(code >> (3 * distance)) % LEVELS] += count;
            }
        }
        pairs
    }
}

/// Contrast, energy and homogeneity of the symmetric, normalised matrix.
fn texture(counts: &PairCounts) -> [f64; 3] {
    let total: u64 = counts.iter().flatten().sum();
    if total == 0 {
        return [0.0, 1.0, 1.0];
    }
    let total = 2.0 * total as f64;
    let [mut contrast, mut energy, mut homogeneity] = [0.0; 3];
    for (a, row) in counts.iter().enumerate() {
        for (b, &count) in row.iter().enumerate() {
            let share = (count + counts[b][a]) as f64 / total;
            let squared_difference = (a.abs_diff(b) * a.abs_diff(b)) as f64;
            contrast += share * squared_difference;
            energy += share * share;
            homogeneity += share / (1.0 + squared_difference);
        }
    }
    [contrast, energy.sqrt(), homogeneity]
}

#[cfg(test)]
mod tests {
    use fiber_image::Plane;
    use proptest::prelude::*;

    use super::*;

    fn naive(reduced: PlaneView<'_, u8>, dx: isize, dy: isize) -> PairCounts {
        let mut counts = PairCounts::default();
        for y in 0..reduced.height() {
            for x in 0..reduced.width() {
                let there = x.checked_add_signed(dx).zip(y.checked_add_signed(dy));
                if let Some(&b) = there.and_then(|(x, y)| reduced.get(x, y)) {
                    counts[usize::from(reduced[(x, y)])][usize::from(b)] += 1;
                }
            }
        }
        counts
    }

    proptest! {
        #[test]
        fn pairs_are_those_of_the_definition(
            width in 1_usize..12, height in 1_usize..12,
            step in (-1_isize..=1, -1_isize..=1),
            seed in prop::collection::vec(0_u8..8, 121),
        ) {
            let reduced = Plane::new(width, height, seed[..width * height].to_vec())?;
            let counts = CountPairs { reduced: reduced.view(), step }.call();
            for (&distance, counts) in DISTANCES.iter().zip(&counts) {
                let distance = distance as isize;
                let expected = naive(reduced.view(), distance * step.0, distance * step.1);
                prop_assert_eq!(counts, &expected, "distance {}", distance);
            }
        }
    }

    #[test]
    fn texture_of_a_small_matrix_is_known() {
        let mut counts = PairCounts::default();
        counts[0][0] = 2;
        counts[0][3] = 2;
        // Symmetric shares: 1/2 at (0, 0), 1/4 at (0, 3) and at (3, 0).
        let expected = [0.5 * 9.0, (0.25_f64 + 2.0 / 16.0).sqrt(), 0.5 + 0.5 / 10.0];
        for (value, expected) in texture(&counts).into_iter().zip(expected) {
            approx::assert_relative_eq!(value, expected, max_relative = 1e-14);
        }
        assert_eq!(texture(&PairCounts::default()), [0.0, 1.0, 1.0]);
    }
}
