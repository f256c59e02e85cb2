use fiber_filters::Histogram;
use fiber_image::{Plane, PlaneView};

use crate::named::NamedValues;
use crate::prepared::Prepared;

/// Grey levels a pair's pixels are reduced to.
const LEVELS: usize = 8;

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    let reduced = image.grey.map(|value| value / 32);
    for distance in 1..=3_isize {
        let offsets = [
            (0, (distance, 0)),
            (45, (distance, -distance)),
            (90, (0, -distance)),
            (135, (-distance, -distance)),
        ];
        for (angle, (dx, dy)) in offsets {
            let [contrast, energy, homogeneity] = texture(&pair_counts(reduced.view(), dx, dy));
            values.put_all(
                &format!("glcm_d{distance}_a{angle}_"),
                [("contrast", contrast), ("energy", energy), ("homogeneity", homogeneity)],
            );
        }
    }
}

type PairCounts = [[u64; LEVELS]; LEVELS];

/// How often levels `[a][b]` stand at a pixel and at its neighbour `(dx, dy)` away, inside the plane.
fn pair_counts(reduced: PlaneView<'_, u8>, dx: isize, dy: isize) -> PairCounts {
    let (columns, rows) = (dx.unsigned_abs(), dy.unsigned_abs());
    let overlap = |from_x, from_y| {
        let width = reduced.width().checked_sub(columns)?;
        reduced.crop(from_x, from_y, width, reduced.height().checked_sub(rows)?)
    };
    let start = |step: isize| step.min(0).unsigned_abs();
    let Some((here, there)) = overlap(start(dx), start(dy)).zip(overlap(start(-dx), start(-dy)))
    else {
        return PairCounts::default();
    };
    let mut pairs = Vec::with_capacity(here.width() * here.height());
    for (here, there) in here.rows().zip(there.rows()) {
        pairs.extend(here.iter().zip(there).map(|(&a, &b)| LEVELS as u8 * a + b));
    }
    let pairs = Plane::new(here.width(), here.height(), pairs).expect("a pair for each pixel");
    let histogram = Histogram::of(pairs.view());
    let (by_level, _) = histogram.counts().as_chunks();
    std::array::from_fn(|a| by_level[a])
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
            width in 1_usize..9, height in 1_usize..9,
            dx in -3_isize..=3, dy in -3_isize..=3,
            seed in prop::collection::vec(0_u8..8, 64),
        ) {
            let reduced = Plane::new(width, height, seed[..width * height].to_vec())?;
            let expected = naive(reduced.view(), dx, dy);
            prop_assert_eq!(pair_counts(reduced.view(), dx, dy), expected);
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
