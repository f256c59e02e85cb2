use fiber_image::PlaneView;

use crate::named::NamedValues;
use crate::prepared::Prepared;

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
        let mut shift = None;
        let (mut sum, mut squares) = (0.0, 0.0);
        let (mut max, mut min) = (f64::NEG_INFINITY, f64::INFINITY);
        for_each_window_entropy(grey, |entropy| {
            // Distances from the first one: exactly 0 where all are equal.
            let distance = entropy - *shift.get_or_insert(entropy);
            sum += distance;
            squares += distance * distance;
            max = max.max(entropy);
            min = min.min(entropy);
        });
        let count = (grey.width() * grey.height()) as f64;
        let mean = sum / count;
        let variance = (squares / count - mean * mean).max(0.0);
        Self { mean: shift.unwrap_or(0.0) + mean, std: variance.sqrt(), max, min }
    }
}

/// Calls `visit` with the entropy in bits of the part inside the plane of every pixel's window, row by row.
fn for_each_window_entropy(grey: PlaneView<'_, u8>, mut visit: impl FnMut(f64)) {
    let (width, height) = grey.dimensions();
    let reduced = grey.map(|value| value / 8);
    let steps = information_steps();
    let log_areas: [f64; WINDOW_AREA + 1] = std::array::from_fn(|area| (area as f64).log2());
    for y in 0..height {
        let rows: Vec<&[u8]> = (y.saturating_sub(RADIUS)..height.min(y + RADIUS + 1))
            .map(|y| reduced.row(y))
            .collect();
        let mut window = Window { counts: [0; LEVELS], information: 0, steps: &steps };
        for row in &rows {
            for &level in &row[..width.min(RADIUS)] {
                window.add(level);
            }
        }
        for x in 0..width {
            match (x + RADIUS < width, x > RADIUS) {
                (true, true) => {
                    for row in &rows {
                        let (entering, leaving) = (row[x + RADIUS], row[x - RADIUS - 1]);
                        if entering != leaving {
                            window.add(entering);
                            window.remove(leaving);
                        }
                    }
                }
                (true, false) => rows.iter().for_each(|row| window.add(row[x + RADIUS])),
                (false, true) => rows.iter().for_each(|row| window.remove(row[x - RADIUS - 1])),
                (false, false) => {}
            }
            let columns = width.min(x + RADIUS + 1) - x.saturating_sub(RADIUS);
            let area = columns * rows.len();
            let information = window.information as f64 / FIXED_POINT;
            visit(log_areas[area] - information / area as f64);
        }
    }
}

/// A window's level counts and their sum of `c log2 c`, in fixed point so that adding and removing a pixel
/// cancel exactly.
struct Window<'a> {
    counts: [u8; LEVELS],
    information: i64,
    steps: &'a [i64; WINDOW_AREA],
}

const FIXED_POINT: f64 = (1_u64 << 48) as f64;

impl Window<'_> {
    fn add(&mut self, level: u8) {
        let count = &mut self.counts[usize::from(level)];
        self.information += self.steps[usize::from(*count)];
        *count += 1;
    }

    fn remove(&mut self, level: u8) {
        let count = &mut self.counts[usize::from(level)];
        *count -= 1;
        self.information -= self.steps[usize::from(*count)];
    }
}

/// What `c log2 c` grows by from c to c + 1, in fixed point.
fn information_steps() -> [i64; WINDOW_AREA] {
    let information = |count: usize| {
        let count = count as f64;
        if count == 0.0 { 0.0 } else { (count * count.log2() * FIXED_POINT).round() }
    };
    std::array::from_fn(|count| (information(count + 1) - information(count)) as i64)
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
            width in 1_usize..20, height in 1_usize..20, seed in prop::collection::vec(any::<u8>(), 361)
        ) {
            let grey = Plane::new(width, height, seed[..width * height].to_vec())?;
            let mut entropies = Vec::new();
            for_each_window_entropy(grey.view(), |entropy| entropies.push(entropy));
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
