//! Models in files: round trips, and everything that must be refused.

mod faces;

use std::fs;

use fiber_image::sha256_hex;
use fiber_reference::{LearnOptions, ModelFileError, ReferenceError, ReferenceModel};

use faces::{damaged_luma, good_faces, options, sample};

fn model() -> ReferenceModel {
    good_faces(0..5).fit(&options()).expect("five faces")
}

fn refused(text: &str) -> ModelFileError {
    ReferenceModel::from_json(text).expect_err("must be refused")
}

#[test]
fn a_model_from_a_file_assesses_to_the_bit_alike() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("good.json");
    let model = model();
    model.save(&path).expect("writable");
    let loaded = ReferenceModel::load(&path).expect("just written");
    for seed in [3, 77] {
        let face = sample("new", damaged_luma(seed));
        let (before, after) = (model.assess(&face).expect("frame"), loaded.assess(&face));
        assert_eq!(before, after.expect("frame"));
    }
    assert_eq!(loaded.summary(), model.summary());
    assert_eq!(loaded.collection().expect("whole"), good_faces(0..5));
    let kept = LearnOptions { threading: Default::default(), ..options() };
    assert_eq!(loaded.options(), &kept);
    // Saving again gives the same bytes, with or without the collection having been parsed.
    assert!(loaded.to_json() == fs::read_to_string(&path).expect("readable"));
}

#[test]
fn the_document_is_json_with_the_promised_keys() {
    let text = model().to_json();
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["format"], "fiber-reference-model");
    assert_eq!(value["version"], 2);
    assert_eq!(value["summary"]["faces"], 5);
    assert_eq!(value["summary"]["frame"]["kind"], "whole");
    assert_eq!(value["summary"]["thresholds"][3]["criterion"], "local");
    assert_eq!(value["collection"]["samples"].as_array().map(Vec::len), Some(5));
    assert!(value["model"]["archetype"]["data"].is_string());
    let folder = env!("CARGO_MANIFEST_DIR");
    assert!(!text.contains(folder), "a path of this machine");
}

