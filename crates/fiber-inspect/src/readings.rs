//! Grades of faces on which it is open what a mark is.

use fiber_grading::{
    Cause, Finding, Grade, GradingError, LimitGrade, Obstacle, Profile, Reason, Verdict,
};

/// A mark as it is reported and as it may be read as well.
pub(crate) struct Seen {
    pub(crate) reported: Finding,
    /// Each reading is one mark or several.
    pub(crate) other: Vec<Vec<Finding>>,
}

/// Judges marks as they are reported, and marginal where that hangs on a mark that may be read otherwise: on any one
/// of them, or on all of them together.
pub(crate) fn grade_readings(
    profile: &Profile,
    seen: &[Seen],
    obstacles: &[Obstacle],
) -> Result<Grade, GradingError> {
    let mut grade = profile.grade(&read(seen, |_| None), obstacles)?;
    let decided = grade.verdict;
    if decided != Verdict::Pass && decided != Verdict::Fail {
        return Ok(grade);
    }
    let open: Vec<usize> = (0..seen.len()).filter(|&mark| !seen[mark].other.is_empty()).collect();
    let mut in_doubt: Vec<usize> = Vec::new();
    for &mark in &open {
        for reading in 0..seen[mark].other.len() {
            let findings = read(seen, |at| (at == mark).then_some(reading));
            let otherwise = profile.grade(&findings, obstacles)?;
            if otherwise.verdict != decided {
                widen(&mut grade, &otherwise);
                in_doubt.push(mark);
            }
        }
    }
    if in_doubt.is_empty() && open.len() > 1 {
        let most = open.iter().map(|&mark| seen[mark].other.len()).max().unwrap_or(0);
        for reading in 0..most {
            let findings =
                read(seen, |at| seen[at].other.len().checked_sub(1).map(|last| reading.min(last)));
            let otherwise = profile.grade(&findings, obstacles)?;
            if otherwise.verdict != decided {
                widen(&mut grade, &otherwise);
                in_doubt.extend(&open);
            }
        }
    }
    if !in_doubt.is_empty() {
        in_doubt.dedup();
        let ids = in_doubt.iter().map(|&mark| seen[mark].reported.id.clone()).collect();
        make_marginal(&mut grade, ids, !obstacles.is_empty());
    }
    Ok(grade)
}

/// The findings, each as reported or in the reading that `which` names for it.
fn read(seen: &[Seen], which: impl Fn(usize) -> Option<usize>) -> Vec<Finding> {
    let marks = seen.iter().enumerate().map(|(at, mark)| {
        let reading = which(at).and_then(|reading| mark.other.get(reading));
        reading.map_or_else(|| std::slice::from_ref(&mark.reported), Vec::as_slice)
    });
    marks.flatten().cloned().collect()
}

/// Takes in what is counted in another reading: a limit whose verdict hangs on it is marginal.
fn widen(grade: &mut Grade, other: &Grade) {
    for (zone, other) in grade.zones.iter_mut().zip(&other.zones) {
        let pairs = |own: &mut Vec<LimitGrade>, other: &[LimitGrade]| {
            for (own, other) in own.iter_mut().zip(other) {
                own.count_min = own.count_min.min(other.count_min);
                own.count_max = own.count_max.max(other.count_max);
                if own.verdict != other.verdict {
                    own.verdict = Verdict::Marginal;
                }
            }
        };
        pairs(&mut zone.scratches, &other.scratches);
        pairs(&mut zone.defects, &other.defects);
    }
}

