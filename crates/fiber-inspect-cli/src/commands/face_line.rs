use std::fmt::Write;
use std::path::Path;

use fiber_inspect::Inspection;
use fiber_inspect::defects::{DefectType, Severity};
use fiber_inspect::report::DefectReport;

use crate::console::one_line;

/// So many defects are told in a line.
const TOLD: usize = 3;

/// One inspected face in one line: verdict, number of defects, and the worst of them with type, zone,
/// place, size and severity.
pub(crate) fn face_line(file: &Path, inspection: &Inspection) -> String {
    let count = inspection.detection.defects.len();
    let mut line = format!(
        "{}: {}, {count} {}",
        one_line(&file.display().to_string()),
        inspection.headline().words,
        if count == 1 { "defect" } else { "defects" }
    );
    let mut worst: Vec<DefectReport> = inspection.defects().collect();
    worst.sort_by(|a, b| {
        let score = |d: &DefectReport| d.detection_metadata.severity_score;
        score(b).total_cmp(&score(a))
    });
    for (defect, separator) in worst.iter().zip([": ", "; ", "; "]).take(TOLD) {
        line += separator;
        line += &told(defect);
    }
    if count > TOLD {
        let _ = write!(line, "; and {} more", count - TOLD); // writing to a string cannot fail
    }
    line + "\n"
}

/// `scratch in zone B at (401, 322), 41.2 x 1.8 um, high`
pub(crate) fn told(defect: &DefectReport) -> String {
    let kind = match defect.defect_type {
        DefectType::Scratch => "scratch",
        DefectType::Dig => "dig",
        DefectType::Contamination => "contamination",
        DefectType::Chip => "chip",
        DefectType::Anomaly => "anomaly",
    };
    let zone = match defect.zone.as_deref() {
        None => String::new(),
        Some("outside") => " outside the zones".to_owned(),
        Some(zone) => format!(" in zone {zone}"),
    };
    let [x, y] = defect.location_xy;
    let px = &defect.detection_metadata;
    let size = match (defect.defect_type, defect.size_um) {
        (DefectType::Scratch, Some(um)) => format!("{:.1} x {:.1} um", um.length, um.width),
        (DefectType::Scratch, None) => format!("{:.0} x {:.1} px", px.length_px, px.width_px),
        (_, Some(um)) => format!("{:.1} um", um.diameter),
        (_, None) => format!("{:.1} px", px.diameter_px),
    };
    let severity = match defect.severity {
        Severity::Negligible => "negligible",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    };
    format!("{kind}{zone} at ({x}, {y}), {size}, {severity}")
}
