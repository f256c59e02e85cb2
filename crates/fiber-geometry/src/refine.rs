//! Sub-pixel refinement of an elliptic edge at native resolution.

use crate::Ellipse;
use crate::ellipse_fit::{EllipseFit, Shape, change, fit_ellipse};
use crate::patch::Patch;
use crate::rays::parabola_peak;

const RAYS: usize = 720;
/// Rays while the ellipse still moves.
const FEW_RAYS: usize = 240;
/// Samples a pixel along each ray.
const OVERSAMPLING: usize = 2;
/// Search range about the start, as a share of the radius and at least this many pixels.
const SEARCH_SHARE: f64 = 0.035;
const SEARCH_PX: f64 = 4.0;
/// Most times that edges are sought and fitted; a start just inside the search range needs several.
const ROUNDS: usize = 8;
/// A sum of the changes of centre and axes below this many pixels ends the search.
const SETTLED_PX: f64 = 0.05;

/// A refined edge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefinedEdge {
    pub(crate) fit: EllipseFit,
    /// Share of all rays whose edge lies on the fitted ellipse.
    pub(crate) coverage: f64,
    /// Slope on the fitted ellipse, mean over all rays; rays whose edge lies elsewhere count as 0.
    pub(crate) strength: f64,
}

/// Moves `start` onto the steepest brightness step of the given direction.
///
/// `None` where too few rays show one.
pub(crate) fn refine(
    patch: &Patch,
    start: Ellipse,
    outward_brighter: bool,
    free_shape: bool,
) -> Option<RefinedEdge> {
    let sign = if outward_brighter { 1.0 } else { -1.0 };
    let mut ellipse = start;
    let mut rays = FEW_RAYS;
    let mut refined = None;
    for _ in 0..ROUNDS {
        let points = edge_points(patch, &ellipse, sign, rays);
        let shape =
            if free_shape && points.len() > rays / 2 { Shape::AxisAligned } else { Shape::Fixed };
        let positions: Vec<(f64, f64)> = points.iter().map(|p| (p.x, p.y)).collect();
        let fit = fit_ellipse(&positions, ellipse, shape)?;
        let settled = change(&ellipse, &fit.ellipse) < SETTLED_PX;
        ellipse = fit.ellipse;
        let slopes = points.iter().filter(|p| fit.holds(p.x, p.y)).map(|p| f64::from(p.slope));
        refined = Some(RefinedEdge {
            fit,
            coverage: fit.inliers as f64 / rays as f64,
            strength: slopes.sum::<f64>() / rays as f64,
        });
        match (settled, rays) {
            (true, RAYS) => break,
            (true, _) => rays = RAYS,
            (false, _) => {}
        }
    }
    refined
}

/// The steepest step of a ray.
struct EdgePoint {
    x: f64,
    y: f64,
    /// Grey levels a pixel in the direction sought.
    slope: f32,
}

fn edge_points(patch: &Patch, ellipse: &Ellipse, sign: f32, rays: usize) -> Vec<EdgePoint> {
    let radius = ellipse.mean_radius_px();
    let range = (SEARCH_SHARE * radius).max(SEARCH_PX);
    let count = (2.0 * range * OVERSAMPLING as f64).ceil() as usize + 1;
    let spacing = 1.0 / OVERSAMPLING as f64;
    let mut points = Vec::with_capacity(rays);
    let mut samples = Vec::with_capacity(count);
    let multiple = |i: f64| (radius - range + i * spacing) / radius;
    let multiples: Vec<f64> = (0..count).map(|i| multiple(i as f64)).collect();
    for spoke in ellipse.spokes(rays) {
        patch.sample_spoke(&spoke, &multiples, &mut samples);
        if samples.len() < count {
            continue;
        }
        let steps: Vec<f32> = samples.windows(3).map(|w| sign * (w[2] - w[0])).collect();
        let (top, &height) = steps
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))
            .expect("the range spans several samples");
        if height > 0.0 && top > 0 && top + 1 < steps.len() {
            let peak = parabola_peak(steps[top - 1], height, steps[top + 1]);
            let (x, y) = spoke.at(multiple(top as f64 + 1.0 + peak));
            points.push(EdgePoint { x, y, slope: height / (2.0 * spacing) as f32 });
        }
    }
    points
}
