use crate::ranked_window::RankedWindow;
use crate::{StatsError, check};

/// Running medians around a circle of values, some of which may be missing.
///
/// The values are sorted once: medians of what is left after some were taken out need no more sorting. Missing
/// values count as the lowest and the highest of all by turns, which leaves the median to the others.
///
/// ```
/// use fiber_stats::CircularMedian;
///
/// let mut circle = CircularMedian::new(&[1.0, 2.0, 90.0, 4.0, 5.0].map(Some))?;
/// assert_eq!(circle.medians(1)?, [2.0, 2.0, 4.0, 5.0, 4.0].map(Some));
/// assert_eq!(circle.medians(0)?[2], Some(90.0));
/// circle.retain(|_, value| value < 50.0);
/// assert_eq!(circle.medians(0)?[2], None);
/// assert_eq!(circle.overall(), Some(4.0));
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct CircularMedian {
    /// The values in rising order in the upper half, in bits that are in the same order, and below where they stand on
    /// the circle.
    sorted: Vec<u64>,
    /// The place of each value of the circle in rising order, among three times as many: the values are in the middle
    /// third, missing ones that count as lowest in the first and those that count as highest in the last.
    places: Vec<usize>,
}

impl CircularMedian {
    /// Sorts the values.
    ///
    /// # Errors
    /// Where `values` is empty or holds a value that is not finite.
    pub fn new(values: &[Option<f32>]) -> Result<Self, StatsError> {
        check::at_least("values", values.len(), 1)?;
        let mut sorted = Vec::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            let Some(value) = *value else { continue };
            if !value.is_finite() {
                let value = f64::from(value);
                return Err(StatsError::NotFinite { what: "values", index, value });
            }
            sorted.push(u64::from(ordered_bits(value)) << 32 | index as u64);
        }
        sorted.sort_unstable();
        let mut places = vec![0; values.len()];
        for (place, key) in (values.len()..).zip(&sorted) {
            places[*key as u32 as usize] = place;
        }
        let mut circle = Self { sorted, places };
        circle.place_missing();
        Ok(circle)
    }

    /// Takes out the values for whose position and value `keep` is false.
    pub fn retain(&mut self, mut keep: impl FnMut(usize, f32) -> bool) {
        for index in 0..self.places.len() {
            if self.value(self.places[index]).is_some_and(|value| !keep(index, value)) {
                self.places[index] = 0;
            }
        }
        self.place_missing();
    }

    /// The median of all values that were there at first; `None` where there were none.
    #[must_use]
    pub fn overall(&self) -> Option<f32> {
        let last = self.sorted.len().checked_sub(1)?;
        let middle = [last / 2, last.div_ceil(2)].map(|rank| f64::from(of_key(self.sorted[rank])));
        Some(((middle[0] + middle[1]) / 2.0) as f32)
    }

    /// The median of the `2 * radius + 1` values around each position; `None` where a missing one is in the middle of
    /// them, as where all are missing.
    ///
    /// O(n) but for values made to be slow. Every result is one of the values.
    ///
    /// # Errors
    /// Where the window is longer than the circle.
    pub fn medians(&self, radius: usize) -> Result<Vec<Option<f32>>, StatsError> {
        let len = self.places.len();
        let allowed = "a window no longer than the values";
        check::range(radius <= (len - 1) / 2, "radius", radius as f64, allowed)?;
        let around =
            |first: usize| self.places[first..].iter().chain(&self.places[..first]).copied();
        let first: Vec<usize> = around(len - radius).take(2 * radius + 1).collect();
        let mut window = RankedWindow::new(3 * len, &first);
        let steps = around(len - radius).zip(around((radius + 1) % len));
        let median = |(old, new)| {
            let median = self.value(window.median());
            window.replace(old, new);
            median
        };
        Ok(steps.map(median).collect())
    }

    /// Gives missing values places of the lowest and the highest by turns.
    fn place_missing(&mut self) {
        let len = self.places.len();
        let mut highest = false;
        for (index, place) in self.places.iter_mut().enumerate() {
            if !(len..2 * len).contains(place) {
                *place = if highest { 2 * len + index } else { index };
                highest = !highest;
            }
        }
    }

    /// The value at a place; `None` where there is none or it is missing.
    fn value(&self, place: usize) -> Option<f32> {
        let rank = place.checked_sub(self.places.len())?;
        self.sorted.get(rank).copied().map(of_key)
    }
}

const SIGN: u32 = 1 << 31;

/// Bits that as whole numbers are in the numbers' total order.
fn ordered_bits(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// The value in the upper half of a key.
fn of_key(key: u64) -> f32 {
    let bits = (key >> 32) as u32;
    f32::from_bits(if bits & SIGN == 0 { !bits } else { bits & !SIGN })
}
