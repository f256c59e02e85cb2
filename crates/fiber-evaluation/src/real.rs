//! Real faces against what was marked by hand.

use fiber_defects::DefectType;
use fiber_geometry::Geometry;
use fiber_image::{Limits, read};
use fiber_inspect::{Inspection, Inspector, Workers};

use crate::edges::Edges;
use crate::truth::{KnownCladding, LabelledFaces, MarkedFace, Visibility};
use crate::{EvaluationError, Share};

/// Farthest that the centre of the cladding may lie from the known one, in pixels ...
const CENTRE_PX: f64 = 1.5;
/// ... and its width and height, as shares.
const SIZE_SHARE: f64 = 0.01;

/// What was measured on one face.
#[derive(Clone, Debug)]
pub struct RealFace {
    /// Its name.
    pub name: String,
    /// Whether it could be read and inspected.
    pub read: bool,
    /// Whether its fibre was found where it is, where that is known.
    pub fibre: Option<FibreFound>,
    /// What was found of its marks, where it was marked.
    pub marked: Option<MarkedCounts>,
}

/// Where the fibre was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FibreFound {
    /// Where it is.
    Right,
    /// Nowhere, though there is one.
    Missed,
    /// Elsewhere, or where there is none.
    Wrong,
}

/// Counts of a marked face.
#[derive(Clone, Debug, Default)]
pub struct MarkedCounts {
    /// Clear marks that were found.
    pub recall: Share,
    /// Reports in the contact zone that lie on marks.
    pub precision: Share,
    /// Boxes of the clear marks that were missed.
    pub missed: Vec<Edges>,
    /// Boxes and types of the reports that lie on no mark.
    pub false_reports: Vec<(Edges, DefectType)>,
}

/// Inspects every face of a folder and holds it against the truth.
///
/// # Errors
/// [`EvaluationError`] where an inspection fails for another reason than the image.
pub fn evaluate_real(
    faces: &LabelledFaces,
    inspector: &Inspector,
    workers: &Workers,
) -> Result<Vec<RealFace>, EvaluationError> {
    workers.map(faces.names.iter(), |name| evaluate_face(faces, name, inspector)).collect()
}

fn evaluate_face(
    faces: &LabelledFaces,
    name: &str,
    inspector: &Inspector,
) -> Result<RealFace, EvaluationError> {
    let name = name.to_owned();
    let Ok(image) = read(faces.path(&name), &Limits::default()) else {
        return Ok(RealFace { name, read: false, fibre: None, marked: None });
    };
    let inspection = inspector.inspect(&image)?;
    let known = faces.geometry.get(&name);
    Ok(RealFace {
        read: true,
        fibre: known.map(|known| compare(inspection.geometry.as_ref(), known.cladding)),
        marked: faces.marks.get(&name).map(|face| count(face, &inspection)),
        name,
    })
}

fn compare(found: Option<&Geometry>, known: Option<KnownCladding>) -> FibreFound {
    match (found, known) {
        (None, None) => FibreFound::Right,
        (None, Some(_)) => FibreFound::Missed,
        (Some(_), None) => FibreFound::Wrong,
        (Some(found), Some(known)) => {
            let found = found.cladding;
            let off = (found.cx - known.cx).hypot(found.cy - known.cy);
            let size = [found.width_px / known.width_px, found.height_px / known.height_px];
            let right = off <= CENTRE_PX && size.iter().all(|s| (s - 1.0).abs() <= SIZE_SHARE);
            if right { FibreFound::Right } else { FibreFound::Wrong }
        }
    }
}

fn count(face: &MarkedFace, inspection: &Inspection) -> MarkedCounts {
    let marks: Vec<Edges> = face.marks.iter().map(|mark| mark.edges).collect();
    let mut counts = MarkedCounts::default();
    let mut right = Vec::new();
    for defect in &inspection.detection.defects {
        let report = Edges::from(defect.bounds);
        if !face.in_zone(report.middle()) {
            continue;
        }
        let is_right = report.is_right(&marks);
        counts.precision += Share::one(is_right);
        if is_right {
            right.push(report);
        } else {
            counts.false_reports.push((report, defect.defect_type));
        }
    }
    for mark in face.marks.iter().filter(|mark| mark.visibility == Visibility::Clear) {
        let found = right.iter().any(|&report| mark.edges.is_found_by(report));
        counts.recall += Share::one(found);
        if !found {
            counts.missed.push(mark.edges);
        }
    }
    counts
}
