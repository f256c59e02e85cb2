//! Real reports against `docs/report.schema.json`, and that file against the types of the report.
//!
//! The validator knows the keywords that the schema uses and refuses any other, so that none is passed over.
//! It is written here because those on offer bring some seventy crates with them.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use tempfile::tempdir;

use crate::tool::{call, damaged_face, good_face, read_json, text};

fn schema_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/report.schema.json")
}

#[test]
fn the_stored_schema_is_that_of_the_types() {
    let stored = std::fs::read_to_string(schema_file()).expect("a file");
    let made = format!("{:#}\n", fiber_inspect::report::report_schema());
    assert!(stored == made, "docs/report.schema.json is stale: `cargo xtask schema` writes it");
}

/// What does not hold of a value, with the path to it.
fn complaints(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let keywords = schema.as_object().expect("a schema is an object");
    for (keyword, asked) in keywords {
        let holds = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let name = asked.as_str().and_then(|r| r.strip_prefix("#/$defs/")).expect("local");
                found.extend(complaints(root, &root["$defs"][name], value, path));
                true
            }
            "type" => {
                let is = |kind: &Value| match kind.as_str().expect("a type") {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    "number" => value.is_number(),
                    "integer" => value.is_i64() || value.is_u64(),
                    other => panic!("type {other}"),
                };
                asked.as_array().map_or_else(|| is(asked), |kinds| kinds.iter().any(is))
            }
            "enum" => asked.as_array().expect("values").contains(value),
            "const" => asked == value,
            "minimum" => value.as_f64().is_none_or(|v| v >= asked.as_f64().expect("a number")),
            "maximum" => value.as_f64().is_none_or(|v| v <= asked.as_f64().expect("a number")),
            "minItems" => {
                value.as_array().is_none_or(|v| v.len() as u64 >= asked.as_u64().expect("n"))
            }
            "maxItems" => {
                value.as_array().is_none_or(|v| v.len() as u64 <= asked.as_u64().expect("n"))
            }
            "pattern" => value.as_str().is_none_or(|v| matches(asked.as_str().expect("text"), v)),
            "items" => {
                for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(complaints(root, asked, item, &format!("{path}/{i}")));
                }
                true
            }
            "required" => {
                let names = asked.as_array().expect("names").iter().filter_map(Value::as_str);
                value
                    .as_object()
                    .is_none_or(|object| names.into_iter().all(|name| object.contains_key(name)))
            }
            "properties" => {
                for (name, of) in asked.as_object().expect("properties") {
                    if let Some(inner) = value.get(name) {
                        found.extend(complaints(root, of, inner, &format!("{path}/{name}")));
                    }
                }
                true
            }
            "additionalProperties" => {
                let known =
                    |name: &str| keywords.get("properties").is_some_and(|p| p.get(name).is_some());
                for (name, inner) in value.as_object().into_iter().flatten() {
                    if known(name) {
                        continue;
                    }
                    let place = format!("{path}/{name}");
                    match asked {
                        Value::Bool(false) => found.push(format!("{place}: unknown key")),
                        Value::Bool(true) => {}
                        of => found.extend(complaints(root, of, inner, &place)),
                    }
                }
                true
            }
            "anyOf" | "oneOf" => {
                let ways: Vec<Vec<String>> = asked
                    .as_array()
                    .expect("schemas")
                    .iter()
                    .map(|way| complaints(root, way, value, path))
                    .collect();
                let open = ways.iter().filter(|way| way.is_empty()).count();
                if open == 0 {
                    found.extend(ways.into_iter().flatten());
                }
                keyword == "anyOf" || open <= 1
            }
            other => panic!("{path}: keyword {other}"),
        };
        if !holds {
            found.push(format!("{path}: {keyword} {asked} does not hold of {value}"));
        }
    }
    found
}

