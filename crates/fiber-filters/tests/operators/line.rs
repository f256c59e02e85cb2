//! Oriented line sums.

use fiber_filters::{LineField, LineResponse, OrientedLineFilter};
use fiber_image::Plane;
use proptest::prelude::*;

use crate::planes::{close_to, of};

/// Walks along the digital line through every pixel in every direction.
fn naive(plane: &Plane<f32>, mask: &Plane<u8>, length: usize, angles: usize) -> LineResponse {
    let (width, height) = plane.dimensions();
    let mut response = plane.filled_like(0.0_f32);
    let mut angle_index = plane.filled_like(0_u8);
    let filter = OrientedLineFilter::new(length, angles).unwrap();
    for y in 0..height {
        for x in 0..width {
            let mut best = f32::NEG_INFINITY;
            for index in 0..angles {
                let (sin, cos) = f64::from(filter.angle(index as u8)).sin_cos();
                let steep = sin.abs() > cos.abs();
                let slope = if steep { cos / sin } else { sin / cos };
                let along = sin.abs().max(cos.abs());
                let half = (0.5 * (length - 1) as f64 * along).round() as isize;
                let offset = |at: usize| (slope * at as f64).round() as isize;
                let (major, minor) = if steep { (y, x) } else { (x, y) };
                let (mut sum, mut count) = (0.0, 0.0);
                for step in -half..=half {
                    let Ok(position) = usize::try_from(major as isize + step) else { continue };
                    let aside = minor as isize + offset(position) - offset(major);
                    let Ok(aside) = usize::try_from(aside) else { continue };
                    let at = if steep { (aside, position) } else { (position, aside) };
                    if let (Some(&value), Some(1..)) = (plane.get(at.0, at.1), mask.get(at.0, at.1))
                    {
                        sum += f64::from(value);
                        count += 1.0;
                    }
                }
                // Shares first, which decides what is a tie.
                let share = 1.0 / f32::sqrt(f32::max(count, 1.0));
                let value = sum as f32 * share;
                if value > best {
                    best = value;
                    response[(x, y)] = value;
                    angle_index[(x, y)] = index as u8;
                }
            }
        }
    }
    LineResponse { response, angle_index }
}

fn masked(side: usize) -> impl Strategy<Value = (Plane<f32>, Plane<u8>)> {
    let pixel = (-8_i8..8, prop_oneof![1 => Just(0_u8), 3 => Just(255)]);
    of(side, pixel).prop_map(|plane| (plane.map(|&(v, _)| f32::from(v)), plane.map(|&(_, m)| m)))
}

proptest! {
    /// Values are whole numbers, so that sums are exact and ties are ties.
    #[test]
    fn responses_are_those_of_walking((plane, mask) in masked(13), length in 1_usize..20, angles in 1_usize..19) {
        let filter = OrientedLineFilter::new(length, angles).unwrap();
        let expected = naive(&plane, &mask, length, angles);
        let found = filter.apply(plane.view(), Some(mask.view())).unwrap();
        prop_assert_eq!(close_to(&found.response, &expected.response, 1e-6), Ok(()));
        prop_assert_eq!(found.angle_index.pixels(), expected.angle_index.pixels());
    }

    #[test]
    fn bright_and_dark_are_those_of_the_plane_and_its_negative((plane, mask) in masked(13), length in 1_usize..20, angles in 1_usize..19) {
        let filter = OrientedLineFilter::new(length, angles).unwrap();
        let both = filter.bright_and_dark(plane.view(), Some(mask.view())).unwrap();
        let bright = filter.apply(plane.view(), Some(mask.view())).unwrap();
        let dark = filter.apply(plane.map(|&v| -v).view(), Some(mask.view())).unwrap();
        prop_assert_eq!(both.bright, bright.response);
        prop_assert_eq!(both.dark, dark.response);
    }

    #[test]
    fn no_mask_is_a_full_mask((plane, _) in masked(13), length in 1_usize..20) {
        let filter = OrientedLineFilter::new(length, 12).unwrap();
        let full = plane.filled_like(1_u8);
        let masked = filter.apply(plane.view(), Some(full.view())).unwrap();
        prop_assert_eq!(filter.apply(plane.view(), None).unwrap(), masked);
    }
}

