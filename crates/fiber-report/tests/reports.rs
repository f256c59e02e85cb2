//! Reports of a drawn face, as files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod face;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use face::{MARKS, inspection, without_fibre, without_model};
use fiber_defects::DefectType;
use fiber_image::{FaceImage, Limits, Plane, read, read_mask};
use fiber_report::{FailureReport, Inspection, ReportError, ReportOptions, Timestamp};
use serde_json::Value;

const SIZE: (usize, usize) = (1152, 864);

fn json(inspection: &Inspection) -> Value {
    let timestamp = Timestamp::from_unix(1_741_507_500).unwrap();
    serde_json::to_value(inspection.report(Some(timestamp))).unwrap()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn set(names: &str) -> BTreeSet<&str> {
    names.split_whitespace().collect()
}

#[test]
fn all_files_are_there_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let inspection = inspection("face.png", (192, 144), &[]);
    let written =
        inspection.write_reports(folder.path(), "face", &ReportOptions::default()).unwrap();
    let names = [
        "face_report.json",
        "face_detailed.txt",
        "face_defect_mask.npy",
        "face_analysis.png",
        "face_analysis_simple.png",
    ];
    assert_eq!(written, names.map(|name| folder.path().join(name)));
    let there = fs::read_dir(folder.path()).unwrap();
    let there: BTreeSet<_> = there.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(there, names.map(Into::into).into());
    let size = |name: &str| {
        let image = read(folder.path().join(name), &Limits::default()).unwrap();
        image.luma().dimensions()
    };
    assert_eq!(size("face_analysis.png"), (2400, 1300));
    assert_eq!(size("face_analysis_simple.png"), (1680, 1100));
}

#[test]
fn options_leave_files_out() {
    let folder = tempfile::tempdir().unwrap();
    let inspection = inspection("face.png", (96, 64), &[]);
    let none = ReportOptions {
        json: false,
        text: false,
        mask: false,
        figures: false,
        ..ReportOptions::default()
    };
    for (options, count) in [
        (none, 0),
        (ReportOptions { json: true, ..none }, 1),
        (ReportOptions { text: true, ..none }, 1),
        (ReportOptions { mask: true, ..none }, 1),
        (ReportOptions { figures: true, ..none }, 2),
    ] {
        let written = inspection.write_reports(folder.path(), "a", &options).unwrap();
        assert_eq!(written.len(), count, "{options:?}");
    }
}

#[test]
fn the_report_has_the_keys_that_pipelines_read() {
    let report = json(&inspection("face.png", SIZE, &MARKS));
    assert_eq!(
        keys(&report),
        set("image_path timestamp success schema_version defects summary geometry image_quality \
             acceptance analysis_metadata")
    );
    assert_eq!(report["image_path"], "face.png");
    assert_eq!(report["timestamp"], "2025-03-09T08:05:00Z");
    assert_eq!(report["success"], true);
    assert_eq!(report["schema_version"], 1);

    let summary = &report["summary"];
    assert_eq!(
        keys(summary),
        set("total_defects is_anomalous anomaly_confidence quality_score mahalanobis_distance \
             ssim_score criteria_triggered criteria")
    );
    assert_eq!(summary["total_defects"], MARKS.len());
    assert_eq!(summary["is_anomalous"], true);
    assert_eq!(summary["mahalanobis_distance"], 31.7);
    assert_eq!(summary["ssim_score"], 0.874);
    let fired = serde_json::json!({
        "mahalanobis": true, "comparison": false, "structural": true, "local": true,
        "acceptance": true, "combined": true,
    });
    assert_eq!(summary["criteria_triggered"], fired);
    assert_eq!(summary["criteria"]["combined"]["p_value"], 0.04);
    assert_eq!(summary["criteria"]["mahalanobis"]["threshold"], 22.0);

    let geometry = &report["geometry"];
    assert_eq!(keys(&geometry["cladding"]), set("cx cy width_px height_px angle_deg"));
    assert_eq!(keys(&geometry["core"]), set("cx cy diameter_um"));
    assert_eq!(geometry["pixel_aspect"], 1.0);
    assert_eq!(geometry["um_per_px"]["x"], 125.0 / 288.0);

    let acceptance = &report["acceptance"];
    assert_eq!(acceptance["profile"], "iec-61300-3-35-ed2-sm-pc45");
    assert_eq!(acceptance["verdict"], "fail");
    assert!(acceptance["revision"].is_string());
    assert!(!acceptance["reasons"].as_array().unwrap().is_empty());
    assert_eq!(acceptance["zones"].as_array().unwrap().len(), 4);

    let made = &report["analysis_metadata"];
    for (key, value) in [
        ("analyzer", "fiber-inspect".into()),
        ("version", "0.1.0".into()),
        ("knowledge_base", "models/good.json".into()),
        ("reference_samples", 20.into()),
        ("features_extracted", 181.into()),
        ("feature_schema_version", 1.into()),
        ("milliseconds", serde_json::json!({"locate": 12.5, "features": 80.25})),
        ("fields", serde_json::json!({"serial": "A-17"})),
    ] {
        assert_eq!(made[key], value, "{key}");
    }
    assert_eq!(keys(&made["sha256"]), set("image model configuration profile"));
}