/// The three patterns of the schema.
fn matches(pattern: &str, text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    match pattern {
        "^[0-9a-f]{64}$" => {
            text.len() == 64
                && text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
        }
        "^(ANOM|SCR|DIG|CONT|CHIP)_[0-9]{4,}$" => {
            text.split_once('_').is_some_and(|(kind, number)| {
                ["ANOM", "SCR", "DIG", "CONT", "CHIP"].contains(&kind)
                    && number.len() >= 4
                    && number.bytes().all(|c| c.is_ascii_digit())
            })
        }
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$" => {
            shape == "0000-00-00T00:00:00Z"
        }
        other => panic!("pattern {other}"),
    }
}

fn validate(report: &Value) -> Vec<String> {
    let schema = read_json(&schema_file());
    complaints(&schema, &schema, report, "")
}

#[test]
fn reports_with_and_without_model_profile_fibre_and_image_are_valid() {
    let folder = tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let (model, strip, broken) = (path("good.json"), path("strip.json"), path("broken.png"));
    let mut learn = vec!["learn", "-o", text(&model), "--quiet"];
    let faces: Vec<_> = (1..=4).map(good_face).collect();
    learn.extend(faces.iter().map(|face| text(face)));
    assert_eq!(call(&learn).code, 0);
    // A surface without a fibre.
    let pixels: Vec<String> = (0..48 * 40)
        .map(|i| {
            let (x, y) = (i % 48, i / 48);
            let level =
                if (20..26).contains(&x) && (10..30).contains(&y) { 200 } else { 90 + (x * y) % 5 };
            format!(r#"{{"coordinates": {{"x": {x}, "y": {y}}}, "intensity": {level}}}"#)
        })
        .collect();
    let matrix = format!(
        r#"{{"image_dimensions": {{"width": 48, "height": 40}}, "pixels": [{}]}}"#,
        pixels.join(",")
    );
    std::fs::write(&strip, matrix).expect("a file");
    std::fs::write(&broken, b"no image").expect("a file");
    let (with, without) = (path("with"), path("without"));
    let (good, bad, dirty) = (good_face(9), damaged_face("mixed_1"), damaged_face("dirty_1"));
    let inputs = [text(&good), text(&bad), text(&dirty), text(&strip), text(&broken)];
    let profile = ["--profile", "iec-61300-3-35-ed2-mm", "--set", "serial=A17"];
    let common = |out: &Path| {
        vec![
            "inspect".to_owned(),
            "--no-figures".to_owned(),
            "-q".to_owned(),
            "-o".to_owned(),
            text(out).to_owned(),
        ]
    };
    let mut full = common(&with);
    full.extend(profile.iter().chain(&["--model", text(&model)]).map(|a| (*a).to_owned()));
    full.extend(inputs.iter().map(|a| (*a).to_owned()));
    let mut plain = common(&without);
    plain.extend(inputs.iter().map(|a| (*a).to_owned()));
    assert_eq!((call(&full).code, call(&plain).code), (2, 2));
    let mut reports = 0;
    for out in [&with, &without] {
        for stem in ["face_09", "mixed_1", "dirty_1", "strip", "broken"] {
            let report = read_json(&out.join(format!("{stem}_report.json")));
            assert_eq!(validate(&report), Vec::<String>::new(), "{stem}");
            assert_eq!(report["success"], stem != "broken");
            reports += 1;
        }
    }
    assert_eq!(reports, 10);

    // The schema refuses what is none: every key is needed, none may be added, types and ranges count.
    let report = read_json(&with.join("mixed_1_report.json"));
    assert_eq!(report["analysis_metadata"]["fields"]["serial"], "A17");
    let objects = objects(&report, "");
    assert!(objects.len() > 20, "{objects:?}");
    for place in objects {
        let object = report.pointer(&place).and_then(Value::as_object).expect("an object");
        // These two hold what the caller and the inspection put in.
        if ["/analysis_metadata/fields", "/analysis_metadata/milliseconds"].contains(&&*place) {
            continue;
        }
        let changed = |change: &dyn Fn(&mut Map<String, Value>)| {
            let mut changed = report.clone();
            let object = changed.pointer_mut(&place).and_then(Value::as_object_mut);
            change(object.expect("an object"));
            validate(&changed)
        };
        for key in object.keys() {
            let complaints = changed(&|object| drop(object.remove(key)));
            assert!(!complaints.is_empty(), "{place} without {key}");
        }
        let complaints = changed(&|object| drop(object.insert("more".into(), Value::Null)));
        assert!(!complaints.is_empty(), "{place} with one more key");
    }
    refuses(
        &report,
        &[
            |r| r["more"] = 1.into(),
            |r| r["summary"]["quality_score"] = 101.into(),
            |r| r["defects"][0]["severity"] = "FATAL".into(),
            |r| r["defects"][0]["bbox"] = vec![1, 2, 3].into(),
            |r| r["analysis_metadata"]["sha256"]["image"] = "abc".into(),
            |r| r["acceptance"]["verdict"] = "PASS".into(),
            |r| r["acceptance"]["reasons"] = Value::Array(Vec::new()),
            |r| r["acceptance"]["reasons"][0]["cause"] = "bad_luck".into(),
            |r| r["acceptance"]["reasons"][0]["class"] = "dust".into(),
            |r| r["analysis_metadata"]["image"]["format"] = "gif".into(),
            |r| r["analysis_metadata"]["image"]["sha256"] = "A".repeat(64).into(),
            |r| r["analysis_metadata"]["milliseconds"]["all"] = (-1).into(),
            |r| r["analysis_metadata"]["fields"]["serial"] = 17.into(),
            |r| r["defects"][0]["area_px"] = 1.5.into(),
            |r| r["defects"][0]["confidence"] = 1.5.into(),
            |r| r["defects"][0]["contributing_algorithms"] = Value::Array(Vec::new()),
            |r| r["defects"][0]["defect_id"] = "DUST_0001".into(),
            |r| r["defects"][0]["defect_type"] = "DUST".into(),
            |r| r["defects"][0]["detection_metadata"]["radius_um"] = vec![-1, 2].into(),
            |r| r["defects"][0]["location_xy"] = vec![0.5, 1.0].into(),
            |r| r["defects"][0]["orientation"] = 181.into(),
            |r| r["defects"][0]["polarity"] = "grey".into(),
            |r| r["geometry"]["rim_coverage"] = 1.1.into(),
            |r| r["image_quality"]["black_share"] = (-0.1).into(),
            |r| r["schema_version"] = 2.into(),
            |r| r["success"] = false.into(),
            |r| r["summary"]["criteria"]["local"]["p_value"] = 2.into(),
            |r| r["summary"]["criteria_triggered"]["local"] = "yes".into(),
            |r| r["timestamp"] = "yesterday".into(),
        ],
    );
    refuses(
        &read_json(&with.join("broken_report.json")),
        &[
            |r| r["defects"] = vec![1].into(),
            |r| r["error"] = Value::Null,
            |r| r["schema_version"] = 2.into(),
            |r| r["success"] = true.into(),
        ],
    );
}

/// The places of all objects within a value.
fn objects(value: &Value, place: &str) -> Vec<String> {
    match value {
        Value::Object(object) => {
            let inner = object.iter().flat_map(|(key, v)| objects(v, &format!("{place}/{key}")));
            std::iter::once(place.to_owned()).chain(inner).collect()
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.flat_map(|(i, v)| objects(v, &format!("{place}/{i}"))).collect()
        }
        _ => Vec::new(),
    }
}

/// A valid report with each of the changes is none.
fn refuses(report: &Value, changes: &[fn(&mut Value)]) {
    assert_eq!(validate(report), Vec::<String>::new());
    for (index, change) in changes.iter().enumerate() {
        let mut changed = report.clone();
        change(&mut changed);
        assert_ne!(&changed, report, "change {index}");
        assert!(!validate(&changed).is_empty(), "change {index}");
    }
}
