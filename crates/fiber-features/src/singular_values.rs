use fiber_image::{Plane, PlaneView};

use crate::gram::gram_of_rows;
use crate::symmetric_eigenvalues::symmetric_eigenvalues;

/// The singular values of a plane as a matrix, falling; as many as its shorter side.
///
/// The roots of the eigenvalues of the smaller of A A' and A' A. The products are exact integers, so only
/// the eigenvalues are rounded, by some 1e-16 of the largest. What that noise could be, up to n 2e-16 of
/// the largest for n values, is 0: of an image of low rank no false tail is left. Singular values so small,
/// below a millionth of the largest, hardly occur otherwise, since rounded pixels carry noise themselves.
pub(crate) fn singular_values(plane: PlaneView<'_, u8>) -> Vec<f64> {
    let gram = if plane.height() <= plane.width() {
        gram_of_rows(plane)
    } else {
        gram_of_rows(transposed(plane).view())
    };
    let mut eigenvalues = symmetric_eigenvalues(gram);
    eigenvalues.sort_unstable_by(|a, b| b.total_cmp(a));
    let noise = eigenvalues[0] * f64::EPSILON * eigenvalues.len() as f64;
    let root = |&eigenvalue: &f64| if eigenvalue > noise { eigenvalue.sqrt() } else { 0.0 };
    eigenvalues.iter().map(root).collect()
}

fn transposed(plane: PlaneView<'_, u8>) -> Plane<u8> {
    Plane::from_fn(plane.height(), plane.width(), |x, y| plane[(y, x)])
        .expect("a plane can be transposed in the memory it has")
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_product_of_two_vectors_has_one_singular_value() {
        let plane =
            Plane::from_fn(50, 30, |x, y| ((x % 15 + 1) * (y % 16)) as u8).expect("not empty");
        let length = |n: usize, f: fn(usize) -> usize| {
            ((0..n).map(|i| f(i).pow(2)).sum::<usize>() as f64).sqrt()
        };
        let largest = length(50, |x| x % 15 + 1) * length(30, |y| y % 16);
        let values = singular_values(plane.view());
        assert_eq!(values.len(), 30);
        assert_relative_eq!(values[0], largest, max_relative = 1e-13);
        assert!(values[1..].iter().all(|&value| value == 0.0), "{values:?}");
    }

    #[test]
    fn long_rows_do_not_overflow() {
        let plane = Plane::filled(70_000, 2, 255_u8).expect("not empty");
        assert_relative_eq!(
            singular_values(plane.view())[0],
            255.0 * 140_000_f64.sqrt(),
            max_relative = 1e-13
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn they_are_those_of_the_direct_decomposition(
            width in 1_usize..24, height in 1_usize..24, seed in prop::collection::vec(any::<u8>(), 576)
        ) {
            let plane = Plane::new(width, height, seed[..width * height].to_vec())?;
            let matrix = DMatrix::from_fn(height, width, |y, x| f64::from(plane[(x, y)]));
            let mut direct: Vec<f64> = matrix.singular_values().iter().copied().collect();
            direct.sort_unstable_by(|a, b| b.total_cmp(a));
            let largest = direct[0].max(1.0);
            for (value, direct) in singular_values(plane.view()).iter().zip(&direct) {
                assert_relative_eq!(value, direct, epsilon = 1e-7 * largest);
            }
        }
    }
}
