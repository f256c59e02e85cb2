//! Bad input costs one line and exit code 2; the other files of the call are still done.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::tempdir;

use crate::tool::{call, command, good_face, names, read_json, seen, text};

/// Every kind of bad file: name, content, a part of the cause.
fn bad_files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let png = fs::read(good_face(1)).expect("a sample face");
    let mut absurd = png.clone();
    // Width and height of the header, both 2^31 - 1, with the checksum that belongs to them.
    absurd[16..24].copy_from_slice(&[0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF]);
    let checksum = crc32(&absurd[12..29]);
    absurd[29..33].copy_from_slice(&checksum.to_be_bytes());
    let json = |text: &str| text.as_bytes().to_vec();
    let sized = r#"{"image_dimensions": {"width": 4, "height": 4}, "pixels": "#;
    vec![
        ("empty.png", Vec::new(), "empty"),
        ("truncated.png", png[..png.len() / 2].to_vec(), "incomplete"),
        ("text.png", json("this is no picture"), "no image"),
        ("archive.jpg", b"PK\x03\x04 and so on".to_vec(), "no image"),
        ("absurd.png", absurd, "limit"),
        (
            "absurd.json",
            json(
                r#"{"image_dimensions": {"width": 4000000000, "height": 4000000000}, "pixels": []}"#,
            ),
            "limit",
        ),
        (
            "huge_value.json",
            json(&format!(r#"{sized}[{{"coordinates": {{"x": 0, "y": 0}}, "intensity": 300}}]}}"#)),
            "300",
        ),
        ("no_dimensions.json", json(r#"{"pixels": []}"#), "image_dimensions"),
        ("no_pixels.json", json(r#"{"image_dimensions": {"width": 4, "height": 4}}"#), "pixels"),
        ("no_coordinates.json", json(&format!(r#"{sized}[{{"intensity": 3}}]}}"#)), "coordinates"),
        (
            "words.json",
            json(&format!(
                r#"{sized}[{{"coordinates": {{"x": "one", "y": 0}}, "intensity": 3}}]}}"#
            )),
            "x",
        ),
        (
            "wordy_value.json",
            json(&format!(
                r#"{sized}[{{"coordinates": {{"x": 0, "y": 0}}, "intensity": "dark"}}]}}"#
            )),
            "intensity",
        ),
        ("cut.json", json(sized), "wrong"),
    ]
}

/// The CRC of PNG chunks, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc)))
}

fn write(folder: &Path, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).expect("a temporary file");
    path
}

#[test]
fn every_bad_file_gets_one_line_and_the_good_one_is_done() {
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("out");
    for (name, content, cause) in bad_files() {
        let bad = write(folder.path(), name, &content);
        let good = good_face(1);
        for arguments in [
            vec!["features", text(&bad), "--threads", "1"],
            vec!["locate", text(&bad), text(&good)],
            vec!["inspect", "--no-figures", "-o", text(&out), text(&bad)],
        ] {
            let seen = call(&arguments);
            assert_eq!(seen.code, 2, "{name}: {seen:?}");
            assert_eq!(seen.errors().len(), 1, "{name}: {seen:?}");
            let line = seen.errors()[0];
            assert!(line.starts_with(text(&bad)), "{name}: {line}");
            assert!(line.contains(cause), "{name}: {line}");
            if arguments[0] == "locate" {
                assert_eq!(seen.json()["images"].as_array().map(Vec::len), Some(1), "{name}");
            }
        }
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let report = read_json(&out.join(format!("{stem}_report.json")));
        assert_eq!(report["success"], false, "{name}");
        assert_eq!(report["image_path"], text(&bad), "{name}");
        assert_eq!(report["defects"].as_array().map(Vec::len), Some(0), "{name}");
        assert!(report["timestamp"].is_string(), "{name}");
        let error = report["error"].as_str().expect("a cause");
        assert!(error.contains(cause) && !error.contains(text(&bad)), "{name}: {error}");
        fs::remove_dir_all(&out).expect("the reports can go");
    }
}

#[test]
fn among_bad_files_the_good_ones_are_inspected() {
    let folder = tempdir().expect("a folder");
    let faces = folder.path().join("faces");
    fs::create_dir(&faces).expect("a folder");
    let bad = bad_files();
    for (name, content, _) in &bad {
        // Two of them have one stem; here they are to differ.
        write(&faces, &name.replace("absurd.json", "absurd_matrix.json"), content);
    }
    fs::copy(good_face(1), faces.join("good.png")).expect("a copy");
    let out = folder.path().join("out");
    let seen = call(["inspect", text(&faces), "-o", text(&out), "--no-figures"]);
    assert_eq!((seen.code, seen.errors().len()), (2, bad.len()), "{seen:?}");
    assert_eq!(seen.stdout.lines().count(), 1, "{seen:?}");
    assert_eq!(read_json(&out.join("good_report.json"))["success"], true);
}

#[test]
fn tiny_images_are_images() {
    let folder = tempdir().expect("a folder");
    let out = folder.path().join("out");
    let dot = write(
        folder.path(),
        "dot.json",
        br#"{"image_dimensions": {"width": 1, "height": 1},
             "pixels": [{"coordinates": {"x": 0, "y": 0}, "intensity": 7}]}"#,
    );
    for command in ["features", "locate"] {
        let seen = call([command, text(&dot)]);
        assert_eq!((seen.code, seen.stderr.as_str()), (0, ""), "{command}");
        assert_eq!(seen.json()["images"].as_array().map(Vec::len), Some(1), "{command}");
    }
    let seen = call(["inspect", text(&dot), "-o", text(&out)]);
    assert_eq!((seen.code, seen.stderr.as_str()), (0, ""));
    let report = read_json(&out.join("dot_report.json"));
    assert_eq!((&report["success"], &report["geometry"]), (&true.into(), &serde_json::Value::Null));
    let seen = call(["inspect", text(&dot), "-o", text(&out), "--profile", "as5675-a"]);
    assert_eq!(seen.code, 3, "a face that cannot be judged: {seen:?}");
}

#[test]
fn missing_paths_are_named() {
    let folder = tempdir().expect("a folder");
    let (missing, out) = (folder.path().join("none.png"), folder.path().join("out"));
    let good = good_face(2);
    let seen = call(["inspect", text(&missing), text(&good), "-o", text(&out), "--no-figures"]);
    assert_eq!(seen.code, 2);
    assert_eq!(seen.errors(), [format!("{}: no such file or folder", missing.display())]);
    assert_eq!(read_json(&out.join("none_report.json"))["error"], "no such file or folder");
    assert_eq!(read_json(&out.join("face_02_report.json"))["success"], true);

    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    let seen = call(["locate", text(&empty)]);
    assert_eq!((seen.code, seen.errors().len()), (2, 1), "{seen:?}");
}

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let folder = tempdir().expect("a folder");
    let file = write(folder.path(), "file", b"taken");
    let (good, below) = (good_face(1), file.join("below"));
    for arguments in [
        vec!["inspect", text(&good), "-o", text(&file)],
        vec!["inspect", text(&good), "-o", text(&below)],
        vec!["features", text(&good), "-o", text(&below)],
        vec!["synth", "--count", "1", "-o", text(&below)],
    ] {
        let seen = call(&arguments);
        assert_eq!((seen.code, seen.errors().len()), (2, 1), "{arguments:?}: {seen:?}");
        assert!(seen.stderr.starts_with(text(&file)), "{seen:?}");
    }
    assert_eq!(fs::read(&file).expect("still there"), b"taken");
}

#[test]
fn wrong_calls_get_one_line() {
    let good = good_face(1);
    let good = text(&good);
    for arguments in [
        vec![],
        vec!["polish", good],
        vec!["batch", good],
        vec!["features"],
        vec!["inspect", good],
        vec!["features", good, "--format", "xml"],
        vec!["features", good, "--threads", "0"],
        vec!["locate", good, "--cladding-um", "wide"],
        vec!["locate", good, "--cladding-um", "NaN"],
        vec!["locate", good, "--cladding-um", "-125"],
        vec!["inspect", good, "-o", "unused", "--set", "serial"],
        vec!["inspect", good, "-o", "unused", "--profile", "iec-1"],
        vec!["inspect", good, "-o", "unused", "--model", "none.json"],
        vec!["inspect", good, "-o", "unused", "--config", "none.toml"],
        vec!["profiles", "show", "iec-1"],
        vec!["model", "show", good],
        vec!["learn", good, "-o", "unused"],
        vec!["synth", "-o", "unused", "--count", "0"],
        vec!["synth", "-o", "unused", "--damaged-share", "2"],
    ] {
        let folder = tempdir().expect("a folder");
        let output = command().current_dir(folder.path()).args(&arguments).output();
        let seen = seen(output.expect("the binary runs"));
        assert_eq!((seen.code, seen.errors().len()), (2, 1), "{arguments:?}: {seen:?}");
        assert_eq!(seen.stdout, "", "{arguments:?}");
    }
}

#[test]
fn settings_are_refused_by_key_and_line() {
    let folder = tempdir().expect("a folder");
    let (good, out) = (good_face(1), folder.path().join("out"));
    for (name, content, cause) in [
        ("a.toml", "threads = 1\nmin_defect_sise = 3", "line 2: unknown field `min_defect_sise`"),
        ("b.json", "{\"confidence_threshold\": 7}", "confidence_threshold is 7, allowed is 0 to 1"),
        ("c.toml", "cladding_um = nan", "cladding_um is NaN, allowed is 1 to 2000"),
        ("d.json", "{\"threads\": 1", "line 1: "),
    ] {
        let file = write(folder.path(), name, content.as_bytes());
        let seen = call(["inspect", text(&good), "-o", text(&out), "--config", text(&file)]);
        assert_eq!((seen.code, seen.errors().len()), (2, 1), "{seen:?}");
        assert!(seen.stderr.starts_with(&format!("{}: {cause}", file.display())), "{seen:?}");
    }
    assert!(!out.exists());
}

#[test]
fn reports_of_one_name_do_not_overwrite_each_other() {
    let folder = tempdir().expect("a folder");
    let (other, out) = (folder.path().join("FACE_01.png"), folder.path().join("out"));
    fs::copy(good_face(2), &other).expect("a copy");
    let first = good_face(1);
    let seen = call(["inspect", text(&first), text(&other), "-o", text(&out), "--no-figures"]);
    assert_eq!((seen.code, seen.errors().len()), (2, 1), "{seen:?}");
    assert!(
        seen.stderr.starts_with(text(&other)) && seen.stderr.contains(text(&first)),
        "{seen:?}"
    );
    assert_eq!(
        names(&out),
        ["face_01_defect_mask.npy", "face_01_detailed.txt", "face_01_report.json"]
    );
    assert_eq!(read_json(&out.join("face_01_report.json"))["image_path"], text(&first));
}
