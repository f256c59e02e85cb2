use fiber_image::PlaneView;

use crate::named::NamedValues;
use crate::prepared::Prepared;

pub(super) fn measure(image: &Prepared, values: &mut NamedValues) {
    let moments = RawMoments::of(image.grey.view());
    let (x, y) = moments.centroid().unwrap_or((0.0, 0.0));
    for (i, invariant) in (1..).zip(moments.hu_invariants()) {
        let scaled = (invariant.abs() / 1e-12).ln_1p() / std::f64::consts::LN_10;
        values.put(&format!("shape_hu_{i}"), scaled.copysign(invariant));
    }
    let share = |position: f64, side: usize| {
        if moments.m00 == 0.0 { 0.5 } else { position / side as f64 }
    };
    values.put("shape_centroid_x", share(x, image.grey.width()));
    values.put("shape_centroid_y", share(y, image.grey.height()));
}

/// `mpq` is the sum of `x^p y^q g`; exact up to 2^53, which is beyond a million pixels.
struct RawMoments {
    m00: f64,
    m10: f64,
    m01: f64,
    m20: f64,
    m11: f64,
    m02: f64,
    m30: f64,
    m21: f64,
    m12: f64,
    m03: f64,
}

impl RawMoments {
    fn of(grey: PlaneView<'_, u8>) -> Self {
        // Over x first: sums of g, x g and x^2 g of each row; x^3 g needs the column sums only.
        let mut column_sums = vec![0_u64; grey.width()];
        let (mut m00, mut m01, mut m02, mut m03) = (0.0, 0.0, 0.0, 0.0);
        let (mut m11, mut m12, mut m21) = (0.0, 0.0, 0.0);
        for (y, row) in grey.rows().enumerate() {
            let (mut of_0, mut of_1, mut of_2) = (0_u64, 0_u64, 0.0);
            for ((x, &value), column) in (0_u64..).zip(row).zip(&mut column_sums) {
                let first = x * u64::from(value);
                of_0 += u64::from(value);
                of_1 += first;
                of_2 += (x * first) as f64;
                *column += u64::from(value);
            }
            let y = y as f64;
            let (of_0, of_1) = (of_0 as f64, of_1 as f64);
            m00 += of_0;
            m01 += y * of_0;
            m02 += y * y * of_0;
            m03 += y * y * y * of_0;
            m11 += y * of_1;
            m12 += y * y * of_1;
            m21 += y * of_2;
        }
        let of_columns = |power| {
            column_sums
                .iter()
                .enumerate()
                .map(|(x, &sum)| (x as f64).powi(power) * sum as f64)
                .sum()
        };
        let (m10, m20, m30) = (of_columns(1), of_columns(2), of_columns(3));
        Self { m00, m10, m01, m20, m11, m02, m30, m21, m12, m03 }
    }

    fn centroid(&self) -> Option<(f64, f64)> {
        (self.m00 > 0.0).then(|| {
            let scale = 1.0 / self.m00;
            (self.m10 * scale, self.m01 * scale)
        })
    }

    /// Hu's seven invariants of the central moments, normalised for scale; all 0 for a black image.
    fn hu_invariants(&self) -> [f64; 7] {
        let Some((cx, cy)) = self.centroid() else { return [0.0; 7] };
        let mu20 = self.m20 - self.m10 * cx;
        let mu11 = self.m11 - self.m10 * cy;
        let mu02 = self.m02 - self.m01 * cy;
        let mu30 = self.m30 - cx * (3.0 * mu20 + cx * self.m10);
        let mu21 = self.m21 - cx * (2.0 * mu11 + cx * self.m01) - cy * mu20;
        let mu12 = self.m12 - cy * (2.0 * mu11 + cy * self.m10) - cx * mu02;
        let mu03 = self.m03 - cy * (3.0 * mu02 + cy * self.m01);

        let second = (1.0 / self.m00).powi(2);
        let third = second * (1.0 / self.m00).sqrt();
        let [n20, n11, n02] = [mu20, mu11, mu02].map(|mu| mu * second);
        let [n30, n21, n12, n03] = [mu30, mu21, mu12, mu03].map(|mu| mu * third);

        let difference = n20 - n02;
        let (a, b) = (n30 + n12, n21 + n03);
        let (c, d) = (n30 - 3.0 * n12, 3.0 * n21 - n03);
        let (a2, b2) = (a * a, b * b);
        let (a3, b3) = (a * (a2 - 3.0 * b2), b * (3.0 * a2 - b2));
        [
            n20 + n02,
            difference * difference + 4.0 * n11 * n11,
            c * c + d * d,
            a2 + b2,
            c * a3 + d * b3,
            difference * (a2 - b2) + 4.0 * n11 * a * b,
            d * a3 - c * b3,
        ]
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use fiber_image::Plane;

    use super::*;

    fn drop_at(x0: usize, y0: usize) -> Plane<u8> {
        Plane::from_fn(40, 30, |x, y| {
            let (x, y) = (x.wrapping_sub(x0), y.wrapping_sub(y0));
            if x < 12 && y < 9 { (10 * x + x * y) as u8 } else { 0 }
        })
        .expect("not empty")
    }

    #[test]
    fn invariants_stay_under_shift_and_quarter_turn() {
        let first = drop_at(3, 2);
        let shifted = drop_at(21, 14);
        let turned = Plane::from_fn(30, 40, |x, y| first[(y, 29 - x)]).expect("not empty");
        let expected = RawMoments::of(first.view()).hu_invariants();
        for image in [shifted, turned] {
            let invariants = RawMoments::of(image.view()).hu_invariants();
            for (invariant, expected) in invariants.into_iter().zip(expected) {
                assert_relative_eq!(invariant, expected, max_relative = 1e-9, epsilon = 1e-18);
            }
        }
    }

    #[test]
    fn a_black_image_has_its_centroid_nowhere() {
        let black = Plane::filled(3, 2, 0_u8).expect("not empty");
        let moments = RawMoments::of(black.view());
        assert_eq!((moments.centroid(), moments.hu_invariants()), (None, [0.0; 7]));
    }
}
