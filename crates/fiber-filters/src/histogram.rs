use fiber_image::PlaneView;

use crate::error::FilterError;

/// How often each of the 256 grey levels occurs in a plane.
///
/// ```
/// use fiber_filters::Histogram;
/// use fiber_image::Plane;
///
/// let plane = Plane::new(5, 1, vec![10, 10, 12, 200, 210])?;
/// let histogram = Histogram::of(plane.view());
/// assert_eq!(histogram.counts()[10], 2);
/// assert_eq!(histogram.percentile(0.5)?, 12.0);
/// assert_eq!(histogram.otsu_threshold(), Some(12));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram([u64; 256]);

impl Histogram {
    /// Counts the levels of a plane.
    #[must_use]
    pub fn of(plane: PlaneView<'_, u8>) -> Self {
        // Four tables, so that equal neighbours need not wait for each other's count.
        let mut tables = [[0_u64; 256]; 4];
        for row in plane.rows() {
            let (blocks, rest) = row.as_chunks::<4>();
            for block in blocks {
                for (table, &value) in tables.iter_mut().zip(block) {
                    table[usize::from(value)] += 1;
                }
            }
            for &value in rest {
                tables[0][usize::from(value)] += 1;
            }
        }
        Self(std::array::from_fn(|level| tables.iter().map(|table| table[level]).sum()))
    }

    /// The count of every level.
    #[must_use]
    pub fn counts(&self) -> &[u64; 256] {
        &self.0
    }

    /// The number of pixels, at least 1.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The level below which the share `q` of the sorted pixels lies, interpolated linearly between
    /// neighbouring ranks (at rank `(n - 1) q`, NumPy's default).
    ///
    /// # Errors
    /// [`FilterError::Parameter`] where `q` is not within 0..=1.
    pub fn percentile(&self, q: f64) -> Result<f64, FilterError> {
        FilterError::require((0.0..=1.0).contains(&q), "q", q, "from 0 to 1")?;
        let rank = (self.total() - 1) as f64 * q;
        let lower = self.level_of_rank(rank.floor() as u64);
        let upper = self.level_of_rank(rank.ceil() as u64);
        Ok(lower + (upper - lower) * rank.fract())
    }

    /// The level of the pixel at `rank` in sorted order.
    fn level_of_rank(&self, rank: u64) -> f64 {
        let mut below = 0;
        let level = self.0.iter().position(|&count| {
            below += count;
            below > rank
        });
        level.unwrap_or(255) as f64
    }

    /// Otsu's threshold: pixels above it are foreground. `None` where all pixels are equal.
    ///
    /// The level that maximises the variance between the two classes, the lowest of equals; the same as
    /// OpenCV's, including its way of rounding. Otsu 1979.
    #[must_use]
    pub fn otsu_threshold(&self) -> Option<u8> {
        let scale = 1.0 / self.total() as f64;
        let weighted: f64 = self.0.iter().zip(0_u32..).map(|(&n, i)| n as f64 * f64::from(i)).sum();
        let mean = weighted * scale;
        let negligible = f64::from(f32::EPSILON);

        let (mut best, mut best_variance) = (None, 0.0);
        let (mut dark_mean, mut dark_share) = (0.0, 0.0);
        for (level, &count) in (0_u8..=255).zip(&self.0) {
            let share = count as f64 * scale;
            dark_mean *= dark_share;
            dark_share += share;
            let bright_share = 1.0 - dark_share;
            if dark_share.min(bright_share) < negligible
                || dark_share.max(bright_share) > 1.0 - negligible
            {
                continue;
            }
            dark_mean = (dark_mean + f64::from(level) * share) / dark_share;
            let bright_mean = (mean - dark_share * dark_mean) / bright_share;
            let variance = dark_share * bright_share * (dark_mean - bright_mean).powi(2);
            if variance > best_variance {
                (best, best_variance) = (Some(level), variance);
            }
        }
        best
    }
}
