//! Planes to test with.

use fiber_filters::reflect_101;
use fiber_image::{Plane, PlaneView};
use proptest::collection::vec;
use proptest::prelude::*;

/// Planes of 1..=`side` x 1..=`side` pixels, one-pixel-wide ones included often; now and then a few long
/// rows, since operators go through whole blocks of a row otherwise than through the rest.
pub(crate) fn of<T: std::fmt::Debug + Clone>(
    side: usize,
    pixel: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Plane<T>> {
    let side = move || prop_oneof![1 => Just(1), 5 => 1..=side];
    let sides = prop_oneof![12 => (side(), side()), 1 => (100_usize..=300, 1_usize..=4)];
    sides.prop_flat_map(move |(width, height)| {
        vec(pixel.clone(), width * height)
            .prop_map(move |pixels| Plane::new(width, height, pixels).unwrap())
    })
}

/// Grey planes: some of all levels, some of few, so that equal neighbours occur.
pub(crate) fn grey(side: usize) -> impl Strategy<Value = Plane<u8>> {
    let few = prop_oneof![Just(0_u8), Just(40), Just(200), Just(255)];
    prop_oneof![of(side, any::<u8>()), of(side, few)]
}

/// Masks of 0 and 255.
pub(crate) fn mask(side: usize) -> impl Strategy<Value = Plane<u8>> {
    of(side, prop_oneof![Just(0_u8), Just(255)])
}

/// The pixel that stands at any position under the reflect-101 border.
pub(crate) fn mirrored<T: Copy>(plane: PlaneView<'_, T>, x: isize, y: isize) -> T {
    plane[(reflect_101(x, plane.width()), reflect_101(y, plane.height()))]
}

/// A plane computed pixel by pixel, of another one's size.
pub(crate) fn like<T, U>(plane: &Plane<T>, mut pixel: impl FnMut(isize, isize) -> U) -> Plane<U> {
    Plane::from_fn(plane.width(), plane.height(), |x, y| pixel(x as isize, y as isize)).unwrap()
}

/// Whether all pixels agree to `tolerance`.
pub(crate) fn close_to(a: &Plane<f32>, b: &Plane<f32>, tolerance: f32) -> Result<(), String> {
    assert_eq!(a.dimensions(), b.dimensions());
    for y in 0..a.height() {
        for (x, (a, b)) in a.row(y).iter().zip(b.row(y)).enumerate() {
            if (a - b).abs() > tolerance || a.is_nan() != b.is_nan() {
                return Err(format!("({x}, {y}): {a} against {b}"));
            }
        }
    }
    Ok(())
}
