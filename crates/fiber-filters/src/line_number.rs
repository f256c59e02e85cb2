//! The whole numbers that lines are summed in.

use std::ops::{Add, Sub};

/// Numbers of which running sums are made, and what sums along lines come to.
pub(crate) trait Number: Copy + Default + Add<Output = Self> + Sub<Output = Self> {
    /// What a sum counts for: 1 over the root of the number of its pixels.
    type Share: Copy;
    /// A sum times its share.
    type Response: Copy;
    const HIGHEST: Self::Response;
    const LOWEST: Self::Response;

    /// What 1 stands for where `length` values of at most `largest`, rounded, are summed.
    fn unit(largest: f32, length: usize) -> f32;
    /// A value over the unit, of which this is the inverse, rounded.
    fn rounded(value: f32, units: f64) -> Self;
    /// What a sum of so many pixels counts for; an empty line's counts whole.
    fn share(count: u16) -> Self::Share;
    fn times(self, share: Self::Share) -> Self::Response;
    fn higher(a: Self::Response, b: Self::Response) -> Self::Response;
    fn lower(a: Self::Response, b: Self::Response) -> Self::Response;
}

impl Number for i32 {
    type Share = f32;
    type Response = f32;
    const HIGHEST: f32 = f32::INFINITY;
    const LOWEST: f32 = f32::NEG_INFINITY;

    /// A power of two, by which no value of less bits is rounded.
    fn unit(largest: f32, length: usize) -> f32 {
        // Half of what it holds, which leaves room for rounding.
        let least = f64::from(largest) * length as f64 / f64::from(1 << 30);
        // The next power of two above: the exponent alone, and one more.
        let exponent = f64::from_bits(least.to_bits() >> 52 << 52);
        (2.0 * exponent).max(f64::from(f32::MIN_POSITIVE)) as f32
    }

    #[inline(always)]
    fn rounded(value: f32, units: f64) -> Self {
        // The sum's last bits are those of the whole number.
        const TO_WHOLE: f64 = 1.5 * (1_u64 << 52) as f64;
        (f64::from(value) * units + TO_WHOLE).to_bits() as Self
    }

    #[inline(always)]
    fn share(count: u16) -> f32 {
        1.0 / (f32::from(count.max(1))).sqrt()
    }

    #[inline(always)]
    fn times(self, share: f32) -> f32 {
        self as f32 * share
    }

    // Of a comparison the compiler makes a masked store, which takes ten times as long on some processors.
    #[inline(always)]
    fn higher(a: f32, b: f32) -> f32 {
        a.max(b)
    }

    #[inline(always)]
    fn lower(a: f32, b: f32) -> f32 {
        a.min(b)
    }
}

/// Added to a number that single precision holds, it leaves the rounded one in the last bits.
const TO_WHOLE: f32 = 1.5 * (1_u32 << 23) as f32;

/// Twice as many to a vector. Responses are cut off to even multiples of the unit, halves of which are kept: the upper
/// half of a product is one instruction.
impl Number for i16 {
    type Share = i16;
    type Response = i16;
    const HIGHEST: i16 = i16::MAX;
    const LOWEST: i16 = i16::MIN;

    fn unit(largest: f32, length: usize) -> f32 {
        // Each value may be rounded up by half a unit, and the unit itself down.
        let room = f64::from(i16::MAX) - length as f64;
        let least = f64::from(largest) * length as f64 / room;
        least.max(f64::from(f32::MIN_POSITIVE)) as f32
    }

    #[inline(always)]
    fn rounded(value: f32, units: f64) -> Self {
        (value * units as f32 + TO_WHOLE).to_bits() as Self
    }

    /// In units of 2^-15, by Newton's method to within 5 millionths and rounding: in vectors, unlike a look-up.
    #[inline(always)]
    fn share(count: u16) -> i16 {
        let count = f32::from(count.max(1));
        let better = |share: f32| share * (1.5 - 0.5 * count * share * share);
        // Half of the exponent, the other way round.
        let guess = f32::from_bits(0x5f37_59df - (count.to_bits() >> 1));
        let share = better(better(guess));
        ((32768.0 * share).min(32767.0) + TO_WHOLE).to_bits() as i16
    }

    #[inline(always)]
    fn times(self, share: i16) -> i16 {
        ((i32::from(self) * i32::from(share)) >> 16) as i16
    }

    #[inline(always)]
    fn higher(a: i16, b: i16) -> i16 {
        a.max(b)
    }

    #[inline(always)]
    fn lower(a: i16, b: i16) -> i16 {
        a.min(b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_one_over_the_root_of_the_count() {
        for count in 1..=u16::MAX {
            let exact = 32768.0 / f64::from(count).sqrt();
            let off = f64::from(<i16 as Number>::share(count)) - exact.min(32767.0);
            assert!(off.abs() <= 0.5 + 5e-6 * exact, "{count}: {off}");
        }
        assert_eq!(<i16 as Number>::share(0), i16::MAX, "an empty line counts whole");
    }
}
