/// Exact statistics of small whole numbers from how often each occurs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts<'a> {
    counts: &'a [u64],
    total: u64,
    sum: u128,
    sum_of_squares: u128,
}

impl<'a> Counts<'a> {
    /// `counts[v]` is how often `v` occurs; something must occur.
    pub(crate) fn new(counts: &'a [u64]) -> Self {
        let moment = |power| {
            counts.iter().zip(0_u128..).map(|(&n, v)| u128::from(n) * v.pow(power)).sum::<u128>()
        };
        Self { counts, total: counts.iter().sum(), sum: moment(1), sum_of_squares: moment(2) }
    }

    pub(crate) fn sum(self) -> f64 {
        self.sum as f64
    }

    pub(crate) fn sum_of_squares(self) -> f64 {
        self.sum_of_squares as f64
    }

    pub(crate) fn mean(self) -> f64 {
        self.sum as f64 / self.total as f64
    }

    pub(crate) fn mean_square(self) -> f64 {
        self.sum_of_squares as f64 / self.total as f64
    }

    /// Population variance.
    pub(crate) fn variance(self) -> f64 {
        let total = u128::from(self.total);
        (total * self.sum_of_squares - self.sum * self.sum) as f64 / (total * total) as f64
    }

    /// Standardised central moment of an order, 0 where all numbers are equal.
    pub(crate) fn standardised_moment(self, order: i32) -> f64 {
        let (mean, std) = (self.mean(), self.variance().sqrt());
        if std == 0.0 {
            return 0.0;
        }
        let sum: f64 = self
            .occurring()
            .map(|(value, count)| count as f64 * ((value as f64 - mean) / std).powi(order))
            .sum();
        sum / self.total as f64
    }

    /// The number at rank `(n - 1) q` of the sorted ones, interpolated linearly; `q` from 0 to 1.
    pub(crate) fn quantile(self, q: f64) -> f64 {
        let rank = (self.total - 1) as f64 * q;
        let (low, high) = (self.at_rank(rank.floor()), self.at_rank(rank.ceil()));
        low + (high - low) * rank.fract()
    }

    fn at_rank(self, rank: f64) -> f64 {
        let mut up_to = 0;
        let found = self.counts.iter().position(|&count| {
            up_to += count;
            up_to as f64 > rank
        });
        found.unwrap_or(self.counts.len() - 1) as f64
    }

    /// Shannon entropy in bits.
    pub(crate) fn entropy(self) -> f64 {
        let total = self.total as f64;
        let sum: f64 = self
            .occurring()
            .map(|(_, count)| {
                let share = count as f64 / total;
                share * share.log2()
            })
            .sum();
        // The difference, unlike the negation, gives plain 0 for a single bin.
        0.0 - sum
    }

    /// Sum of the squared shares: the chance that two draws are equal.
    pub(crate) fn collision(self) -> f64 {
        let sum: u128 = self.counts.iter().map(|&n| u128::from(n) * u128::from(n)).sum();
        sum as f64 / (self.total as f64 * self.total as f64)
    }

    /// Every number that occurs, with how often it does.
    pub(crate) fn occurring(self) -> impl DoubleEndedIterator<Item = (usize, u64)> + 'a {
        self.counts.iter().copied().enumerate().filter(|&(_, count)| count > 0)
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn moments_and_quantiles_are_those_of_the_written_out_numbers(
            mut numbers in prop::collection::vec(0_usize..300, 1..60),
            q in 0.0_f64..=1.0,
        ) {
            let mut counts = vec![0; 300];
            for &number in &numbers {
                counts[number] += 1;
            }
            let counts = Counts::new(&counts);
            numbers.sort_unstable();
            let n = numbers.len() as f64;
            let mean = numbers.iter().sum::<usize>() as f64 / n;
            let moment = |k| numbers.iter().map(|&v| (v as f64 - mean).powi(k)).sum::<f64>() / n;
            assert_relative_eq!(counts.mean(), mean, max_relative = 1e-12);
            assert_relative_eq!(counts.variance(), moment(2), max_relative = 1e-9, epsilon = 1e-9);
            if counts.variance() > 0.0 {
                let skew = moment(3) / moment(2).powf(1.5);
                assert_relative_eq!(counts.standardised_moment(3), skew, epsilon = 1e-9);
            }
            let rank = (n - 1.0) * q;
            let (low, high) = (numbers[rank.floor() as usize], numbers[rank.ceil() as usize]);
            let between = low as f64 + (high as f64 - low as f64) * rank.fract();
            assert_relative_eq!(counts.quantile(q), between, epsilon = 1e-9);
        }
    }

    #[test]
    fn entropies_of_equal_shares_are_known() {
        let equal = Counts::new(&[3, 0, 3, 3, 3]);
        assert_relative_eq!(equal.entropy(), 2.0);
        assert_relative_eq!(equal.collision(), 0.25);
        let single = Counts::new(&[0, 5]);
        assert!(single.entropy() == 0.0 && single.entropy().is_sign_positive());
        assert_eq!((single.variance(), single.standardised_moment(4)), (0.0, 0.0));
    }
}
