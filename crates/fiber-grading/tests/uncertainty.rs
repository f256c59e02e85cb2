//! Marginal and ungradable faces, rejected input, multi-fibre ferrules, the JSON form.

use fiber_grading::{
    Cause, Fibre, Finding, FindingClass, Grade, GradingError, Obstacle, Profile, Verdict,
};

fn flaw(
    id: &str,
    class: FindingClass,
    size_um: f64,
    radii: [f64; 2],
    uncertainty_um: f64,
) -> Finding {
    Finding {
        id: id.into(),
        class,
        size_um,
        inner_radius_um: radii[0],
        outer_radius_um: radii[1],
        uncertainty_um,
    }
}

fn defect(id: &str, size_um: f64, inner: f64, uncertainty_um: f64) -> Finding {
    flaw(id, FindingClass::Defect, size_um, [inner, inner + size_um], uncertainty_um)
}

fn single_mode() -> Profile {
    Profile::builtin("iec-61300-3-35-ed1-sm-pc45").expect("a built-in name")
}

fn grade(findings: &[Finding]) -> Grade {
    single_mode().grade(findings, &[]).expect("sound findings")
}

#[test]
fn a_size_within_its_uncertainty_of_a_limit_is_marginal() {
    for (size, verdict) in [
        (4.5, Verdict::Pass),
        (4.7, Verdict::Marginal),
        (5.0, Verdict::Marginal),
        (5.3, Verdict::Marginal),
        (5.5, Verdict::Fail),
    ] {
        assert_eq!(grade(&[defect("d", size, 30.0, 0.4)]).verdict, verdict, "{size}");
    }
    let marginal = grade(&[defect("d", 4.7, 30.0, 0.4)]);
    assert!(marginal.failed_by.is_empty() && !marginal.may_pass_after_cleaning());
    assert_eq!(marginal.reasons.len(), 1);
    assert_eq!(marginal.reasons[0].cause, Cause::NearLimit);
    assert_eq!(
        marginal.reasons[0].message,
        "0 defects of > 5 um in zone B (none allowed) by the measured figures, \
         up to 1 within the measurement uncertainty: d"
    );
    let limit = &marginal.zones[1].defects[2];
    assert_eq!((limit.count, limit.count_min, limit.count_max), (0, 0, 1));
    assert_eq!(limit.verdict, Verdict::Marginal);
}

#[test]
fn a_place_within_its_uncertainty_of_a_zone_is_marginal() {
    assert_eq!(grade(&[defect("d", 1.0, 12.8, 0.2)]).verdict, Verdict::Pass);
    assert_eq!(grade(&[defect("d", 1.0, 12.6, 0.2)]).verdict, Verdict::Marginal);
    assert_eq!(grade(&[defect("d", 1.0, 12.4, 0.2)]).verdict, Verdict::Marginal);
    assert_eq!(grade(&[defect("d", 1.0, 12.2, 0.2)]).verdict, Verdict::Fail);
    let scratch = |reach: f64| flaw("s", FindingClass::Scratch, 6.0, [reach, 150.0], 0.5);
    assert_eq!(grade(&[scratch(60.6)]).verdict, Verdict::Pass);
    assert_eq!(grade(&[scratch(60.1)]).verdict, Verdict::Marginal);
    assert_eq!(grade(&[scratch(59.0)]).verdict, Verdict::Fail);
}

#[test]
fn a_size_within_its_uncertainty_of_the_detection_floor_is_marginal() {
    assert_eq!(grade(&[defect("d", 0.2, 1.0, 0.2)]).verdict, Verdict::Pass);
    assert_eq!(grade(&[defect("d", 0.4, 1.0, 0.2)]).verdict, Verdict::Marginal);
    assert_eq!(grade(&[defect("d", 0.6, 1.0, 0.2)]).verdict, Verdict::Marginal);
    assert_eq!(grade(&[defect("d", 0.8, 1.0, 0.2)]).verdict, Verdict::Fail);
}

#[test]
fn a_defect_that_fails_in_either_zone_fails() {
    let failed = grade(&[defect("d", 7.0, 12.4, 0.3)]);
    assert_eq!(failed.verdict, Verdict::Fail);
    assert_eq!(
        failed.reasons[0].message,
        "1 defect in zone A (none allowed) or of > 5 um in zone B (none allowed): d"
    );
    assert_eq!(failed.reasons[0].limits.len(), 2);
    assert_eq!(failed.reasons.len(), 1);
}

