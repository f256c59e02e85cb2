use fiber_grading::LimitGrade;

use super::deviations::deviations_in_words;
use super::table::{Side, table};
use crate::wording::{
    anomaly_line, count, figure, grade_line, one_line, quality_line, severity_name,
};
use crate::zone::OUTSIDE;
use crate::{Inspection, Timestamp};

use Side::{Left, Right};

/// Standard deviations from which on a feature is worth a line.
const DEVIANT: f64 = 2.0;
const MOST_FEATURES: usize = 20;

const NO_MODEL: &str = "  no reference model was used\n";

/// `Name   value`, values in one column.
fn entry(name: &str, value: &str) -> String {
    format!("  {name:<24}{value}\n")
}

fn entries(pairs: &[(&str, Option<String>)]) -> String {
    pairs.iter().filter_map(|(name, value)| Some(entry(name, value.as_ref()?))).collect()
}

pub(crate) fn verdict(inspection: &Inspection) -> String {
    let mut text = format!("Verdict: {}\n", inspection.headline().words);
    if let Some(grade) = &inspection.grade {
        text += &entry("acceptance", &grade_line(grade));
        for reason in &grade.reasons {
            text += &entry("", &format!("- {}", reason.message));
        }
        if grade.may_pass_after_cleaning() {
            text += &entry("", "- fails by defects only: may pass after cleaning");
        }
    }
    text += &entry("anomaly", &anomaly_line(inspection));
    text += &entry("found", &count(inspection));
    text += &entry("quality score", &quality_line(inspection));
    for note in &inspection.provenance.notes {
        text += &entry("note", &one_line(note));
    }
    text
}

pub(crate) fn defects(inspection: &Inspection) -> String {
    if inspection.detection.defects.is_empty() {
        return "  none\n".to_owned();
    }
    let columns = [
        ("id", Left),
        ("zone", Left),
        ("severity", Left),
        ("conf.", Right),
        ("x, y px", Right),
        ("box px", Right),
        ("diam. um", Right),
        ("length um", Right),
        ("width um", Right),
        ("angle", Right),
        ("snr", Right),
        ("looks", Left),
        ("found by", Left),
    ];
    let rows: Vec<_> = inspection
        .defects()
        .map(|defect| {
            let size = |of: fn(&crate::ReportedSize) -> f64| {
                defect.size_um.as_ref().map_or_else(dash, |size| figure(of(size), 1))
            };
            let [x, y] = defect.location_xy;
            let [_, _, width, height] = defect.bbox;
            [
                defect.defect_id.clone(),
                defect.zone.clone().unwrap_or_else(dash),
                severity_name(defect.severity).to_owned(),
                figure(defect.confidence, 2),
                format!("{x}, {y}"),
                format!("{width} x {height}"),
                size(|size| size.diameter),
                size(|size| size.length),
                size(|size| size.width),
                defect.orientation.map_or_else(dash, |angle| format!("{angle:.0}")),
                figure(defect.snr, 1),
                format!("{:?}", defect.polarity).to_lowercase(),
                defect.contributing_algorithms.join(", "),
            ]
        })
        .collect();
    let mut text = table(columns, &rows);
    if inspection.defects().any(|defect| defect.size_um.is_none()) {
        text += "  The scale is unknown where no micrometres are given.\n";
    }
    text
}

fn dash() -> String {
    "-".to_owned()
}

pub(crate) fn regions(inspection: &Inspection) -> String {
    let Some(map) = &inspection.anomaly_map else {
        return "  no local analysis was done\n".to_owned();
    };
    let threshold = format!("  anything above {} counts\n", figure(map.threshold, 3));
    if map.regions.is_empty() {
        return format!("  none; {}", threshold.trim_start());
    }
    let columns = [
        ("x, y px", Right),
        ("box in map", Right),
        ("area in map", Right),
        ("peak", Right),
        ("conf.", Right),
    ];
    let rows: Vec<_> = map
        .regions
        .iter()
        .map(|region| {
            let (x, y) = map.to_image(region.centroid);
            [
                format!("{x:.0}, {y:.0}"),
                format!("{} x {}", region.bbox[2], region.bbox[3]),
                region.area.to_string(),
                figure(region.peak, 3),
                figure(region.confidence, 2),
            ]
        })
        .collect();
    table(columns, &rows) + &threshold
}

