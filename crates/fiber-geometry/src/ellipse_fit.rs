//! Robust geometric fit of an ellipse to edge points.

use fiber_stats::{MAD_TO_STD, median_in_place};
use nalgebra::{SMatrix, SVector};

use crate::Ellipse;

/// Which parameters the fit may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Centre, width and height. A round cladding seen by rectangular pixels is an ellipse along the axes;
    /// a rotation would only let damage of the rim bend the fit.
    AxisAligned,
    /// Centre and size only: the axis ratio stays that of the start. For known pixels, and for short arcs,
    /// which do not determine an ellipse.
    Fixed,
}

/// A fitted ellipse and how well the points lie on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EllipseFit {
    pub(crate) ellipse: Ellipse,
    /// Root mean square radial distance of the inliers, in pixels.
    pub(crate) rms_px: f64,
    /// Points within a pixel of the ellipse, or within 1 % of its radius where that is more.
    pub(crate) inliers: usize,
}

impl EllipseFit {
    /// Whether a point counts as an inlier.
    pub(crate) fn holds(&self, x: f64, y: f64) -> bool {
        let radius = self.ellipse.mean_radius_px();
        let off = (self.ellipse.normalised_radius(x, y) - 1.0).abs() * radius;
        off <= (INLIER_SHARE * radius).max(INLIER_PX)
    }
}

/// By how much centre and axes of two ellipses along the axes differ, summed up, in pixels.
pub(crate) fn change(from: &Ellipse, to: &Ellipse) -> f64 {
    (to.cx - from.cx).abs()
        + (to.cy - from.cy).abs()
        + (to.width_px - from.width_px).abs()
        + (to.height_px - from.height_px).abs()
}

/// Residual scale below which the weights stop shrinking: edge positions are never known better.
const SCALE_FLOOR_PX: f64 = 0.15;
/// Tukey's biweight reaches zero at this many robust standard deviations (95 % efficiency on normal errors).
const TUKEY: f64 = 4.685;
const INLIER_PX: f64 = 1.0;
const INLIER_SHARE: f64 = 0.01;
const ITERATIONS: usize = 25;
/// In mean radii: a longer Gauss-Newton step leaves the region where the points are nearly on the curve.
const LONGEST_STEP: f64 = 0.2;
/// An axis that has grown or shrunk by this factor belongs to another ellipse than the start.
const LARGEST_CHANGE: f64 = 2.0;

/// Minimises Tukey's biweight of the radial distances by iteratively re-weighted Gauss-Newton steps.
///
/// The start's rotation is ignored: all ellipses here lie along the axes. `None` where the points do not
/// determine one, or one of another size than the start.
pub(crate) fn fit_ellipse(
    points: &[(f64, f64)],
    start: Ellipse,
    shape: Shape,
) -> Option<EllipseFit> {
    if points.len() < 8 {
        return None;
    }
    let unit = start.mean_radius_px();
    let mut form = Form::of(&start, unit);
    let points: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (x / unit, y / unit)).collect();
    let mut residuals = Vec::with_capacity(points.len());
    let mut magnitudes = Vec::with_capacity(points.len());
    for _ in 0..ITERATIONS {
        form.residuals(&points, unit, &mut residuals);
        let scale = robust_scale(&residuals, &mut magnitudes);
        let step = form.gauss_newton_step(&residuals, scale, shape)?;
        form.add(&step);
        if step.amax() < 1e-9 {
            break;
        }
    }
    form.residuals(&points, unit, &mut residuals);
    let scale = robust_scale(&residuals, &mut magnitudes);
    let distances = residuals.iter().map(|residual| residual.px);
    let weighted: Vec<f64> =
        distances.filter(|px| px.abs() < TUKEY * scale).map(|px| px * px).collect();
    let ellipse = form.ellipse(unit)?;
    let change = [ellipse.width_px / start.width_px, ellipse.height_px / start.height_px];
    if change.iter().any(|c| !(1.0 / LARGEST_CHANGE..=LARGEST_CHANGE).contains(c)) {
        return None;
    }
    let near = (INLIER_SHARE * ellipse.mean_radius_px()).max(INLIER_PX);
    let inliers = residuals.iter().filter(|residual| residual.px.abs() <= near).count();
    let rms_px = (weighted.iter().sum::<f64>() / weighted.len() as f64).sqrt();
    (weighted.len() >= 8).then_some(EllipseFit { ellipse, rms_px, inliers })
}

/// Centre and quadratic form `xx dx^2 + yy dy^2 = 1` in units of the start's mean radius.
struct Form {
    cx: f64,
    cy: f64,
    xx: f64,
    yy: f64,
}

/// A point as a form sees it.
struct Residual {
    /// From the form's centre.
    u: f64,
    v: f64,
    /// Square root of the quadratic form: 1 on the ellipse.
    radius: f64,
    /// Radial distance from the ellipse in pixels.
    px: f64,
}

impl Form {
    fn of(e: &Ellipse, unit: f64) -> Self {
        let inverse_square = |axis: f64| (2.0 * unit / axis).powi(2);
        Self {
            cx: e.cx / unit,
            cy: e.cy / unit,
            xx: inverse_square(e.width_px),
            yy: inverse_square(e.height_px),
        }
    }

    fn ellipse(&self, unit: f64) -> Option<Ellipse> {
        let valid = self.xx > 0.0 && self.yy > 0.0 && (self.cx + self.cy).is_finite();
        valid.then(|| Ellipse {
            cx: self.cx * unit,
            cy: self.cy * unit,
            width_px: 2.0 * unit / self.xx.sqrt(),
            height_px: 2.0 * unit / self.yy.sqrt(),
            angle_deg: 0.0,
        })
    }

