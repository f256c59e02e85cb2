use crate::ranked_window::RankedWindow;
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
    for first in (0..count).step_by(WINDOWS * window) {
        let end = values.len().min(first + WINDOWS * window + window - 1);
        medians_of_one_sorting(&values[first..end], radius, &mut medians);
    }
    medians
}

/// Lets the window slide from the first to the last value and adds its medians.
fn medians_of_one_sorting(values: &[f64], radius: usize, medians: &mut Vec<f64>) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut places = vec![0; values.len()];
    for (place, &index) in order.iter().enumerate() {
        places[index] = place;
    }
    let (first, rest) = places.split_at(2 * radius + 1);
    let mut window = RankedWindow::new(places.len(), first);
    medians.push(values[order[window.median()]]);
    for (&old, &new) in places.iter().zip(rest) {
        window.replace(old, new);
        medians.push(values[order[window.median()]]);
    }
}
