//! The angle of a direction, the same on every processor and for many directions at once.

/// Tangent of a sixteenth of a turn.
const TAN_SIXTEENTH: f64 = std::f64::consts::SQRT_2 - 1.0;

/// Share of a turn whose tangent is `t`, over `t`, in powers of `t * t`: the interpolation at the Chebyshev nodes
/// of tangents up to a sixteenth of a turn, where it is within 2e-12.
const SHARE: [f64; 7] = [
    0.159_154_943_088_457_4,
    -0.053_051_645_730_582_7,
    0.031_830_803_770_339_39,
    -0.022_729_854_483_736_184,
    0.017_571_484_346_646_026,
    -0.013_458_448_976_951_047,
    0.007_491_977_256_486_595,
];

/// The angle of `(u, v)` as a share of a turn from 0 to 1, to within 2e-12; 0 of nothing.
///
/// Made of additions, multiplications, one division and choices alone, so that a loop over it compiles to vector
/// instructions, which the `atan2` of the system does not; that may also differ from one system to the next.
#[inline(always)]
pub(crate) fn turn(u: f64, v: f64) -> f64 {
    let (across, up) = (u.abs(), v.abs());
    let (less, more) = (across.min(up), across.max(up));
    // Measured from the nearer of the axis and the diagonal.
    let near_diagonal = less > TAN_SIXTEENTH * more;
    let rise = if near_diagonal { less - more } else { less };
    let run = if near_diagonal { less + more } else { more };
    let tangent = rise / run.max(f64::MIN_POSITIVE);
    let square = tangent * tangent;
    let share = SHARE.iter().rev().fold(0.0, |sum, coefficient| sum * square + coefficient);
    let share = tangent * share + if near_diagonal { 0.125 } else { 0.0 };
    // Unfolded over the diagonal and the two axes.
    let share = if up > across { 0.25 - share } else { share };
    let share = if u < 0.0 { 0.5 - share } else { share };
    if v < 0.0 { 1.0 - share } else { share }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use proptest::prelude::*;

    use super::*;

    fn expected(u: f64, v: f64) -> f64 {
        (v.atan2(u) / TAU).rem_euclid(1.0)
    }

    #[test]
    fn angles_all_around_are_those_of_the_standard_library() {
        for i in 0..100_000 {
            let (v, u) = (TAU * f64::from(i) / 100_000.0).sin_cos();
            for length in [1e-9, 1.0, 3e4] {
                let off = (turn(length * u, length * v) - expected(u, v)).abs();
                assert!(off.min(1.0 - off) < 2e-12, "{i}: {off}");
            }
        }
    }

    #[test]
    fn axes_and_nothing_are_exact() {
        let of = [(1.0, 0.0), (1.0, -0.0), (0.0, 2.0), (-3.0, 0.0), (0.0, -4.0), (0.0, 0.0)];
        assert_eq!(of.map(|(u, v)| turn(u, v)), [0.0, 0.0, 0.25, 0.5, 0.75, 0.0]);
    }

    proptest! {
        #[test]
        fn any_direction_has_its_angle(u in -2.0_f64..2.0, v in -2.0_f64..2.0) {
            let found = turn(u, v);
            prop_assert!((0.0..=1.0).contains(&found));
            let off = (found - expected(u, v)).abs();
            prop_assert!(off.min(1.0 - off) < 2e-12, "{off}");
        }
    }
}
