use crate::{StatsError, check};

/// What stands beyond the ends of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Boundary {
    /// The sequence mirrored at its end values without repeating them (`d c b | a b c d | c b a`,
    /// reflect-101).
    Mirror,
    /// The sequence again, as around a circle (`b c d | a b c d | a b c`).
    Wrap,
}

/// The median of the `2 * radius + 1` values around each position; as many results as values.
///
/// O(n log radius) but for sequences made to be slow: some windows' worth of values at a time are sorted, and the window is a
/// set of places in that order, in which a step moves the median to a neighbour (after Suomela 2014, "Median filtering
/// is equivalent to sorting"). Every result is one of the values.
///
/// ```
/// use fiber_stats::{Boundary, running_median};
///
/// let spiky = [1.0, 2.0, 90.0, 4.0, 5.0];
/// assert_eq!(running_median(&spiky, 1, Boundary::Mirror)?, [2.0, 2.0, 4.0, 5.0, 4.0]);
/// assert_eq!(running_median(&spiky, 1, Boundary::Wrap)?, [2.0, 2.0, 4.0, 5.0, 4.0]);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where `values` is empty or holds a value that is not finite, or the window reaches too far beyond
/// the ends: `radius` at least `n` for [`Boundary::Mirror`], a window longer than `n` for
/// [`Boundary::Wrap`].
pub fn running_median<T: Copy + Into<f64>>(
    values: &[T],
    radius: usize,
    boundary: Boundary,
) -> Result<Vec<f64>, StatsError> {
    let values = check::samples("values", values)?;
    let len = values.len();
    let (fits, allowed) = match boundary {
        Boundary::Mirror => (radius < len, "below the number of values"),
        Boundary::Wrap => (radius <= (len - 1) / 2, "a window no longer than the values"),
    };
    check::range(fits, "radius", radius as f64, allowed)?;
    let extended: Vec<f64> = match boundary {
        Boundary::Mirror => {
            let before = values[1..=radius].iter().rev();
            let after = values[len - 1 - radius..len - 1].iter().rev();
            before.chain(&values).chain(after).copied().collect()
        }
        Boundary::Wrap => {
            let (before, after) = (&values[len - radius..], &values[..radius]);
            [before, &values, after].concat()
        }
    };
    Ok(interior_medians(&extended, radius))
}

/// So many windows' worth of medians come from one sorting: more make it longer, fewer repeat more of it.
const WINDOWS: usize = 8;

/// Medians of all windows of `2 * radius + 1` values that lie wholly inside.
fn interior_medians(values: &[f64], radius: usize) -> Vec<f64> {
    let window = 2 * radius + 1;
    let count = values.len() + 1 - window;
    let mut medians = Vec::with_capacity(count);
    let mut places = Places::default();
    for first in (0..count).step_by(WINDOWS * window) {
        let end = values.len().min(first + WINDOWS * window + window - 1);
        places.sort(&values[first..end]);
        places.slide(radius, &mut medians);
    }
    medians
}

/// Values by their place in rising order, and which of them are in the window.
#[derive(Default)]
struct Places {
    /// Values in rising order in the upper half, in bits that are in the same order, and below where they stand in the
    /// sequence.
    sorted: Vec<u128>,
    /// Place in rising order of each value of the sequence.
    place: Vec<usize>,
    /// One bit for each place.
    present: Vec<u64>,
}

impl Places {
    fn sort(&mut self, values: &[f64]) {
        self.sorted.clear();
        let keys = values.iter().map(|&value| u128::from(ordered_bits(value)) << 64);
        self.sorted.extend(keys.zip(0..).map(|(key, index)| key | index));
        self.sorted.sort_unstable();
        self.place.resize(values.len(), 0);
        for (place, &value) in self.sorted.iter().enumerate() {
            self.place[value as u64 as usize] = place;
        }
        self.present.clear();
        self.present.resize(values.len().div_ceil(64), 0);
    }

    fn value(&self, place: usize) -> f64 {
        of_ordered_bits((self.sorted[place] >> 64) as u64)
    }

    fn flip(&mut self, place: usize) {
        self.present[place / 64] ^= 1 << (place % 64);
    }

    /// Lets the window slide from the first to the last value and adds its medians.
    fn slide(&mut self, radius: usize, medians: &mut Vec<f64>) {
        let window = 2 * radius + 1;
        for index in 0..window {
            self.flip(self.place[index]);
        }
        let mut cursor = self.from(0);
        for _ in 0..radius {
            cursor = self.from(cursor + 1);
        }
        medians.push(self.value(cursor));
        // Values of the window below the cursor: `radius` of them make it the median.
        let mut below = radius;
        for index in window..self.place.len() {
            let (old, new) = (self.place[index - window], self.place[index]);
            self.flip(old);
            self.flip(new);
            below = below + usize::from(new < cursor) - usize::from(old < cursor);
            if below > radius {
                cursor = self.before(cursor);
                below -= 1;
            } else if below < radius {
                cursor = self.from(cursor + 1);
                below += 1;
            } else if old == cursor {
                cursor = self.from(cursor);
            }
            medians.push(self.value(cursor));
        }
    }

    /// The first place of the window from this one on; there must be one.
    fn from(&self, place: usize) -> usize {
        let mut word = place / 64;
        let mut bits = self.present[word] & (u64::MAX << (place % 64));
        while bits == 0 {
            word += 1;
            bits = self.present[word];
        }
        64 * word + bits.trailing_zeros() as usize
    }

    /// The last place of the window before this one; there must be one.
    fn before(&self, place: usize) -> usize {
        let mut word = place / 64;
        let mut bits = self.present[word] & !(u64::MAX << (place % 64));
        while bits == 0 {
            word -= 1;
            bits = self.present[word];
        }
        64 * word + 63 - bits.leading_zeros() as usize
    }
}

const SIGN: u64 = 1 << 63;

/// Bits that as whole numbers are in the numbers' total order.
fn ordered_bits(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

fn of_ordered_bits(bits: u64) -> f64 {
    f64::from_bits(if bits & SIGN == 0 { !bits } else { bits & !SIGN })
}