#[test]
fn every_defect_has_its_keys_and_a_running_number() {
    let report = json(&inspection("face.png", SIZE, &MARKS));
    let defects = report["defects"].as_array().unwrap();
    let column = |key: &str| -> Vec<&str> {
        defects.iter().map(|defect| defect[key].as_str().unwrap()).collect()
    };
    assert_eq!(
        column("defect_id"),
        ["SCR_0001", "DIG_0002", "CONT_0003", "CHIP_0004", "ANOM_0005"]
    );
    assert_eq!(column("defect_type"), ["SCRATCH", "DIG", "CONTAMINATION", "CHIP", "ANOMALY"]);
    assert_eq!(column("severity"), ["CRITICAL", "HIGH", "MEDIUM", "LOW", "NEGLIGIBLE"]);
    assert_eq!(column("polarity"), ["dark"; 5]);
    assert_eq!(column("zone"), ["B", "B", "D", "C", "D"]);
    for defect in defects {
        assert_eq!(
            keys(defect),
            set("defect_id defect_type location_xy bbox area_px confidence severity orientation \
                 contributing_algorithms detection_metadata zone size_um polarity snr")
        );
        assert_eq!(keys(&defect["size_um"]), set("diameter length width"));
        assert!(defect["location_xy"].as_array().unwrap().iter().all(Value::is_i64));
        assert!(defect["bbox"].as_array().unwrap().iter().all(Value::is_u64));
        assert!(defect["area_px"].is_u64() && defect["snr"].is_f64());
        assert!((0.0..=1.0).contains(&defect["confidence"].as_f64().unwrap()));
        assert!(defect["contributing_algorithms"].is_array());
    }
    assert_eq!(defects[0]["location_xy"], serde_json::json!([640, 420]));
    assert_eq!(defects[0]["orientation"], 30.0);
    assert_eq!(defects[1]["orientation"], Value::Null);
    assert_eq!(defects[1]["size_um"]["diameter"], 7.0 * 125.0 / 288.0);
}

#[test]
fn what_is_not_known_is_null() {
    let report = json(&without_model(inspection("face.png", SIZE, &MARKS)));
    for key in ["mahalanobis_distance", "ssim_score"] {
        assert_eq!(report["summary"][key], Value::Null, "{key}");
    }
    assert_eq!(report["summary"]["criteria_triggered"]["local"], Value::Null);
    assert_eq!(report["analysis_metadata"]["knowledge_base"], Value::Null);

    let report = json(&without_fibre(inspection("face.png", SIZE, &MARKS)));
    for key in ["geometry", "acceptance"] {
        assert_eq!(report[key], Value::Null, "{key}");
    }
    for defect in report["defects"].as_array().unwrap() {
        assert_eq!((&defect["zone"], &defect["size_um"]), (&Value::Null, &Value::Null));
    }

    let mut inspection = inspection("face.png", SIZE, &[]);
    inspection.geometry.as_mut().unwrap().core = None;
    assert_eq!(json(&inspection)["geometry"]["core"], Value::Null);
    assert_eq!(serde_json::to_value(inspection.report(None)).unwrap()["timestamp"], Value::Null);
}

