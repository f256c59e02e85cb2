//! Properties of grading under every built-in profile and one with gaps, and a naive oracle for exact figures.

use fiber_grading::{Finding, FindingClass, Obstacle, Profile, Reason, Verdict};
use proptest::prelude::*;

/// The built-in profiles and one whose zones leave gaps.
fn profiles() -> impl Strategy<Value = Profile> {
    let text = Profile::builtin_text("iec-61300-3-35-ed2-sm-apc").expect("a built-in name");
    let gaps = text
        .replace("inner_um = 25\n", "inner_um = 40\n")
        .replace("inner_um = 0\n", "inner_um = 8\n");
    let texts =
        Profile::builtin_names().map(|name| Profile::builtin_text(name).expect("a built-in name"));
    let texts: Vec<String> = texts.map(str::to_owned).chain([gaps]).collect();
    prop::sample::select(texts).prop_map(|text| Profile::from_toml(&text).expect("a sound profile"))
}

fn finding(largest_uncertainty: f64) -> impl Strategy<Value = Finding> {
    // Bounds themselves have to come up, so most figures are drawn from a coarse grid.
    let size = prop_oneof![(0_u32..70).prop_map(|n| f64::from(n) / 2.0), 0.0..40.0];
    let inner = prop_oneof![(0_u32..110).prop_map(|n| f64::from(n) * 2.5), 0.0..270.0];
    let length = prop_oneof![Just(0.0), 0.0..60.0];
    (prop::bool::ANY, size, inner, length, 0.0..=largest_uncertainty).prop_map(
        |(scratch, size_um, inner_radius_um, length, uncertainty_um)| Finding {
            id: String::new(),
            class: if scratch { FindingClass::Scratch } else { FindingClass::Defect },
            size_um,
            inner_radius_um,
            outer_radius_um: inner_radius_um + length,
            uncertainty_um,
        },
    )
}

fn findings(largest_uncertainty: f64, most: usize) -> impl Strategy<Value = Vec<Finding>> {
    prop::collection::vec(finding(largest_uncertainty), 0..=most).prop_map(|mut findings| {
        for (i, finding) in findings.iter_mut().enumerate() {
            finding.id = format!("F{i:03}");
        }
        findings
    })
}

/// Many defects of one zone near its limits, where counts decide.
fn crowd() -> impl Strategy<Value = Vec<Finding>> {
    (findings(1.0, 14), 0_usize..4).prop_map(|(mut findings, zone)| {
        for finding in &mut findings {
            finding.size_um %= 7.0;
            finding.inner_radius_um = [5.0, 40.0, 61.0, 90.0][zone] + finding.inner_radius_um % 2.0;
            finding.outer_radius_um = finding.inner_radius_um + 1.0;
        }
        findings
    })
}

fn any_findings() -> impl Strategy<Value = Vec<Finding>> {
    prop_oneof![findings(3.0, 8), crowd()]
}

fn verdict(profile: &Profile, findings: &[Finding]) -> Verdict {
    profile.grade(findings, &[]).expect("sound findings").verdict
}

/// The rules read one by one, for figures without uncertainty.
fn keeps_every_limit(profile: &Profile, findings: &[Finding]) -> bool {
    let touches = |finding: &Finding, inner: f64, outer: f64| {
        finding.inner_radius_um <= outer / 2.0
            && (inner == 0.0 || finding.outer_radius_um > inner / 2.0)
    };
    let counted = |finding: &&Finding| finding.size_um > profile.detection_floor_um();
    profile.zones().iter().enumerate().all(|(i, zone)| {
        let scratches: Vec<f64> = findings
            .iter()
            .filter(counted)
            .filter(|f| f.class == FindingClass::Scratch)
            .filter(|f| touches(f, zone.inner_um, zone.outer_um))
            .map(|f| f.size_um)
            .collect();
        let defects: Vec<f64> = findings
            .iter()
            .filter(counted)
            .filter(|f| f.class == FindingClass::Defect)
            .filter(|f| touches(f, zone.inner_um, zone.outer_um))
            .filter(|f| !profile.zones()[..i].iter().any(|z| touches(f, z.inner_um, z.outer_um)))
            .map(|f| f.size_um)
            .collect();
        let holds = |class, sizes: &[f64]| {
            // No built-in rule allows the same positive number twice, so the allowance names the limit.
            sizes.iter().all(|&size| {
                let allowed = zone.rule(class).allowed(size);
                let alike =
                    sizes.iter().filter(|&&other| zone.rule(class).allowed(other) == allowed);
                allowed.is_none_or(|most| alike.count() <= most as usize)
            })
        };
        holds(FindingClass::Scratch, &scratches) && holds(FindingClass::Defect, &defects)
    })
}

/// Extreme and measured readings of one finding.
fn readings(finding: &Finding) -> Vec<Finding> {
    let u = finding.uncertainty_um;
    let (inner, outer) = (finding.inner_radius_um, finding.outer_radius_um);
    let low = (inner - u).max(0.0);
    let narrow = (outer - u).max(0.0);
    let places = [
        (low, outer + u),
        (inner, outer),
        (inner + u, narrow.max(inner + u)),
        (narrow.min(inner + u), narrow),
    ];
    let sizes = [(finding.size_um - u).max(0.0), finding.size_um, finding.size_um + u];
    let reading = |(size_um, (inner_radius_um, outer_radius_um))| Finding {
        size_um,
        inner_radius_um,
        outer_radius_um,
        uncertainty_um: 0.0,
        ..finding.clone()
    };
    sizes.into_iter().flat_map(|size| places.map(|place| reading((size, place)))).collect()
}

