//! A bad picture of a bad face is no good face.

use fiber_inspect::filters::gaussian_blur;
use fiber_inspect::grading::Verdict;
use fiber_inspect::image::{FaceImage, Plane};
use fiber_inspect::{Inspector, Profile};
use fiber_synth::{
    Contrast, DefectKind, FaceSpec, Fill, PlantedDefect, Polarity, Population, Shape, render,
};

/// A face with one flaw, which fails in zone A or B.
fn failing(at: [f64; 2], diameter_um: f64, grey: f64) -> Plane<u8> {
    let population = Population::bench_binned();
    let mut spec = FaceSpec::clean(population.instrument, population.fibres[0].clone());
    spec.seed = 7;
    spec.defects.push(PlantedDefect {
        kind: DefectKind::Dig,
        shapes: vec![Shape::disc(at, diameter_um)],
        polarity: Polarity::Dark,
        contrast: Contrast::Grey(grey),
        fill: Fill::Solid,
        opaque: false,
    });
    render(&spec).expect("a built-in face").image
}

fn inspector() -> Inspector {
    let profile = Profile::builtin("iec-61300-3-35-ed2-sm-pc45").expect("built in");
    Inspector::builder().profile(profile).build().expect("defaults")
}

fn verdict(inspector: &Inspector, luma: Plane<u8>) -> Verdict {
    let inspection = inspector.inspect(&FaceImage::from_luma(luma, "face")).expect("a face");
    inspection.grade.as_ref().expect("a profile was given").verdict
}

fn faces() -> Vec<Plane<u8>> {
    vec![
        failing([40.0, 0.0], 8.0, 50.0),
        failing([-30.0, 25.0], 7.0, 30.0),
        failing([4.0, -3.0], 5.0, 60.0),
    ]
}

#[test]
fn the_faces_fail_in_a_good_picture() {
    let inspector = inspector();
    for face in faces() {
        assert_eq!(verdict(&inspector, face), Verdict::Fail);
    }
}

#[test]
fn a_defocused_failing_face_never_passes() {
    let inspector = inspector();
    for face in faces() {
        for sigma in [1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 14.0, 25.0] {
            let blurred = gaussian_blur(face.map(|&level| f32::from(level)).view(), sigma);
            let blurred = blurred.expect("a sigma").map(|level| level.round() as u8);
            assert_ne!(verdict(&inspector, blurred), Verdict::Pass, "sigma {sigma}");
        }
    }
}

#[test]
fn a_saturated_failing_face_never_passes() {
    let inspector = inspector();
    for face in faces() {
        for (gain, offset) in [
            (1.3, 0.0),
            (1.6, 0.0),
            (2.0, 0.0),
            (3.0, 0.0),
            (6.0, 0.0),
            (1.0, 100.0),
            (1.0, 180.0),
            (1.0, 255.0),
        ] {
            let bright = face.map(|&level| (gain * f64::from(level) + offset).min(255.0) as u8);
            assert_ne!(verdict(&inspector, bright), Verdict::Pass, "{gain} {offset}");
        }
    }
}

#[test]
fn a_cut_off_failing_face_never_passes() {
    let inspector = inspector();
    for face in faces() {
        let (width, height) = face.dimensions();
        let quarter = (width / 4, height / 4);
        for (x, y, w, h) in [
            (quarter.0, 0, width - quarter.0, height),
            (0, 0, width - quarter.0, height),
            (0, quarter.1, width, height - quarter.1),
            (0, 0, width, height - quarter.1),
            (0, 0, width / 2, height),
            (width / 2, 0, width / 2, height),
            (0, 0, width / 2 + 20, height / 2 + 20),
            (quarter.0, quarter.1, width / 2, height / 2),
        ] {
            let part = face.view().crop(x, y, w, h).expect("inside").to_plane();
            assert_ne!(verdict(&inspector, part), Verdict::Pass, "{w} x {h} at {x}, {y}");
        }
    }
}