#[test]
fn figures_that_are_no_numbers_become_numbers_or_null_and_break_no_figure() {
    let mut inspection =
        inspection("face.png", (96, 96), &[(DefectType::Dig, (48.0, 48.0), 9.0, 9.0, 0.0)]);
    let defect = &mut inspection.detection.defects[0];
    defect.snr = f64::NAN;
    defect.confidence = f64::NAN;
    defect.severity = f64::INFINITY;
    defect.centroid = (f64::NAN, f64::NEG_INFINITY);
    defect.orientation_deg = Some(f64::NAN);
    defect.diameter_px = f64::INFINITY;
    defect.width_px = f64::NAN;
    let comparison = inspection.comparison.as_mut().unwrap();
    comparison.mahalanobis_distance = f64::NAN;
    comparison.ssim_map = comparison.ssim_map.map(|_| f32::NAN);
    for (feature, z) in
        comparison.deviant_features.iter_mut().zip([f64::NAN, f64::INFINITY, 1e300, -1e5])
    {
        feature.z = z;
    }
    let map = inspection.anomaly_map.as_mut().unwrap();
    map.values = map.values.map(|_| f32::INFINITY);
    map.threshold = f64::NAN;
    inspection.anomaly_confidence = f64::NAN;

    let report = json(&inspection);
    let defect = &report["defects"][0];
    for key in ["snr", "confidence"] {
        assert_eq!(defect[key], 0.0, "{key}");
    }
    assert_eq!(defect["detection_metadata"]["severity_score"], 1.0);
    assert_eq!(defect["orientation"], Value::Null);
    assert_eq!(report["summary"]["anomaly_confidence"], 0.0);
    assert_eq!(report["summary"]["mahalanobis_distance"], Value::Null);
    assert!(report["summary"]["quality_score"].is_f64());
    let _ = inspection.analysis_figure();
    let _ = inspection.simple_figure();
    let _ = inspection.text(None);
}

#[test]
fn the_mask_is_the_labels() {
    let folder = tempfile::tempdir().unwrap();
    let inspection = inspection("face.png", SIZE, &MARKS);
    let options = ReportOptions { figures: false, ..ReportOptions::default() };
    inspection.write_reports(folder.path(), "face", &options).unwrap();
    let mask = read_mask(folder.path().join("face_defect_mask.npy"), &Limits::default()).unwrap();
    assert_eq!(mask.dimensions(), SIZE);
    let labels = inspection.detection.labels.pixels();
    assert!(labels.iter().any(|label| *label > 0));
    for (mask, label) in mask.pixels().iter().zip(labels) {
        assert_eq!(*mask, if *label == 0 { 0 } else { 255 });
    }
}

#[test]
fn the_text_starts_with_the_verdict_and_names_every_defect() {
    let inspection = inspection("face\n1.png", SIZE, &MARKS);
    let text = inspection.text(Timestamp::from_unix(0).ok());
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("End face face\\n1.png"));
    assert_eq!(lines.nth(1), Some(""));
    assert_eq!(lines.next(), Some("Verdict: FAIL"));
    for defect in inspection.defects() {
        assert!(text.contains(&defect.defect_id), "{}", defect.defect_id);
    }
    for word in ["5 defects: 1 scratch", "glcm_d1_a45_homogeneity", "1970-01-01T00:00:00Z", "A-17"]
    {
        assert!(text.contains(word), "{word}");
    }
    assert!(text.lines().all(|line| line == line.trim_end()));
}

