//! The commands apart from `inspect`.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use tempfile::tempdir;

use crate::tool::{call, command, damaged_face, good_face, names, read_json, seen, text};

#[test]
fn features_come_as_json_and_as_csv() {
    let folder = tempdir().expect("a folder");
    let (one, two) = (good_face(1), damaged_face("dirty_1"));
    let seen = call(["features", text(&one), text(&two), "--quiet"]);
    assert_eq!((seen.code, seen.stderr.as_str()), (0, ""));
    let table = seen.json();
    assert_eq!(table["schema_version"], 1);
    let images = table["images"].as_array().expect("images");
    assert_eq!(images.len(), 2);
    assert_eq!(images[1]["path"], text(&two));
    let features = images[0]["features"].as_object().expect("features");
    assert_eq!(features.len(), 181);
    assert!(features.values().all(serde_json::Value::is_f64));

    let file = folder.path().join("features.csv");
    let seen = call(["features", text(&one), "--format", "csv", "-o", text(&file)]);
    assert_eq!((seen.code, seen.stdout.as_str()), (0, ""));
    let csv = fs::read_to_string(&file).expect("a table");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines.len(), lines[0].split(',').count()), (2, 182));
    let mean = lines[0].split(',').position(|name| name == "stat_mean").expect("a column");
    let cell: f64 = lines[1].split(',').nth(mean).expect("a cell").parse().expect("a number");
    assert_eq!(features["stat_mean"].as_f64(), Some(cell));
}

#[test]
fn the_names_of_the_features_are_listed_with_their_meanings() {
    let seen = call(["features", "--names"]);
    assert_eq!((seen.code, seen.stderr.as_str()), (0, ""));
    let lines: Vec<(&str, &str)> =
        seen.stdout.lines().map(|line| line.split_once("  ").expect("a meaning")).collect();
    assert_eq!(lines.len(), 181);
    assert!(lines.is_sorted_by_key(|(name, _)| *name));
    assert!(lines.iter().all(|(_, meaning)| meaning.trim().len() > 5), "{lines:?}");
    let face = good_face(1);
    for wrong in [vec!["features"], vec!["features", "--names", text(&face)]] {
        assert_eq!(call(wrong).code, 2);
    }
}

#[test]
fn locate_finds_the_rendered_fibre() {
    let face = good_face(3);
    let seen = call(["locate", text(&face), "--cladding-um", "125"]);
    assert_eq!((seen.code, seen.stderr.as_str()), (0, ""));
    let found = &seen.json()["images"][0];
    assert_eq!(found["path"], text(&face));
    let truth = read_json(&crate::tool::sample_faces().join("truth.json"));
    let truth = &truth["good/face_03.png"]["cladding"];
    let cladding = &found["geometry"]["cladding"];
    for (key, tolerance) in [("cx", 0.5), ("cy", 0.5), ("width_px", 1.0), ("height_px", 1.0)] {
        let difference = cladding[key].as_f64().expect(key) - truth[key].as_f64().expect(key);
        assert!(difference.abs() < tolerance, "{key}: {difference}");
    }
    for key in ["core", "pixel_aspect", "um_per_px"] {
        assert!(found["geometry"].get(key).is_some(), "{key}");
    }
    assert!(found["image_quality"].is_object());

    let line = call(["locate", text(&face), "--format", "text"]).stdout;
    assert!(line.starts_with(&format!("{}: cladding ", face.display())), "{line}");
    assert_eq!(line.lines().count(), 1);
}

#[test]
fn a_model_is_learned_and_shown() {
    let folder = tempdir().expect("a folder");
    let model = folder.path().join("good.json");
    let faces: Vec<_> = (1..=6).map(good_face).collect();
    let mut arguments = vec!["learn", "-o", text(&model), "--threads", "2"];
    arguments.extend(faces.iter().map(|face| text(face)));
    let seen = call(&arguments);
    assert_eq!((seen.code, seen.stdout.as_str()), (0, ""), "{seen:?}");

    let shown = call(["model", "show", text(&model)]);
    assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
    for word in ["mahalanobis", "comparison", "structural", "local", "face_06.png", "125 um"] {
        assert!(shown.stdout.contains(word), "{word}: {}", shown.stdout);
    }

    // The same faces on one thread and in another order: the same model.
    let other = folder.path().join("other.json");
    let mut arguments = vec!["learn", "-o", text(&other), "--threads", "1", "--quiet"];
    arguments.extend(faces.iter().rev().map(|face| text(face)));
    let seen = call(&arguments);
    assert_eq!((seen.code, seen.stderr.as_str()), (0, ""));
    assert_eq!(fs::read(&model).expect("a model"), fs::read(&other).expect("a model"));

    // A damaged model is refused.
    let bytes = fs::read(&model).expect("a model");
    fs::write(&model, &bytes[..bytes.len() / 2]).expect("a file");
    let refused = call(["model", "show", text(&model)]);
    assert_eq!((refused.code, refused.errors().len()), (2, 1));
    assert!(refused.stderr.starts_with(text(&model)), "{refused:?}");
}

#[test]
fn one_face_is_too_few_to_learn_from() {
    let folder = tempdir().expect("a folder");
    let (face, model) = (good_face(1), folder.path().join("good.json"));
    let seen = call(["learn", text(&face), "-o", text(&model), "--quiet"]);
    assert_eq!((seen.code, seen.errors().len()), (2, 1), "{seen:?}");
    assert!(seen.stderr.contains("at least 2"), "{seen:?}");
    assert!(!model.exists());
}

#[test]
fn profiles_are_listed_and_fit_as_templates() {
    let folder = tempdir().expect("a folder");
    let list = call(["profiles"]);
    assert_eq!(list.code, 0);
    let names: Vec<&str> =
        list.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names.len(), 7, "{list:?}");
    for name in names {
        let shown = call(["profiles", "show", name]);
        assert_eq!(shown.code, 0, "{name}");
        let file = folder.path().join("own.toml");
        fs::write(&file, &shown.stdout).expect("a file");
        let own = call(["profiles", "show", text(&file)]);
        assert_eq!((own.code, own.stderr.as_str()), (0, ""), "{name}");
        assert!(own.stdout.contains(name), "{name}");
    }
}

#[test]
fn rendered_faces_come_with_truth_and_are_the_same_again() {
    let folder = tempdir().expect("a folder");
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let common = ["synth", "--count", "2", "--seed", "5", "--instrument", "bench-binned", "-q"];
    assert_eq!(call(common.iter().chain(&["-o", text(&one), "--threads", "1"])).code, 0);
    assert_eq!(call(common.iter().chain(&["-o", text(&two), "--threads", "2"])).code, 0);
    assert!(names(&one).contains(&"truth.json".to_owned()));
    assert_eq!(names(&one).iter().filter(|name| name.ends_with("_mask.npy")).count(), 2);
    assert_eq!(names(&one), names(&two));
    for name in names(&one) {
        assert_eq!(
            fs::read(one.join(&name)).expect("a file"),
            fs::read(two.join(&name)).expect("a file"),
            "{name}"
        );
    }
}

#[test]
fn help_and_version_are_results() {
    for arguments in [vec!["--help"], vec!["--version"], vec!["inspect", "--help"]] {
        let seen = call(&arguments);
        assert_eq!((seen.code, seen.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(!seen.stdout.is_empty());
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let face = good_face(1);
    let mut child = command()
        .args(["features", text(&face), text(&good_face(2))])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let mut errors = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut errors).expect("UTF-8");
    assert_eq!(errors, "");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(seen(output).code, 0);
}