pub(crate) fn zones(inspection: &Inspection) -> String {
    if inspection.geometry.is_none() {
        return "  no fibre was found, so there are no zones\n".to_owned();
    }
    if let Some(grade) = &inspection.grade
        && !grade.zones.is_empty()
    {
        return graded_zones(grade);
    }
    let zone_of: Vec<_> = inspection.defects().filter_map(|defect| defect.zone).collect();
    let count = |name: &str| zone_of.iter().filter(|zone| zone.as_str() == name).count();
    let mut rows: Vec<_> = inspection
        .zones
        .iter()
        .map(|zone| {
            let range = format!("{}-{}", zone.inner_um, zone.outer_um);
            [zone.name.clone(), range, count(&zone.name).to_string()]
        })
        .collect();
    rows.push([OUTSIDE.to_owned(), String::new(), count(OUTSIDE).to_string()]);
    table([("zone", Left), ("diameter um", Right), ("defects", Right)], &rows)
}

fn graded_zones(grade: &fiber_grading::Grade) -> String {
    let columns = [
        ("zone", Left),
        ("diameter um", Right),
        ("class", Left),
        ("size um", Left),
        ("found", Right),
        ("allowed", Right),
        ("verdict", Left),
    ];
    let mut rows = Vec::new();
    for zone in &grade.zones {
        for (class, limits) in [("scratches", &zone.scratches), ("defects", &zone.defects)] {
            for limit in limits {
                let range = format!("{}-{}", zone.inner_um, zone.outer_um);
                rows.push([
                    zone.name.clone(),
                    range,
                    class.to_owned(),
                    limit.sizes.clone(),
                    found(limit),
                    limit.allowed.map_or_else(|| "any".to_owned(), |n| n.to_string()),
                    limit.verdict.to_string(),
                ]);
            }
        }
    }
    let mut text = table(columns, &rows);
    text += &format!(
        "  Findings up to {} um, the detection floor, are not counted.\n",
        grade.detection_floor_um
    );
    text.extend(grade.notes.iter().map(|note| format!("  {}\n", one_line(note))));
    text
}

/// `3`, or `3 (2-4)` where the measurement uncertainty leaves it open.
fn found(limit: &LimitGrade) -> String {
    if limit.count_min == limit.count_max {
        limit.count.to_string()
    } else {
        format!("{} ({}-{})", limit.count, limit.count_min, limit.count_max)
    }
}

pub(crate) fn criteria(inspection: &Inspection) -> String {
    let word = |fired: Option<bool>| match fired {
        None => "not used",
        Some(false) => "quiet",
        Some(true) => "FIRED",
    };
    let mut rows: Vec<_> = inspection
        .criteria
        .measured()
        .into_iter()
        .map(|(name, criterion)| {
            let shown = |of: fn(&crate::Criterion) -> f64| {
                criterion.as_ref().map_or_else(dash, |criterion| figure(of(criterion), 4))
            };
            [
                name.to_owned(),
                shown(|c| c.value),
                shown(|c| c.threshold),
                criterion.and_then(|c| c.p_value).map_or_else(dash, |p| figure(p, 3)),
                word(criterion.map(|c| c.triggered)).to_owned(),
            ]
        })
        .collect();
    let acceptance = word(inspection.criteria.acceptance);
    rows.push(["acceptance".to_owned(), dash(), dash(), dash(), acceptance.to_owned()]);
    let columns =
        [("criterion", Left), ("value", Right), ("threshold", Right), ("p", Right), ("", Left)];
    let text = table(columns, &rows);
    if inspection.comparison.is_none() { text + NO_MODEL } else { text }
}