/// Every combination of the readings of a few findings.
fn scenarios(findings: &[Finding]) -> Vec<Vec<Finding>> {
    findings.iter().fold(vec![Vec::new()], |scenarios, finding| {
        let readings = readings(finding);
        let with = |scenario: &Vec<Finding>, reading: &Finding| {
            let mut longer = scenario.clone();
            longer.push(reading.clone());
            longer
        };
        scenarios.iter().flat_map(|s| readings.iter().map(move |r| with(s, r))).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn exact_figures_pass_or_fail_by_the_rules_read_one_by_one(
        profile in profiles(),
        findings in prop_oneof![findings(0.0, 8), crowd()],
    ) {
        let exact: Vec<_> =
            findings.into_iter().map(|f| Finding { uncertainty_um: 0.0, ..f }).collect();
        let expected = if keeps_every_limit(&profile, &exact) { Verdict::Pass } else { Verdict::Fail };
        prop_assert_eq!(verdict(&profile, &exact), expected);
    }

    #[test]
    fn a_further_finding_never_improves_the_verdict(
        profile in profiles(),
        findings in any_findings(),
    ) {
        let verdicts: Vec<_> = (0..=findings.len()).map(|n| verdict(&profile, &findings[..n])).collect();
        prop_assert!(verdicts.is_sorted(), "{verdicts:?}");
    }

    #[test]
    fn a_finding_that_grows_on_the_spot_never_improves_the_verdict(
        profile in profiles(),
        findings in any_findings(),
        growth in 0.0..8.0,
    ) {
        let before = verdict(&profile, &findings);
        for i in 0..findings.len() {
            let mut grown = findings.clone();
            grown[i].size_um += growth;
            prop_assert!(verdict(&profile, &grown) >= before);
        }
    }

    #[test]
    fn a_scratch_that_lengthens_never_improves_the_verdict(
        profile in profiles(),
        findings in any_findings(),
        growth in 0.0..80.0,
    ) {
        let before = verdict(&profile, &findings);
        for i in (0..findings.len()).filter(|&i| findings[i].class == FindingClass::Scratch) {
            let mut grown = findings.clone();
            grown[i].inner_radius_um = f64::max(grown[i].inner_radius_um - growth, 0.0);
            grown[i].outer_radius_um += growth;
            prop_assert!(verdict(&profile, &grown) >= before);
        }
    }

    #[test]
    fn the_order_of_findings_and_obstacles_does_not_matter(
        profile in profiles(),
        (sorted, shuffled) in any_findings().prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle())),
    ) {
        let obstacles = [Obstacle::Defocus, Obstacle::ContactZoneCutOff];
        let turned = [Obstacle::ContactZoneCutOff, Obstacle::Defocus];
        prop_assert_eq!(profile.grade(&sorted, &[]), profile.grade(&shuffled, &[]));
        prop_assert_eq!(profile.grade(&sorted, &obstacles), profile.grade(&shuffled, &turned));
    }

    #[test]
    fn ids_do_not_matter(profile in profiles(), findings in any_findings()) {
        let count = findings.len();
        let mut renamed = findings.clone();
        for (i, finding) in renamed.iter_mut().enumerate() {
            finding.id = format!("G{:03}", count - i);
        }
        let (first, second) =
            (profile.grade(&findings, &[]).unwrap(), profile.grade(&renamed, &[]).unwrap());
        prop_assert_eq!(first.verdict, second.verdict);
        prop_assert_eq!(first.zones, second.zones);
        let limits = |reasons: Vec<Reason>| {
            reasons.into_iter().map(|reason| (reason.cause, reason.limits)).collect::<Vec<_>>()
        };
        prop_assert_eq!(limits(first.reasons), limits(second.reasons));
    }

    #[test]
    fn a_larger_uncertainty_never_settles_a_verdict(
        profile in profiles(),
        findings in any_findings(),
        more in 0.0..2.0,
    ) {
        let before = verdict(&profile, &findings);
        let vaguer: Vec<_> = findings
            .into_iter()
            .map(|f| Finding { uncertainty_um: f.uncertainty_um + more, ..f })
            .collect();
        let after = verdict(&profile, &vaguer);
        prop_assert!(after == before || after == Verdict::Marginal);
    }

    #[test]
    fn reasons_cite_findings_that_exist(profile in profiles(), findings in any_findings()) {
        let grade = profile.grade(&findings, &[]).unwrap();
        prop_assert!(!grade.reasons.is_empty());
        for reason in &grade.reasons {
            prop_assert!(!reason.message.is_empty());
            prop_assert!(reason.findings.iter().all(|id| findings.iter().any(|f| f.id == *id)));
            prop_assert!(reason.findings.is_sorted());
        }
        prop_assert_eq!(grade.failed_by.is_empty(), grade.verdict != Verdict::Fail);
        let limits = grade.zones.iter().flat_map(|zone| zone.scratches.iter().chain(&zone.defects));
        prop_assert_eq!(limits.map(|limit| limit.verdict).max(), Some(grade.verdict));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Uncertainties are below the widths of limits and zones, so extreme readings reach every case.
    #[test]
    fn the_verdict_is_what_all_true_figures_agree_on(
        profile in profiles(),
        findings in findings(1.0, 2),
    ) {
        let verdicts: Vec<_> =
            scenarios(&findings).iter().map(|scenario| verdict(&profile, scenario)).collect();
        let agreed = match (verdicts.contains(&Verdict::Pass), verdicts.contains(&Verdict::Fail)) {
            (true, false) => Verdict::Pass,
            (false, true) => Verdict::Fail,
            _ => Verdict::Marginal,
        };
        prop_assert_eq!(verdict(&profile, &findings), agreed);
    }
}
