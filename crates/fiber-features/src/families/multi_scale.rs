use fiber_filters::{pyramid_expand, pyramid_reduce, reflect_101};
use fiber_image::Plane;

use crate::named::NamedValues;
use crate::prepared::Prepared;
use crate::sums::{energy, mean, mean_absolute, standard_deviation};

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    let levels = image.levels();
    values.put_all(
        "pyramid_l0_",
        [
            ("mean", levels.mean()),
            ("std", levels.variance().sqrt()),
            ("energy", levels.sum_of_squares()),
        ],
    );
    let laplacian = image.laplacian();
    values.put("laplacian_l0_energy", laplacian.squares as f64);
    values.put("laplacian_l0_mean", laplacian.absolute as f64 / image.area());

    let mut fine = image.grey.map(|&value| f64::from(value));
    for level in 1..=3 {
        let coarse = pyramid_reduce(fine.view());
        values.put_all(
            &format!("pyramid_l{level}_"),
            [
                ("mean", mean(coarse.pixels())),
                ("std", standard_deviation(coarse.pixels())),
                ("energy", energy(coarse.pixels())),
            ],
        );
        let detail = lost_detail(&fine, &coarse);
        values.put_all(
            &format!("pyramid_detail_l{level}_"),
            [
                ("energy", energy(&detail)),
                ("mean", mean_absolute(&detail)),
                ("std", standard_deviation(&detail)),
            ],
        );
        if level == 1 {
            let coarse_laplacian = laplacian_of(&coarse);
            values.put("laplacian_l1_energy", energy(&coarse_laplacian));
            values.put("laplacian_l1_mean", mean_absolute(&coarse_laplacian));
        }
        fine = coarse;
    }
}

/// The fine level minus what can be had back from the coarse one.
fn lost_detail(fine: &Plane<f64>, coarse: &Plane<f64>) -> Vec<f64> {
    let expanded = pyramid_expand(coarse.view(), fine.width(), fine.height())
        .expect("the coarse level is half of the fine one");
    fine.pixels().iter().zip(expanded.pixels()).map(|(fine, expanded)| fine - expanded).collect()
}

/// The 4-neighbour Laplacian; border: reflect-101.
fn laplacian_of(plane: &Plane<f64>) -> Vec<f64> {
    let (width, height) = plane.dimensions();
    let mut laplacian = Vec::with_capacity(width * height);
    for y in 0..height {
        let here = plane.row(y);
        let above = plane.row(reflect_101(y as isize - 1, height));
        let below = plane.row(reflect_101(y as isize + 1, height));
        laplacian.extend((0..width).map(|x| {
            let left = here[reflect_101(x as isize - 1, width)];
            let right = here[reflect_101(x as isize + 1, width)];
            above[x] + below[x] + left + right - 4.0 * here[x]
        }));
    }
    laplacian
}
