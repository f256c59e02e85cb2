use fiber_image::PlaneView;
use pulp::NullaryFnOnce;

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
        pulp::Arch::new().dispatch(SumMoments(grey))
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

/// Sums of g, x g and x^2 g of a row.
#[derive(Default)]
struct RowSums([f64; 3]);

impl RowSums {
    #[inline(always)]
    fn of(row: &[u8]) -> Self {
        /// So many pixels' sums fit in 32 bits, counted from the block's own start.
        const BLOCK: usize = 256;
        let mut sums = Self::default();
        for (start, block) in (0..).step_by(BLOCK).zip(row.chunks(BLOCK)) {
            let mut of = [0_u32; 3];
            for (x, &value) in (0_u32..).zip(block) {
                let value = u32::from(value);
                of[0] += value;
                of[1] += x * value;
                of[2] += x * x * value;
            }
            let [s0, s1, s2] = of.map(f64::from);
            let start = f64::from(start);
            sums.0[0] += s0;
            sums.0[1] += start * s0 + s1;
            sums.0[2] += start * start * s0 + 2.0 * start * s1 + s2;
        }
        sums
    }
}

struct SumMoments<'a>(PlaneView<'a, u8>);

impl NullaryFnOnce for SumMoments<'_> {
    type Output = RawMoments;

    #[inline(always)]
    fn call(self) -> RawMoments {
        let grey = self.0;
        // Over x first; x^3 g needs the column sums only.
        let mut column_sums = vec![0_u64; grey.width()];
        let (mut m00, mut m01, mut m02, mut m03) = (0.0, 0.0, 0.0, 0.0);
        let (mut m11, mut m12, mut m21) = (0.0, 0.0, 0.0);
        for (y, row) in grey.rows().enumerate() {
            let RowSums([of_0, of_1, of_2]) = RowSums::of(row);
            for (column, &value) in column_sums.iter_mut().zip(row) {
                *column += u64::from(value);
            }
            let y = y as f64;
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
        RawMoments { m00, m10, m01, m20, m11, m02, m30, m21, m12, m03 }
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
    fn moments_are_those_of_the_definition() {
        let wide = Plane::from_fn(700, 9, |x, y| (x * y + 3 * x) as u8).expect("not empty");
        let moment = |p: i32, q: i32| -> f64 {
            let row = |(y, row): (usize, &[u8])| -> f64 {
                let terms = row
                    .iter()
                    .enumerate()
                    .map(|(x, &value)| (x as f64).powi(p) * (y as f64).powi(q) * f64::from(value));
                terms.sum()
            };
            wide.rows().enumerate().map(row).sum()
        };
        let found = RawMoments::of(wide.view());
        let expected =
            [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3)];
        let found = [
            found.m00, found.m10, found.m01, found.m20, found.m11, found.m02, found.m30, found.m21,
            found.m12, found.m03,
        ];
        for (found, (p, q)) in found.into_iter().zip(expected) {
            assert_eq!(found, moment(p, q), "x^{p} y^{q}");
        }
    }

    #[test]
    fn a_black_image_has_its_centroid_nowhere() {
        let black = Plane::filled(3, 2, 0_u8).expect("not empty");
        let moments = RawMoments::of(black.view());
        assert_eq!((moments.centroid(), moments.hu_invariants()), (None, [0.0; 7]));
    }
}
