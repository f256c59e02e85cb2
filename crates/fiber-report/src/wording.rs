//! Phrases that text and figures share.

use fiber_defects::{DefectType, Severity};
use fiber_grading::Grade;

use crate::{Criteria, DefectReport, Inspection};

pub(crate) fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Negligible => "negligible",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// All types in the order in which they are counted and explained.
pub(crate) const TYPES: [DefectType; 5] = [
    DefectType::Scratch,
    DefectType::Dig,
    DefectType::Contamination,
    DefectType::Chip,
    DefectType::Anomaly,
];

pub(crate) fn type_name(defect_type: DefectType) -> &'static str {
    match defect_type {
        DefectType::Scratch => "scratch",
        DefectType::Dig => "dig",
        DefectType::Contamination => "contamination",
        DefectType::Chip => "chip",
        DefectType::Anomaly => "anomaly",
    }
}

fn plural(defect_type: DefectType) -> &'static str {
    match defect_type {
        DefectType::Scratch => "scratches",
        DefectType::Dig => "digs",
        DefectType::Contamination => "contaminations",
        DefectType::Chip => "chips",
        DefectType::Anomaly => "anomalies",
    }
}

/// `no defects`, or `3 defects: 2 scratches, 1 dig`.
pub(crate) fn count(inspection: &Inspection) -> String {
    let defects = &inspection.detection.defects;
    let of_type = |t: DefectType| match defects.iter().filter(|d| d.defect_type == t).count() {
        0 => None,
        1 => Some(format!("1 {}", type_name(t))),
        n => Some(format!("{n} {}", plural(t))),
    };
    let types = TYPES.into_iter().filter_map(of_type).collect::<Vec<_>>().join(", ");
    match defects.len() {
        0 => "no defects".to_owned(),
        1 => format!("1 defect: {types}"),
        n => format!("{n} defects: {types}"),
    }
}

/// The one size that acceptance rules ask for: the width of a scratch, the diameter of anything else.
pub(crate) fn decisive_size(defect: &DefectReport) -> String {
    let metadata = &defect.detection_metadata;
    let scratch = defect.defect_type == DefectType::Scratch;
    match defect.size_um {
        Some(size) if scratch => format!("{:.1} x {:.1} um", size.length, size.width),
        Some(size) => format!("{:.1} um", size.diameter),
        None if scratch => format!("{:.0} x {:.1} px", metadata.length_px, metadata.width_px),
        None => format!("{:.1} px", metadata.diameter_px),
    }
}

pub(crate) fn grade_line(grade: &Grade) -> String {
    format!("{} by {}, revision {}", grade.verdict, grade.profile, grade.revision)
}

/// `abnormal, confidence 0.93 (mahalanobis, local)`.
pub(crate) fn anomaly_line(inspection: &Inspection) -> String {
    let word = if inspection.is_anomalous { "abnormal" } else { "normal" };
    let mut reasons = fired(&inspection.criteria);
    let level = |severity| inspection.severity_thresholds.level(severity);
    let defects = &inspection.detection.defects;
    let grave = defects.iter().filter(|d| level(d.severity) >= Severity::Medium).count();
    if inspection.is_anomalous && grave > 0 {
        let plural = if grave == 1 { "" } else { "s" };
        reasons.push(format!("{grave} defect{plural} of severity medium or more"));
    }
    let because =
        if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
    format!("{word}, confidence {}{because}", figure(inspection.summary().anomaly_confidence, 2))
}

/// `87.5 of 100`: a very bad face has 0.0, not a power of ten.
pub(crate) fn quality_line(inspection: &Inspection) -> String {
    format!("{:.1} of 100", inspection.quality_score())
}

fn fired(criteria: &Criteria) -> Vec<String> {
    let fired = criteria.triggered().into_iter().filter(|(_, fired)| *fired == Some(true));
    fired.map(|(name, _)| name.to_owned()).collect()
}

/// A figure with so many decimals; very large and very small ones in scientific notation.
pub(crate) fn figure(value: f64, decimals: usize) -> String {
    let size = value.abs();
    let readable = size < 1e6 && (size == 0.0 || size >= 0.5 * 0.1_f64.powi(decimals as i32));
    if readable || !value.is_finite() {
        format!("{value:.decimals$}")
    } else {
        format!("{value:.2e}")
    }
}

/// The text on one line, whatever a file name put into it.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_their_sense_at_any_size() {
        assert_eq!(figure(1.25, 1), "1.2");
        assert_eq!(figure(0.0, 2), "0.00");
        assert_eq!(figure(0.0004, 2), "4.00e-4");
        assert_eq!(figure(-12_345_678.0, 2), "-1.23e7");
        assert_eq!(figure(f64::NAN, 2), "NaN");
    }

    #[test]
    fn control_characters_stay_on_the_line() {
        assert_eq!(one_line("a\nb\u{7}é"), "a\\nb\\u{7}é");
    }
}
