//! One row a face, in `summary.csv` and `summary.jsonl`.

use std::path::Path;

use fiber_inspect::Inspection;
use fiber_inspect::defects::DefectType;
use fiber_inspect::image::write_atomically;
use serde_json::{Map, Value, json};

use crate::commands::Failure;

/// Columns of the table in their order; rows have all of them, null where there is nothing to say.
const COLUMNS: [&str; 21] = [
    "path",
    "success",
    "verdict",
    "acceptance",
    "is_anomalous",
    "anomaly_confidence",
    "combined_p_value",
    "quality_score",
    "total_defects",
    "scratches",
    "digs",
    "contaminations",
    "chips",
    "anomalies",
    "failed_by",
    "reasons",
    "focus_rise_um",
    "um_per_px",
    "image_sha256",
    "resumed",
    "error",
];

/// A face in a few figures.
#[derive(Clone, Debug)]
pub(crate) struct Row(Map<String, Value>);

impl Row {
    fn from_pairs(pairs: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let mut row: Map<String, Value> =
            COLUMNS.iter().map(|&name| (name.to_owned(), Value::Null)).collect();
        row.extend(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)));
        Self(row)
    }

    pub(crate) fn of(file: &Path, inspection: &Inspection) -> Self {
        let (summary, grade) = (inspection.summary(), inspection.grade.as_ref());
        let count = |kind| {
            let defects = inspection.detection.defects.iter();
            defects.filter(|defect| defect.defect_type == kind).count()
        };
        let failed_by: Vec<String> =
            grade.iter().flat_map(|grade| &grade.failed_by).map(ToString::to_string).collect();
        let reasons: Vec<&str> =
            grade.iter().flat_map(|g| &g.reasons).map(|reason| reason.message.as_str()).collect();
        let scale = inspection.geometry.as_ref().map(|geometry| geometry.um_per_px().x);
        Self::from_pairs([
            ("path", json!(file.to_string_lossy())),
            ("success", json!(true)),
            ("verdict", json!(inspection.headline().words)),
            ("acceptance", json!(grade.map(|grade| grade.verdict))),
            ("is_anomalous", json!(summary.is_anomalous)),
            ("anomaly_confidence", json!(summary.anomaly_confidence)),
            ("combined_p_value", json!(summary.criteria.combined.and_then(|c| c.p_value))),
            ("quality_score", json!(summary.quality_score)),
            ("total_defects", json!(summary.total_defects)),
            ("scratches", json!(count(DefectType::Scratch))),
            ("digs", json!(count(DefectType::Dig))),
            ("contaminations", json!(count(DefectType::Contamination))),
            ("chips", json!(count(DefectType::Chip))),
            ("anomalies", json!(count(DefectType::Anomaly))),
            ("failed_by", json!(failed_by.join(" "))),
            ("reasons", json!(reasons.join("; "))),
            ("focus_rise_um", json!(inspection.quality.focus_rise_um)),
            ("um_per_px", json!(scale)),
            ("image_sha256", json!(inspection.image.metadata().sha256)),
            ("resumed", json!(false)),
        ])
    }

    pub(crate) fn of_failure(file: &Path, failure: &Failure) -> Self {
        Self::from_pairs([
            ("path", json!(file.to_string_lossy())),
            ("success", json!(false)),
            ("error", json!(failure.cause_at(file))),
        ])
    }

    /// From a finished report; `None` where it lacks what is needed.
    pub(crate) fn of_report(file: &Path, report: &Value) -> Option<Self> {
        let summary = report.get("summary")?;
        let defects = report.get("defects")?.as_array()?;
        let count =
            |kind: &str| defects.iter().filter(|defect| defect["defect_type"] == kind).count();
        let acceptance = &report["acceptance"];
        let texts = |list: &Value, of: &dyn Fn(&Value) -> Option<String>| -> Vec<String> {
            list.as_array().into_iter().flatten().filter_map(of).collect()
        };
        let failed_by = texts(&acceptance["failed_by"], &|v| v.as_str().map(str::to_owned));
        let reasons = texts(&acceptance["reasons"], &|v| v["message"].as_str().map(str::to_owned));
        let verdict = acceptance["verdict"].as_str();
        let is_anomalous = summary["is_anomalous"].as_bool()?;
        let words = match (verdict, is_anomalous) {
            (Some(verdict @ ("pass" | "marginal" | "ungradable")), true) => {
                format!("{}, ABNORMAL", verdict.to_uppercase())
            }
            (Some(verdict), _) => verdict.to_uppercase(),
            (None, true) => "ABNORMAL".to_owned(),
            (None, false) => "NORMAL".to_owned(),
        };
        Some(Self::from_pairs([
            ("path", json!(file.to_string_lossy())),
            ("success", json!(true)),
            ("verdict", json!(words)),
            ("acceptance", json!(verdict)),
            ("is_anomalous", json!(is_anomalous)),
            ("anomaly_confidence", summary["anomaly_confidence"].clone()),
            ("combined_p_value", summary["criteria"]["combined"]["p_value"].clone()),
            ("quality_score", summary["quality_score"].clone()),
            ("total_defects", summary["total_defects"].clone()),
            ("scratches", json!(count("SCRATCH"))),
            ("digs", json!(count("DIG"))),
            ("contaminations", json!(count("CONTAMINATION"))),
            ("chips", json!(count("CHIP"))),
            ("anomalies", json!(count("ANOMALY"))),
            ("failed_by", json!(failed_by.join(" "))),
            ("reasons", json!(reasons.join("; "))),
            ("focus_rise_um", report["image_quality"]["focus_rise_um"].clone()),
            ("um_per_px", report["geometry"]["um_per_px"]["x"].clone()),
            ("image_sha256", report["analysis_metadata"]["sha256"]["image"].clone()),
            ("resumed", json!(true)),
        ]))
    }

    /// The verdict's words and whether the face is abnormal, as far as the row knows.
    pub(crate) fn acceptance(&self) -> (Option<&str>, bool) {
        (self.0["acceptance"].as_str(), self.0["is_anomalous"] == true)
    }
}

/// Writes `summary.csv` and `summary.jsonl` of all rows into an existing folder.
pub(crate) fn write(folder: &Path, rows: &[Row]) -> Result<(), Failure> {
    let mut csv = COLUMNS.join(",") + "\n";
    let mut lines = String::new();
    for Row(row) in rows {
        let cells: Vec<String> = COLUMNS.iter().map(|&name| cell(&row[name])).collect();
        csv += &cells.join(",");
        csv.push('\n');
        let ordered: Vec<String> =
            COLUMNS.iter().map(|&name| format!("{}:{}", Value::from(name), row[name])).collect();
        lines += &format!("{{{}}}\n", ordered.join(","));
    }
    write_atomically(folder.join("summary.csv"), |file| file.write_all(csv.as_bytes()))?;
    write_atomically(folder.join("summary.jsonl"), |file| file.write_all(lines.as_bytes()))?;
    Ok(())
}

/// A value as a cell (RFC 4180): empty for null, in quotes where it needs them.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_need_it() {
        assert_eq!(cell(&json!("a,b")), "\"a,b\"");
        assert_eq!(cell(&json!("say \"hi\"")), "\"say \"\"hi\"\"\"");
        assert_eq!(
            (cell(&Value::Null), cell(&json!(1.5)), cell(&json!(true))),
            (String::new(), "1.5".to_owned(), "true".to_owned())
        );
    }
}
