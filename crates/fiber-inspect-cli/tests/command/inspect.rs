//! Reports of rendered faces.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tempfile::tempdir;

use crate::tool::{call, command, damaged_face, good_face, names, read_json, seen, text};

const ENDINGS: [&str; 5] =
    ["_analysis.png", "_analysis_simple.png", "_defect_mask.npy", "_detailed.txt", "_report.json"];

/// A model of the first ten good sample faces.
fn model(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("good.json");
    let faces: Vec<_> = (1..=10).map(good_face).collect();
    let mut arguments = vec!["learn", "-o", text(&path), "--quiet"];
    arguments.extend(faces.iter().map(|face| text(face)));
    assert_eq!(call(&arguments).code, 0);
    path
}

/// The keys that pipelines read, with their types.
pub(crate) fn check_report(report: &Value, with_model: bool) {
    let object = |value: &Value| value.is_object();
    let checks: [(&str, bool); 24] = [
        ("/image_path", report["image_path"].is_string()),
        ("/timestamp", is_rfc_3339(&report["timestamp"])),
        ("/success", report["success"] == true),
        ("/schema_version", report["schema_version"].is_u64()),
        ("/defects", report["defects"].is_array()),
        ("total_defects", report["summary"]["total_defects"].is_u64()),
        ("is_anomalous", report["summary"]["is_anomalous"].is_boolean()),
        ("anomaly_confidence", in_range(&report["summary"]["anomaly_confidence"], 1.0)),
        ("quality_score", in_range(&report["summary"]["quality_score"], 100.0)),
        ("mahalanobis", report["summary"]["mahalanobis_distance"].is_f64() == with_model),
        ("ssim_score", report["summary"]["ssim_score"].is_f64() == with_model),
        ("criteria_triggered", object(&report["summary"]["criteria_triggered"])),
        ("image_quality", object(&report["image_quality"])),
        ("acceptance", report.get("acceptance").is_some()),
        ("analyzer", report["analysis_metadata"]["analyzer"].is_string()),
        ("version", report["analysis_metadata"]["version"].is_string()),
        ("knowledge_base", report["analysis_metadata"]["knowledge_base"].is_string() == with_model),
        ("reference_samples", report["analysis_metadata"]["reference_samples"].is_u64()),
        ("features_extracted", report["analysis_metadata"]["features_extracted"].is_u64()),
        ("feature_schema", report["analysis_metadata"]["feature_schema_version"] == 1),
        ("image hash", report["analysis_metadata"]["sha256"]["image"].is_string()),
        ("config hash", report["analysis_metadata"]["sha256"]["configuration"].is_string()),
        ("model hash", report["analysis_metadata"]["sha256"]["model"].is_string() == with_model),
        ("times", object(&report["analysis_metadata"]["milliseconds"])),
    ];
    for (key, holds) in checks {
        assert!(holds, "{key}: {report:#}");
    }
    check_geometry(&report["geometry"]);
    for (index, defect) in report["defects"].as_array().into_iter().flatten().enumerate() {
        check_defect(defect, index + 1);
    }
}

fn check_geometry(geometry: &Value) {
    if geometry.is_null() {
        return;
    }
    for key in ["cx", "cy", "width_px", "height_px", "angle_deg"] {
        assert!(geometry["cladding"][key].is_f64(), "{key}");
    }
    assert!(geometry["pixel_aspect"].is_f64());
    assert!(geometry["um_per_px"]["x"].is_f64() && geometry["um_per_px"]["y"].is_f64());
    let core = &geometry["core"];
    assert!(core.is_null() || core["diameter_um"].is_f64());
}

fn check_defect(defect: &Value, number: usize) {
    let kind = defect["defect_type"].as_str().expect("a type");
    let prefix = match kind {
        "ANOMALY" => "ANOM",
        "SCRATCH" => "SCR",
        "DIG" => "DIG",
        "CONTAMINATION" => "CONT",
        "CHIP" => "CHIP",
        other => panic!("type {other}"),
    };
    assert_eq!(defect["defect_id"], format!("{prefix}_{number:04}"));
    assert!(defect["location_xy"].as_array().is_some_and(|xy| xy.len() == 2));
    assert!(defect["bbox"].as_array().is_some_and(|b| b.len() == 4 && b.iter().all(Value::is_u64)));
    assert!(defect["area_px"].is_u64());
    assert!(in_range(&defect["confidence"], 1.0));
    let severity = defect["severity"].as_str().expect("a severity");
    assert!(["NEGLIGIBLE", "LOW", "MEDIUM", "HIGH", "CRITICAL"].contains(&severity), "{severity}");
    assert!(defect["orientation"].is_null() || in_range(&defect["orientation"], 180.0));
    assert!(defect["contributing_algorithms"].as_array().is_some_and(|a| !a.is_empty()));
    assert!(defect["detection_metadata"].is_object());
    for key in ["zone", "size_um", "polarity", "snr"] {
        assert!(defect.get(key).is_some(), "{key}");
    }
}

fn in_range(value: &Value, most: f64) -> bool {
    value.as_f64().is_some_and(|value| (0.0..=most).contains(&value))
}

fn is_rfc_3339(value: &Value) -> bool {
    let shape = |text: &str| -> String {
        text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect()
    };
    value.as_str().is_some_and(|text| shape(text) == "0000-00-00T00:00:00Z")
}

