//! A face compared with itself, from the outside.

use fiber_anomaly::{AnomalyError, Rings, self_reference};
use fiber_geometry::{Ellipse, Geometry};
use fiber_image::Plane;
use proptest::prelude::*;

fn fibre(cx: f64, cy: f64, diameter: f64) -> Geometry {
    Geometry {
        cladding: Ellipse::circle(cx, cy, diameter),
        core: None,
        cladding_um: 125.0,
        edge_rms_px: 0.0,
        rim_coverage: 1.0,
        rim_step: 0.0,
    }
}

/// Noise of mean 8 and deviation 2, the same on every run: sixteen coin flips of a hash.
fn noise(x: usize, y: usize) -> u8 {
    let mixed = (x as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ (y as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed ^ (mixed >> 32)) as u16).count_ones() as u8
}

fn noisy_face() -> Plane<u8> {
    Plane::from_fn(160, 140, |x, y| {
        let radius = (x as f64 - 80.0).hypot(y as f64 - 70.0);
        (if radius < 30.0 { 80 } else { 140 }) + noise(x, y)
    })
    .expect("positive sides")
}

#[test]
fn zones_out_of_range_are_refused() {
    let image = Plane::filled(20, 20, 7_u8).expect("positive sides");
    for bad in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        let refused = self_reference(image.view(), None, bad);
        assert!(
            matches!(refused, Err(AnomalyError::Parameter { parameter: "zone_um", .. })),
            "{bad}"
        );
    }
}

#[test]
fn zones_beyond_the_image_change_nothing() {
    let (image, geometry) = (noisy_face(), fibre(80.0, 70.0, 60.0));
    let all = self_reference(image.view(), Some(&geometry), 500.0).expect("legal");
    for zone_um in [1e5, 1e15, 1e30, f64::MAX] {
        let seen = self_reference(image.view(), Some(&geometry), zone_um).expect("legal");
        assert_eq!(seen.difference, all.difference, "{zone_um}");
        assert_eq!(seen.residual, all.residual, "{zone_um}");
        assert_eq!(seen.rings.mask(), all.rings.mask(), "{zone_um}");
    }
    // A fibre without a size has no zone.
    let unknown = Geometry { cladding_um: 0.0, ..geometry };
    assert!(self_reference(image.view(), Some(&unknown), 250.0).is_ok());
}

#[test]
fn a_fibre_with_its_centre_outside_the_image_is_analysed() {
    for cx in [-9.0, -40.0] {
        let image = Plane::from_fn(100, 80, |x, y| {
            let radius = (x as f64 - cx).hypot(y as f64 - 40.0);
            let marked = x.abs_diff(12) < 3 && y.abs_diff(40) < 3;
            (if marked {
                0
            } else if radius < 70.0 {
                80
            } else {
                140
            }) + noise(x, y)
        });
        let image = image.expect("positive sides");
        let seen = self_reference(image.view(), Some(&fibre(cx, 40.0, 140.0)), 250.0);
        let seen = seen.expect("legal");
        let mask = seen.rings.mask();
        let analysed = mask.pixels().iter().filter(|&&m| m != 0).count();
        assert!(analysed > 7000, "{cx}: {analysed}");
        let at = (12 - seen.origin.0, 40 - seen.origin.1);
        assert!(mask[at] != 0 && seen.residual[at] < -15.0, "{cx}: {}", seen.residual[at]);
        // All that counts as analysed differs by its noise at least.
        let pixels = seen.difference.pixels().iter().zip(mask.pixels());
        assert!(pixels.filter(|&(&d, &m)| m != 0 && d == 0.0).count() < 100);
    }
}

#[test]
fn all_of_a_turned_zone_is_analysed() {
    let image = Plane::from_fn(300, 300, |x, y| 100 + noise(x, y)).expect("positive sides");
    for (width_px, height_px, angle_deg) in [(120.0, 100.0, 40.0), (130.0, 90.0, 45.0)] {
        let cladding = Ellipse { cx: 150.0, cy: 150.0, width_px, height_px, angle_deg };
        let geometry = Geometry { cladding, ..fibre(0.0, 0.0, 1.0) };
        let seen = self_reference(image.view(), Some(&geometry), 250.0).expect("legal");
        let pixels = |rings: &Rings| rings.mask().pixels().iter().filter(|&&m| m != 0).count();
        let (found, all) =
            (pixels(&seen.rings), pixels(&Rings::around(image.view(), &geometry, 250.0)));
        // Radii are worked out in single precision from another origin.
        assert!(found.abs_diff(all) <= 3, "{found} of {all}");
    }
}

