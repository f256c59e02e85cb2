use std::sync::OnceLock;

use fiber_filters::{Histogram, binomial_3x3, laplacian_4};
use fiber_image::{Plane, PlaneView};

use crate::counts::Counts;
use crate::singular_values::singular_values;

/// The smoothed image, and what several families need of it, each computed once.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The image after the binomial.
    pub(crate) grey: Plane<u8>,
    /// Its grey levels.
    pub(crate) histogram: Histogram,
    laplacian: OnceLock<SignedSums>,
    singular_values: OnceLock<Vec<f64>>,
}

impl Prepared {
    pub(crate) fn new(image: PlaneView<'_, u8>) -> Self {
        let grey = binomial_3x3(image);
        let histogram = Histogram::of(grey.view());
        Self { grey, histogram, laplacian: OnceLock::new(), singular_values: OnceLock::new() }
    }

    /// Statistics of the grey levels.
    pub(crate) fn levels(&self) -> Counts<'_> {
        Counts::new(self.histogram.counts())
    }

    /// Number of pixels.
    pub(crate) fn area(&self) -> f64 {
        self.grey.pixels().len() as f64
    }

    /// Sums over the 4-neighbour Laplacian.
    pub(crate) fn laplacian(&self) -> SignedSums {
        *self.laplacian.get_or_init(|| SignedSums::of(laplacian_4(self.grey.view()).pixels()))
    }

    /// Singular values of the image as a matrix, falling.
    pub(crate) fn singular_values(&self) -> &[f64] {
        self.singular_values.get_or_init(|| singular_values(self.grey.view()))
    }
}

/// Exact sums over signed numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SignedSums {
    pub(crate) sum: i64,
    pub(crate) absolute: u64,
    pub(crate) squares: u64,
}

impl SignedSums {
    fn of(values: &[i16]) -> Self {
        /// So many squares of 16-bit numbers fit in 32 bits: Laplacians stay within -1020..=1020.
        const BLOCK: usize = 4096;
        let mut sums = Self::default();
        for block in values.chunks(BLOCK) {
            let (mut sum, mut absolute, mut squares) = (0_i32, 0_u32, 0_u32);
            for &value in block {
                let value = i32::from(value);
                sum += value;
                absolute += value.unsigned_abs();
                squares = squares.wrapping_add((value * value) as u32);
            }
            sums.sum += i64::from(sum);
            sums.absolute += u64::from(absolute);
            sums.squares += u64::from(squares);
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_laplacians_are_summed_exactly() {
        let values: Vec<i16> = (0..10_001).map(|i| if i % 2 == 0 { -1020 } else { 1020 }).collect();
        let expected =
            SignedSums { sum: -1020, absolute: 10_001 * 1020, squares: 10_001 * 1020 * 1020 };
        assert_eq!(SignedSums::of(&values), expected);
    }
}
