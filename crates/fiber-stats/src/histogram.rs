use crate::{StatsError, check};

/// Largest number of bins that a [`Histogram`] accepts.
const MAX_BINS: usize = 1 << 24;

/// Counts of values in bins of equal width.
///
/// Bin `i` holds `edge(i) <= value < edge(i + 1)`, the last one its upper edge as well; values outside
/// are left out (as NumPy's `histogram`).
///
/// ```
/// let histogram = fiber_stats::Histogram::new(&[0.0, 0.4, 1.0, 2.0, 9.0], 2, 0.0, 2.0)?;
/// assert_eq!(histogram.counts(), [2, 2]);
/// assert_eq!(histogram.edge(1), 1.0);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    low: f64,
    high: f64,
    counts: Vec<u64>,
}

impl Histogram {
    /// Counts `values` in `bins` equal bins from `low` to `high`.
    ///
    /// # Errors
    /// Where `values` is empty or holds a value that is not finite, `bins` is not from 1 to 2^24, or
    /// `high` is not above `low` by a finite amount.
    pub fn new<T: Copy + Into<f64>>(
        values: &[T],
        bins: usize,
        low: f64,
        high: f64,
    ) -> Result<Self, StatsError> {
        let values = check::samples("values", values)?;
        check::range((1..=MAX_BINS).contains(&bins), "bins", bins as f64, "1 to 16777216")?;
        check::range(low.is_finite(), "low", low, "finite")?;
        let width = high - low;
        check::range(width > 0.0 && width.is_finite(), "high - low", width, "above 0 and finite")?;
        let mut histogram = Self { low, high, counts: vec![0; bins] };
        for &value in values.iter().filter(|&&value| value >= low && value <= high) {
            let bin = histogram.bin(value);
            histogram.counts[bin] += 1;
        }
        Ok(histogram)
    }

    /// The count in every bin.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Lower edge of bin `index`; `edge(bins)` is the upper end of the range.
    #[must_use]
    pub fn edge(&self, index: usize) -> f64 {
        let bins = self.counts.len();
        if index == bins {
            return self.high;
        }
        index as f64 * ((self.high - self.low) / bins as f64) + self.low
    }

    /// Each count over the sum of the counts; all 0 where no value fell inside.
    #[must_use]
    pub fn probabilities(&self) -> Vec<f64> {
        let total = self.counts.iter().sum::<u64>().max(1) as f64;
        self.counts.iter().map(|&count| count as f64 / total).collect()
    }

    /// The bin of a value in range: by division, then corrected by what the edges say.
    fn bin(&self, value: f64) -> usize {
        let bins = self.counts.len();
        let share = (value - self.low) / (self.high - self.low);
        let bin = ((share * bins as f64) as usize).min(bins - 1);
        if value < self.edge(bin) {
            bin.saturating_sub(1)
        } else if bin + 1 < bins && value >= self.edge(bin + 1) {
            bin + 1
        } else {
            bin
        }
    }
}
