use fiber_defects::{Defect, DefectType, Polarity, Severity};
use fiber_geometry::Geometry;
use serde::Serialize;

use crate::number::{finite, unit};
use crate::{Inspection, zone};

/// The id of the defect at a position of the list: a word for its type and one running number over all
/// types, from 1.
///
/// ```
/// use fiber_defects::DefectType;
/// use fiber_report::defect_id;
///
/// assert_eq!(defect_id(DefectType::Anomaly, 0), "ANOM_0001");
/// assert_eq!(defect_id(DefectType::Scratch, 1), "SCR_0002");
/// ```
#[must_use]
pub fn defect_id(defect_type: DefectType, index: usize) -> String {
    let prefix = match defect_type {
        DefectType::Scratch => "SCR",
        DefectType::Dig => "DIG",
        DefectType::Contamination => "CONT",
        DefectType::Chip => "CHIP",
        DefectType::Anomaly => "ANOM",
    };
    format!("{prefix}_{:04}", index.saturating_add(1))
}

/// A defect as it stands in the report.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DefectReport {
    /// A word for its type and its running number: [`defect_id`].
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = "^(ANOM|SCR|DIG|CONT|CHIP)_[0-9]{4,}$"))
    )]
    pub defect_id: String,
    /// What it is.
    pub defect_type: DefectType,
    /// Centroid, rounded to whole input pixels.
    pub location_xy: [i64; 2],
    /// Column, row, width and height of the bounding box in input pixels.
    pub bbox: [usize; 4],
    /// Number of its pixels.
    pub area_px: usize,
    /// How sure the inspection is that it is real, 0 to 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub confidence: f64,
    /// How bad it is.
    pub severity: Severity,
    /// Direction of its long side, degrees in 0..180 from x towards y; `None` for a round one.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 180)))]
    pub orientation: Option<f64>,
    /// Every detector that reported it.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub contributing_algorithms: Vec<String>,
    /// Further figures.
    pub detection_metadata: DetectionMetadata,
    /// Name of the innermost zone that it touches, or `outside`; `None` without geometry.
    pub zone: Option<String>,
    /// Size in micrometres where the scale is known.
    pub size_um: Option<ReportedSize>,
    /// Darker or brighter than its surroundings.
    pub polarity: Polarity,
    /// Matched signal-to-noise ratio.
    pub snr: f64,
}

/// Size of a defect in micrometres.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportedSize {
    /// Diameter of the smallest circle around it.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub diameter: f64,
    /// Extent along its main direction.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub length: f64,
    /// Mean width across it.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub width: f64,
}

/// Further figures of a defect.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DetectionMetadata {
    /// Centroid in input pixels.
    pub centroid_xy: [f64; 2],
    /// Centroid relative to the fibre centre in micrometres, x right and y down.
    pub centroid_um: Option<[f64; 2]>,
    /// Diameter of the smallest circle around it in pixels.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub diameter_px: f64,
    /// Extent along its main direction in pixels.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub length_px: f64,
    /// Mean width in pixels.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub width_px: f64,
    /// Area in square micrometres.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub area_um2: Option<f64>,
    /// Distances of its nearest and its farthest point from the fibre centre in micrometres.
    #[cfg_attr(feature = "schema", schemars(inner(range(min = 0))))]
    pub radius_um: Option<[f64; 2]>,
    /// Mean difference from the expected brightness in grey levels, with its sign.
    pub contrast: f64,
    /// How bad it is, 0 to 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub severity_score: f64,
}

impl DefectReport {
    pub(crate) fn new(inspection: &Inspection, index: usize, defect: &Defect) -> Self {
        let geometry = inspection.geometry.as_ref();
        let size = defect.size_um;
        Self {
            defect_id: defect_id(defect.defect_type, index),
            defect_type: defect.defect_type,
            location_xy: [defect.centroid.0, defect.centroid.1].map(|v| v.round() as i64),
            bbox: [defect.bounds.x, defect.bounds.y, defect.bounds.width, defect.bounds.height],
            area_px: defect.area_px,
            confidence: unit(defect.confidence),
            severity: inspection.severity_thresholds.level(defect.severity),
            orientation: defect.orientation_deg.filter(|angle| angle.is_finite()),
            contributing_algorithms: defect.algorithms.clone(),
            detection_metadata: DetectionMetadata::new(defect, geometry),
            zone: geometry.map(|geometry| zone::zone_of(defect, geometry, &inspection.zones)),
            size_um: size.map(|size| ReportedSize {
                diameter: finite(size.diameter),
                length: finite(size.length),
                width: finite(size.width),
            }),
            polarity: defect.polarity,
            snr: finite(defect.snr),
        }
    }
}

impl DetectionMetadata {
    fn new(defect: &Defect, geometry: Option<&Geometry>) -> Self {
        let (x, y) = defect.centroid;
        let centre = geometry.map(|geometry| geometry.to_um(x, y));
        Self {
            centroid_xy: [finite(x), finite(y)],
            centroid_um: centre.map(|(x, y)| [finite(x), finite(y)]),
            diameter_px: finite(defect.diameter_px),
            length_px: finite(defect.length_px),
            width_px: finite(defect.width_px),
            area_um2: defect.size_um.map(|size| finite(size.area)),
            radius_um: defect.size_um.map(|s| [finite(s.inner_radius), finite(s.outer_radius)]),
            contrast: finite(defect.contrast),
            severity_score: unit(defect.severity),
        }
    }
}
