use fiber_filters::{canny, sobel_3x3};

use crate::named::NamedValues;
use crate::prepared::Prepared;
use crate::sums::{mean, standard_deviation, sum_of};

const CANNY_LOW: i32 = 50;
const CANNY_HIGH: i32 = 150;

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    let gradient = sobel_3x3(image.grey.view());
    let slopes = || gradient.dx.pixels().iter().zip(gradient.dy.pixels());
    let magnitudes: Vec<f64> = slopes()
        .map(|(&dx, &dy)| {
            let (dx, dy) = (i32::from(dx), i32::from(dy));
            f64::from(dx * dx + dy * dy).sqrt()
        })
        .collect();
    let directions: Vec<f64> =
        slopes().map(|(&dx, &dy)| f64::from(dy).atan2(f64::from(dx))).collect();
    values.put_all(
        "gradient_",
        [
            ("magnitude_mean", mean(&magnitudes)),
            ("magnitude_std", standard_deviation(&magnitudes)),
            ("magnitude_max", magnitudes.iter().copied().fold(0.0, f64::max)),
            ("magnitude_sum", sum_of(&magnitudes, |magnitude| magnitude)),
            ("orientation_mean", mean(&directions)),
            ("orientation_std", standard_deviation(&directions)),
        ],
    );

    let area = image.area();
    let laplacian = image.laplacian();
    let laplacian_mean = laplacian.sum as f64 / area;
    let laplacian_variance = laplacian.squares as f64 / area - laplacian_mean * laplacian_mean;
    values.put_all(
        "laplacian_",
        [
            ("mean", laplacian.absolute as f64 / area),
            ("std", laplacian_variance.max(0.0).sqrt()),
            ("sum", laplacian.absolute as f64),
        ],
    );

    let edges = canny(image.grey.view(), CANNY_LOW, CANNY_HIGH)
        .expect("the thresholds are positive and in order");
    let edge_count = edges.pixels().iter().filter(|&&edge| edge > 0).count() as f64;
    values.put("edge_count", edge_count);
    values.put("edge_density", edge_count / area);
}
