use fiber_filters::{Gradient, canny, direction, sobel_3x3};
use pulp::NullaryFnOnce;

use crate::named::NamedValues;
use crate::prepared::Prepared;
use crate::shifted_sums::ShiftedSums;

const CANNY_LOW: i32 = 50;
const CANNY_HIGH: i32 = 150;

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    let gradient = sobel_3x3(image.grey.view());
    let slopes = pulp::Arch::new().dispatch(MeasureSlopes(&gradient));
    values.put_all(
        "gradient_",
        [
            ("magnitude_mean", slopes.magnitudes.mean()),
            ("magnitude_std", slopes.magnitudes.standard_deviation()),
            ("magnitude_max", f64::from(slopes.largest_square).sqrt()),
            ("magnitude_sum", slopes.magnitudes.sum()),
            ("orientation_mean", slopes.directions.mean()),
            ("orientation_std", slopes.directions.standard_deviation()),
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

/// Sums over all gradients.
#[derive(Default)]
struct Slopes {
    magnitudes: ShiftedSums,
    directions: ShiftedSums,
    largest_square: i32,
}

struct MeasureSlopes<'a>(&'a Gradient);

impl NullaryFnOnce for MeasureSlopes<'_> {
    type Output = Slopes;

    #[inline(always)]
    fn call(self) -> Slopes {
        let Gradient { dx, dy } = self.0;
        let width = dx.width();
        let mut magnitudes = vec![0.0; width];
        let mut directions = vec![0.0; width];
        let mut slopes = Slopes::default();
        for (dx, dy) in dx.rows().zip(dy.rows()) {
            let (dx, dy) = (&dx[..width], &dy[..width]);
            let (magnitudes, directions) = (&mut magnitudes[..width], &mut directions[..width]);
            let mut largest = 0;
            for x in 0..width {
                let (dx, dy) = (i32::from(dx[x]), i32::from(dy[x]));
                let square = dx * dx + dy * dy;
                largest = largest.max(square);
                magnitudes[x] = f64::from(square).sqrt();
                directions[x] = direction(f64::from(dy), f64::from(dx));
            }
            slopes.largest_square = slopes.largest_square.max(largest);
            slopes.magnitudes.add(magnitudes);
            slopes.directions.add(directions);
        }
        slopes
    }
}
