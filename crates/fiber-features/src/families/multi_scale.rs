use fiber_filters::{pyramid_expand, pyramid_reduce, reflect_101};
use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::named::NamedValues;
use crate::prepared::Prepared;
use crate::shifted_sums::ShiftedSums;
use crate::sums::sum_of;

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

    let coarse = put_level(values, 1, image.grey.view());
    let arch = pulp::Arch::new();
    let laplacian = arch.dispatch(SumLaplacian(coarse.view()));
    values.put("laplacian_l1_energy", laplacian.energy);
    values.put("laplacian_l1_mean", laplacian.absolute / coarse.pixels().len() as f64);
    let coarser = put_level(values, 2, coarse.view());
    put_level(values, 3, coarser.view());
}

/// Measures and returns the level above `fine`.
fn put_level<T: Copy + Into<f64>>(
    values: &mut NamedValues,
    level: u32,
    fine: PlaneView<'_, T>,
) -> Plane<f64> {
    let coarse = pyramid_reduce(fine);
    let expanded = pyramid_expand(coarse.view(), fine.width(), fine.height())
        .expect("the coarse level is half of the fine one");
    let arch = pulp::Arch::new();
    let moments = arch.dispatch(SumRows(coarse.view()));
    let detail = arch.dispatch(SumDetail { fine, expanded: expanded.view() });
    values.put_all(
        &format!("pyramid_l{level}_"),
        [
            ("mean", moments.shifted.mean()),
            ("std", moments.shifted.standard_deviation()),
            ("energy", moments.energy),
        ],
    );
    values.put_all(
        &format!("pyramid_detail_l{level}_"),
        [
            ("energy", detail.energy),
            ("mean", detail.absolute / expanded.pixels().len() as f64),
            ("std", detail.shifted.standard_deviation()),
        ],
    );
    coarse
}

/// Sums over the pixels of a plane, row by row.
#[derive(Default)]
struct Moments {
    shifted: ShiftedSums,
    absolute: f64,
    energy: f64,
}

impl Moments {
    #[inline(always)]
    fn add(&mut self, row: &[f64]) {
        self.shifted.add(row);
        self.absolute += sum_of(row, f64::abs);
        self.energy += sum_of(row, |value| value * value);
    }
}

struct SumRows<'a>(PlaneView<'a, f64>);

impl NullaryFnOnce for SumRows<'_> {
    type Output = Moments;

    #[inline(always)]
    fn call(self) -> Moments {
        let mut moments = Moments::default();
        self.0.rows().for_each(|row| moments.add(row));
        moments
    }
}

/// Sums over the fine level minus what can be had back from the coarse one.
struct SumDetail<'a, T> {
    fine: PlaneView<'a, T>,
    expanded: PlaneView<'a, f64>,
}

impl<T: Copy + Into<f64>> NullaryFnOnce for SumDetail<'_, T> {
    type Output = Moments;

    #[inline(always)]
    fn call(self) -> Moments {
        let mut moments = Moments::default();
        let mut detail = vec![0.0; self.fine.width()];
        for (fine, expanded) in self.fine.rows().zip(self.expanded.rows()) {
            for ((detail, &fine), &expanded) in detail.iter_mut().zip(fine).zip(expanded) {
                *detail = fine.into() - expanded;
            }
            moments.add(&detail);
        }
        moments
    }
}

/// Sums over the 4-neighbour Laplacian; border: reflect-101.
struct SumLaplacian<'a>(PlaneView<'a, f64>);

impl NullaryFnOnce for SumLaplacian<'_> {
    type Output = Moments;

    #[inline(always)]
    fn call(self) -> Moments {
        let plane = self.0;
        let (width, height) = plane.dimensions();
        let mut moments = Moments::default();
        // A row between its neighbours on either side.
        let mut framed = vec![0.0; width + 2];
        let mut laplacian = vec![0.0; width];
        for y in 0..height {
            let here = plane.row(y);
            let above = plane.row(reflect_101(y as isize - 1, height));
            let below = plane.row(reflect_101(y as isize + 1, height));
            framed[0] = here[reflect_101(-1, width)];
            framed[1..=width].copy_from_slice(here);
            framed[width + 1] = here[reflect_101(width as isize, width)];
            let (left, right) = (&framed[..width], &framed[2..][..width]);
            let (above, here, below) = (&above[..width], &here[..width], &below[..width]);
            let out = &mut laplacian[..width];
            for x in 0..width {
                out[x] = (above[x] + below[x]) + (left[x] + right[x]) - 4.0 * here[x];
            }
            moments.add(out);
        }
        moments
    }
}
