//! Structuring elements and the operators built on them.

use fiber_filters::{StructuringElement, black_top_hat, close, dilate, erode, open, white_top_hat};
use fiber_image::Plane;
use proptest::prelude::*;

use crate::planes::{grey, like};

/// Every pixel under the element, inside the plane.
fn under(plane: &Plane<u8>, element: &StructuringElement, x: isize, y: isize) -> Vec<u8> {
    let mut values = Vec::new();
    let reach = element.height() as isize / 2;
    for dy in -reach..=reach {
        let half = element.row_width(dy) as isize / 2;
        for dx in -half..=half {
            if let (Ok(x), Ok(y)) = (usize::try_from(x + dx), usize::try_from(y + dy)) {
                values.extend(plane.get(x, y));
            }
        }
    }
    values
}

fn naive_erode(plane: &Plane<u8>, element: &StructuringElement) -> Plane<u8> {
    like(plane, |x, y| under(plane, element, x, y).into_iter().min().unwrap())
}

fn naive_dilate(plane: &Plane<u8>, element: &StructuringElement) -> Plane<u8> {
    like(plane, |x, y| under(plane, element, x, y).into_iter().max().unwrap())
}

fn element() -> impl Strategy<Value = StructuringElement> {
    let odd = |most: usize| (0..=most / 2).prop_map(|half| 2 * half + 1);
    prop_oneof![
        odd(25).prop_map(|size| StructuringElement::ellipse(size).unwrap()),
        (odd(25), odd(25)).prop_map(|(w, h)| StructuringElement::rectangle(w, h).unwrap()),
    ]
}

proptest! {
    #[test]
    fn extrema_are_those_of_the_element(plane in grey(14), element in element()) {
        prop_assert_eq!(erode(plane.view(), &element), naive_erode(&plane, &element));
        prop_assert_eq!(dilate(plane.view(), &element), naive_dilate(&plane, &element));
    }

    #[test]
    fn compositions_are_what_they_are_called(plane in grey(12), element in element()) {
        let opened = naive_dilate(&naive_erode(&plane, &element), &element);
        let closed = naive_erode(&naive_dilate(&plane, &element), &element);
        let minus = |a: &Plane<u8>, b: &Plane<u8>| {
            like(a, |x, y| a[(x as usize, y as usize)] - b[(x as usize, y as usize)])
        };
        prop_assert_eq!(white_top_hat(plane.view(), &element), minus(&plane, &opened));
        prop_assert_eq!(black_top_hat(plane.view(), &element), minus(&closed, &plane));
        prop_assert_eq!(open(plane.view(), &element), opened);
        prop_assert_eq!(close(plane.view(), &element), closed);
    }

    #[test]
    fn opening_and_closing_are_idempotent(plane in grey(12), element in element()) {
        let opened = open(plane.view(), &element);
        prop_assert_eq!(open(opened.view(), &element), opened);
        let closed = close(plane.view(), &element);
        prop_assert_eq!(close(closed.view(), &element), closed);
    }
}

#[test]
fn an_element_far_larger_than_the_plane_sees_all_of_it() {
    let plane = Plane::new(3, 1, vec![5_u8, 1, 9]).unwrap();
    for element in [
        StructuringElement::rectangle(65_535, 65_535).unwrap(),
        StructuringElement::ellipse(65_535).unwrap(),
    ] {
        assert_eq!(erode(plane.view(), &element).row(0), &[1, 1, 1]);
        assert_eq!(dilate(plane.view(), &element).row(0), &[9, 9, 9]);
    }
}

#[test]
fn large_planes_and_elements_are_gone_through_whole() {
    let mut state = 1_u32;
    let plane = Plane::from_fn(150, 75, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .unwrap();
    for size in [3, 11, 31, 33, 45] {
        let disc = StructuringElement::ellipse(size).unwrap();
        assert_eq!(dilate(plane.view(), &disc), naive_dilate(&plane, &disc), "{size}");
        let bar = StructuringElement::rectangle(size, 9).unwrap();
        assert_eq!(erode(plane.view(), &bar), naive_erode(&plane, &bar), "{size}");
        let bar = StructuringElement::rectangle(9, size).unwrap();
        assert_eq!(erode(plane.view(), &bar), naive_erode(&plane, &bar), "{size}");
    }
}
