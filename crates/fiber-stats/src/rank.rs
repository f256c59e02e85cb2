use crate::{StatsError, check};

/// Ranks from 1; equal values share the mean of their ranks.
///
/// ```
/// assert_eq!(fiber_stats::ranks(&[30, 10, 30, 20])?, [3.5, 1.0, 3.5, 2.0]);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where `values` is empty or holds a value that is not finite.
pub fn ranks<T: Copy + Into<f64>>(values: &[T]) -> Result<Vec<f64>, StatsError> {
    let values = check::samples("values", values)?;
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    // By ==, not by order: 0 and -0 are a tie.
    for ties in order.chunk_by(|&i, &j| values[i] == values[j]) {
        let shared = below as f64 + (ties.len() + 1) as f64 / 2.0;
        ties.iter().for_each(|&index| ranks[index] = shared);
        below += ties.len();
    }
    Ok(ranks)
}