#[test]
fn something_else_is_no_model() {
    for text in
        ["", "{}", "[]", "12", "\u{89}PNG", r#"{"format": "other", "version": 1}"#, "{\"a\":"]
    {
        assert!(matches!(refused(text), ModelFileError::NotAModel), "{text}");
    }
}

#[test]
fn a_newer_version_is_said_to_be_newer_whatever_it_holds() {
    let text = r#"{"format": "fiber-reference-model", "version": 3, "sections": []}"#;
    let error = refused(text);
    assert!(matches!(error, ModelFileError::Newer { found: 3, supported: 2 }));
    let old = model().to_json().replace("\"version\": 2", "\"version\": 0");
    assert!(matches!(refused(&old), ModelFileError::Damaged { section: "document", .. }));
}

/// A file that version 0.1.0 of the crate wrote: four flat surfaces of 24 x 18 pixels.
const VERSION_1: &str = include_str!("data/version_1.json");

#[test]
fn an_older_model_is_learned_anew_from_its_collection() {
    let migrated = ReferenceModel::from_json(VERSION_1).expect("version 1");
    assert_eq!(migrated.faces().len(), 4);
    let again = migrated.collection().expect("whole").fit(&LearnOptions::default());
    assert!(again.expect("four faces").to_json() == migrated.to_json());
    // What is saved is of the present version.
    let saved = migrated.to_json();
    assert!(saved.contains("\"version\": 2"));
    assert_eq!(ReferenceModel::from_json(&saved).expect("own output").faces(), migrated.faces());
    // A damaged old one is refused like a new one.
    let damaged = VERSION_1.replacen("flat_2", "flat_9", 1);
    assert!(matches!(refused(&damaged), ModelFileError::Damaged { .. }));
}

#[test]
fn every_cut_is_refused() {
    let text = model().to_json();
    // The last byte is a line feed; without it the document is still whole.
    for cut in (0..text.len() - 1).step_by(997).chain([1, 2, 30, text.len() - 3]) {
        let error = refused(&text[..cut]);
        let expected = if cut > 40 {
            matches!(error, ModelFileError::Truncated)
        } else {
            matches!(error, ModelFileError::Truncated | ModelFileError::NotAModel)
        };
        assert!(expected, "{cut}: {error}");
    }
}

#[test]
fn every_changed_byte_is_refused() {
    let text = model().to_json().into_bytes();
    let mut state = 1_u64;
    for _ in 0..300 {
        state = faces::mix(state);
        let at = (state % text.len() as u64) as usize;
        let mut changed = text.clone();
        changed[at] ^= 1 << (state >> 32 & 7);
        // White space between the sections may become other white space.
        if changed[at].is_ascii_whitespace() && text[at].is_ascii_whitespace() {
            continue;
        }
        let Ok(changed) = String::from_utf8(changed) else { continue };
        assert!(ReferenceModel::from_json(&changed).is_err(), "byte {at}");
    }
}

/// Changes a section and sets its checksum right again.
fn forge(section: &str, change: impl FnOnce(&mut serde_json::Value)) -> String {
    let mut value: serde_json::Value = serde_json::from_str(&model().to_json()).expect("JSON");
    change(&mut value[section]);
    let text = value[section].to_string();
    value["sha256"][section] = sha256_hex(text.as_bytes()).into();
    // Other sections must keep their text too, which re-serialising does not promise.
    for other in ["summary", "model", "collection"] {
        let text = value[other].to_string();
        value["sha256"][other] = sha256_hex(text.as_bytes()).into();
    }
    value.to_string()
}

#[test]
fn forged_sections_with_good_checksums_are_refused_all_the_same() {
    assert!(ReferenceModel::from_json(&forge("model", |_| ())).is_ok());
    type Change = fn(&mut serde_json::Value);
    let changes: [(&str, Change); 22] = [
        ("huge plane", |m| m["archetype"]["width"] = 4_000_000_000_u64.into()),
        ("huge array", |m| m["factor"]["length"] = u64::MAX.into()),
        ("another plane", |m| m["variation"] = m["valid"].clone()),
        ("plane of other type", |m| m["valid"]["data"] = m["archetype"]["data"].clone()),
        ("no base64", |m| m["centre"]["data"] = "!".into()),
        ("no zlib", |m| m["centre"]["data"] = "AAAA".into()),
        ("another frame", |m| m["frame"]["width"] = 3.into()),
        ("huge frame", |m| {
            m["frame"] = serde_json::json!({"kind": "whole", "width": u64::MAX, "height": 2});
        }),
        ("endless frame", |m| {
            m["frame"] = serde_json::json!(
                {"kind": "fibre", "um_per_px": 1e-300, "field_um": 1e300, "cladding_um": 1.0}
            );
        }),
        ("another schema", |m| m["feature_schema"] = 2.into()),
        ("a face too few", |m| drop(m["faces"].as_array_mut().map(Vec::pop))),
        ("swapped location", |m| m["location"] = m["centre"].clone()),
        ("no scale", |m| m["scale"] = m["location"].clone()),
        ("level 0", |m| m["local_levels"]["deviation"] = 0.into()),
        ("negative threshold", |m| m["thresholds"]["local"]["working"] = (-1.0).into()),
        ("options out of range", |m| m["options"]["false_alarm_rate"] = 7.into()),
        ("an unknown key", |m| m["more"] = 1.into()),
        ("a held-out score too few", |m| {
            drop(m["held_out_scores"].as_array_mut().map(Vec::pop));
        }),
        ("no joint scale", |m| m["joint"]["scale"][2] = 0.into()),
        ("a huge speck map", |m| {
            m["specks"] = serde_json::json!(
                {"width": u64::MAX, "height": 2, "count": 1, "pixels": {"length": 0, "data": "eNoDAAAAAAE="}}
            );
        }),
        ("a speck outside", |m| {
            // Two little-endian numbers, 9 and 9.
            m["specks"] = serde_json::json!(
                {"width": 3, "height": 3, "count": 1, "pixels": {"length": 2, "data": "eJzjZOBkAAAALgAT"}}
            );
        }),
        ("no learning curve", |m| m["learning_curve"] = 7.into()),
    ];
    for (name, change) in changes {
        let error = refused(&forge("model", change));
        assert!(
            matches!(error, ModelFileError::Damaged { section: "model", .. }),
            "{name}: {error}"
        );
        assert!(!error.to_string().contains('\n'), "{name}");
    }
}

#[test]
fn the_collection_is_not_parsed_until_asked_for() {
    let text = forge("collection", |collection| {
        collection["samples"][0]["features"]["features"]["norm_l1"] = serde_json::Value::Null;
    });
    let model = ReferenceModel::from_json(&text).expect("the model itself is sound");
    assert!(model.assess(&sample("new", damaged_luma(3))).is_ok());
    let error = model.collection().expect_err("a feature is missing");
    assert!(matches!(
        error,
        ReferenceError::Content(ModelFileError::Damaged { section: "collection", .. })
    ));
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = ReferenceModel::load(folder.path().join("none.json")).expect_err("missing");
    assert!(matches!(missing, ReferenceError::Read { .. }));
    assert!(missing.to_string().contains("none.json"));
    let path = folder.path().join("face.png");
    fs::write(&path, b"\x89PNG\r\n\x1a\n\xff\xfe").expect("writable");
    let foreign = ReferenceModel::load(&path).expect_err("foreign");
    assert!(matches!(foreign, ReferenceError::Load { source: ModelFileError::NotAModel, .. }));
    assert!(foreign.to_string().ends_with("face.png: the file is no reference model"), "{foreign}");
    let folder_itself = ReferenceModel::load(folder.path()).expect_err("a folder");
    assert!(matches!(folder_itself, ReferenceError::Read { .. }));
    let unwritable = model().save(folder.path().join("no/such/folder.json"));
    assert!(matches!(unwritable, Err(ReferenceError::Write(_))));
}

#[test]
fn the_hash_of_a_loaded_model_is_that_of_its_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("model.json");
    model().save(&path).expect("writable");
    let (loaded, sha256) = ReferenceModel::load_with_sha256(&path).expect("a model");
    assert_eq!(sha256, sha256_hex(&fs::read(&path).expect("readable")));
    assert_eq!(loaded.to_json(), model().to_json());
}

#[cfg(unix)]
#[test]
fn a_device_without_end_is_refused_by_its_start() {
    let zeros = ReferenceModel::load("/dev/zero").expect_err("no model");
    assert!(matches!(zeros, ReferenceError::Load { source: ModelFileError::NotAModel, .. }));
    let nothing = ReferenceModel::load("/dev/null").expect_err("no model");
    assert!(matches!(nothing, ReferenceError::Load { source: ModelFileError::NotAModel, .. }));
}

#[test]
fn public_types_cross_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<ReferenceModel>();
    shared::<ReferenceError>();
    shared::<fiber_reference::Collection>();
    shared::<fiber_reference::Assessment>();
}
