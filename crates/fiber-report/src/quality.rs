use fiber_defects::Defect;

use crate::number::unit;

/// See [`Inspection::quality_score`](crate::Inspection::quality_score).
pub(crate) fn score(anomaly: f64, defects: &[Defect]) -> f64 {
    let kept = |share: f64| 1.0 - share / 2.0;
    let defects = defects.iter().map(|d| kept(unit(d.severity) * unit(d.confidence)));
    100.0 * kept(unit(anomaly)) * defects.product::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::defect;
    use fiber_defects::DefectType;

    fn sized(severity: f64, confidence: f64) -> Defect {
        Defect { severity, confidence, ..defect(DefectType::Dig, 5.0, 5.0, 4.0) }
    }

    #[test]
    fn a_certain_bad_defect_halves_the_score() {
        assert_eq!(score(0.0, &[]), 100.0);
        assert_eq!(score(0.0, &[sized(1.0, 1.0)]), 50.0);
        assert_eq!(score(1.0, &[sized(1.0, 1.0), sized(1.0, 1.0)]), 12.5);
        assert_eq!(score(0.0, &[sized(0.5, 0.4)]), 90.0);
    }

    #[test]
    fn figures_out_of_range_count_as_the_nearest_and_nan_as_nothing() {
        assert_eq!(score(-1.0, &[sized(7.0, 1.0)]), 50.0);
        assert_eq!(score(f64::NAN, &[sized(f64::NAN, 1.0)]), 100.0);
    }
}
