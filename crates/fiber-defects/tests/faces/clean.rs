//! Nothing is found where nothing is.

use fiber_anomaly::self_reference;
use fiber_defects::{DetectOptions, detect};
use fiber_geometry::{LocateOptions, locate};
use fiber_image::Plane;
use fiber_synth::{FaceSpec, Fibre, Instrument, Population, random_face, render};

use crate::drawn::{Drawn, normal};

#[test]
fn drawn_faces_have_none() {
    for aspect in [1.0, 0.917, 1.25] {
        assert!(Drawn::with_pixels(aspect).detect().defects.is_empty(), "{aspect}");
    }
}

/// Defects found on a rendered face, located as a real one is.
fn count(spec: &FaceSpec) -> usize {
    let image = render(spec).expect("a legal face").image;
    let geometry = locate(image.view(), &LocateOptions::default()).expect("legal options");
    let geometry = geometry.expect("a clean fibre");
    let reference = self_reference(image.view(), Some(&geometry), 250.0).expect("a legal zone");
    let options = DetectOptions::default();
    let found = detect(&reference, image.dimensions(), Some(&geometry), None, &options);
    found.expect("legal options").defects.len()
}

#[test]
fn rendered_faces_have_none() {
    assert_eq!(count(&FaceSpec::clean(Instrument::bench_binned(), Fibre::graded_50())), 0);
    for (population, faces) in [(Population::bench_binned(), 4), (Population::frame_grabber(), 2)] {
        for index in 0..faces {
            let mut spec = random_face(11, index, &population).expect("a legal population");
            spec.defects.clear();
            assert_eq!(count(&spec), 0, "face {index}");
        }
    }
}

#[test]
fn plain_surfaces_have_none() {
    let surface = Plane::from_fn(256, 200, |x, y| {
        let half = if x < 128 { 40.0 } else { 44.0 };
        (half + 0.02 * y as f64 + 1.5 * normal(x, y)).round() as u8
    })
    .expect("positive sides");
    let reference = self_reference(surface.view(), None, 250.0).expect("a legal zone");
    let found = detect(&reference, (256, 200), None, None, &DetectOptions::default());
    assert!(found.expect("legal options").defects.is_empty());
}