/// An image with an obstacle allows no more than to fail for sure.
fn make_marginal(grade: &mut Grade, mut ids: Vec<String>, has_obstacle: bool) {
    grade.verdict = if has_obstacle { Verdict::Ungradable } else { Verdict::Marginal };
    grade.failed_by.clear();
    grade.reasons.retain(|reason| reason.cause != Cause::WithinLimits);
    for reason in &mut grade.reasons {
        if reason.cause == Cause::OverLimit {
            reason.cause = Cause::NearLimit;
        }
    }
    ids.sort();
    ids.dedup();
    let message = format!(
        "whether a limit is broken hangs on marks that may be scratches or not, or one or several: {}",
        ids.join(", ")
    );
    grade.reasons.push(Reason {
        cause: Cause::NearLimit,
        message,
        class: None,
        limits: Vec::new(),
        findings: ids,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use fiber_grading::FindingClass;

    fn mark(id: &str, class: FindingClass, size_um: f64) -> Finding {
        Finding {
            id: id.to_owned(),
            class,
            size_um,
            inner_radius_um: 40.0,
            outer_radius_um: 45.0,
            uncertainty_um: 0.3,
        }
    }

    fn grade(seen: &[Seen], obstacles: &[Obstacle]) -> Grade {
        let profile = Profile::builtin("iec-61300-3-35-ed2-mm").expect("built in");
        grade_readings(&profile, seen, obstacles).expect("legal findings")
    }

    fn sure(finding: Finding) -> Seen {
        Seen { reported: finding, other: Vec::new() }
    }

    #[test]
    fn a_mark_whose_type_decides_makes_marginal() {
        use FindingClass::{Defect, Scratch};
        let scratch = |width| mark("SCR_0001", Scratch, width);
        let bow = |diameter| mark("SCR_0001/1", Defect, diameter);
        assert_eq!(grade(&[sure(scratch(2.0))], &[]).verdict, Verdict::Pass);
        let found = grade(&[Seen { reported: scratch(2.0), other: vec![vec![bow(20.0)]] }], &[]);
        assert_eq!(found.verdict, Verdict::Marginal);
        assert_eq!(found.reasons.len(), 1);
        assert_eq!(found.reasons[0].cause, Cause::NearLimit);
        assert_eq!(found.reasons[0].findings, ["SCR_0001"]);
        let largest = &found.zones[1].defects[2];
        assert_eq!((largest.count_min, largest.count_max), (0, 1));
        assert_eq!(largest.verdict, Verdict::Marginal);
        // Where both readings are within limits, or neither, it does not matter which is right.
        let small = Seen { reported: scratch(2.0), other: vec![vec![bow(3.0)]] };
        assert_eq!(grade(&[small], &[]).verdict, Verdict::Pass);
        let wide = Seen { reported: scratch(8.0), other: vec![vec![bow(20.0)]] };
        assert_eq!(grade(&[wide], &[]).verdict, Verdict::Fail);
    }

    #[test]
    fn a_face_that_fails_for_sure_fails_whatever_else_is_open() {
        use FindingClass::Defect;
        let joined = |id: &str, others: [f64; 2]| Seen {
            reported: mark(id, Defect, 14.0),
            other: vec![
                (1..).zip(others).map(|(n, um)| mark(&format!("{id}/{n}"), Defect, um)).collect(),
            ],
        };
        let apart = joined("CONT_0001", [6.0, 7.0]);
        let found = grade(&[apart], &[]);
        assert_eq!((found.verdict, found.failed_by.len()), (Verdict::Marginal, 0));
        assert!(found.reasons.iter().all(|reason| reason.cause == Cause::NearLimit));
        assert_eq!(grade(&[joined("CONT_0001", [6.0, 12.0])], &[]).verdict, Verdict::Fail);
        let both = [joined("CONT_0001", [6.0, 7.0]), sure(mark("CONT_0002", Defect, 15.0))];
        assert_eq!(grade(&both, &[]).verdict, Verdict::Fail);
        // Two open ones, either of which fails the face alone, fail it not for sure.
        let two = [joined("CONT_0001", [1.0, 1.0]), joined("CONT_0002", [2.0, 2.0])];
        assert_eq!(grade(&two, &[]).verdict, Verdict::Marginal);
    }

    #[test]
    fn an_obstacle_lets_a_face_fail_for_sure_only() {
        use FindingClass::Defect;
        let open = Seen {
            reported: mark("CONT_0001", Defect, 14.0),
            other: vec![vec![mark("CONT_0001/1", Defect, 4.0)]],
        };
        let found = grade(&[open], &[Obstacle::ContactZoneCutOff]);
        assert_eq!(found.verdict, Verdict::Ungradable);
    }
}
