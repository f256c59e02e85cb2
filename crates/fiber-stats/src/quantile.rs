use crate::{StatsError, check};

/// The `q`-quantile, interpolated linearly at position `(n - 1) q` of the sorted values (type 7 of
/// Hyndman and Fan 1996, NumPy's default). O(n), no full sort.
///
/// ```
/// assert_eq!(fiber_stats::quantile(&[10.0, 30.0, 20.0], 0.25)?, 15.0);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where `values` is empty or holds a value that is not finite, or `q` is not from 0 to 1.
pub fn quantile<T: Copy + Into<f64>>(values: &[T], q: f64) -> Result<f64, StatsError> {
    quantile_in_place(&mut check::samples("values", values)?, q)
}

/// Several quantiles of the same values, in the order asked; see [`quantile`].
///
/// # Errors
/// As [`quantile`], for any of `qs`.
pub fn quantiles<T: Copy + Into<f64>>(values: &[T], qs: &[f64]) -> Result<Vec<f64>, StatsError> {
    let mut values = check::samples("values", values)?;
    qs.iter().try_for_each(|&q| check::probability("q", q))?;
    let mut order: Vec<usize> = (0..qs.len()).collect();
    order.sort_unstable_by(|&i, &j| qs[i].total_cmp(&qs[j]));
    let mut found = vec![0.0; qs.len()];
    let mut done = 0;
    for index in order {
        // Everything before `done` is already no larger than the rest.
        let (below, fraction) = position(values.len(), qs[index]);
        found[index] = interpolate(&mut values[done..], below - done, fraction);
        done = below;
    }
    Ok(found)
}

/// As [`quantile`], reordering the caller's buffer instead of copying it.
///
/// # Errors
/// As [`quantile`].
pub fn quantile_in_place(values: &mut [f64], q: f64) -> Result<f64, StatsError> {
    check::finite("values", values)?;
    check::probability("q", q)?;
    let (below, fraction) = position(values.len(), q);
    Ok(interpolate(values, below, fraction))
}

/// As [`median`](crate::median), reordering the caller's buffer instead of copying it.
///
/// # Errors
/// As [`median`](crate::median).
pub fn median_in_place(values: &mut [f64]) -> Result<f64, StatsError> {
    quantile_in_place(values, 0.5)
}

/// The smallest value at which the cumulated weight reaches the share `q` of all weight (inverse of
/// the weighted distribution function, NumPy's `inverted_cdf`); values of weight 0 play no part.
/// O(n log n).
///
/// ```
/// let value = fiber_stats::weighted_quantile(&[1.0, 2.0, 3.0], &[1.0, 1.0, 5.0], 0.5)?;
/// assert_eq!(value, 3.0);
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where `values` is empty, the lengths differ, a value or weight is not finite, a weight is
/// negative, all weights are 0, their sum overflows, or `q` is not from 0 to 1.
pub fn weighted_quantile<T: Copy + Into<f64>>(
    values: &[T],
    weights: &[f64],
    q: f64,
) -> Result<f64, StatsError> {
    let values = check::samples("values", values)?;
    check::finite("weights", weights)?;
    check::length("weights", weights.len(), values.len())?;
    check::probability("q", q)?;
    if let Some(&negative) = weights.iter().find(|&&weight| weight < 0.0) {
        check::range(false, "weights", negative, "0 and above")?;
    }
    let mut weighted: Vec<(f64, f64)> =
        values.into_iter().zip(weights.iter().copied()).filter(|&(_, w)| w > 0.0).collect();
    weighted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut total = 0.0;
    for (_, weight) in &mut weighted {
        total += *weight;
        *weight = total;
    }
    check::range(total > 0.0, "sum of weights", total, "above 0")?;
    check::representable("sum of weights", total)?;
    let index = weighted.partition_point(|&(_, cumulated)| cumulated / total < q);
    Ok(weighted[index.min(weighted.len() - 1)].0)
}

/// Whole part and fraction of `(len - 1) q`.
fn position(len: usize, q: f64) -> (usize, f64) {
    let position = (len - 1) as f64 * q;
    (position as usize, position.fract())
}

/// The value at sorted position `below + fraction` of `values`.
fn interpolate(values: &mut [f64], below: usize, fraction: f64) -> f64 {
    let (_, &mut low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    if fraction == 0.0 {
        return low;
    }
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    let gap = high - low;
    if !gap.is_finite() {
        return low * (1.0 - fraction) + high * fraction;
    }
    // From the nearer end, so that the result never leaves [low, high].
    if fraction < 0.5 { low + gap * fraction } else { high - gap * (1.0 - fraction) }
}