#[test]
fn the_text_lists_no_feature_that_a_person_need_not_read() {
    let section = |inspection: &Inspection| -> Vec<String> {
        let text = inspection.text(None);
        let lines = text.lines().skip_while(|line| *line != "Most deviant features").skip(2);
        // What the families do is said in words before the table.
        let table = lines
            .take_while(|line| !line.is_empty())
            .filter(|line| !line.contains("good faces show"));
        table.map(str::to_owned).collect()
    };
    let mut inspection = inspection("face.png", (96, 96), &[]);
    let mut features = |z: &[f64]| {
        let feature = inspection.comparison.as_ref().unwrap().deviant_features[0].clone();
        let of = |(i, &z): (usize, &f64)| fiber_report::DeviantFeature {
            name: format!("feature_{i}"),
            z,
            ..feature.clone()
        };
        let features = z.iter().enumerate().map(of).collect();
        inspection.comparison.as_mut().unwrap().deviant_features = features;
        section(&inspection)
    };
    let few = features(&[-9.0, 2.0, 1.9, 0.1]);
    assert_eq!(few.len(), 3, "{few:?}");
    assert!(few[1].contains("feature_0") && few[2].contains("feature_1"), "{few:?}");
    let many = features(&[5.0; 181]);
    assert_eq!(many.len(), 22, "{many:?}");
    assert_eq!(many[21], "  and 161 more beyond 2 standard deviations");
    let ordinary = features(&[1.5, -0.3]);
    assert_eq!(ordinary, ["  none strays by 2 standard deviations or more"]);
}

#[test]
fn the_text_tells_a_model_without_a_file_from_none() {
    let mut inspection = inspection("face.png", (96, 96), &[]);
    inspection.provenance.knowledge_base = None;
    inspection.provenance.reference_samples = 24;
    let line = "reference model         not from a file, learned from 24 faces";
    assert!(inspection.text(None).contains(line));
    let line = "reference model         none";
    assert!(without_model(inspection).text(None).contains(line));
}

#[test]
fn the_quality_of_a_very_bad_face_is_a_plain_number() {
    let marks = [MARKS[0]; 200];
    let inspection = inspection("face.png", SIZE, &marks);
    assert!(inspection.quality_score() < 0.04, "{}", inspection.quality_score());
    assert!(inspection.text(None).contains("quality score           0.0 of 100"));
}

#[test]
fn the_text_says_what_was_not_done() {
    let text = without_fibre(without_model(inspection("face.png", (96, 96), &[]))).text(None);
    for phrase in ["Verdict: NORMAL", "no reference model", "no fibre was found", "no defects"] {
        assert!(text.contains(phrase), "{phrase}: {text}");
    }
}

/// Number of pixels of a colour.
fn painted(figure: &Plane<[u8; 3]>, colour: [u8; 3]) -> usize {
    figure.pixels().iter().filter(|pixel| **pixel == colour).count()
}

#[test]
fn figures_show_defects_and_regions_in_their_colours_and_clean_faces_show_none() {
    let colours = [[255, 62, 62], [255, 166, 0], [40, 205, 75], [224, 80, 235], [70, 150, 255]];
    const REGION: [u8; 3] = [30, 110, 255];
    let (damaged, clean) =
        (inspection("face.png", SIZE, &MARKS), inspection("face.png", SIZE, &[]));
    for figure in [damaged.analysis_figure(), damaged.simple_figure()] {
        for colour in colours {
            assert!(painted(&figure, colour) > 20, "{colour:?}");
        }
    }
    assert!(painted(&damaged.analysis_figure(), REGION) > 20);
    for figure in [clean.analysis_figure(), clean.simple_figure()] {
        for colour in colours.into_iter().chain([REGION]) {
            assert_eq!(painted(&figure, colour), 0, "{colour:?}");
        }
    }
}

