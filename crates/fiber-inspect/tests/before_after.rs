//! Two pictures of one rendered face, put beside each other.

use fiber_inspect::image::FaceImage;
use fiber_inspect::{BeforeAfter, Inspection, Inspector};
use fiber_synth::{FaceSpec, Population, random_face, render};

fn inspected(spec: &FaceSpec) -> Inspection {
    let face = render(spec).expect("a sound face").image;
    let inspector = Inspector::builder().build().expect("defaults");
    inspector.inspect(&FaceImage::from_luma(face, "rendered")).expect("inspected")
}

#[test]
fn marks_that_stay_are_found_again_and_no_turn_is_made_up() {
    let damaged = Population { damaged_share: 1.0, ..Population::bench() };
    let (mut turned, mut shown, mut stayed) = (0, 0, 0);
    for index in 0..4 {
        let before = random_face(11, index, &damaged).expect("in range");
        let first = inspected(&before);
        for turn in [0.0, 35.0] {
            // Put in anew: the centre lies elsewhere between the pixels, and the noise is another.
            let after = FaceSpec {
                centre: [before.centre[0] + 3.4, before.centre[1] - 5.7],
                rotation_deg: before.rotation_deg + turn,
                seed: before.seed + 1,
                ..before.clone()
            };
            let compared = BeforeAfter::of(&first, &inspected(&after));
            assert!(compared.registered);
            if (compared.turn_deg - turn).abs() <= 1.0 {
                turned += 1;
            }
            if turn == 0.0 {
                assert_eq!(compared.turn_deg, 0.0, "face {index}");
            }
            shown += first.detection.defects.len();
            stayed += compared.stayed.len();
        }
    }
    assert!(turned >= 7, "{turned} of 8 turns");
    assert!(stayed * 10 >= shown * 8, "{stayed} of {shown} marks stayed");
}

#[test]
fn clean_faces_are_not_turned_against_each_other() {
    let clean = Population { damaged_share: 0.0, ..Population::bench() };
    let faces: Vec<Inspection> =
        (0..4).map(|i| inspected(&random_face(12, i, &clean).expect("in range"))).collect();
    for pair in faces.windows(2) {
        let compared = BeforeAfter::of(&pair[0], &pair[1]);
        assert_eq!(compared.turn_deg, 0.0, "correlation {}", compared.correlation);
    }
}
