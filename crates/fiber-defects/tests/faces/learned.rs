//! What only a learned model sees.

use fiber_anomaly::self_reference;
use fiber_defects::{DefectType, DetectOptions, detect};
use fiber_image::Plane;
use fiber_synth::{DefectKind, Polarity, Shape};

use crate::drawn::{Drawn, ZONE_UM};

fn with_square_at(face: &Drawn, left: usize, top: usize) -> Plane<u8> {
    let side = 12;
    Plane::from_fn(face.image.width(), face.image.height(), |x, y| {
        let inside = (left..left + side).contains(&x) && (top..top + side).contains(&y);
        if inside { 255 } else { 0 }
    })
    .expect("the image's own sides")
}

#[test]
fn a_region_of_the_learned_map_alone_is_an_anomaly() {
    let face = Drawn::square();
    let reference = self_reference(face.image.view(), Some(&face.geometry), ZONE_UM);
    let reference = reference.expect("a legal zone");
    let abnormal = with_square_at(&face, 60, 70);
    let options = DetectOptions::default();
    let size = face.image.dimensions();
    let found = detect(&reference, size, Some(&face.geometry), Some(&abnormal), &options)
        .expect("legal options")
        .defects;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].defect_type, found[0].area_px), (DefectType::Anomaly, 144));
    assert_eq!(found[0].algorithms, ["learned_map"]);
}

#[test]
fn a_detector_that_agrees_names_the_kind() {
    let mut face = Drawn::square();
    face.plant(DefectKind::Dig, vec![Shape::disc([66.0, 76.0], 6.0)], Polarity::Dark, 40.0);
    let reference = self_reference(face.image.view(), Some(&face.geometry), ZONE_UM);
    let reference = reference.expect("a legal zone");
    let abnormal = with_square_at(&face, 60, 70);
    let options = DetectOptions::default();
    let size = face.image.dimensions();
    let found = detect(&reference, size, Some(&face.geometry), Some(&abnormal), &options)
        .expect("legal options")
        .defects;
    assert_eq!(found.len(), 1);
    assert_ne!(found[0].defect_type, DefectType::Anomaly);
    assert_eq!(found[0].algorithms, ["learned_map", "matched_blob"]);
}
