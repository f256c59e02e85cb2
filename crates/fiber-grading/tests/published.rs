//! The built-in profiles against the published tables and the worked cases that came with them.

use fiber_grading::{Finding, FindingClass, Grade, Profile, Verdict};

const ED1_SM: &str = "iec-61300-3-35-ed1-sm-pc45";
const ED1_MM: &str = "iec-61300-3-35-ed1-mm";

/// Radii in the middle of the zones of both editions.
const A: f64 = 5.0;
const B: f64 = 40.0;
const C: f64 = 61.0;
const D: f64 = 90.0;

fn profile(name: &str) -> Profile {
    Profile::builtin(name).expect("a built-in name")
}

fn flaws(class: FindingClass, sizes: &[f64], radius: f64) -> Vec<Finding> {
    let flaw = |(i, &size_um): (usize, &f64)| Finding {
        id: format!("{class}_{radius}_{i}"),
        class,
        size_um,
        inner_radius_um: radius,
        outer_radius_um: radius + 0.5,
        uncertainty_um: 0.0,
    };
    sizes.iter().enumerate().map(flaw).collect()
}

fn defects(sizes: &[f64], radius: f64) -> Vec<Finding> {
    flaws(FindingClass::Defect, sizes, radius)
}

fn scratches(widths: &[f64], radius: f64) -> Vec<Finding> {
    flaws(FindingClass::Scratch, widths, radius)
}

fn grade(name: &str, findings: &[Vec<Finding>]) -> Grade {
    profile(name).grade(&findings.concat(), &[]).expect("sound findings")
}

fn verdict(name: &str, findings: &[Vec<Finding>]) -> Verdict {
    grade(name, findings).verdict
}

