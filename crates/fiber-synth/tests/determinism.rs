//! The same specification gives the same bytes; the members of a series do not depend on each
//! other.

use fiber_synth::{
    FaceSpec, Fibre, Instrument, NOISE_FLOOR, Population, noise_level, random_face, render,
};

#[test]
fn the_same_face_twice_is_the_same_bytes() {
    let population = Population { damaged_share: 1.0, ..Population::bench_binned() };
    let spec = random_face(3, 5, &population).expect("legal");
    assert_eq!(random_face(3, 5, &population).expect("legal"), spec);
    let (first, second) = (render(&spec).expect("legal"), render(&spec).expect("legal"));
    assert_eq!(first, second);
    let other = render(&FaceSpec { seed: spec.seed ^ 1, ..spec }).expect("legal");
    assert_ne!(other.image, first.image);
    assert_eq!(other.mask, first.mask);
}

#[test]
fn seeds_and_indices_make_different_faces() {
    let population = Population::bench_binned();
    let face = |seed, index| random_face(seed, index, &population).expect("legal");
    assert_ne!(face(1, 0).seed, face(1, 1).seed);
    assert_ne!(face(1, 0).seed, face(2, 0).seed);
}

#[test]
fn damage_comes_in_the_asked_share_and_kinds() {
    let mut population = Population::bench_binned();
    let damaged = |population: &Population| {
        (0..400)
            .filter(|i| !random_face(9, *i, population).expect("legal").defects.is_empty())
            .count()
    };
    // Binomial with standard deviation 9.8.
    population.damaged_share = 0.4;
    assert!((120..=200).contains(&damaged(&population)), "{}", damaged(&population));
    population.damaged_share = 0.0;
    assert_eq!(damaged(&population), 0);
    population.damaged_share = 1.0;
    assert_eq!(damaged(&population), 400);
    for kind in population.kinds.clone() {
        population.kinds = vec![kind];
        let faces = (0..20).map(|i| random_face(1, i, &population).expect("legal"));
        assert!(faces.flat_map(|face| face.defects).all(|defect| defect.kind == kind));
    }
}

#[test]
fn a_clean_face_has_an_empty_mask_and_a_perfect_one_no_noise() {
    for (instrument, fibre) in [
        (Instrument::bench_binned(), Fibre::graded_50()),
        (Instrument::frame_grabber(), Fibre::large_core_91_relief()),
    ] {
        let spec = FaceSpec::clean(instrument, fibre);
        let face = render(&spec).expect("legal");
        assert!(face.mask.pixels().iter().all(|value| *value == 0));
        assert!(face.truth.defects.is_empty());
        let perfect =
            render(&FaceSpec { noise_free: true, seed: 1, ..spec.clone() }).expect("legal");
        let again = render(&FaceSpec { noise_free: true, seed: 2, ..spec }).expect("legal");
        assert_eq!(perfect.image, again.image, "nothing random is left");
        assert!(noise_level(perfect.image.view()) <= NOISE_FLOOR);
    }
}

#[test]
fn the_picture_of_a_bench_microscope_keeps_its_left_right_symmetry() {
    // The scene is symmetric about a centre between two pixels, the optics too once shading is off.
    let mut spec = FaceSpec::clean(Instrument::bench_binned(), Fibre::graded_50());
    spec.noise_free = true;
    spec.instrument.vignetting.fall = [0.0; 2];
    let image = render(&spec).expect("legal").image;
    for row in image.rows() {
        assert!(row.iter().eq(row.iter().rev()));
    }
}
