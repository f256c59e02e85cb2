use fiber_filters::{StructuringElement, black_top_hat, dilate, erode, white_top_hat};
use fiber_image::Plane;
use pulp::NullaryFnOnce;

use crate::named::NamedValues;
use crate::prepared::Prepared;

const TOP_HAT_SIZES: [usize; 4] = [3, 5, 7, 11];
const SQUARE: usize = 5;

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    let grey = image.grey.view();
    for size in TOP_HAT_SIZES {
        let element = StructuringElement::ellipse(size).expect("the size is odd");
        put_top_hat(values, &format!("morph_wth_{size}_"), &white_top_hat(grey, &element));
        put_top_hat(values, &format!("morph_bth_{size}_"), &black_top_hat(grey, &element));
    }

    let threshold = image.histogram.otsu_threshold();
    let foreground = image.grey.map(|&value| u8::from(threshold.is_some_and(|t| value > t)));
    let square = StructuringElement::rectangle(SQUARE, SQUARE).expect("the size is odd");
    let area = sum(&foreground);
    let eroded = sum(&erode(foreground.view(), &square));
    let dilated = sum(&dilate(foreground.view(), &square));
    let of_foreground = |part: f64| if area > 0.0 { part / area } else { 0.0 };
    values.put_all(
        "morph_",
        [
            ("binary_area_ratio", area / image.area()),
            ("gradient_area", dilated - eroded),
            ("erosion_ratio", of_foreground(eroded)),
            ("dilation_ratio", of_foreground(dilated)),
        ],
    );
}

fn put_top_hat(values: &mut NamedValues, prefix: &str, top_hat: &Plane<u8>) {
    let (sum, max) = pulp::Arch::new().dispatch(SumAndMax(top_hat.pixels()));
    let mean = sum / top_hat.pixels().len() as f64;
    values.put_all(prefix, [("mean", mean), ("max", f64::from(max)), ("sum", sum)]);
}

fn sum(plane: &Plane<u8>) -> f64 {
    pulp::Arch::new().dispatch(SumAndMax(plane.pixels())).0
}

struct SumAndMax<'a>(&'a [u8]);

impl NullaryFnOnce for SumAndMax<'_> {
    type Output = (f64, u8);

    #[inline(always)]
    fn call(self) -> (f64, u8) {
        /// Pixels of a row of running sums.
        const LANES: usize = 64;
        /// So many 8-bit numbers sum up in 16 bits.
        const FITTING: usize = 256;
        let (blocks, rest) = self.0.as_chunks::<LANES>();
        let (mut sum, mut highest) = (0_u64, [0_u8; LANES]);
        for blocks in blocks.chunks(FITTING) {
            let mut sums = [0_u16; LANES];
            for block in blocks {
                for i in 0..LANES {
                    sums[i] += u16::from(block[i]);
                    highest[i] = highest[i].max(block[i]);
                }
            }
            sum += sums.iter().map(|&lane| u64::from(lane)).sum::<u64>();
        }
        sum += rest.iter().map(|&value| u64::from(value)).sum::<u64>();
        let max = highest.iter().chain(rest).copied().max().unwrap_or(0);
        (sum as f64, max)
    }
}