#[test]
fn residuals_are_in_deviations_of_the_noise() {
    let image = noisy_face();
    let seen = self_reference(image.view(), Some(&fibre(80.0, 70.0, 60.0)), 250.0).expect("legal");
    // Away from the rim the residual of noise has a deviation near 1.
    let (mut squares, mut count) = (0.0, 0.0);
    for (y, row) in seen.residual.rows().enumerate() {
        for (x, &value) in row.iter().enumerate() {
            let at = ((x + seen.origin.0) as f64, (y + seen.origin.1) as f64);
            let radius = (at.0 - 80.0).hypot(at.1 - 70.0);
            if (8.0..26.0).contains(&radius) || (36.0..56.0).contains(&radius) {
                squares += f64::from(value * value);
                count += 1.0;
            }
        }
    }
    let deviation = f64::sqrt(squares / count);
    assert!((0.8..1.2).contains(&deviation), "{deviation}");
}

#[test]
fn a_mark_stands_out_where_it_is_and_with_its_sign() {
    let mut image = noisy_face();
    image[(110, 90)] = 60;
    let seen = self_reference(image.view(), Some(&fibre(80.0, 70.0, 60.0)), 250.0).expect("legal");
    let at = (110 - seen.origin.0, 90 - seen.origin.1);
    assert!(seen.residual[at] < -20.0, "{}", seen.residual[at]);
    assert!((seen.difference[at] + 88.0).abs() < 3.0);
    let ring = seen.rings.ring_of(at.0, at.1).expect("inside the zone");
    assert!((seen.difference[at] / seen.ring_noise[ring] - seen.residual[at]).abs() < 1.0);
}

#[test]
fn the_expectation_is_less_sure_on_edges() {
    let image = noisy_face();
    let seen = self_reference(image.view(), Some(&fibre(80.0, 70.0, 60.0)), 250.0).expect("legal");
    let most_at = |radii: std::ops::Range<f64>| {
        let mut most = 0.0_f32;
        for (y, row) in seen.residual.rows().enumerate() {
            for (x, &value) in row.iter().enumerate() {
                let at = ((x + seen.origin.0) as f64, (y + seen.origin.1) as f64);
                if radii.contains(&(at.0 - 80.0).hypot(at.1 - 70.0)) {
                    most = most.max(value.abs());
                }
            }
        }
        most
    };
    // A step of 60 levels from one pixel to the next, drawn without any blur.
    assert!(most_at(28.0..32.0) < 5.0, "{}", most_at(28.0..32.0));
}

#[test]
fn planes_cover_the_zone_and_no_more() {
    let image = noisy_face();
    let seen = self_reference(image.view(), Some(&fibre(80.0, 70.0, 60.0)), 125.0).expect("legal");
    assert_eq!(seen.origin, (50, 40));
    assert!(seen.residual.width() <= 62 && seen.residual.height() <= 62);
    assert_eq!(seen.residual[(0, 0)], 0.0, "the corner lies outside the circle");
    let whole = self_reference(image.view(), None, 125.0).expect("legal");
    assert_eq!((whole.origin, whole.residual.dimensions()), ((0, 0), (160, 140)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_image_and_geometry_is_served(
        width in 1_usize..40,
        height in 1_usize..40,
        seed in any::<u32>(),
        centre in (-60.0_f64..100.0, -60.0_f64..100.0),
        diameter in 0.5_f64..120.0,
        constant in any::<bool>(),
    ) {
        let image = Plane::from_fn(width, height, |x, y| {
            if constant { 9 } else { noise(x + seed as usize, y).wrapping_mul(16) }
        })
        .expect("positive sides");
        for geometry in [None, Some(fibre(centre.0, centre.1, diameter))] {
            let seen = self_reference(image.view(), geometry.as_ref(), 250.0).expect("legal");
            prop_assert_eq!(seen.residual.dimensions(), seen.difference.dimensions());
            prop_assert!(seen.residual.pixels().iter().all(|v| v.is_finite()));
            prop_assert!(seen.ring_noise.iter().all(|n| n.is_finite() && *n > 0.0));
        }
    }
}
