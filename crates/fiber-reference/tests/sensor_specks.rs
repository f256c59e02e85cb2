//! Dirt on the camera: the same place of the sensor on every face, whatever the fibre does.

mod faces;

use fiber_geometry::{Ellipse, Geometry};
use fiber_image::{FaceImage, Plane};
use fiber_reference::{Collection, FrameOptions, ReferenceModel, Sample};

use faces::{mix, options};

const SIZE: (usize, usize) = (150, 140);
const FRAME: FrameOptions = FrameOptions { um_per_px: 2.0, field_um: 180.0 };

/// A face whose fibre lies off the middle by `shift`, with a speck of 4 x 4 pixels at `speck` of the sensor.
fn face(seed: u64, shift: [i32; 2], speck: Option<[usize; 2]>) -> (FaceImage, Geometry) {
    let centre = [75.0 + f64::from(shift[0]), 70.0 + f64::from(shift[1])];
    let mut luma = Plane::from_fn(SIZE.0, SIZE.1, |x, y| {
        let radius = (x as f64 - centre[0]).hypot(y as f64 - centre[1]);
        // A dark rim of 7 pixels, which often meets the same pixels of the sensor.
        let rim = if (radius - 31.25).abs() < 3.5 { -30.0 } else { 0.0 };
        let disc = 50.0 / (1.0 + (radius - 31.25).exp()) + rim;
        let grain = mix(seed * 100_000 + (y * SIZE.0 + x) as u64) % 4;
        (90.0 + disc + grain as f64) as u8
    })
    .expect("positive sides");
    if let Some([x, y]) = speck {
        for row in y..y + 4 {
            luma.row_mut(row)[x..x + 4].fill(40);
        }
    }
    let geometry = Geometry {
        cladding: Ellipse::circle(centre[0], centre[1], 62.5),
        core: None,
        cladding_um: 125.0,
        edge_rms_px: 0.1,
        rim_coverage: 1.0,
        rim_step: 50.0,
    };
    (FaceImage::from_luma(luma, &format!("face {seed}")), geometry)
}

fn sample(seed: u64, shift: [i32; 2], speck: Option<[usize; 2]>) -> Sample {
    let (image, geometry) = face(seed, shift, speck);
    let (name, hash) = (&image.metadata().file_name, &image.metadata().sha256);
    let mut sample =
        Sample::new(name, hash, image.luma(), Some(&geometry), &FRAME).expect("a face");
    sample.note_sensor_marks(image.luma()).expect("its own image");
    sample
}

fn shift(seed: u64) -> [i32; 2] {
    let mixed = mix(seed);
    [(mixed % 25) as i32 - 12, (mixed >> 20) as i32 % 25 - 12]
}

fn model(speck: Option<[usize; 2]>, still: bool) -> ReferenceModel {
    let faces = (0..12).map(|seed| sample(seed, if still { [0, 0] } else { shift(seed) }, speck));
    faces.collect::<Collection>().fit(&options()).expect("twelve faces")
}

#[test]
fn a_speck_that_stays_while_the_fibre_moves_is_found_and_not_held_against_a_face() {
    let dirty = model(Some([60, 52]), false);
    let specks = dirty.specks().expect("a map");
    assert_eq!((specks.count(), specks.dimensions()), (1, SIZE));
    for y in 52..56 {
        assert!((60..64).all(|x| specks.contains(x, y)));
    }
    assert!(!specks.contains(30, 30) && !specks.contains(75, 70) && !specks.contains(999, 0));

    for seed in 40..46 {
        let assessment = dirty.assess(&sample(seed, shift(seed), Some([60, 52]))).expect("frame");
        assert!(!assessment.local.triggered, "{:?}", assessment.local);
        // The same speck elsewhere is damage.
        let moved = dirty.assess(&sample(seed, shift(seed), Some([85, 80]))).expect("frame");
        assert!(moved.local.triggered, "{:?}", moved.local);
    }
    let text = dirty.to_json();
    let loaded = ReferenceModel::from_json(&text).expect("own output");
    assert_eq!(loaded.specks(), dirty.specks());
    assert_eq!(loaded.collection().expect("whole"), dirty.collection().expect("whole"));
    assert_eq!(loaded.summary().specks, 1);
}

#[test]
fn clean_cameras_and_fibres_that_do_not_move_have_no_map() {
    assert!(model(None, false).specks().is_none());
    assert!(model(Some([60, 52]), true).specks().is_none());
}

#[test]
fn marks_are_taken_from_the_sample_s_own_image_only() {
    let (image, geometry) = face(1, [0, 0], None);
    let hash = &image.metadata().sha256;
    let mut sample = Sample::new("x", hash, image.luma(), Some(&geometry), &FRAME).expect("a face");
    let other = Plane::filled(9, 9, 0_u8).expect("positive sides");
    let error = sample.note_sensor_marks(other.view()).expect_err("another size");
    assert!(error.to_string().starts_with("x: "), "{error}");
}
