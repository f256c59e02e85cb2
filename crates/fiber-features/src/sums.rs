/// Running sums per call; independent, so that the additions need not wait for each other.
pub(crate) const LANES: usize = 16;

/// The sum of all lanes, pairwise.
#[inline(always)]
pub(crate) fn lane_sum(lanes: &[f64; LANES]) -> f64 {
    let mut halves = *lanes;
    let mut length = LANES;
    while length > 1 {
        length /= 2;
        for i in 0..length {
            halves[i] += halves[i + length];
        }
    }
    halves[0]
}

/// Sum of `term` over a slice, in a fixed order.
#[inline(always)]
pub(crate) fn sum_of<T: Copy>(values: &[T], term: impl Fn(T) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (blocks, rest) = values.as_chunks::<LANES>();
    for block in blocks {
        for i in 0..LANES {
            lanes[i] += term(block[i]);
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane += term(value);
    }
    lane_sum(&lanes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_counts_once_at_any_length() {
        for n in 1..70_u32 {
            let values: Vec<f64> = (1..=n).map(f64::from).collect();
            let n = f64::from(n);
            assert_eq!(sum_of(&values, |v| v), n * (n + 1.0) / 2.0);
            assert_eq!(sum_of(&values, |v| v * v), n * (n + 1.0) * (2.0 * n + 1.0) / 6.0);
        }
    }
}
