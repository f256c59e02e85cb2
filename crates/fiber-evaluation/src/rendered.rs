//! Rendered faces, whose truth is exact: false alarms, healthy circles, and what confidence is worth.

use std::ops::AddAssign;

use fiber_defects::DefectType;
use fiber_inspect::{FaceImage, Inspection, Inspector, Workers};
use fiber_synth::{Population, RenderedFace, random_face, render};

use crate::edges::Edges;
use crate::{EvaluationError, Share};

/// What was reported on clean rendered faces.
#[derive(Clone, Debug, Default)]
pub struct CleanFaces {
    /// Number of faces.
    pub faces: usize,
    /// Reports on them, all false.
    pub reports: usize,
    /// Those that are scratches or digs on core edge, rim or index rings.
    pub on_circles: usize,
    /// Faces, by number, with their reports.
    pub offenders: Vec<(u64, Vec<(Edges, DefectType)>)>,
}

impl AddAssign for CleanFaces {
    fn add_assign(&mut self, other: Self) {
        self.faces += other.faces;
        self.reports += other.reports;
        self.on_circles += other.on_circles;
        self.offenders.extend(other.offenders);
    }
}

/// A report on a damaged rendered face.
#[derive(Clone, Copy, Debug)]
pub struct JudgedReport {
    /// The confidence it was reported with.
    pub confidence: f64,
    /// Whether it lies on a planted defect.
    pub real: bool,
}

/// Distance from a circle of the fibre, as a share of the cladding's radius, up to which a report lies on it.
const ON_CIRCLE: f64 = 0.04;

pub(crate) fn render_face(
    seed: u64,
    index: u64,
    population: &Population,
) -> Result<(RenderedFace, FaceImage), EvaluationError> {
    let face = render(&random_face(seed, index, population)?)?;
    let image = FaceImage::from_luma(face.image.clone(), &format!("rendered {index}"));
    Ok((face, image))
}

/// Inspects clean faces of a population.
pub(crate) fn evaluate_clean(
    population: &Population,
    seed: u64,
    faces: usize,
    inspector: &Inspector,
    workers: &Workers,
) -> Result<CleanFaces, EvaluationError> {
    let population = Population { damaged_share: 0.0, ..population.clone() };
    let seen = workers.map(0..faces as u64, |index| {
        let (_, image) = render_face(seed, index, &population)?;
        Ok((index, inspector.inspect(&image)?))
    });
    let mut clean = CleanFaces::default();
    for face in seen {
        let (index, inspection) = face.map_err(|error: EvaluationError| error)?;
        clean.faces += 1;
        clean.reports += inspection.detection.defects.len();
        clean.on_circles += on_circles(&inspection);
        if !inspection.detection.defects.is_empty() {
            let reports = inspection.detection.defects.iter();
            let reports = reports.map(|d| (Edges::from(d.bounds), d.defect_type));
            clean.offenders.push((index, reports.collect()));
        }
    }
    Ok(clean)
}

/// Scratches and digs whose middle lies on the core's edge or the cladding's rim.
fn on_circles(inspection: &Inspection) -> usize {
    let Some(geometry) = inspection.geometry else { return 0 };
    let mut circles = vec![1.0];
    circles.extend(geometry.core.map(|core| core.diameter_um / geometry.cladding_um));
    let defects = inspection.detection.defects.iter();
    defects
        .filter(|defect| matches!(defect.defect_type, DefectType::Scratch | DefectType::Dig))
        .filter(|defect| {
            let radius = geometry.cladding.normalised_radius(defect.centroid.0, defect.centroid.1);
            circles.iter().any(|circle| (radius - circle).abs() <= ON_CIRCLE)
        })
        .count()
}

/// Inspects damaged faces of a population and tells real reports from false ones by the exact masks.
pub(crate) fn evaluate_damaged(
    population: &Population,
    seed: u64,
    faces: usize,
    inspector: &Inspector,
    workers: &Workers,
) -> Result<(Vec<JudgedReport>, Share), EvaluationError> {
    let population = Population { damaged_share: 1.0, ..population.clone() };
    let seen = workers.map(0..faces as u64, |index| {
        let (face, image) = render_face(seed, index, &population)?;
        Ok((face, inspector.inspect(&image)?))
    });
    let (mut reports, mut recall) = (Vec::new(), Share::default());
    for face in seen {
        let (face, inspection) = face.map_err(|error: EvaluationError| error)?;
        let truth: Vec<Edges> = face
            .truth
            .defects
            .iter()
            .map(|defect| Edges::from(defect.bbox.map(|v| v as f64)))
            .collect();
        let found: Vec<Edges> =
            inspection.detection.defects.iter().map(|d| Edges::from(d.bounds)).collect();
        for (defect, edges) in inspection.detection.defects.iter().zip(&found) {
            let real = edges.is_right(&truth);
            reports.push(JudgedReport { confidence: defect.confidence, real });
        }
        for mark in truth {
            recall += Share::one(found.iter().any(|&report| mark.is_found_by(report)));
        }
    }
    Ok((reports, recall))
}

/// Share of real reports by confidence: in every bin between two of `borders`.
#[must_use]
pub fn reliability(reports: &[JudgedReport], borders: &[f64]) -> Vec<Share> {
    borders
        .windows(2)
        .map(|bin| {
            let within = |c: f64| c >= bin[0] && (c < bin[1] || bin[1] >= 1.0 && c <= 1.0);
            let reports = reports.iter().filter(|report| within(report.confidence));
            reports.map(|report| Share::one(report.real)).sum()
        })
        .collect()
}