    /// Replaces `residuals` by those of points in units of the start's mean radius, which is `unit` pixels.
    fn residuals(&self, points: &[(f64, f64)], unit: f64, residuals: &mut Vec<Residual>) {
        residuals.clear();
        residuals.extend(points.iter().map(|&(x, y)| {
            let (u, v) = (x - self.cx, y - self.cy);
            let radius = (self.xx * u * u + self.yy * v * v).max(1e-12).sqrt();
            // No overflow to be careful of, as `hypot` is.
            let distance = (u * u + v * v).sqrt();
            // Along the ray from the centre the curve is at 1 / radius of the point's own distance.
            Residual { u, v, radius, px: distance * (1.0 - 1.0 / radius) * unit }
        }));
    }

    fn gauss_newton_step(
        &self,
        residuals: &[Residual],
        scale: f64,
        shape: Shape,
    ) -> Option<SVector<f64, 4>> {
        let mut normal = SMatrix::<f64, 4, 4>::zeros();
        let mut right = SVector::<f64, 4>::zeros();
        for &Residual { u, v, radius, px } in residuals {
            let t = px / (TUKEY * scale);
            if t.abs() >= 1.0 {
                continue;
            }
            let weight = (1.0 - t * t).powi(2);
            let (by_xx, by_yy) = (0.5 * u * u / radius, 0.5 * v * v / radius);
            let (by_xx, by_yy) = match shape {
                Shape::AxisAligned => (by_xx, by_yy),
                // One unknown multiplies the whole form; the last stays 0.
                Shape::Fixed => (self.xx * by_xx + self.yy * by_yy, 0.0),
            };
            let row =
                SVector::<f64, 4>::new(-self.xx * u / radius, -self.yy * v / radius, by_xx, by_yy);
            normal += weight * row * row.transpose();
            right -= weight * (radius - 1.0) * row;
        }
        if shape == Shape::Fixed {
            normal[(3, 3)] = 1.0;
        }
        let mut step = normal.cholesky()?.solve(&right);
        if shape == Shape::Fixed {
            step[3] = step[2] * self.yy;
            step[2] *= self.xx;
        }
        let largest = step.amax();
        let share = if largest > LONGEST_STEP { LONGEST_STEP / largest } else { 1.0 };
        largest.is_finite().then(|| step * share)
    }

    fn add(&mut self, step: &SVector<f64, 4>) {
        self.cx += step[0];
        self.cy += step[1];
        self.xx += step[2];
        self.yy += step[3];
    }
}

/// Normal-consistent median magnitude of the radial distances in pixels.
fn robust_scale(residuals: &[Residual], magnitudes: &mut Vec<f64>) -> f64 {
    magnitudes.clear();
    magnitudes.extend(residuals.iter().map(|residual| residual.px.abs()));
    (MAD_TO_STD * median_in_place(magnitudes).unwrap_or(0.0)).max(SCALE_FLOOR_PX)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn points_on(e: &Ellipse, from: f64, to: f64, count: usize) -> Vec<(f64, f64)> {
        (0..count)
            .map(|i| {
                let t = from + (to - from) * i as f64 / count as f64;
                e.from_unit_disc(t.cos(), t.sin())
            })
            .collect()
    }

    fn assert_close(found: Ellipse, truth: Ellipse, tolerance: f64) {
        assert!((found.cx - truth.cx).abs() < tolerance, "{found:?}");
        assert!((found.cy - truth.cy).abs() < tolerance, "{found:?}");
        assert!((found.width_px - truth.width_px).abs() < tolerance, "{found:?}");
        assert!((found.height_px - truth.height_px).abs() < tolerance, "{found:?}");
    }

    const TRUTH: Ellipse =
        Ellipse { cx: 340.0, cy: 318.0, width_px: 206.0, height_px: 225.0, angle_deg: 0.0 };

    #[test]
    fn exact_points_give_the_exact_ellipse() {
        let start = Ellipse::circle(335.0, 322.0, 210.0);
        let fit = fit_ellipse(&points_on(&TRUTH, 0.0, TAU, 200), start, Shape::AxisAligned)
            .expect("a full ellipse");
        assert_close(fit.ellipse, TRUTH, 1e-6);
    }

    #[test]
    fn a_third_of_gross_outliers_does_not_move_it() {
        let mut points = points_on(&TRUTH, 0.0, TAU, 240);
        for point in points.iter_mut().skip(40).take(80) {
            point.0 += 9.0;
        }
        let start = Ellipse::circle(340.0, 318.0, 214.0);
        let fit = fit_ellipse(&points, start, Shape::AxisAligned).expect("a full ellipse");
        assert_close(fit.ellipse, TRUTH, 1e-3);
    }

    #[test]
    fn a_short_arc_keeps_the_given_shape() {
        let points = points_on(&TRUTH, 0.0, 2.0, 100);
        let start = Ellipse { cx: 345.0, cy: 315.0, ..TRUTH.scaled(1.04) };
        let fit = fit_ellipse(&points, start, Shape::Fixed).expect("an arc");
        assert_close(fit.ellipse, TRUTH, 1e-3);
    }

    #[test]
    fn too_few_points_are_no_ellipse() {
        assert!(fit_ellipse(&[(0.0, 0.0); 7], TRUTH, Shape::AxisAligned).is_none());
    }
}
