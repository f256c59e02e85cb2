/// Running sums per call; independent, so that the additions need not wait for each other.
const LANES: usize = 8;

/// Sum of `term` over a slice, in a fixed order.
pub(crate) fn sum_of<T: Copy>(values: &[T], term: impl Fn(T) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (blocks, rest) = values.as_chunks::<LANES>();
    for block in blocks {
        for (lane, &value) in lanes.iter_mut().zip(block) {
            *lane += term(value);
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|&value| term(value)).sum::<f64>()
}

/// Mean of a non-empty slice.
pub(crate) fn mean(values: &[f64]) -> f64 {
    sum_of(values, |value| value) / values.len() as f64
}

/// Population standard deviation of a non-empty slice, in two passes.
pub(crate) fn standard_deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares = sum_of(values, |value| (value - mean) * (value - mean));
    (squares / values.len() as f64).sqrt()
}

/// Sum of squares.
pub(crate) fn energy(values: &[f64]) -> f64 {
    sum_of(values, |value| value * value)
}

/// Mean of the absolute values of a non-empty slice.
pub(crate) fn mean_absolute(values: &[f64]) -> f64 {
    sum_of(values, f64::abs) / values.len() as f64
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    #[test]
    fn every_element_counts_once_at_any_length() {
        for n in 1..40_u32 {
            let values: Vec<f64> = (1..=n).map(f64::from).collect();
            let n = f64::from(n);
            assert_eq!(sum_of(&values, |v| v), n * (n + 1.0) / 2.0);
            assert_eq!(energy(&values), n * (n + 1.0) * (2.0 * n + 1.0) / 6.0);
            let expected = ((n * n - 1.0) / 12.0).sqrt();
            assert_relative_eq!(standard_deviation(&values), expected, epsilon = 1e-12);
            let signed: Vec<f64> =
                values.iter().map(|v| if v % 2.0 == 0.0 { -v } else { *v }).collect();
            assert_eq!(mean_absolute(&signed), (n + 1.0) / 2.0);
        }
    }
}