#[test]
fn what_is_not_finite_does_not_count() {
    let mut plane = Plane::filled(9, 9, 1.0_f32).unwrap();
    plane[(4, 4)] = f32::NAN;
    plane[(2, 4)] = f32::INFINITY;
    let filter = OrientedLineFilter::new(9, 8).unwrap();
    let mut mask = plane.filled_like(255_u8);
    mask[(4, 4)] = 0;
    mask[(2, 4)] = 0;
    let finite = plane.map(|&value| if value.is_finite() { value } else { 0.0 });
    assert_eq!(
        filter.apply(plane.view(), None).unwrap(),
        filter.apply(finite.view(), Some(mask.view())).unwrap()
    );
}

#[test]
fn an_empty_mask_gives_no_response() {
    let plane = Plane::filled(5, 4, 3.0_f32).unwrap();
    let none = plane.filled_like(0_u8);
    let filter = OrientedLineFilter::new(65_535, 255).unwrap();
    let lines = filter.apply(plane.view(), Some(none.view())).unwrap();
    assert!(lines.response.pixels().iter().all(|&response| response == 0.0));
}

/// A normal deviate by the sum of twelve uniform ones.
fn noise(width: usize, height: usize) -> Plane<f32> {
    let mut state = 1_u64;
    Plane::from_fn(width, height, |_, _| {
        let mut sum = -6.0;
        for _ in 0..12 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            sum += (state >> 40) as f32 / (1_u64 << 24) as f32;
        }
        sum
    })
    .unwrap()
}

#[test]
fn noise_keeps_its_deviation() {
    let plane = noise(220, 180);
    let mask = plane.map(|&value| u8::from(value < 3.0));
    // One direction, so that no maximum is taken.
    let filter = OrientedLineFilter::new(21, 1).unwrap();
    let lines = filter.apply(plane.view(), Some(mask.view())).unwrap();
    let squares = lines.response.pixels().iter().map(|&response| f64::from(response).powi(2));
    let deviation = (squares.sum::<f64>() / plane.pixels().len() as f64).sqrt();
    assert!((deviation - 1.0).abs() < 0.03, "deviation {deviation}");
}

#[test]
fn a_faint_slanted_scratch_stands_out_and_tells_its_direction() {
    let (slope, contrast) = (0.45_f32, 1.3_f32);
    let mut plane = noise(160, 120);
    for x in 30..130 {
        plane[(x, (20.0 + slope * (x - 30) as f32).round() as usize)] += contrast;
    }
    let filter = OrientedLineFilter::new(41, 64).unwrap();
    let lines = filter.apply(plane.view(), None).unwrap();
    let mut best = (0, 0);
    for y in 0..120 {
        for x in 0..160 {
            if lines.response[(x, y)] > lines.response[best] {
                best = (x, y);
            }
        }
    }
    let angle = filter.angle(lines.angle_index[best]);
    assert!(lines.response[best] > 6.0, "response {}", lines.response[best]);
    assert!((angle - slope.atan()).abs() < 0.06, "angle {angle}");
    let distance = best.1 as f32 - (20.0 + slope * (best.0 as f32 - 30.0));
    assert!(distance.abs() <= 2.0, "{best:?}");
}

proptest! {
    #[test]
    fn planes_summed_together_give_what_each_gives_alone(
        (width, height) in (1_usize..40, 1_usize..40),
        (length, angles) in (1_usize..30, 1_usize..12),
        closed in prop::collection::vec((0_usize..40, 0_usize..40), 0..200),
    ) {
        let planes = [noise(width, height), noise(width, height).map(|v| 0.5 - v * v)];
        let mut mask = planes[0].filled_like(255_u8);
        for (x, y) in closed {
            mask[(x % width, y % height)] = 0;
        }
        let filter = OrientedLineFilter::new(length, angles).unwrap();
        let views = planes.each_ref().map(Plane::view);
        let together = filter.bright_and_dark_of(views, Some(mask.view())).unwrap();
        let alone = views.map(|view| filter.bright_and_dark(view, Some(mask.view())).unwrap());
        prop_assert_eq!(&together, &alone);
        for (plane, both) in planes.iter().zip(&together) {
            let bright = filter.apply(plane.view(), Some(mask.view())).unwrap().response;
            let dark = filter.apply(plane.map(|v| -v).view(), Some(mask.view())).unwrap().response;
            prop_assert_eq!(&both.bright, &bright);
            prop_assert_eq!(&both.dark, &dark);
        }
    }
}

#[test]
fn planes_of_different_sizes_are_refused() {
    let (plane, other) = (noise(9, 7), noise(7, 9));
    let filter = OrientedLineFilter::new(5, 4).unwrap();
    assert!(filter.bright_and_dark_of([plane.view(), other.view()], None).is_err());
    let field = LineField::new([plane.view()], None, 4).unwrap();
    assert!(filter.bright_and_dark_in(&field).is_err(), "longer than the field's longest");
}

