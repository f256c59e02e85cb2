//! A face without flaw has nothing to report, whoever looks at it.

use fiber_inspect::image::FaceImage;
use fiber_inspect::{Config, Inspection, Inspector, Occasion, Profile, Workers, learn};
use fiber_synth::{
    Contrast, DefectKind, FaceSpec, Fill, PlantedDefect, Polarity, Population, Shape, random_face,
    render,
};

fn population() -> Population {
    Population { damaged_share: 0.0, ..Population::bench_binned() }
}

fn picture(spec: &FaceSpec, name: &str) -> FaceImage {
    FaceImage::from_luma(render(spec).expect("a built-in face").image, name)
}

fn good_faces(count: u64) -> impl Iterator<Item = FaceImage> {
    (0..count).map(|index| {
        let spec = random_face(3, index, &population()).expect("a built-in population");
        picture(&spec, &format!("good {index}"))
    })
}

fn inspector() -> Inspector {
    let config = Config::default();
    let model = learn(good_faces(12), &config, &Workers::new(2).expect("threads"));
    let profile = Profile::builtin("iec-61300-3-35-ed2-sm-pc45").expect("built in");
    let builder = Inspector::builder().config(config).profile(profile);
    builder.model(model.expect("good faces")).build().expect("settings in range")
}

fn perfect_face() -> FaceSpec {
    let population = population();
    FaceSpec {
        noise_free: true,
        ..FaceSpec::clean(population.instrument, population.fibres[0].clone())
    }
}

#[test]
fn a_perfect_face_has_no_region_and_no_defect() {
    let inspector = inspector();
    let clean = picture(&perfect_face(), "perfect");
    let inspection = inspector.inspect(&clean).expect("a face");
    assert_eq!(inspection.defects().count(), 0);
    let map = inspection.anomaly_map.as_ref().expect("a model was used");
    assert_eq!(map.regions, []);
    assert!(inspection.detection.mask().pixels().iter().all(|&pixel| pixel == 0));
    assert_eq!(inspection.criteria.local.map(|local| local.triggered), Some(false));
    assert_eq!(inspection.criteria.acceptance, Some(false));

    let alone = Inspector::builder().build().expect("defaults").inspect(&clean).expect("a face");
    assert_eq!((alone.defects().count(), alone.is_anomalous), (0, false));
    assert_eq!(alone.quality_score(), 100.0);
    assert!(alone.comparison.is_none() && alone.anomaly_map.is_none() && alone.grade.is_none());
}

#[test]
fn a_dig_in_it_is_found_where_it_is_by_everybody() {
    let mut spec = perfect_face();
    spec.noise_free = false;
    spec.defects.push(PlantedDefect {
        kind: DefectKind::Dig,
        shapes: vec![Shape::disc([40.0, 0.0], 8.0)],
        polarity: Polarity::Dark,
        contrast: Contrast::Grey(50.0),
        fill: Fill::Solid,
        opaque: false,
    });
    let truth = render(&spec).expect("a built-in face").truth;
    let [x, y] = truth.defects[0].centroid;
    let image = picture(&spec, "pitted");
    let without_model = Inspector::builder().build().expect("defaults");
    let alone = without_model.inspect(&image).expect("a face");
    for inspection in [inspector().inspect(&image).expect("a face"), alone] {
        let defects: Vec<_> = inspection.defects().collect();
        assert_eq!(defects.len(), 1, "{defects:#?}");
        let [found_x, found_y] = defects[0].detection_metadata.centroid_xy;
        assert!((found_x - x).hypot(found_y - y) < 1.0);
        assert_eq!(defects[0].zone.as_deref(), Some("B"));
        assert!(inspection.is_anomalous && inspection.anomaly_confidence >= 0.5);
    }
}

#[test]
fn results_do_not_depend_on_the_workers() {
    let inspector = inspector();
    let faces: Vec<FaceImage> = good_faces(14).skip(11).collect();
    let results = [1, 3].map(|threads| {
        let workers = Workers::new(threads).expect("threads");
        let inspections = workers.map(&faces, |face| inspector.inspect(face).expect("a face"));
        inspections.map(|inspection| report(&inspection)).collect::<Vec<_>>()
    });
    assert_eq!(results[0].len(), 3);
    assert_eq!(results[0], results[1]);
}

#[test]
fn one_face_does_not_depend_on_the_threads_that_share_it() {
    let inspector = inspector();
    let damaged = Population { damaged_share: 1.0, ..population() };
    for index in 0..3 {
        let spec = random_face(4, index, &damaged).expect("a built-in population");
        let face = picture(&spec, "damaged");
        let alone = inspector.inspect(&face).expect("a face");
        for threads in [2, 3] {
            let workers = Workers::new(threads).expect("threads");
            let occasion = Occasion { threading: workers.threading(), ..Occasion::default() };
            let shared = workers.run(|| inspector.inspect_on(&face, occasion)).expect("a face");
            assert_eq!(report(&shared), report(&alone));
            assert_eq!(shared.detection, alone.detection);
        }
    }
}

fn report(inspection: &Inspection) -> String {
    serde_json::to_string(&inspection.report(None)).expect("JSON")
}

#[test]
fn an_inspector_is_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Inspector>();
    shared::<Inspection>();
    shared::<Workers>();
}
