use crate::sums::{LANES, lane_sum};

/// Mean and standard deviation in one pass: sums of the distances from the first value, so that equal values
/// have a deviation of exactly 0 and little cancels otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ShiftedSums {
    shift: f64,
    count: usize,
    sum: f64,
    squares: f64,
}

impl ShiftedSums {
    /// Takes more values in.
    #[inline(always)]
    pub(crate) fn add(&mut self, values: &[f64]) {
        let Some(&first) = values.first() else { return };
        if self.count == 0 {
            self.shift = first;
        }
        let shift = self.shift;
        let (blocks, rest) = values.as_chunks::<LANES>();
        let (mut sums, mut squares) = ([0.0; LANES], [0.0; LANES]);
        for block in blocks {
            for i in 0..LANES {
                let distance = block[i] - shift;
                sums[i] += distance;
                squares[i] += distance * distance;
            }
        }
        for (i, value) in rest.iter().enumerate() {
            let distance = value - shift;
            sums[i] += distance;
            squares[i] += distance * distance;
        }
        self.sum += lane_sum(&sums);
        self.squares += lane_sum(&squares);
        self.count += values.len();
    }

    /// Sum of the values.
    pub(crate) fn sum(&self) -> f64 {
        self.shift * self.count as f64 + self.sum
    }

    /// Mean of at least one value.
    pub(crate) fn mean(&self) -> f64 {
        self.shift + self.sum / self.count as f64
    }

    /// Population standard deviation of at least one value.
    pub(crate) fn standard_deviation(&self) -> f64 {
        let count = self.count as f64;
        let mean = self.sum / count;
        (self.squares / count - mean * mean).max(0.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    #[test]
    fn parts_of_any_length_give_the_moments_of_the_whole() {
        let values: Vec<f64> = (0..100_u32).map(|i| f64::from(i * i % 37) + 1e4).collect();
        for length in 1..40 {
            let mut sums = ShiftedSums::default();
            values.chunks(length).for_each(|part| sums.add(part));
            let mean = values.iter().sum::<f64>() / 100.0;
            let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 100.0;
            assert_relative_eq!(sums.sum(), 100.0 * mean, max_relative = 1e-15);
            assert_relative_eq!(sums.mean(), mean, max_relative = 1e-15);
            assert_relative_eq!(sums.standard_deviation(), variance.sqrt(), max_relative = 1e-13);
        }
    }

    #[test]
    fn equal_values_do_not_deviate() {
        let mut sums = ShiftedSums::default();
        sums.add(&[0.1; 77]);
        assert_eq!((sums.mean(), sums.standard_deviation()), (0.1, 0.0));
    }
}
