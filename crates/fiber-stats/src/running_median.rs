use std::iter;

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
/// O(n log radius): windows' worth of values are sorted once, and the window slides over two sorted
/// lists that give their elements back in the order they took them (Suomela 2014, "Median filtering
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

/// Medians of all windows of `2 * radius + 1` values that lie wholly inside.
fn interior_medians(values: &[f64], radius: usize) -> Vec<f64> {
    let window = 2 * radius + 1;
    let count = values.len() + 1 - window;
    let mut medians = Vec::with_capacity(count + window);
    let mut old = SortedBlock::new(values[..window].to_vec());
    medians.push(old.peek());
    for start in (window..values.len()).step_by(window) {
        let part = &values[start..values.len().min(start + window)];
        // The padding only enters windows that are not asked for.
        let padding = iter::repeat_n(f64::INFINITY, window - part.len());
        let mut new = SortedBlock::new(part.iter().copied().chain(padding).collect());
        new.unwind();
        for index in 0..part.len() {
            old.remove(index);
            new.restore(index);
            if old.below + new.below < radius {
                let smaller = if old.peek() <= new.peek() { &mut old } else { &mut new };
                smaller.advance();
            }
            medians.push(old.peek().min(new.peek()));
        }
        old = new;
    }
    medians
}

/// A block of values as a linked list in rising order, with a cursor and the number of listed values
/// before it. Links of removed elements stay, so that `restore` can undo removals in reverse order.
struct SortedBlock {
    values: Vec<f64>,
    /// Place of each value in rising order.
    rank: Vec<usize>,
    /// Neighbours of each value; the last entry is the end of the list, before the first value.
    next: Vec<usize>,
    previous: Vec<usize>,
    cursor: usize,
    below: usize,
}

impl SortedBlock {
    /// Lists all values, with the cursor at the median of the odd number of them.
    fn new(values: Vec<f64>) -> Self {
        let end = values.len();
        // With its value beside each index; of equal ones the first comes first.
        let mut order: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut rank = vec![end; end + 1];
        let (mut next, mut previous) = (vec![end; end + 1], vec![end; end + 1]);
        let mut last = end;
        for (place, &(_, index)) in order.iter().enumerate() {
            rank[index] = place;
            next[last] = index;
            previous[index] = last;
            last = index;
        }
        next[last] = end;
        previous[end] = last;
        Self { rank, next, previous, cursor: order[end / 2].1, below: end / 2, values }
    }

    /// The value at the cursor, infinite at the end of the list.
    fn peek(&self) -> f64 {
        self.values.get(self.cursor).copied().unwrap_or(f64::INFINITY)
    }

    fn advance(&mut self) {
        self.cursor = self.next[self.cursor];
        self.below += 1;
    }

    /// Takes all elements off, the last first, and puts the cursor at the end.
    fn unwind(&mut self) {
        (0..self.values.len()).rev().for_each(|index| self.unlink(index));
        self.cursor = self.values.len();
        self.below = 0;
    }

    fn unlink(&mut self, index: usize) {
        let (previous, next) = (self.previous[index], self.next[index]);
        self.next[previous] = next;
        self.previous[next] = previous;
    }

    /// Takes an element off; the cursor gives way downwards, so that `below` shrinks by 1 where it can.
    fn remove(&mut self, index: usize) {
        self.unlink(index);
        if self.rank[index] < self.rank[self.cursor] {
            self.below -= 1;
            return;
        }
        if self.cursor == index {
            self.cursor = self.next[index];
        }
        if self.below > 0 {
            self.cursor = self.previous[self.cursor];
            self.below -= 1;
        }
    }

    /// Puts the element taken off last back on; `below` stays.
    fn restore(&mut self, index: usize) {
        let (previous, next) = (self.previous[index], self.next[index]);
        self.next[previous] = index;
        self.previous[next] = index;
        if self.rank[index] < self.rank[self.cursor] {
            self.cursor = self.previous[self.cursor];
        }
    }
}
