//! What holds for every image: finite values, the same bits on any number of threads, views as good as
//! copies.

use fiber_features::{Extractor, FEATURES, Family, FeatureVector, Threading, extract};
use fiber_image::Plane;
use proptest::prelude::*;

fn image() -> impl Strategy<Value = Plane<u8>> {
    let value = prop_oneof![
        4 => any::<u8>(),
        1 => Just(0_u8),
        1 => Just(255_u8),
    ];
    (1_usize..24, 1_usize..24, prop_oneof![Just(1_usize), Just(2), Just(576)])
        .prop_flat_map(move |(width, height, distinct)| {
            let palette = prop::collection::vec(value.clone(), distinct);
            let picks = prop::collection::vec(any::<prop::sample::Index>(), width * height);
            (Just((width, height)), palette, picks)
        })
        .prop_map(|((width, height), palette, picks)| {
            let pixels = picks.iter().map(|pick| palette[pick.index(palette.len())]).collect();
            Plane::new(width, height, pixels).expect("as many pixels as the sides say")
        })
}

fn bits(features: &FeatureVector) -> Vec<u64> {
    features.values().iter().map(|value| value.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_value_of_every_image_is_finite(image in image()) {
        let features = extract(image.view());
        prop_assert_eq!(features.values().len(), FEATURES.len());
        prop_assert!(features.values().iter().all(|value| value.is_finite()));
    }

    #[test]
    fn a_view_of_a_part_gives_what_a_copy_of_it_gives(image in image(), x in 0_usize..8, y in 0_usize..8) {
        let (width, height) = image.dimensions();
        prop_assume!(x < width && y < height);
        let part = image.view().crop(x, y, width - x, height - y).expect("inside");
        prop_assert_eq!(bits(&extract(part)), bits(&extract(part.to_plane().view())));
    }
}

#[test]
fn one_thread_and_many_give_the_same_bits() {
    let image =
        Plane::from_fn(97, 61, |x, y| ((x * x + 3 * y * y) % 251) as u8).expect("not empty");
    let single = bits(&extract(image.view()));
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let extractor = Extractor::new().threading(Threading::CurrentPool);
        let pooled = pool.install(|| extractor.extract(image.view()));
        assert_eq!(bits(&pooled), single, "{threads} threads");
    }
}

#[test]
fn a_family_alone_has_the_values_it_has_in_the_vector() {
    let image = Plane::from_fn(31, 22, |x, y| ((7 * x) ^ (5 * y)) as u8).expect("not empty");
    let features = extract(image.view());
    for family in Family::ALL {
        let alone = Extractor::new().extract_family(image.view(), family);
        assert_eq!(alone, features.family(family).collect::<Vec<_>>(), "{family}");
    }
}

#[test]
fn public_types_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<Extractor>();
    crosses::<FeatureVector>();
    crosses::<Family>();
    crosses::<fiber_features::FeatureError>();
}