#[test]
fn a_point_between_two_zones_lies_in_one_of_them() {
    for class in [FindingClass::Scratch, FindingClass::Defect] {
        let at = |radius, size| grade(&[flaw("p", class, size, [radius; 2], 0.4)]).verdict;
        assert_eq!(at(12.5, 6.0), Verdict::Fail, "{class}");
        assert_eq!(at(12.5, 1.5), Verdict::Marginal, "{class}");
        assert_eq!(at(60.0, 6.0), Verdict::Marginal, "{class}");
        assert_eq!(
            at(125.0, 90.0),
            if class == FindingClass::Defect { Verdict::Marginal } else { Verdict::Pass }
        );
    }
}

#[test]
fn six_defects_fail_even_if_each_may_be_too_large_rather_than_one_too_many() {
    let six: Vec<_> = (0..6).map(|i| defect(&format!("d{i}"), 4.9, 30.0, 0.3)).collect();
    let failed = grade(&six);
    assert_eq!(failed.verdict, Verdict::Fail);
    let zone_b = &failed.zones[1].defects;
    assert_eq!((zone_b[1].verdict, zone_b[2].verdict), (Verdict::Fail, Verdict::Marginal));
    assert_eq!(grade(&six[..5]).verdict, Verdict::Marginal);
}

#[test]
fn a_fail_also_tells_what_is_in_doubt() {
    let findings =
        [flaw("s", FindingClass::Scratch, 2.0, [3.0, 9.0], 0.1), defect("d", 4.9, 30.0, 0.2)];
    let failed = grade(&findings);
    assert_eq!((failed.verdict, failed.failed_by), (Verdict::Fail, vec![FindingClass::Scratch]));
    let causes: Vec<_> = failed.reasons.iter().map(|reason| reason.cause).collect();
    assert_eq!(causes, [Cause::OverLimit, Cause::NearLimit]);
    assert_eq!(failed.reasons[0].message, "1 scratch in zone A (none allowed): s");
}

#[test]
fn failing_by_both_classes_is_told_apart() {
    let scratch = flaw("s", FindingClass::Scratch, 4.0, [20.0, 40.0], 0.1);
    let dig = defect("d", 8.0, 30.0, 0.2);
    let both = grade(&[scratch.clone(), dig.clone()]);
    assert_eq!(both.failed_by, [FindingClass::Scratch, FindingClass::Defect]);
    assert!(!both.may_pass_after_cleaning());
    assert_eq!(grade(&[scratch]).failed_by, [FindingClass::Scratch]);
    assert!(grade(&[dig]).may_pass_after_cleaning());
}

#[test]
fn obstacles_make_a_face_ungradable() {
    let dig = [defect("d", 8.0, 30.0, 0.2)];
    let verdict = |findings: &[Finding], obstacle| {
        single_mode().grade(findings, &[obstacle]).unwrap().verdict
    };
    for obstacle in [
        Obstacle::Defocus,
        Obstacle::Saturation,
        Obstacle::ContactZoneCutOff,
        Obstacle::NoFibre,
        Obstacle::ScaleUnknown,
    ] {
        assert_eq!(verdict(&[], obstacle), Verdict::Ungradable);
        // What is in view is enough to fail, but only where it was measured soundly.
        let seen = obstacle == Obstacle::ContactZoneCutOff;
        let expected = if seen { Verdict::Fail } else { Verdict::Ungradable };
        assert_eq!(verdict(&dig, obstacle), expected, "{obstacle}");
    }
    let both = [Obstacle::Saturation, Obstacle::Defocus, Obstacle::Saturation];
    let blurred = single_mode().grade(&dig, &both).unwrap();
    let causes: Vec<_> = blurred.reasons.iter().map(|reason| reason.cause).collect();
    let expected = [
        Cause::OverLimit,
        Cause::Obstacle(Obstacle::Defocus),
        Cause::Obstacle(Obstacle::Saturation),
    ];
    assert_eq!(causes, expected);
    assert!(blurred.failed_by.is_empty());
    let lost = single_mode().grade(&dig, &[Obstacle::NoFibre]).unwrap();
    assert!(lost.zones.is_empty());
    assert_eq!(lost.reasons.len(), 1);
    assert_eq!(lost.reasons[0].message, "no fibre was found");
}

