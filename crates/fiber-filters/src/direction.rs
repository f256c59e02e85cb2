use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

/// Tangent of an eighth of half a turn: above it the angle is taken from 45 degrees.
const TAN_22_5: f64 = 0.414_213_562_373_095_03;

/// The angle of the vector (x, y), as `y.atan2(x)`, within two rounding errors; 0 where both are 0. Both must be finite
/// and below 1e307.
///
/// The same on every system, whose own `atan2` may differ in the last digits.
///
/// ```
/// use fiber_filters::direction;
///
/// assert_eq!(direction(2.0, 0.0), std::f64::consts::FRAC_PI_2);
/// ```
///
/// Without branches or calls, so that a loop of it becomes vector code. The rational approximation of the
/// arctangent is that of Moshier's Cephes library.
#[inline(always)]
#[must_use]
pub fn direction(y: f64, x: f64) -> f64 {
    let (width, height) = (x.abs(), y.abs());
    let (small, large) = (width.min(height), width.max(height));
    let middle = small > TAN_22_5 * large;
    let numerator = if middle { small - large } else { small };
    let denominator = if middle { small + large } else { large };
    let base = if middle { FRAC_PI_4 } else { 0.0 };
    let slope = numerator / if denominator == 0.0 { 1.0 } else { denominator };
    let from_axis = base + arctangent(slope);
    let acute = if height > width { FRAC_PI_2 - from_axis } else { from_axis };
    let unsigned = if x < 0.0 { PI - acute } else { acute };
    unsigned.copysign(y)
}

/// Arctangent of a number within -0.66..=0.66.
#[inline(always)]
fn arctangent(slope: f64) -> f64 {
    let square = slope * slope;
    let mut numerator = -8.750_608_600_031_904e-1;
    for coefficient in [
        -1.615_753_718_733_365e1,
        -7.500_855_792_314_705e1,
        -1.228_866_684_490_136_2e2,
        -6.485_021_904_942_025e1,
    ] {
        numerator = numerator * square + coefficient;
    }
    let mut denominator = square + 2.485_846_490_142_306_3e1;
    for coefficient in [
        1.650_270_098_316_988_5e2,
        4.328_810_604_912_902_7e2,
        4.853_903_996_359_137e2,
        1.945_506_571_482_614e2,
    ] {
        denominator = denominator * square + coefficient;
    }
    slope + slope * (square * numerator / denominator)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(y: f64, x: f64) {
        let (found, expected) = (direction(y, x), y.atan2(x));
        let error = (found - expected).abs();
        assert!(error <= 5e-16 * expected.abs().max(1e-300), "{y} {x}: {found}, not {expected}");
    }

    #[test]
    fn directions_of_whole_numbers_are_those_of_the_standard_library() {
        for y in -60..=60 {
            for x in -60..=60 {
                check(f64::from(y), f64::from(x));
            }
        }
    }

    proptest! {
        #[test]
        fn directions_are_those_of_the_standard_library(y in -1e3_f64..1e3, x in -1e3_f64..1e3) {
            check(y, x);
            check(1e-9 * y, x);
            check(y, 1e-9 * x);
        }
    }
}