#[test]
fn a_damaged_face_fails_with_all_reports() {
    let folder = tempdir().expect("a folder");
    let (model, out) = (model(folder.path()), folder.path().join("out"));
    let face = damaged_face("scratched_1");
    let seen = call([
        "inspect",
        text(&face),
        "-o",
        text(&out),
        "--model",
        text(&model),
        "--profile",
        "iec-61300-3-35-ed2-sm-pc45",
        "--set",
        "serial=A17",
        "--set",
        "lot=7",
    ]);
    assert_eq!((seen.code, seen.stderr.as_str()), (1, ""));
    assert_eq!(seen.stdout.lines().count(), 1, "{seen:?}");
    assert!(seen.stdout.starts_with(&format!("{}: FAIL, ", face.display())), "{seen:?}");
    assert_eq!(names(&out), ENDINGS.map(|ending| format!("scratched_1{ending}")));
    let report = read_json(&out.join("scratched_1_report.json"));
    check_report(&report, true);
    assert_eq!(report["image_path"], text(&face));
    assert_eq!(report["acceptance"]["verdict"], "fail");
    assert!(report["acceptance"]["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty()));
    assert_eq!(report["analysis_metadata"]["fields"]["serial"], "A17");
    assert_eq!(report["analysis_metadata"]["reference_samples"], 10);
    assert_eq!(report["analysis_metadata"]["features_extracted"], 181);
    assert!(report["summary"]["total_defects"].as_u64() > Some(0));
}

#[test]
fn a_good_face_passes_without_a_defect() {
    let folder = tempdir().expect("a folder");
    let (model, out) = (model(folder.path()), folder.path().join("out"));
    let face = good_face(15);
    let seen = call([
        "inspect",
        text(&face),
        "-o",
        text(&out),
        "--model",
        text(&model),
        "--profile",
        "iec-61300-3-35-ed2-sm-pc45",
        "--no-figures",
    ]);
    assert_eq!(seen.code, 0, "{seen:?}");
    assert_eq!(seen.stdout, format!("{}: PASS, 0 defects\n", face.display()));
    assert_eq!(names(&out).len(), 3);
    check_report(&read_json(&out.join("face_15_report.json")), true);
}

#[test]
fn the_number_of_threads_shows_in_nothing_but_the_times() {
    let folder = tempdir().expect("a folder");
    let model = model(folder.path());
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let faces = ["dirty_1", "scratched_1"].map(damaged_face);
    let lines = [(&one, "1"), (&two, "2")].map(|(out, threads)| {
        let mut arguments = vec!["inspect", "-o", text(out), "--threads", threads];
        arguments.extend(["--model", text(&model), "--profile", "ipc-8497-1-sm"]);
        arguments.extend(faces.iter().map(|face| text(face)));
        call(&arguments).stdout
    });
    assert_eq!(lines[0], lines[1]);
    assert_eq!(names(&one), names(&two));
    for name in names(&one) {
        let (a, b) = (one.join(&name), two.join(&name));
        if name.ends_with(".json") {
            assert_eq!(timeless(&a), timeless(&b), "{name}");
        } else if name.ends_with(".npy") || name.ends_with("_simple.png") {
            assert_eq!(fs::read(&a).expect("a file"), fs::read(&b).expect("a file"), "{name}");
        }
    }
}

fn timeless(path: &Path) -> Value {
    let mut report = read_json(path);
    report["timestamp"] = Value::Null;
    report["analysis_metadata"]["milliseconds"] = Value::Null;
    report
}

#[cfg(unix)]
#[test]
fn a_model_may_come_through_a_pipe() {
    let folder = tempdir().expect("a folder");
    let model = fs::read(model(folder.path())).expect("a model");
    let face = good_face(12);
    let mut child = command()
        .args(["inspect", text(&face), "--model", "/dev/stdin", "--no-figures", "-o"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    child.stdin.take().expect("piped").write_all(&model).expect("it reads the model");
    let call = seen(child.wait_with_output().expect("it ends"));
    assert!(call.code < 2, "{call:?}");
    let report = read_json(&folder.path().join("face_12_report.json"));
    let hash = &report["analysis_metadata"]["sha256"]["model"];
    assert_eq!(hash, &fiber_inspect::image::sha256_hex(&model));
}

#[test]
fn settings_name_model_and_profile_too() {
    let folder = tempdir().expect("a folder");
    let model = model(folder.path());
    fs::rename(&model, folder.path().join("fiber_anomaly_kb.json")).expect("a new name");
    let settings = folder.path().join("settings.toml");
    let content = format!(
        "knowledge_base_path = '{}'\nprofile = 'as5675-a'\nenable_visualization = false\n",
        text(folder.path())
    );
    fs::write(&settings, content).expect("a file");
    let (face, out) = (good_face(12), folder.path().join("out"));
    let seen = call(["inspect", text(&face), "-o", text(&out), "--config", text(&settings)]);
    assert!(seen.code != 2, "{seen:?}");
    let report = read_json(&out.join("face_12_report.json"));
    check_report(&report, true);
    assert_eq!(report["acceptance"]["profile"], "as5675-a");
    assert_eq!(names(&out).len(), 3);

    let other = call([
        "inspect",
        text(&face),
        "-o",
        text(&out),
        "--config",
        text(&settings),
        "--cladding-um",
        "140",
    ]);
    assert_eq!((other.code, other.errors().len()), (2, 1), "{other:?}");
    assert!(other.stderr.contains("cladding_um is 140"), "{other:?}");
}