pub(crate) fn features(inspection: &Inspection) -> String {
    let Some(comparison) = &inspection.comparison else { return NO_MODEL.to_owned() };
    let all = &comparison.deviant_features;
    // The farthest come first.
    let deviant =
        all.iter().take_while(|feature| feature.z.is_nan() || feature.z.abs() >= DEVIANT).count();
    if deviant == 0 {
        return format!("  none strays by {DEVIANT} standard deviations or more\n");
    }
    let rows: Vec<_> = all[..deviant.min(MOST_FEATURES)]
        .iter()
        .map(|feature| {
            [
                feature.name.clone(),
                figure(feature.z, 1),
                figure(feature.value, 4),
                figure(feature.reference, 4),
            ]
        })
        .collect();
    let columns = [("feature", Left), ("z", Right), ("value", Right), ("reference", Right)];
    let text = deviations_in_words(&comparison.deviant_features) + &table(columns, &rows);
    match deviant.saturating_sub(MOST_FEATURES) {
        0 => text,
        more => text + &format!("  and {more} more beyond {DEVIANT} standard deviations\n"),
    }
}

pub(crate) fn geometry(inspection: &Inspection) -> String {
    let Some(geometry) = &inspection.geometry else {
        return "  no fibre was found: the whole frame was analysed, without zones and micrometres\n"
            .to_owned();
    };
    let (rim, scale) = (geometry.cladding, geometry.um_per_px());
    let size =
        format!("{:.1} x {:.1} px, {} um", rim.width_px, rim.height_px, geometry.cladding_um);
    entries(&[
        ("cladding centre", Some(format!("{:.2}, {:.2} px", rim.cx, rim.cy))),
        ("cladding diameter", Some(size)),
        (
            "core",
            Some(geometry.core.map_or_else(
                || "its edge is not visible".to_owned(),
                |core| format!("{:.1} um at {:.2}, {:.2} px", core.diameter_um, core.cx, core.cy),
            )),
        ),
        ("um per pixel, x and y", Some(format!("{:.4}, {:.4}", scale.x, scale.y))),
        ("rim found", Some(format!("{:.0} %", 100.0 * geometry.rim_coverage))),
    ])
}

pub(crate) fn quality(inspection: &Inspection) -> String {
    let quality = &inspection.quality;
    let percent = |share: f64| format!("{} %", figure(100.0 * share, 2));
    entries(&[
        ("focus, rise of the rim", quality.focus_rise_um.map(|um| format!("{um:.2} um"))),
        ("contact zone in view", quality.contact_zone_coverage.map(percent)),
        ("saturated pixels", Some(percent(quality.saturated_share))),
        ("black pixels", Some(percent(quality.black_share))),
        ("median level", Some(figure(quality.median_level, 0))),
        ("illumination evenness", Some(figure(quality.illumination_evenness, 2))),
        ("noise, grey levels", Some(figure(quality.noise, 2))),
    ])
}

pub(crate) fn provenance(inspection: &Inspection, timestamp: Option<Timestamp>) -> String {
    let (made, image) = (&inspection.provenance, inspection.image.metadata());
    let size = format!(
        "{} x {} px, {} channel{} of {} bits{}",
        image.width,
        image.height,
        image.channels,
        if image.channels == 1 { "" } else { "s" },
        image.bit_depth,
        image.format.map_or_else(String::new, |format| format!(", {format}"))
    );
    let model = match (&made.knowledge_base, made.reference_samples) {
        (Some(path), faces) => format!("{}, learned from {faces} faces", one_line(path)),
        (None, 0) => "none".to_owned(),
        (None, faces) => format!("not from a file, learned from {faces} faces"),
    };
    let features = format!("{}, schema {}", made.features_extracted, made.feature_schema_version);
    let skipped = (image.skipped_pixels > 0).then(|| image.skipped_pixels.to_string());
    let mut text = entries(&[
        ("time", timestamp.map(|time| time.to_string())),
        ("program", Some(format!("{} {}", made.analyzer, made.version))),
        ("image", Some(one_line(&crate::report::image_path(image)))),
        ("", Some(size)),
        ("pixels out of bounds", skipped),
        ("image sha256", Some(image.sha256.clone())),
        ("reference model", Some(model)),
        ("model sha256", made.model_sha256.clone()),
        ("features", Some(features)),
        ("configuration sha256", made.configuration_sha256.clone()),
        ("profile sha256", made.profile_sha256.clone()),
    ]);
    for (name, value) in &made.fields {
        text += &entry(&one_line(name), &one_line(value));
    }
    for (stage, milliseconds) in &made.milliseconds {
        text += &entry(&format!("{stage}, ms"), &figure(*milliseconds, 1));
    }
    text
}
