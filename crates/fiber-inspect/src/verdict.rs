use fiber_defects::{Detection, Severity};
use fiber_grading::{Grade, Verdict as Acceptance};
use fiber_report::{Criteria, Criterion};

use crate::Config;

/// What is known of normal faces, and how this one compares.
#[derive(Clone, Copy)]
pub(crate) enum Norm<'a> {
    /// There is no reference model.
    Unknown,
    /// The learned criteria.
    Compared(&'a Criteria),
    /// The face cannot even be brought into the model's frame.
    NothingLike,
}

/// What all the evidence amounts to.
pub(crate) struct Verdict {
    pub(crate) criteria: Criteria,
    pub(crate) is_anomalous: bool,
    /// How sure it is that the face is abnormal: 0.5 where a criterion just fires, towards 1 far beyond.
    pub(crate) confidence: f64,
}

impl Verdict {
    /// A face is abnormal if it is nothing like the learned ones, if the learned criteria fire together, if the
    /// acceptance profile is broken, or if it has a defect of severity medium or more.
    pub(crate) fn reach(
        norm: Norm<'_>,
        detection: &Detection,
        grade: Option<&Grade>,
        config: &Config,
    ) -> Self {
        let (learned, alien) = match norm {
            Norm::Unknown => (Criteria::default(), false),
            Norm::Compared(criteria) => (*criteria, false),
            Norm::NothingLike => (Criteria::default(), true),
        };
        let acceptance = grade.map(|grade| grade.verdict == Acceptance::Fail);
        let criteria = Criteria { acceptance, ..learned };
        let worst_defect = detection
            .defects
            .iter()
            .filter(|d| config.severity_thresholds.level(d.severity) >= Severity::Medium)
            .map(|defect| defect.confidence)
            .reduce(f64::max);
        let fired = criteria.triggered().iter().any(|(_, fired)| *fired == Some(true));
        let is_anomalous = alien || fired || worst_defect.is_some();

        // The joint statistic counts standard deviations and may be negative: the single criteria tell how far.
        let learned = criteria.measured().into_iter().filter(|(name, _)| *name != "combined");
        let learned = learned.filter_map(|(_, criterion)| criterion);
        let broken = (acceptance == Some(true)).then_some(1.0);
        let strongest = learned.map(evidence).chain(worst_defect).chain(broken).fold(0.0, f64::max);
        let confidence = if is_anomalous { strongest.max(0.5) } else { strongest.min(0.5) };
        Self { criteria, is_anomalous, confidence }
    }
}

/// `r / (1 + r)` for a score of `r` times its threshold.
fn evidence(criterion: Criterion) -> f64 {
    let Criterion { value, threshold, .. } = criterion;
    let share = value / (value + threshold);
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.5 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fiber_defects::{Defect, DefectType, PixelBox, Polarity};
    use fiber_image::Plane;

    fn detection(severities: &[f64]) -> Detection {
        let defect = |&severity: &f64| Defect {
            defect_type: DefectType::Dig,
            algorithms: vec!["test".to_owned()],
            bounds: PixelBox { x: 0, y: 0, width: 1, height: 1 },
            centroid: (0.0, 0.0),
            area_px: 1,
            length_px: 1.0,
            width_px: 1.0,
            diameter_px: 1.0,
            orientation_deg: None,
            polarity: Polarity::Dark,
            contrast: -9.0,
            snr: 9.0,
            confidence: 0.9,
            severity,
            size_um: None,
            other_readings: Vec::new(),
        };
        Detection {
            defects: severities.iter().map(defect).collect(),
            labels: Plane::filled(1, 1, 0).expect("one pixel"),
        }
    }

    fn reach(norm: Norm<'_>, severities: &[f64]) -> (bool, f64) {
        let verdict = Verdict::reach(norm, &detection(severities), None, &Config::default());
        (verdict.is_anomalous, verdict.confidence)
    }

    fn compared(value: f64) -> Criteria {
        let local =
            Some(Criterion { value, threshold: 2.0, triggered: value > 2.0, p_value: None });
        Criteria { local, ..Criteria::default() }
    }

    #[test]
    fn a_criterion_decides_by_its_threshold() {
        assert_eq!(reach(Norm::Compared(&compared(0.5)), &[]), (false, 0.2));
        assert_eq!(reach(Norm::Compared(&compared(2.0)), &[]), (false, 0.5));
        assert_eq!(reach(Norm::Compared(&compared(6.0)), &[]), (true, 0.75));
        assert_eq!(reach(Norm::Compared(&compared(f64::INFINITY)), &[]), (true, 0.5));
    }

    #[test]
    fn a_defect_counts_from_severity_medium_on() {
        for norm in [Norm::Unknown, Norm::Compared(&compared(0.0))] {
            assert_eq!(reach(norm, &[]), (false, 0.0));
            assert_eq!(reach(norm, &[0.4]), (false, 0.0));
            assert_eq!(reach(norm, &[0.4, 0.6]), (true, 0.9));
        }
    }

    #[test]
    fn a_face_unlike_all_learned_ones_is_abnormal() {
        assert_eq!(reach(Norm::NothingLike, &[]), (true, 0.5));
    }
}
