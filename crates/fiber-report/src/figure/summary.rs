//! The figures of an inspection in words.

use super::canvas::{Canvas, TextStyle};
use super::colour::{FAINT_INK, INK};
use super::rect::Rect;
use crate::Inspection;
use crate::wording::{
    anomaly_line, count, decisive_size, figure, grade_line, quality_line, severity_name,
};

const NAME: TextStyle = TextStyle::new(17.0, FAINT_INK);
const VALUE: TextStyle = TextStyle::new(17.0, INK);
const LINE_HEIGHT: i32 = 24;
const NAMES: i32 = 128;

/// Draws as many lines as fit.
pub(crate) fn draw(canvas: &mut Canvas, space: Rect, inspection: &Inspection) {
    let width = (space.width - NAMES) as f32;
    let mut y = space.y + 18;
    for (name, value) in entries(inspection) {
        let lines = canvas.wrapped(&value.replace(" um", "\u{a0}µm"), width, VALUE);
        for (row, line) in lines.iter().enumerate() {
            if y > space.bottom() {
                return;
            }
            if row == 0 {
                canvas.text(f64::from(space.x), f64::from(y), name, NAME);
            }
            canvas.text(f64::from(space.x + NAMES), f64::from(y), line, VALUE);
            y += LINE_HEIGHT;
        }
    }
}

fn entries(inspection: &Inspection) -> Vec<(&'static str, String)> {
    const MOST_REASONS: usize = 3;
    let mut entries = Vec::new();
    if let Some(grade) = &inspection.grade {
        entries.push(("Acceptance", grade_line(grade)));
        for reason in grade.reasons.iter().take(MOST_REASONS) {
            entries.push(("", format!("• {}", reason.message)));
        }
        if let Some(more) = grade.reasons.len().checked_sub(MOST_REASONS).filter(|n| *n > 0) {
            entries.push(("", format!("• and {more} more")));
        }
    } else {
        entries.push(("Acceptance", "no profile".to_owned()));
    }
    entries.push(("Anomaly", anomaly_line(inspection)));
    entries.push(("Quality", quality_line(inspection)));
    entries.push(("Found", count(inspection)));
    if let Some(worst) = worst(inspection) {
        entries.push(("Worst", worst));
    }
    match &inspection.comparison {
        Some(_) => entries.extend(inspection.criteria.measured().into_iter().filter_map(
            |(name, criterion)| {
                let c = criterion?;
                let fired = if c.triggered { ", fired" } else { "" };
                let (value, threshold) = (figure(c.value, 3), figure(c.threshold, 3));
                Some((capitalised(name), format!("{value}, threshold {threshold}{fired}")))
            },
        )),
        None => entries.push(("Model", "no reference model".to_owned())),
    }
    match &inspection.geometry {
        Some(geometry) => {
            let (rim, scale) = (geometry.cladding, geometry.um_per_px());
            entries.push((
                "Cladding",
                format!(
                    "{:.1} x {:.1} px at {:.1}, {:.1}; {:.3} x {:.3} um/px",
                    rim.width_px, rim.height_px, rim.cx, rim.cy, scale.x, scale.y
                ),
            ));
            let core = geometry.core.map(|core| format!("{:.1} um", core.diameter_um));
            entries.push(("Core", core.unwrap_or_else(|| "edge not visible".to_owned())));
        }
        None => entries.push(("Fibre", "none found: whole frame analysed".to_owned())),
    }
    if let Some(rise) = inspection.quality.focus_rise_um {
        entries.push(("Focus", format!("rim rises over {rise:.2} um")));
    }
    entries.extend(inspection.provenance.notes.iter().map(|note| ("Note", note.clone())));
    entries
}

fn capitalised(name: &str) -> &'static str {
    match name {
        "mahalanobis" => "Mahalanobis",
        "comparison" => "Comparison",
        "structural" => "Structural",
        "local" => "Local",
        _ => "Combined",
    }
}

/// The defect that weighs most.
fn worst(inspection: &Inspection) -> Option<String> {
    let score = |d: &crate::DefectReport| d.detection_metadata.severity_score;
    let worst = inspection.defects().reduce(|a, b| if score(&b) > score(&a) { b } else { a })?;
    let zone = worst.zone.as_ref().map_or_else(String::new, |zone| match zone.as_str() {
        "outside" => ", outside the zones".to_owned(),
        zone => format!(", zone {zone}"),
    });
    let severity = severity_name(worst.severity);
    Some(format!("{}, {}{zone}, {severity}", worst.defect_id, decisive_size(&worst)))
}
