//! Marks of known type, place and size are found once, as what they are, where they are.

use fiber_defects::{Defect, DefectType, Polarity};
use fiber_synth::{DefectKind, DefectTruth, Polarity as Planted, Shape};

use crate::drawn::Drawn;

/// The only defect of a face with one planted mark.
fn only(face: &Drawn) -> Defect {
    let detection = face.detect();
    let found: Vec<_> =
        detection.defects.iter().map(|d| (d.defect_type, d.centroid, d.length_px)).collect();
    assert_eq!(found.len(), 1, "type, centroid, length: {found:?}");
    let labelled = detection.labels.pixels().iter().filter(|&&label| label == 1).count();
    assert_eq!(labelled, detection.defects[0].area_px);
    detection.defects[0].clone()
}

fn assert_near(name: &str, found: f64, planted: f64) {
    let allowed = (0.15 * planted).max(1.5);
    assert!((found - planted).abs() <= allowed, "{name}: {found:.2} for {planted:.2}");
}

fn assert_at(found: &Defect, planted: &DefectTruth) {
    let (x, y) = found.centroid;
    let off = (x - planted.centroid[0]).hypot(y - planted.centroid[1]);
    assert!(off <= 1.0, "{:?} is {off:.2} px from {:?}", found.centroid, planted.centroid);
}

#[test]
fn discs_are_found_at_their_place_and_size() {
    // Cladding, ferrule and core.
    for (centre, diameter) in
        [([158.0, 131.0], 4.0), ([120.5, 32.0], 5.0), ([50.0, 160.0], 3.0), ([121.0, 112.0], 4.0)]
    {
        let mut face = Drawn::square();
        let shape = Shape::disc(centre, diameter);
        let planted = face.plant(DefectKind::Dig, vec![shape], Planted::Dark, 40.0);
        let found = only(&face);
        assert_eq!(found.defect_type, DefectType::Dig, "{diameter} at {centre:?}");
        assert_eq!(found.polarity, Polarity::Dark);
        assert_at(&found, &planted);
        assert_near("diameter", found.diameter_px, planted.diameter_px);
        let um = found.size_um.expect("the scale is known");
        assert_near("diameter_um", um.diameter, planted.diameter_px * 125.0 / 110.0);
        assert!(um.inner_radius < um.outer_radius);
        assert!(found.confidence > 0.99 && found.snr > 5.0);
    }
}

#[test]
fn particles_are_contamination() {
    for (polarity, found_polarity) in
        [(Planted::Dark, Polarity::Dark), (Planted::Bright, Polarity::Bright)]
    {
        let mut face = Drawn::square();
        let shape = Shape::disc([60.0, 150.0], 16.0);
        let planted = face.plant(DefectKind::Contamination, vec![shape], polarity, 35.0);
        let found = only(&face);
        assert_eq!(found.defect_type, DefectType::Contamination);
        assert_eq!(found.polarity, found_polarity);
        assert_at(&found, &planted);
        assert_near("diameter", found.diameter_px, planted.diameter_px);
        assert_eq!(found.contrast > 0.0, polarity == Planted::Bright);
    }
}

/// Scratches of one shape in both polarities.
fn scratch(shapes: &[Shape], grey: f64) -> Vec<(Defect, DefectTruth)> {
    [Planted::Dark, Planted::Bright]
        .into_iter()
        .map(|polarity| {
            let mut face = Drawn::square();
            let planted = face.plant(DefectKind::Scratch, shapes.to_vec(), polarity, grey);
            let found = only(&face);
            assert_eq!(found.defect_type, DefectType::Scratch, "{polarity:?}");
            (found, planted)
        })
        .collect()
}

#[test]
fn straight_scratches_are_measured_along_and_across() {
    for (from, to, width) in
        [([30.0, 60.0], [95.0, 40.0], 1.5), ([172.0, 152.0], [200.0, 180.0], 3.0)]
    {
        for (found, planted) in scratch(&[Shape::line(from, to, width)], 25.0) {
            assert_at(&found, &planted);
            assert_near("length", found.length_px, planted.length_px);
            assert_near("width", found.width_px, planted.width_px);
            let turned = found.orientation_deg.expect("long") - planted.orientation_px_deg;
            assert!((turned + 90.0).rem_euclid(180.0) - 90.0 < 3.0, "{turned}");
        }
    }
}

#[test]
fn faint_scratches_are_found_though_no_pixel_of_theirs_stands_out() {
    // Two deviations of the noise before the blur, about 1.5 after it.
    for (found, planted) in scratch(&[Shape::line([135.0, 180.0], [180.0, 206.0], 2.0)], 4.0) {
        assert!(found.algorithms.iter().any(|a| a == "line_integral"), "{:?}", found.algorithms);
        let (x, y) = found.centroid;
        assert!((x - planted.centroid[0]).hypot(y - planted.centroid[1]) < 8.0);
        assert!(found.length_px > 0.7 * planted.length_px, "{}", found.length_px);
    }
}

