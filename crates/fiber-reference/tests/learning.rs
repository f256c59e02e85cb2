//! Collections, merging, thresholds.

mod faces;

use approx::assert_relative_eq;
use fiber_image::Plane;
use fiber_reference::{
    Collection, CriterionName, FrameKind, FrameOptions, LearnOptions, ReferenceError,
    ReferenceModel, Sample, Scores, Shrinkage, Threading,
};
use fiber_stats::LearnedThreshold;

use faces::{damaged_luma, good, good_faces, good_luma, options, sample};

#[test]
fn the_order_of_faces_and_of_merging_does_not_matter() {
    let at_once = good_faces(0..9);
    let backwards: Collection = (0..9).rev().map(good).collect();
    let mut merged = good_faces(5..9);
    merged.merge(good_faces(0..2));
    merged.merge(good_faces(2..5));
    assert_eq!(backwards, at_once);
    assert_eq!(merged, at_once);

    let json = |collection: &Collection| collection.fit(&options()).expect("nine faces").to_json();
    assert!(json(&merged) == json(&at_once), "the models differ");
}

#[test]
fn models_are_merged_through_their_collections() {
    let part = |seeds| good_faces(seeds).fit(&options()).expect("enough faces");
    let mut merged = part(0..4).collection().expect("in memory");
    merged.merge(part(4..7).collection().expect("in memory"));
    let (merged, at_once) = (merged.fit(&options()), part(0..7));
    let face = sample("new", damaged_luma(99));
    let merged = merged.expect("seven faces").assess(&face).expect("same frame");
    assert_eq!(merged, at_once.assess(&face).expect("same frame"));
}

#[test]
fn merged_models_are_what_learning_at_once_gives() {
    let part = |seeds| good_faces(seeds).fit(&options()).expect("enough faces");
    let models = [part(0..4), part(3..7)];
    let merged = ReferenceModel::merge(&models, Threading::Single).expect("the same settings");
    assert!(merged.to_json() == part(0..7).to_json(), "the models differ");

    let strict = LearnOptions { false_alarm_rate: 0.2, ..options() };
    let strict = good_faces(0..4).fit(&strict).expect("four faces");
    let error = ReferenceModel::merge(&[part(0..4), strict], Threading::Single);
    assert!(matches!(error, Err(ReferenceError::MixedOptions { index: 1 })));
    let none = ReferenceModel::merge(&[], Threading::Single);
    assert!(matches!(none, Err(ReferenceError::TooFewFaces { found: 0 })));
}

#[test]
fn a_learning_curve_tells_whether_more_faces_would_help() {
    let model = good_faces(0..16).fit(&options()).expect("sixteen faces");
    let faces: Vec<usize> = model.learning_curve().iter().map(|step| step.faces).collect();
    assert_eq!(faces, [4, 8, 12, 15]);
    let structural: Vec<f64> =
        model.learning_curve().iter().map(|step| step.scores.structural).collect();
    // The archetype of 4 faces has four times the noise of that of 16.
    assert!(structural[0] > structural[3], "{structural:?}");
    assert!(model.gain_of_twice_as_many().is_some_and(|gain| (0.0..0.5).contains(&gain)));
    let few = good_faces(0..7).fit(&options()).expect("seven faces");
    assert!(few.learning_curve().is_empty() && few.gain_of_twice_as_many().is_none());
}