#[test]
fn lines_far_longer_than_a_narrow_plane_is_wide_are_cut_off_at_its_sides() {
    for (width, height) in [(2, 20_000), (20_000, 2)] {
        let plane = Plane::filled(width, height, 1.0_f32).unwrap();
        let filter = OrientedLineFilter::new(60_001, 6).unwrap();
        let lines = filter.apply(plane.view(), None).unwrap();
        // Along the plane all pixels are on a line.
        let expected = 20_000.0_f32.sqrt();
        let same = |v: &f32| (v - expected).abs() < 1e-3;
        assert!(lines.response.pixels().iter().all(same));
    }
}

#[test]
fn values_of_any_size_are_rounded_as_little_as_stated() {
    let base = noise(40, 30);
    let scales = [(1e-36_f32, 1.0_f32), (1e-30, 1.0), (1.0, 1.0), (1e30, 1.0), (1.0, 1e6)];
    for (scale, outlier) in scales {
        let mut plane = base.map(|&v| v * scale);
        plane[(11, 7)] = 5.0 * scale * outlier;
        let largest = plane.pixels().iter().fold(0.0_f32, |most, v| most.max(v.abs()));
        for length in [1, 4, 9, 41] {
            let expected = naive(&plane, &plane.filled_like(1), length, 8).response;
            let filter = OrientedLineFilter::new(length, 8).unwrap();
            let found = filter.apply(plane.view(), None).unwrap().response;
            // Half a unit for each pixel of a line over its root, and what single precision has of the sum.
            let unit = largest * (length + 1) as f32 * 2.0_f32.powi(-29);
            let root = ((length | 1) as f32).sqrt();
            let sums = largest * root;
            let bound = 0.5 * unit.max(f32::MIN_POSITIVE) * root + 4.0 * f32::EPSILON * sums;
            for (a, b) in found.pixels().iter().zip(expected.pixels()) {
                assert!((a - b).abs() <= bound, "{scale} {outlier} {length}: {a} {b}");
            }
        }
    }
}

proptest! {
    #[test]
    fn coarse_sums_are_off_by_no_more_than_stated(
        (width, height) in (1_usize..60, 1_usize..60),
        (length, longer, angles) in (1_usize..60, 0_usize..196, 1_usize..12),
        scale in prop_oneof![Just(1e-30_f32), Just(1.0), Just(1e30)],
        flat in any::<bool>(),
        closed in prop::collection::vec((0_usize..60, 0_usize..60), 0..200),
    ) {
        // Sums are largest where all values are.
        let plane = noise(width, height).map(|&v| scale * if flat { 4.0 } else { v });
        let mut mask = plane.filled_like(255_u8);
        for (x, y) in closed {
            mask[(x % width, y % height)] = 0;
        }
        let views = [plane.view(), plane.view()];
        let filter = OrientedLineFilter::new(length, angles).unwrap();
        let [fine, _] = filter.bright_and_dark_of(views, Some(mask.view())).unwrap();
        let field = LineField::new(views, Some(mask.view()), length + longer).unwrap();
        let [coarse, _] = filter.bright_and_dark_in(&field).unwrap();
        let valid = plane.pixels().iter().zip(mask.pixels()).filter(|&(_, &open)| open != 0);
        let largest = valid.fold(0.0_f32, |most, (v, _)| most.max(v.abs()));
        let unit = 1.01 * largest * (length + longer + 1) as f32 * 2.0_f32.powi(-15);
        prop_assert!(coarse.unit <= unit.max(f32::MIN_POSITIVE));
        let bound = (0.5 * ((length | 1) as f32).sqrt() + 1.5) * coarse.unit + f32::EPSILON * largest;
        let unit_of = coarse.unit;
        for (fine, coarse) in [(&fine.bright, &coarse.bright), (&fine.dark, &coarse.dark)] {
            for (fine, coarse) in fine.pixels().iter().zip(coarse.pixels()) {
                let value = unit_of * f32::from(*coarse);
                prop_assert!((fine - value).abs() <= bound, "{} {} {}", fine, value, bound);
            }
        }
    }
}

#[test]
fn lines_too_long_for_coarse_sums_are_refused() {
    let plane = noise(9, 7);
    assert!(LineField::new([plane.view()], None, 255).is_ok());
    assert!(LineField::new([plane.view()], None, 256).is_err());
}