#[test]
fn curved_scratches_stay_whole() {
    let path = (0..=20).map(|i| {
        let t = f64::from(i) / 10.0 - 1.0;
        [56.0 + 7.0 * t * t, 76.0 + 35.0 * t]
    });
    let shape = Shape::Stroke { path: path.collect(), width_um: 2.0 };
    for (found, planted) in scratch(&[shape], 25.0) {
        assert_at(&found, &planted);
        assert_near("length", found.length_px, 72.0);
    }
}

#[test]
fn broken_scratches_are_one() {
    let shapes = [
        Shape::line([140.0, 200.0], [160.0, 195.0], 2.0),
        Shape::line([167.0, 193.2], [186.0, 188.5], 2.0),
        Shape::line([194.0, 186.5], [206.0, 183.5], 2.0),
    ];
    for (found, planted) in scratch(&shapes, 25.0) {
        assert_near("length", found.length_px, planted.length_px);
    }
}

#[test]
fn a_scratch_across_the_rim_is_one_scratch() {
    for (found, planted) in scratch(&[Shape::line([150.0, 130.0], [215.0, 152.0], 2.5)], 35.0) {
        assert_near("length", found.length_px, planted.length_px);
        let um = found.size_um.expect("the scale is known");
        assert!(um.inner_radius < 45.0 && um.outer_radius > 100.0);
    }
}

#[test]
fn a_bay_in_the_rim_is_a_chip() {
    let mut face = Drawn::square();
    let (cx, cy) = (face.geometry.cladding.cx, face.geometry.cladding.cy);
    let at = |radius: f64, degrees: f64| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        [cx + radius * cos, cy + radius * sin]
    };
    let arc = |radius: f64| (0..=10).map(move |i| (radius, 200.0 + 1.2 * f64::from(i)));
    let inner = arc(48.0).collect::<Vec<_>>().into_iter().rev();
    let vertices = arc(55.0).chain(inner).map(|(r, a)| at(r, a)).collect();
    let planted =
        face.plant(DefectKind::Chip, vec![Shape::Polygon { vertices }], Planted::Dark, 45.0);
    let found = only(&face);
    assert_eq!(found.defect_type, DefectType::Chip);
    let (x, y) = found.centroid;
    assert!((x - planted.centroid[0]).hypot(y - planted.centroid[1]) < 2.0);
}

#[test]
fn neighbours_stay_apart() {
    let mut face = Drawn::square();
    face.plant(DefectKind::Dig, vec![Shape::disc([60.0, 60.0], 6.0)], Planted::Dark, 40.0);
    face.plant(DefectKind::Dig, vec![Shape::disc([74.0, 60.0], 6.0)], Planted::Dark, 40.0);
    let found = face.detect().defects;
    assert_eq!(found.len(), 2);
    for x in [60.0, 74.0] {
        assert!(found.iter().any(|d| (d.centroid.0 - x).hypot(d.centroid.1 - 60.0) <= 1.0));
    }
}

#[test]
fn pixels_that_are_not_square_change_pixels_but_not_micrometres() {
    // Pixels a quarter higher than wide: what is round on the face is flat in the image.
    let aspect = 1.25;
    let mut face = Drawn::with_pixels(aspect);
    let um_per_px = 125.0 / 110.0;
    let round =
        Shape::Ellipse { centre: [50.0, 120.0], semi_axes_um: [8.0, 8.0 / aspect], angle_deg: 0.0 };
    face.plant(DefectKind::Contamination, vec![round], Planted::Dark, 40.0);
    let upright = Shape::line([128.0, 34.0], [128.0, 64.0], 2.0);
    face.plant(DefectKind::Scratch, vec![upright], Planted::Dark, 30.0);
    let found = face.detect().defects;
    let seen: Vec<_> = found.iter().map(|d| (d.defect_type, d.bounds)).collect();
    assert_eq!(seen.len(), 2, "{seen:?}");
    let of = |defect_type| {
        let defect = found.iter().find(|d| d.defect_type == defect_type).expect("planted");
        (defect, defect.size_um.expect("the scale is known"))
    };
    let (particle, um) = of(DefectType::Contamination);
    assert_near("diameter", particle.diameter_px, 16.0);
    assert_near("diameter_um", um.diameter, 16.0 * um_per_px);
    assert_near("round", um.width / um.length, std::f64::consts::FRAC_PI_4);
    assert!((um.inner_radius - (70.2 - 8.0) * um_per_px).abs() < 1.5 * um_per_px);
    let (line, um) = of(DefectType::Scratch);
    assert_near("length", line.length_px, 32.0);
    assert_near("length_um", um.length, 32.0 * aspect * um_per_px);
    assert_near("width_um", um.width, 2.0 * um_per_px);
}
