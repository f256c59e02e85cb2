//! Hysteresis thresholding.

use fiber_filters::{Connectivity, components, hysteresis};
use fiber_image::Plane;
use proptest::prelude::*;

use crate::planes::of;

proptest! {
    /// What is kept are the components above the low threshold that hold a pixel above the high one.
    #[test]
    fn components_with_a_strong_pixel_are_kept(
        response in of(10, -2.0_f32..10.0), low in 0.0_f32..5.0, span in 0.0_f32..5.0,
        connectivity in prop_oneof![Just(Connectivity::Four), Just(Connectivity::Eight)],
    ) {
        let high = low + span;
        let weak = response.map(|&value| u8::from(value > low));
        let found = components(weak.view(), connectivity);
        let mut strong = vec![false; found.len() + 1];
        for (&value, &label) in response.pixels().iter().zip(found.labels().pixels()) {
            strong[label as usize] |= value > high;
        }
        strong[0] = false;
        let expected = found.mask(|label, _| strong[label as usize]);
        prop_assert_eq!(hysteresis(response.view(), low, high, connectivity).unwrap(), expected);
    }
}

#[test]
fn not_a_number_is_above_nothing() {
    let response = Plane::new(4, 1, vec![9.0, f32::NAN, 3.0, f32::INFINITY]).unwrap();
    let mask = hysteresis(response.view(), 1.0, 5.0, Connectivity::Four).unwrap();
    assert_eq!(mask.row(0), &[255, 0, 255, 255]);
}
