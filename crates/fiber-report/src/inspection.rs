use fiber_defects::{Detection, SeverityThresholds};
use fiber_geometry::{Geometry, ImageQuality};
use fiber_grading::Grade;
use fiber_image::FaceImage;

use crate::{
    AnomalyMap, Comparison, Criteria, DefectReport, Headline, Provenance, ZoneRing, quality,
};

/// One finished inspection: everything that the reports are made from.
///
/// Plain data without files, clock or configuration; the same input gives the same value but for the
/// times in [`Provenance::milliseconds`]. Positions are in input pixels.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The inspected image and its source.
    pub image: FaceImage,
    /// Where the fibre is; `None` where there is none and the whole frame was analysed.
    pub geometry: Option<Geometry>,
    /// Focus, exposure, illumination, coverage.
    pub quality: ImageQuality,
    /// The zones that defects are assigned to, from the centre outwards.
    pub zones: Vec<ZoneRing>,
    /// The defects and the pixels that each of them covers.
    pub detection: Detection,
    /// What scores of severity are called.
    pub severity_thresholds: SeverityThresholds,
    /// Abnormality of every pixel, where a local analysis was done.
    pub anomaly_map: Option<AnomalyMap>,
    /// Comparison with the reference model; `None` without one.
    pub comparison: Option<Comparison>,
    /// What each criterion says.
    pub criteria: Criteria,
    /// Whether the face is abnormal.
    pub is_anomalous: bool,
    /// How sure that is, 0 to 1.
    pub anomaly_confidence: f64,
    /// The judgement by an acceptance profile; `None` without one.
    pub grade: Option<Grade>,
    /// What the inspection was made with.
    pub provenance: Provenance,
}

impl Inspection {
    /// The defects as they are reported: with id, zone and severity, in the order of detection.
    pub fn defects(&self) -> impl ExactSizeIterator<Item = DefectReport> + '_ {
        let defects = self.detection.defects.iter().enumerate();
        defects.map(|(index, defect)| DefectReport::new(self, index, defect))
    }

    /// One figure for the state of the face: 100 for a perfect one, towards 0 with every defect.
    ///
    /// `100 (1 - a/2) P`, where `P` is the product of `1 - severity * confidence / 2` over the defects and
    /// `a` is the confidence that the face is abnormal (0 where it is taken for normal). A certain defect
    /// of full severity halves the score; a further defect never raises it; no number of specks makes
    /// it jump.
    #[must_use]
    pub fn quality_score(&self) -> f64 {
        let anomaly = if self.is_anomalous { self.anomaly_confidence } else { 0.0 };
        quality::score(anomaly, &self.detection.defects)
    }

    /// The verdict in a word or two.
    #[must_use]
    pub fn headline(&self) -> Headline {
        Headline::of(self.grade.as_ref().map(|grade| grade.verdict), self.is_anomalous)
    }
}