#[test]
fn the_tables_stand_as_published() {
    let five = "< 2 free, 5 of 2-5, none > 5";
    let to_d = |a: f64, b: f64, c: f64| vec![(0.0, a), (a, b), (b, c), (c, 250.0)];
    let table = [
        (
            "iec-61300-3-35-ed1-sm-pc45",
            3,
            to_d(25.0, 120.0, 130.0),
            vec![("none", "none"), ("none > 3", five), ("free", "free"), ("free", "none >= 10")],
        ),
        (
            "iec-61300-3-35-ed1-mm",
            3,
            to_d(65.0, 120.0, 130.0),
            vec![
                ("none > 5", "4 of <= 5, none > 5"),
                ("none > 5", five),
                ("free", "free"),
                ("free", "none >= 10"),
            ],
        ),
        (
            "iec-61300-3-35-ed2-sm-pc45",
            1,
            to_d(25.0, 115.0, 135.0),
            vec![("none", "none"), ("none > 3", five), ("free", "free"), ("free", "none >= 10")],
        ),
        (
            "iec-61300-3-35-ed2-sm-apc",
            1,
            to_d(25.0, 115.0, 135.0),
            vec![
                ("4 of <= 3, none > 3", "none"),
                ("free", five),
                ("free", "free"),
                ("free", "none >= 10"),
            ],
        ),
        (
            "iec-61300-3-35-ed2-mm",
            1,
            to_d(65.0, 115.0, 135.0),
            vec![
                ("none > 3", "4 of <= 5, none > 5"),
                ("none > 5", "< 5 free, 5 of 5-10, none > 10"),
                ("free", "free"),
                ("free", "< 20 free, 5 of 20-30, none > 30"),
            ],
        ),
        (
            "ipc-8497-1-sm",
            1,
            vec![(0.0, 25.0), (25.0, 125.0), (125.0, 130.0), (130.0, 250.0), (250.0, 400.0)],
            vec![
                ("none", "none"),
                ("none > 3", five),
                ("free", "free"),
                ("none > 3", "none > 10"),
                ("free", "none > 30"),
            ],
        ),
        (
            "as5675-a",
            1,
            to_d(25.0, 120.0, 130.0),
            vec![("none", "none"), ("none", "none"), ("free", "free"), ("free", "free")],
        ),
    ];
    let mut names: Vec<_> = table.iter().map(|row| row.0).collect();
    names.sort_unstable();
    assert_eq!(Profile::builtin_names().collect::<Vec<_>>(), names);
    for (name, sources, bounds, rules) in table {
        let profile = profile(name);
        assert_eq!((profile.name(), profile.confidence()), (name, sources));
        let zones = profile.zones();
        assert_eq!(zones.iter().map(|z| (z.inner_um, z.outer_um)).collect::<Vec<_>>(), bounds);
        let texts: Vec<_> =
            zones.iter().map(|z| (z.scratches.to_string(), z.defects.to_string())).collect();
        let texts: Vec<_> = texts.iter().map(|(s, d)| (s.as_str(), d.as_str())).collect();
        assert_eq!(texts, rules, "{name}");
        assert_eq!(Profile::from_toml(&profile.to_toml().unwrap()).unwrap(), profile);
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_known_ones() {
    let error = Profile::builtin("iec").unwrap_err().to_string();
    assert!(
        error.contains("`iec`") && error.contains("as5675-a, iec-61300-3-35-ed1-mm"),
        "{error}"
    );
}

#[test]
fn worked_single_mode_cases() {
    assert_eq!(verdict(ED1_SM, &[defects(&[5.5, 7.0], B)]), Verdict::Fail);
    // A small defect in B that touches the circle of A.
    assert_eq!(verdict(ED1_SM, &[defects(&[1.0], 12.5)]), Verdict::Fail);
    assert_eq!(verdict(ED1_SM, &[defects(&[1.0], 12.6)]), Verdict::Pass);
    let two_particles = defects(&[4.0, 3.0], B);
    assert_eq!(verdict(ED1_SM, &[scratches(&[1.0], B), two_particles]), Verdict::Pass);
    let five_small = defects(&[1.5, 4.9, 4.0, 3.0, 2.5, 2.0], B);
    assert_eq!(verdict(ED1_SM, &[five_small, defects(&[9.5], D)]), Verdict::Pass);
    let mut through_core = scratches(&[0.8], 0.0);
    through_core[0].outer_radius_um = 100.0;
    let failed = grade(ED1_SM, &[through_core]);
    assert_eq!(failed.verdict, Verdict::Fail);
    assert_eq!(failed.failed_by, [FindingClass::Scratch]);
    assert!(!failed.may_pass_after_cleaning());
    let fine = [scratches(&[0.8, 1.0, 2.0], B), defects(&[1.9, 1.0, 0.7, 1.5, 1.2, 1.1], B)];
    assert_eq!(verdict(ED1_SM, &fine), Verdict::Pass);
}

#[test]
fn worked_multimode_cases() {
    assert_eq!(verdict(ED1_MM, &[defects(&[4.0, 3.0], B), defects(&[6.0], D)]), Verdict::Pass);
    let fine_scratches = scratches(&[0.7, 0.9, 4.0, 4.5], A);
    let in_core = defects(&[4.0, 3.0], A);
    let findings = [fine_scratches, in_core, defects(&[4.0, 4.9, 2.5], B)];
    assert_eq!(verdict(ED1_MM, &findings), Verdict::Pass);
}

#[test]
fn a_count_limit_holds_exactly_its_number() {
    let in_b = |count| [defects(&vec![3.0; count], B)];
    assert_eq!(verdict(ED1_SM, &in_b(5)), Verdict::Pass);
    let six = grade(ED1_SM, &in_b(6));
    assert_eq!(six.verdict, Verdict::Fail);
    assert!(six.may_pass_after_cleaning());
    assert_eq!(
        six.reasons[0].message,
        "6 defects of 2-5 um in zone B (at most 5 allowed): \
         defect_40_0, defect_40_1, defect_40_2, defect_40_3, defect_40_4, defect_40_5"
    );
    assert_eq!(six.reasons[0].findings.len(), 6);
    let limit = &six.zones[1].defects[1];
    assert_eq!((limit.sizes.as_str(), limit.allowed, limit.count), ("2-5", Some(5), 6));
    assert_eq!(limit.verdict, Verdict::Fail);
    assert_eq!(six.zones[1].defects[0].verdict, Verdict::Pass);
}

#[test]
fn bounds_belong_to_the_counted_range() {
    let six_of = |size| verdict(ED1_SM, &[defects(&[size; 6], B)]);
    assert_eq!(six_of(1.999), Verdict::Pass);
    assert_eq!(six_of(2.0), Verdict::Fail);
    assert_eq!(verdict(ED1_SM, &[defects(&[5.0; 5], B)]), Verdict::Pass);
    assert_eq!(verdict(ED1_SM, &[defects(&[5.001], B)]), Verdict::Fail);
    assert_eq!(verdict(ED1_SM, &[scratches(&[3.0; 9], B)]), Verdict::Pass);
    assert_eq!(verdict(ED1_SM, &[scratches(&[3.001], B)]), Verdict::Fail);
    assert_eq!(verdict(ED1_SM, &[defects(&[9.999], D)]), Verdict::Pass);
    assert_eq!(verdict(ED1_SM, &[defects(&[10.0], D)]), Verdict::Fail);
    assert_eq!(verdict("ipc-8497-1-sm", &[defects(&[10.0], D)]), Verdict::Pass);
    assert_eq!(verdict("ipc-8497-1-sm", &[defects(&[10.001], D)]), Verdict::Fail);
    let ed2_mm = "iec-61300-3-35-ed2-mm";
    assert_eq!(
        verdict(ed2_mm, &[defects(&[4.999; 9], B), defects(&[19.999; 9], D)]),
        Verdict::Pass
    );
    assert_eq!(verdict(ed2_mm, &[defects(&[5.0, 10.0, 6.0, 7.0, 8.0], B)]), Verdict::Pass);
    assert_eq!(verdict(ed2_mm, &[defects(&[5.0, 10.0, 6.0, 7.0, 8.0, 9.0], B)]), Verdict::Fail);
    assert_eq!(verdict(ed2_mm, &[defects(&[20.0, 30.0, 21.0, 22.0, 23.0], D)]), Verdict::Pass);
    assert_eq!(verdict(ed2_mm, &[defects(&[30.001], D)]), Verdict::Fail);
}

#[test]
fn other_published_zones_hold() {
    let apc = "iec-61300-3-35-ed2-sm-apc";
    assert_eq!(verdict(apc, &[scratches(&[3.0; 4], A), scratches(&[20.0], B)]), Verdict::Pass);
    assert_eq!(verdict(apc, &[scratches(&[1.0; 5], A)]), Verdict::Fail);
    assert_eq!(verdict(apc, &[scratches(&[3.1], A)]), Verdict::Fail);
    assert_eq!(verdict("as5675-a", &[scratches(&[1.0], B)]), Verdict::Fail);
    assert_eq!(verdict("as5675-a", &[scratches(&[50.0], C), defects(&[50.0], D)]), Verdict::Pass);
    let ipc = "ipc-8497-1-sm";
    assert_eq!(verdict(ipc, &[scratches(&[3.1], D)]), Verdict::Fail);
    assert_eq!(verdict(ipc, &[scratches(&[9.0], 150.0), defects(&[30.0], 150.0)]), Verdict::Pass);
    assert_eq!(verdict(ipc, &[defects(&[30.1], 150.0)]), Verdict::Fail);
    assert_eq!(verdict(ipc, &[defects(&[99.0], 200.1), scratches(&[99.0], 200.1)]), Verdict::Pass);
}

#[test]
fn nothing_counts_up_to_the_detection_floor() {
    let floor = profile(ED1_SM).detection_floor_um();
    let at_floor = grade(ED1_SM, &[defects(&[floor; 3], A), scratches(&[floor], A)]);
    assert_eq!((at_floor.verdict, at_floor.detection_floor_um), (Verdict::Pass, floor));
    assert_eq!(at_floor.reasons[0].message, "nothing counts above the detection floor of 0.5 um");
    assert_eq!(verdict(ED1_SM, &[defects(&[floor + 0.01], A)]), Verdict::Fail);
    let coarse = profile(ED1_SM).with_detection_floor_um(1.0).unwrap();
    assert_eq!(coarse.grade(&defects(&[0.9], A), &[]).unwrap().verdict, Verdict::Pass);
    for bad in [-0.1, 2.0, f64::NAN, f64::INFINITY] {
        let error = profile(ED1_SM).with_detection_floor_um(bad).unwrap_err().to_string();
        assert!(
            error.starts_with("detection_floor_um is") && error.contains("less than 2"),
            "{error}"
        );
    }
}

#[test]
fn marks_are_classed_by_their_aspect() {
    let profile = profile(ED1_SM);
    assert_eq!(profile.scratch_aspect(), 3.0);
    assert_eq!(profile.class_of(30.0, 10.0), FindingClass::Scratch);
    assert_eq!(profile.class_of(29.9, 10.0), FindingClass::Defect);
    assert_eq!(profile.class_of(5.0, 0.0), FindingClass::Scratch);
    assert_eq!(profile.class_of(0.0, 0.0), FindingClass::Defect);
}

#[test]
fn zones_are_labelled_by_the_nearest_point() {
    let ed2 = profile("iec-61300-3-35-ed2-sm-pc45");
    let label = |radius| ed2.zone_of(radius).map(|zone| zone.name.as_str());
    assert_eq!(label(0.0), Some("A"));
    assert_eq!(label(12.5), Some("A"));
    assert_eq!(label(12.500_001), Some("B"));
    assert_eq!(label(57.5), Some("B"));
    assert_eq!(label(67.5), Some("C"));
    assert_eq!(label(125.0), Some("D"));
    assert_eq!(label(125.1), None);
    assert_eq!(label(f64::NAN), None);
}
