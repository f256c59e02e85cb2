//! The figures of a reduced evaluation as floors, so that no change loses them unnoticed.

use std::path::Path;

use fiber_evaluation::{
    Evaluation, Extent, LabelledFaces, Planted, PlantedCase, Share, evaluate_real, recall, right,
};
use fiber_inspect::{Inspector, Workers};

fn tools() -> (Inspector, Workers) {
    (Inspector::builder().build().expect("defaults"), Workers::new(2).expect("two threads"))
}

#[test]
fn marks_on_real_faces_are_found_and_little_else() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/endfaces");
    if !folder.join("defects.json").is_file() {
        eprintln!("skipped: no marked faces at {}", folder.display());
        return;
    }
    let mut faces = LabelledFaces::load(&folder).expect("readable truth");
    faces.names.retain(|name| faces.marks.contains_key(name));
    let (inspector, workers) = tools();
    let real = evaluate_real(&faces, &inspector, &workers).expect("inspected");
    let marked = real.iter().map(|face| face.marked.as_ref().expect("marked"));
    let (found, right): (Vec<Share>, Vec<Share>) =
        marked.map(|counts| (counts.recall, counts.precision)).unzip();
    let (found, right): (Share, Share) = (found.into_iter().sum(), right.into_iter().sum());
    // Measured: 208 of 213 found, 223 of 231 right.
    assert_eq!(found.of, 213);
    assert!(found.value() >= 0.976, "{found}");
    assert!(right.value() >= 0.965, "{right}");
}

#[test]
fn planted_defects_are_found_and_clean_faces_stay_clean() {
    let (inspector, workers) = tools();
    let extent = Extent {
        real_base_step: 1,
        rendered_bases: 2,
        clean: 4,
        damaged: 3,
        repeated: 0,
        learned: [0; 3],
        detection: true,
    };
    let evaluation = Evaluation::run(None, &extent, &inspector, &workers).expect("rendered");
    assert_eq!((evaluation.clean.faces, evaluation.clean.reports), (8, 0));
    let cases: Vec<PlantedCase> = evaluation.planted().copied().collect();
    let of = |planted: Planted, ratio: f64| {
        recall(&cases, |case| case.planted == planted && case.ratio >= ratio)
    };
    // Measured: 32 of 32, 45 of 48, 16 of 16, 16 of 16 and 15 of 16; 155 of 155 types; 88 of 108 sizes.
    let floors = [
        (Planted::LongScratch, 8.0, 1.0),
        (Planted::LongScratch, 5.0, 0.93),
        (Planted::ShortScratch, 8.0, 1.0),
        (Planted::Particle, 8.0, 1.0),
        (Planted::Dig, 15.0, 0.93),
    ];
    for (planted, ratio, floor) in floors {
        let share = of(planted, ratio);
        assert!(share.of >= 8 && share.value() >= floor, "{planted:?} from {ratio} on: {share}");
    }
    let types = right(&cases, |_| true, |report| report.type_right);
    assert!(types.value() >= 1.0, "types: {types}");
    // The ends of fainter ones drown in the noise.
    let sizes = right(&cases, |case| case.ratio >= 8.0, |report| report.size_right);
    assert!(sizes.value() >= 0.81, "sizes: {sizes}");
    let reliable = evaluation.real_at_high_confidence();
    assert!(reliable.of >= 10 && reliable.value() >= 0.9, "at high confidence: {reliable}");
}