#[test]
fn a_set_of_which_many_look_unlike_the_rest_is_refused_where_they_would_be_left_out() {
    let damaged = |seed| sample(&format!("dirty {seed}"), damaged_luma(seed));
    // Each unlike the others in its own way, so that none looks usual.
    let spoilt = |seed: u64| {
        let mut luma = damaged_luma(seed);
        luma.row_mut(8 * (seed as usize % 7)).fill((30 * (seed % 7)) as u8);
        sample(&format!("dirty {seed}"), luma)
    };
    let strict = LearnOptions { leave_out_outliers: true, ..options() };
    let mut few: Collection = (0..12).map(good).collect();
    few.insert(damaged(50));
    assert!(few.fit(&strict).is_ok());
    let mut many: Collection = (0..9).map(good).collect();
    many.extend((50..57).map(spoilt));
    match many.fit(&strict) {
        Err(ReferenceError::Inconsistent { faces: 16, outliers }) => {
            assert!(outliers.len() > 5, "{outliers:?}");
        }
        // Fewer than a third stand out: then these, and only dirty ones, are left out.
        Ok(model) => {
            assert!(!model.outliers().is_empty());
            assert!(model.outliers().iter().all(|outlier| outlier.name.starts_with("dirty")));
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn equal_contents_count_once_and_are_reported() {
    let mut collection = good_faces(0..3);
    collection.insert(sample("a copy", good_luma(1)));
    collection.merge(good_faces(2..4));
    assert_eq!(collection.len(), 4);
    let mut reported: Vec<(&str, &str)> =
        collection.duplicates().map(|duplicate| (duplicate.name, duplicate.kept)).collect();
    reported.sort_unstable();
    assert_eq!(reported, [("good 1", "a copy"), ("good 2", "good 2")]);
}

#[test]
fn fewer_than_two_faces_are_an_error() {
    let same: Collection = [good(1), sample("again", good_luma(1))].into_iter().collect();
    for (collection, count) in [(Collection::new(), 0), (good_faces(0..1), 1), (same, 1)] {
        let error = collection.fit(&options()).expect_err("too few");
        assert!(
            matches!(error, ReferenceError::TooFewFaces { found } if found == count),
            "{error}"
        );
    }
}

#[test]
fn two_faces_are_enough() {
    let model = good_faces(0..2).fit(&options()).expect("two faces");
    assert_eq!(model.folds(), 2);
    let face = sample("bad", damaged_luma(7));
    let assessment = model.assess(&face).expect("same frame");
    assert!(assessment.local.triggered, "{:?}", assessment.local);
}

#[test]
fn faces_without_any_difference_in_features_cannot_be_learned_from() {
    // Mirrored at its middle column, this image keeps all its sums, and two such images all their features.
    let dot = |x: usize, name: &str| {
        let mut luma = Plane::filled(9, 9, 0_u8).expect("positive sides");
        luma[(x, 4)] = 0;
        let hash = if x == 4 { "a".repeat(64) } else { "b".repeat(64) };
        Sample::new(name, &hash, luma.view(), None, &FrameOptions::default()).expect("whole")
    };
    let collection: Collection = [dot(4, "one"), dot(5, "two")].into_iter().collect();
    assert!(matches!(collection.fit(&options()), Err(ReferenceError::NoVariation)));
}

#[test]
fn faces_in_other_frames_are_named() {
    let mut collection = good_faces(0..3);
    let small = Plane::from_fn(32, 20, |x, y| (x + y) as u8).expect("positive sides");
    collection.insert(sample("a strip", small));
    let error = collection.fit(&options()).expect_err("two sizes");
    let text = error.to_string();
    assert!(matches!(error, ReferenceError::MixedFrames { .. }));
    assert!(
        text.contains("a strip") && text.contains("32 x 20") && !text.contains("good"),
        "{text}"
    );
}

#[test]
fn faces_in_other_frames_can_be_left_out() {
    let mut collection = good_faces(0..3);
    let fitting = collection.clone();
    assert_eq!(collection.without_misfits(), (fitting.clone(), Vec::new()));
    for (name, side) in [("b strip", 20), ("a strip", 24)] {
        let small = Plane::from_fn(32, side, |x, y| (x + y) as u8).expect("positive sides");
        collection.insert(sample(name, small));
    }
    let (rest, misfits) = collection.without_misfits();
    assert_eq!(rest, fitting);
    let names: Vec<&str> = misfits.iter().map(|misfit| misfit.name.as_str()).collect();
    assert_eq!(names, ["a strip", "b strip"]);
    assert_eq!(misfits[0].frame, FrameKind::Whole { width: 32, height: 24 });
    assert_eq!(rest.fit(&options()).expect("three faces").faces().len(), 3);
    assert_eq!(Collection::new().without_misfits(), (Collection::new(), Vec::new()));
}

#[test]
fn a_face_in_another_frame_is_refused() {
    let model = good_faces(0..3).fit(&options()).expect("three faces");
    assert_eq!(model.frame(), FrameKind::Whole { width: faces::SIDE, height: faces::SIDE });
    let small = Plane::from_fn(32, 20, |x, y| (x + y) as u8).expect("positive sides");
    let error = model.assess(&sample("a strip", small)).expect_err("another size");
    assert!(matches!(error, ReferenceError::FrameMismatch { name, .. } if name == "a strip"));
}

#[test]
fn threads_and_repetition_give_the_same_bits() {
    let collection = good_faces(0..8);
    let single = LearnOptions { threading: Threading::Single, ..options() };
    let once = collection.fit(&single).expect("eight faces").to_json();
    assert!(collection.fit(&options()).expect("eight faces").to_json() == once);
}

#[test]
fn good_faces_pass_and_damaged_ones_do_not() {
    let model = good_faces(0..20).fit(&options()).expect("twenty faces");
    let judge = |luma| model.assess(&sample("new", luma)).expect("same frame");
    let mut alarms = [0; 4];
    for seed in 100..140 {
        let assessment = judge(good_luma(seed));
        for (alarms, criterion) in alarms.iter_mut().zip(CriterionName::ALL) {
            *alarms += usize::from(assessment.criterion(criterion).triggered);
        }
        let regions = assessment.regions(&Default::default()).expect("finite threshold");
        assert_eq!(regions.is_empty(), !assessment.local.triggered);
    }
    // Of 40 faces at a rate of 1 %, more than 4 alarms by one criterion have a chance of 1 in 15 000.
    assert!(alarms.iter().all(|&count| count <= 4), "{alarms:?}");
    for seed in 100..110 {
        let assessment = judge(damaged_luma(seed));
        assert!(assessment.local.triggered && assessment.is_anomalous());
        let regions = assessment.regions(&Default::default()).expect("finite threshold");
        let worst = regions.iter().max_by(|a, b| a.peak.total_cmp(&b.peak)).expect("a region");
        let [x, y, width, height] = worst.bbox;
        assert!((x..x + width).contains(&15) && (y..y + height).contains(&43), "{worst:?}");
        assert_eq!(worst.peak, assessment.local.value);
    }
}

#[test]
fn thresholds_come_from_faces_that_the_model_had_not_seen() {
    let collection = good_faces(0..10);
    let model = collection.fit(&options()).expect("ten faces");
    let samples: Vec<&Sample> = collection.samples().collect();
    // By hand: learn without each face, ask about it; the archetype without the next face too. Then learn from four of
    // every second face, ask about the others.
    let scores = |kept: &dyn Fn(usize) -> bool, face: &Sample| -> [f64; 2] {
        let kept = samples.iter().enumerate().filter(|&(i, _)| kept(i));
        let kept: Collection = kept.map(|(_, &sample)| sample.clone()).collect();
        let model = kept.fit(&options()).expect("enough faces");
        let assessment = model.assess(face).expect("frame");
        [assessment.mahalanobis.value, assessment.structural.value]
    };
    let (mut by_others, mut falls) = (Vec::new(), [0.0; 2]);
    for (face, &sample) in samples.iter().enumerate() {
        let [by_nine, _] = scores(&|i| i != face, sample);
        let [_, by_eight] = scores(&|i| i != face && i != (face + 1) % 10, sample);
        let by_four = scores(&|i| i < 8 && i % 2 != face % 2, sample);
        for (k, (score, learned)) in [(by_nine, 9.0), (by_eight, 8.0)].into_iter().enumerate() {
            let slope = (by_four[k] / score).ln() / (1.0 / 4.0 - 1.0 / learned);
            falls[k] += slope * (1.0 / learned - 1.0 / 10.0) / 10.0;
        }
        by_others.push([by_nine, by_eight]);
    }
    assert!(falls.iter().all(|&fall| fall > 0.0), "{falls:?}");
    for (by_others, held_out) in by_others.iter().zip(model.held_out_scores()) {
        let by_hand = [0, 1].map(|k| by_others[k] * f64::exp(-falls[k]));
        assert_relative_eq!(held_out.mahalanobis, by_hand[0], max_relative = 1e-12);
        assert_relative_eq!(held_out.structural, by_hand[1], max_relative = 1e-12);
    }
    let scores =
        |of: fn(&Scores) -> f64| model.held_out_scores().iter().map(of).collect::<Vec<_>>();
    let structural = scores(|scores| scores.structural);
    let learned = LearnedThreshold::from_scores(&structural, 0.01, 2.5).expect("ten scores");
    let threshold = model.thresholds().structural;
    assert_eq!(
        (threshold.mean, threshold.std, threshold.p90),
        (learned.mean, learned.std, learned.p90)
    );
    let alone = model.joint().score_at_limit(CriterionName::Structural);
    assert_eq!(threshold.working, alone.max(learned.mean + 2.5 * learned.std));
    let seen = model.assess(samples[0]).expect("same frame");
    assert!(seen.mahalanobis.value < model.thresholds().mahalanobis.mean);
}

#[test]
fn held_out_scores_are_brought_to_what_new_faces_score() {
    // Grain makes an archetype of fewer faces less like any face.
    let middle = |scores: &[f64]| fiber_stats::median(scores).expect("not empty");
    let (mut by_others, mut extrapolated) = (0.0, 0.0);
    let sets = 6;
    for set in 1..=sets {
        let first = 1000 * set;
        let model = good_faces(first..first + 10).fit(&options()).expect("ten faces");
        let held_out: Vec<f64> = model.held_out_scores().iter().map(|s| s.structural).collect();
        let new: Vec<f64> = (first + 500..first + 520)
            .map(|seed| model.assess(&good(seed)).expect("same frame").structural.value)
            .collect();
        let step = model.learning_curve().last().expect("from eight faces on");
        by_others += (step.scores.structural / middle(&new)).ln() / sets as f64;
        extrapolated += (middle(&held_out) / middle(&new)).ln() / sets as f64;
    }
    assert!(by_others > 0.02 && extrapolated.abs() < 0.5 * by_others, "{by_others} {extrapolated}");
}

#[test]
fn one_criterion_beyond_its_threshold_makes_the_face_abnormal() {
    let model = good_faces(0..20).fit(&options()).expect("twenty faces");
    let mut fired = 0;
    for seed in 100..160 {
        let luma = if seed % 3 == 0 { damaged_luma(seed) } else { good_luma(seed) };
        let assessment = model.assess(&sample("new", luma)).expect("same frame");
        let joint = assessment.joint;
        assert_eq!(assessment.is_anomalous(), joint.value > model.joint().limit);
        for criterion in assessment.triggered() {
            assert!(joint.triggered, "{criterion}");
            fired += 1;
        }
        let least = 1.0 / 21.0;
        assert!(joint.p_value >= least && joint.p_value <= 1.0);
        if joint.triggered {
            assert_eq!(joint.p_value, least, "beyond all good faces");
        }
    }
    assert!(fired >= 20, "{fired}");
}

#[test]
fn many_faces_are_left_out_in_parts() {
    let small = |seed: u64| {
        let luma = Plane::from_fn(12, 12, |x, y| {
            (faces::mix(seed * 1000 + (12 * y + x) as u64) % 9) as u8
        });
        sample(&format!("{seed}"), luma.expect("positive sides"))
    };
    let model = (0..70).map(small).collect::<Collection>().fit(&options()).expect("70 faces");
    assert_eq!((model.faces().len(), model.folds()), (70, 16));
    assert!(!model.assess(&small(3)).expect("same frame").is_anomalous());
}

#[test]
fn outliers_are_reported_and_left_out_if_asked() {
    let mut collection = good_faces(0..12);
    collection.insert(sample("a dirty one", damaged_luma(50)));
    let model = collection.fit(&options()).expect("thirteen faces");
    assert_eq!(model.faces().len(), 13);
    let names: Vec<&str> = model.outliers().iter().map(|o| o.name.as_str()).collect();
    assert!(names.contains(&"a dirty one"), "{names:?}");

    let strict = LearnOptions { leave_out_outliers: true, ..options() };
    let strict = collection.fit(&strict).expect("still enough");
    assert_eq!(strict.outliers(), model.outliers());
    assert_eq!(strict.faces().len(), 13 - model.outliers().len());
    assert!(strict.thresholds().local.working < model.thresholds().local.working);
}

#[test]
fn the_most_deviant_features_come_first() {
    let model = good_faces(0..8).fit(&options()).expect("eight faces");
    let assessment = model.assess(&sample("bad", damaged_luma(9))).expect("same frame");
    let deviant = &assessment.deviant_features;
    assert!(deviant.is_sorted_by(|a, b| a.z.abs() >= b.z.abs()));
    assert_eq!(deviant.len(), model.summary().varying_features);
    let max = deviant.iter().find(|d| d.name == "stat_max").expect("the maximum varies");
    assert!(max.z > 3.0 && max.value > max.reference + 20.0, "{max:?}");
}

#[test]
fn the_spread_over_the_references_belongs_to_the_criterion() {
    let model = good_faces(0..8).fit(&options()).expect("eight faces");
    let assessment = model.assess(&good(42)).expect("same frame");
    let spread = assessment.comparison_spread;
    assert!((spread.mean - assessment.comparison.value).abs() < 1e-12);
    assert!(spread.min <= spread.median && spread.median <= spread.max && spread.std > 0.0);
    let names: Vec<&str> = assessment.measures.iter().map(|measure| measure.name).collect();
    assert_eq!(names, fiber_stats::VectorComparison::NAMES);
}

#[test]
fn a_constant_feature_takes_no_part() {
    // All faces have a black corner, so the smallest grey level never varies.
    let cornered = |seed: u64, corner: u8| {
        let mut luma = good_luma(seed);
        for y in 0..4 {
            luma.row_mut(y)[..4].fill(corner);
        }
        sample(&format!("{seed} {corner}"), luma)
    };
    let collection: Collection = (0..8).map(|seed| cornered(seed, 0)).collect();
    let model = collection.fit(&options()).expect("eight faces");
    let assessment = model.assess(&cornered(20, 0)).expect("same frame");
    assert!(assessment.deviant_features.iter().all(|feature| feature.name != "stat_min"));
    assert!(assessment.mahalanobis.value.is_finite() && !assessment.is_anomalous());
}

#[test]
fn the_archetype_is_the_median_and_the_variation_has_a_floor() {
    let collection = good_faces(0..5);
    let model = collection.fit(&LearnOptions { variation_floor: 1.5, ..options() });
    let model = model.expect("five faces");
    // By hand: medians, each face's median difference from them, medians without these.
    let median = |values: Vec<f64>| fiber_stats::median(&values).expect("not empty");
    let over_faces = |offsets: &[f64], at: (usize, usize)| {
        median(
            collection.samples().zip(offsets).map(|(s, o)| f64::from(s.luma()[at]) - o).collect(),
        )
    };
    let all: Vec<(usize, usize)> =
        (0..faces::SIDE).flat_map(|y| (0..faces::SIDE).map(move |x| (x, y))).collect();
    let first: Vec<f64> = all.iter().map(|&at| over_faces(&[0.0; 5], at)).collect();
    let offsets: Vec<f64> = collection
        .samples()
        .map(|sample| {
            let mut differences: Vec<f64> =
                all.iter().zip(&first).map(|(&at, f)| f64::from(sample.luma()[at]) - f).collect();
            differences.sort_unstable_by(f64::total_cmp);
            differences[differences.len() / 2]
        })
        .collect();
    for at in all {
        assert_eq!(f64::from(model.archetype()[at]), over_faces(&offsets, at), "{at:?}");
    }
    assert!(model.variation().rows().flatten().all(|&variation| variation >= 1.5));
    let profile = model.radial_profile();
    let (core, outside) = (profile[5].expect("inside"), profile[28].expect("inside"));
    assert!((30.0..50.0).contains(&(core - outside)), "{core} {outside}");
}

#[test]
fn oas_shrinks_too() {
    let options = LearnOptions { shrinkage: Shrinkage::Oas, ..options() };
    let model = good_faces(0..6).fit(&options).expect("six faces");
    assert!(model.assess(&good(30)).expect("same frame").mahalanobis.value > 0.0);
}

#[test]
fn options_out_of_range_are_refused_by_name() {
    type Change = fn(&mut LearnOptions, f64);
    let cases: [(&str, &[f64], Change); 4] = [
        ("false_alarm_rate", &[-0.1, 1.1, f64::NAN], |o, v| o.false_alarm_rate = v),
        ("threshold_multiplier", &[-1.0, f64::NAN, f64::INFINITY], |o, v| {
            o.threshold_multiplier = v;
        }),
        ("eigenvalue_floor", &[0.0, 1.5, f64::NAN], |o, v| o.eigenvalue_floor = v),
        ("variation_floor", &[0.0, f64::NAN, f64::INFINITY], |o, v| o.variation_floor = v as f32),
    ];
    for (name, values, change) in cases {
        for &bad in values {
            let mut options = options();
            change(&mut options, bad);
            let error = good_faces(0..2).fit(&options).expect_err("out of range");
            assert!(
                matches!(&error, ReferenceError::Parameter { parameter, .. } if *parameter == name),
                "{name} {bad}: {error}"
            );
        }
    }
    let mut options = options();
    options.local.window_sides.clear();
    assert!(matches!(good_faces(0..2).fit(&options), Err(ReferenceError::Anomaly(_))));
}

#[test]
fn samples_that_do_not_hold_together_are_refused() {
    let luma = good_luma(0);
    let new = |hash: &str| Sample::new("x", hash, luma.view(), None, &FrameOptions::default());
    for bad in ["", "abc", &"g".repeat(64), &"A".repeat(64)] {
        assert!(matches!(new(bad), Err(ReferenceError::Hash { .. })), "{bad}");
    }
    let whole = new(&"0".repeat(64)).expect("a hash");
    let parts = Sample::from_parts(
        "x".to_owned(),
        "0".repeat(64),
        FrameKind::Whole { width: 3, height: 3 },
        luma.clone(),
        luma.clone(),
        whole.features().clone(),
    );
    assert!(matches!(parts, Err(ReferenceError::Planes { .. })));
}