#[test]
fn each_bad_figure_is_refused_by_name() {
    let sound = defect("DIG_0001", 2.0, 30.0, 0.1);
    type Spoil = fn(&mut Finding, f64);
    let fields: [(&str, Spoil); 4] = [
        ("size_um", |finding, value| finding.size_um = value),
        ("inner_radius_um", |finding, value| finding.inner_radius_um = value),
        ("outer_radius_um", |finding, value| finding.outer_radius_um = value),
        ("uncertainty_um", |finding, value| finding.uncertainty_um = value),
    ];
    for (field, spoil) in fields {
        for value in [f64::NAN, f64::INFINITY, -1.0] {
            let mut bad = sound.clone();
            spoil(&mut bad, value);
            let error = single_mode().grade(&[bad], &[]).unwrap_err().to_string();
            let start = format!("{field} of finding `DIG_0001` is {value}, allowed: finite");
            assert!(error.starts_with(&start), "{error}");
        }
    }
    let turned = Finding { outer_radius_um: 29.0, ..sound.clone() };
    let error = single_mode().grade(&[turned], &[]).unwrap_err().to_string();
    assert!(error.ends_with("is 29, allowed: at least inner_radius_um, 30"), "{error}");
    let twice = single_mode().grade(&[sound.clone(), sound], &[]).unwrap_err();
    assert_eq!(twice, GradingError::DuplicateId { id: "DIG_0001".into() });
}

#[test]
fn absurd_uncertainties_and_sizes_are_graded_too() {
    let vague = grade(&[defect("d", 3.0, 30.0, f64::MAX)]);
    assert_eq!(vague.verdict, Verdict::Marginal);
    let huge =
        Finding { size_um: f64::MAX, outer_radius_um: f64::MAX, ..defect("d", 3.0, 0.0, f64::MAX) };
    assert_eq!(grade(&[huge]).verdict, Verdict::Marginal);
}

#[test]
fn a_ferrule_passes_if_every_fibre_does_by_core_and_cladding() {
    let sound = [defect("d", 3.0, 30.0, 0.1), defect("far", 50.0, 70.0, 0.1)];
    let bad = [defect("d", 6.0, 30.0, 0.1)];
    let fibre = |findings| Fibre { findings, obstacles: &[] };
    let both = single_mode().grade_ferrule(&[fibre(&sound), fibre(&bad)]).unwrap();
    assert_eq!(both.verdict, Verdict::Fail);
    assert_eq!(both.fibres[0].verdict, Verdict::Pass);
    let zones: Vec<_> = both.fibres[0].zones.iter().map(|zone| zone.name.as_str()).collect();
    assert_eq!(zones, ["A", "B"]);
    assert_eq!(single_mode().grade_ferrule(&[fibre(&sound)]).unwrap().verdict, Verdict::Pass);
    let dark = Fibre { findings: &[], obstacles: &[Obstacle::Defocus] };
    assert_eq!(
        single_mode().grade_ferrule(&[fibre(&sound), dark]).unwrap().verdict,
        Verdict::Ungradable
    );
    assert_eq!(single_mode().grade_ferrule(&[]).unwrap_err(), GradingError::NoFibres);
    let text = single_mode().to_toml().unwrap().replace("[\"A\", \"B\"]", "[]");
    let plain = Profile::from_toml(&text).unwrap();
    assert!(matches!(plain.grade_ferrule(&[]), Err(GradingError::NoMultiFibreZones { .. })));
}

#[test]
fn notes_of_a_profile_travel_with_the_grade() {
    let grade = Profile::builtin("as5675-a").unwrap().grade(&[], &[]).unwrap();
    assert!(grade.notes[0].contains("cracks"), "{:?}", grade.notes);
    assert_eq!((grade.profile.as_str(), grade.revision.as_str()), ("as5675-a", "1"));
    assert!(grade.title.starts_with("Limits as published for"));
}

#[test]
fn a_grade_survives_json() {
    let findings =
        [defect("d", 4.9, 30.0, 0.2), flaw("s", FindingClass::Scratch, 1.0, [0.0, 9.0], 0.1)];
    let grade = single_mode().grade(&findings, &[Obstacle::ContactZoneCutOff]).unwrap();
    let json = serde_json::to_value(&grade).unwrap();
    assert_eq!(json["verdict"], "fail");
    assert_eq!(json["failed_by"][0], "scratch");
    assert_eq!(json["reasons"][0]["cause"], "over_limit");
    assert_eq!(json["reasons"][1]["cause"], "contact_zone_cut_off");
    assert_eq!(json["zones"][1]["defects"][2]["sizes"], "> 5");
    assert_eq!(json["zones"][2]["defects"][0]["allowed"], serde_json::Value::Null);
    assert_eq!(serde_json::from_value::<Grade>(json).unwrap(), grade);
}

#[test]
fn public_types_cross_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Profile>();
    check::<Grade>();
    check::<GradingError>();
}
