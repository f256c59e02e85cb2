//! The files of a set and their form.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fiber_image::{Limits, read, read_mask};
use fiber_synth::{FaceSetWriter, Population, SynthError, Truth, random_face, render, write_set};
use serde_json::Value;

fn population() -> Population {
    let mut population = Population { damaged_share: 1.0, ..Population::bench_binned() };
    population.instrument.width = 320;
    population.instrument.height = 300;
    population.centre = [160.0, 150.0];
    population
}

#[test]
fn a_set_reads_back_as_it_was_rendered() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let specs: Vec<_> = (0..3)
        .map(|i| (format!("set/face_{i}"), random_face(4, i, &population()).expect("legal")))
        .collect();
    write_set(folder.path(), specs.clone()).expect("written");
    let json = |name: &str| -> Value {
        let text = fs::read_to_string(folder.path().join(name)).expect("there");
        serde_json::from_str(&text).expect("JSON")
    };
    let (truth, geometry, defects) =
        (json("truth.json"), json("geometry.json"), json("defects.json"));
    for (stem, spec) in specs {
        let face = render(&spec).expect("legal");
        let key = format!("{stem}.png");
        let picture = read(folder.path().join(&key), &Limits::default()).expect("a picture");
        assert_eq!(picture.into_parts().0, face.image);
        let mask = read_mask(folder.path().join(format!("{stem}_mask.npy")), &Limits::default());
        assert_eq!(mask.expect("a mask"), face.mask);
        let stored: Truth = serde_json::from_value(truth[&key].clone()).expect("a truth");
        assert_eq!(stored, face.truth);
        let kind = truth[&key]["defects"][0]["type"].as_str().expect("a type");
        assert!(["scratch", "dig", "contamination", "chip"].contains(&kind));

        let outline = &geometry[&key];
        assert_eq!(outline["cladding"]["cx"], face.truth.cladding.cx);
        assert_eq!(outline["cladding"]["width_px"], face.truth.cladding.width_px);
        assert_eq!(outline["cladding"]["edge_rms_px"], 0.0);
        let ratio = outline["core_to_cladding"].as_f64().expect("a number");
        assert!((ratio - 0.4).abs() < 1e-12);
        assert_eq!((&outline["width"], &outline["height"]), (&320.into(), &300.into()));

        let marked = &defects[&key];
        assert_eq!(marked["zone"][2], face.truth.cladding.width_px);
        let marks = marked["defects"].as_array().expect("a list");
        assert_eq!(marks.len(), face.truth.defects.len());
        for (mark, defect) in marks.iter().zip(&face.truth.defects) {
            assert_eq!(mark["box"], serde_json::json!(defect.bbox));
            assert_eq!(mark["vis"], if defect.cnr >= 5.0 { "clear" } else { "faint" });
            let zone = mark["zone"].as_str().expect("a zone");
            assert!(["core", "cladding", "ferrule"].contains(&zone));
            assert_eq!(mark["group"], Value::Null);
        }
    }
}

#[test]
fn stems_stay_in_the_folder_and_differ() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let face = render(&random_face(4, 0, &population()).expect("legal")).expect("legal");
    let mut set = FaceSetWriter::create(folder.path().join("new")).expect("made").without_masks();
    set.add("a", &face).expect("written");
    for stem in ["a", "", "../b", "/b", "b/../../c"] {
        let refused = set.add(stem, &face);
        assert!(matches!(refused, Err(SynthError::Stem { .. })), "{stem:?}");
    }
    set.finish().expect("written");
    let mut files: Vec<_> = fs::read_dir(folder.path().join("new"))
        .expect("there")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    files.sort();
    assert_eq!(files, ["a.png", "defects.json", "geometry.json", "truth.json"]);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("file");
    fs::write(&file, b"").expect("written");
    let message = FaceSetWriter::create(file.join("set")).expect_err("refused").to_string();
    assert!(message.contains("file"), "{message}");
}

#[test]
fn the_sample_faces_of_the_repository_are_those_of_this_renderer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/faces");
    let text = fs::read_to_string(folder.join("truth.json")).expect("the samples are committed");
    let truths: BTreeMap<String, Truth> = serde_json::from_str(&text).expect("truths");
    let good = Population { damaged_share: 0.0, ..Population::bench_binned() };
    let rendered = render(&random_face(1, 0, &good).expect("legal")).expect("legal");
    let stored = &truths["good/face_01.png"];
    assert!((stored.cladding.cx - rendered.truth.cladding.cx).abs() < 1e-9);
    let picture = read(folder.join("good/face_01.png"), &Limits::default()).expect("a picture");
    let picture = picture.into_parts().0;
    // Another machine's mathematical functions may round a pixel here and there to the other side.
    let pairs = picture.pixels().iter().zip(rendered.image.pixels());
    let different: Vec<u8> = pairs.map(|(a, b)| a.abs_diff(*b)).filter(|d| *d > 0).collect();
    assert!(different.len() < 100 && different.iter().all(|d| *d == 1), "{}", different.len());
    assert_eq!(truths.values().filter(|truth| truth.defects.is_empty()).count(), 24);
    assert_eq!(truths.len(), 32);
}
