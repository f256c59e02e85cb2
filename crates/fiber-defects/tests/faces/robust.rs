//! Whatever the input: no panic, the same answer every time, and typed errors.

use fiber_anomaly::self_reference;
use fiber_defects::{DefectError, DetectOptions, Detection, detect};
use fiber_geometry::{Ellipse, Geometry};
use fiber_image::Plane;
use fiber_synth::{DefectKind, Polarity, Shape};
use proptest::prelude::*;

use crate::drawn::{Drawn, ZONE_UM};

fn inspected(image: &Plane<u8>, geometry: Option<&Geometry>) -> Detection {
    let reference = self_reference(image.view(), geometry, ZONE_UM).expect("a legal zone");
    detect(&reference, image.dimensions(), geometry, None, &DetectOptions::default())
        .expect("legal options")
}

fn fibre(cx: f64, cy: f64, diameter: f64) -> Geometry {
    Geometry { cladding: Ellipse::circle(cx, cy, diameter), ..Drawn::square().geometry }
}

#[test]
fn images_without_structure_have_no_defects() {
    for (width, height) in [(1, 1), (1, 50), (50, 1), (64, 48)] {
        for level in [0, 128, 255] {
            let image = Plane::filled(width, height, level).expect("positive sides");
            for geometry in [None, Some(fibre(20.0, 15.0, 24.0)), Some(fibre(-5.0, 60.0, 40.0))] {
                let detection = inspected(&image, geometry.as_ref());
                assert!(detection.defects.is_empty());
                assert_eq!(detection.labels.dimensions(), (width, height));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn random_images_are_served_and_labelled_consistently(
        width in 1_usize..70,
        height in 1_usize..70,
        levels in prop::collection::vec(any::<u8>(), 70 * 70),
        centre in (-60.0_f64..130.0, -60.0_f64..130.0),
        diameter in 1.0_f64..150.0,
        with_geometry in any::<bool>(),
    ) {
        let image = Plane::new(width, height, levels[..width * height].to_vec()).expect("as many");
        let geometry = with_geometry.then(|| fibre(centre.0, centre.1, diameter));
        let detection = inspected(&image, geometry.as_ref());
        prop_assert_eq!(&detection, &inspected(&image, geometry.as_ref()));
        for (label, defect) in (1..).zip(&detection.defects) {
            let bounds = defect.bounds;
            let mut area = 0;
            for (y, row) in detection.labels.rows().enumerate() {
                for (x, _) in row.iter().enumerate().filter(|&(_, &l)| l == label) {
                    area += 1;
                    prop_assert!((bounds.x..bounds.x + bounds.width).contains(&x));
                    prop_assert!((bounds.y..bounds.y + bounds.height).contains(&y));
                }
            }
            prop_assert_eq!(area, defect.area_px);
            prop_assert!((0.0..=1.0).contains(&defect.confidence));
            prop_assert!((0.0..=1.0).contains(&defect.severity));
            prop_assert!(defect.snr.is_finite() && defect.contrast.is_finite());
            prop_assert_eq!(defect.size_um.is_some(), with_geometry);
        }
    }
}

#[test]
fn defects_come_worst_first_and_the_same_every_time() {
    let mut face = Drawn::square();
    for (centre, diameter) in [([120.0, 80.0], 9.0), ([60.0, 60.0], 4.0), ([60.0, 190.0], 16.0)] {
        let shape = Shape::disc(centre, diameter);
        face.plant(DefectKind::Dig, vec![shape], Polarity::Dark, 40.0);
    }
    let detection = face.detect();
    assert_eq!(detection.defects.len(), 3);
    assert!(detection.defects.windows(2).all(|pair| pair[0].severity >= pair[1].severity));
    assert_eq!(detection, face.detect());
    let mask = detection.mask();
    for (&label, &mask) in detection.labels.pixels().iter().zip(mask.pixels()) {
        assert_eq!(mask, if label > 0 { 255 } else { 0 });
    }
}

#[test]
fn options_decide_what_is_reported() {
    let mut face = Drawn::square();
    let small = Shape::disc([60.0, 60.0], 5.0);
    face.plant(DefectKind::Dig, vec![small], Polarity::Dark, 40.0);
    let reference = self_reference(face.image.view(), Some(&face.geometry), ZONE_UM);
    let reference = reference.expect("a legal zone");
    let with = |options: DetectOptions| {
        detect(&reference, face.image.dimensions(), Some(&face.geometry), None, &options)
            .expect("legal options")
            .defects
            .len()
    };
    assert_eq!(with(DetectOptions::default()), 1);
    assert_eq!(with(DetectOptions { min_area_px: 200, ..Default::default() }), 0);
}

#[test]
fn options_out_of_range_are_refused() {
    let image = Plane::filled(9, 9, 5_u8).expect("positive sides");
    let reference = self_reference(image.view(), None, ZONE_UM).expect("a legal zone");
    let refused = |options: DetectOptions| match detect(&reference, (9, 9), None, None, &options) {
        Err(DefectError::Parameter { parameter, .. }) => Some(parameter),
        _ => None,
    };
    let options = DetectOptions::default();
    assert_eq!(refused(options), None);
    assert_eq!(
        refused(DetectOptions { min_area_px: 11, max_area_px: 10, ..options }),
        Some("min_area_px")
    );
    for bad in [f64::NAN, -0.1, 1.1] {
        assert_eq!(
            refused(DetectOptions { min_confidence: bad, ..options }),
            Some("min_confidence")
        );
    }
    for bad in [f64::NAN, f64::INFINITY, -0.1] {
        assert_eq!(refused(DetectOptions { min_contrast: bad, ..options }), Some("min_contrast"));
    }
    for bad in [f64::NAN, f64::INFINITY, 0.9] {
        assert_eq!(refused(DetectOptions { scratch_ratio: bad, ..options }), Some("scratch_ratio"));
    }
    let empty = detect(&reference, (0, 9), None, None, &options);
    assert!(matches!(empty, Err(DefectError::Parameter { parameter: "size", .. })));
}