#[test]
fn dark_images_can_be_seen_in_the_figures() {
    let mut dark = inspection("face.png", SIZE, &[]);
    let luma = Plane::filled(SIZE.0, SIZE.1, 40_u8).unwrap();
    dark.image = FaceImage::from_luma(luma, "face.png");
    for figure in [dark.analysis_figure(), dark.simple_figure()] {
        assert_eq!(painted(&figure, [40; 3]), 0);
        assert!(painted(&figure, [200; 3]) > 10_000);
    }
}

#[test]
fn any_size_and_name_can_be_drawn() {
    let long = "x".repeat(5000);
    for (name, size) in
        [("1.png", (1, 1)), ("", (3, 900)), (&long, (900, 3)), ("端面\0\n", (40, 40))]
    {
        let inspection = inspection(name, size, &[]);
        assert_eq!(inspection.analysis_figure().dimensions(), (2400, 1300));
        assert_eq!(inspection.simple_figure().dimensions(), (1680, 1100));
        let _ = inspection.text(None);
    }
}

#[test]
fn the_same_inspection_gives_the_same_bytes() {
    let bytes = |folder: &Path| {
        let inspection = inspection("face.png", (288, 216), &MARKS[..1]);
        let files = inspection.write_reports(folder, "face", &ReportOptions::default()).unwrap();
        files.iter().map(|file| fs::read(file).unwrap()).collect::<Vec<_>>()
    };
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(bytes(one.path()) == bytes(two.path()));
}

#[test]
fn failures_have_their_own_report() {
    let folder = tempfile::tempdir().unwrap();
    let failure = FailureReport::new("bad/face.png", Timestamp::from_unix(0).ok(), "cut off");
    let path = failure.write(folder.path(), "face").unwrap();
    assert_eq!(path, folder.path().join("face_report.json"));
    let report: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let expected = serde_json::json!({
        "image_path": "bad/face.png", "timestamp": "1970-01-01T00:00:00Z", "success": false,
        "error": "cut off", "defects": [], "schema_version": 1,
    });
    assert_eq!(report, expected);
}

#[test]
fn what_cannot_be_written_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut inspection = inspection("face.png", (40, 30), &[]);
    let options = ReportOptions::default();
    for stem in ["", "../a", "a/b", "a\\b", "a\0"] {
        let error = inspection.write_reports(folder.path(), stem, &options).unwrap_err();
        assert!(matches!(error, ReportError::Stem { .. }), "{error}");
    }
    let long = "x".repeat(400);
    let error = inspection.write_reports(folder.path(), &long, &options).unwrap_err();
    assert!(matches!(error, ReportError::Write(_)), "{error}");
    // Short enough for some of the endings.
    let error = inspection.write_reports(folder.path(), &"x".repeat(238), &options).unwrap_err();
    assert!(matches!(error, ReportError::Write(_)), "{error}");
    let missing = folder.path().join("missing");
    let error = inspection.write_reports(&missing, "face", &options).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
    inspection.detection.labels = Plane::filled(30, 40, 0).unwrap();
    let error = inspection.write_reports(folder.path(), "face", &options).unwrap_err();
    assert_eq!(error.to_string(), "the label plane has 30 x 40 pixels, but the image 40 x 30");
    let _ = inspection.simple_figure();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_json_report_comes_after_all_others() {
    let folder = tempfile::tempdir().unwrap();
    // Nothing can be renamed to the name of a folder.
    fs::create_dir(folder.path().join("face_detailed.txt")).unwrap();
    let inspection = inspection("face.png", (40, 30), &[]);
    inspection.write_reports(folder.path(), "face", &ReportOptions::default()).unwrap_err();
    assert!(!folder.path().join("face_report.json").exists());
}

#[test]
fn public_values_may_cross_threads() {
    fn crosses<T: Send + Sync>() {}
    crosses::<Inspection>();
    crosses::<ReportError>();
    crosses::<fiber_report::Report<'_>>();
}
