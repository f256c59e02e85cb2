//! Edges along rays from a centre, in a frame in which the sought circles are circles.

use fiber_filters::sample_bilinear;
use fiber_image::PlaneView;
use fiber_stats::{MAD_TO_STD, median};

use crate::Ellipse;
use crate::ellipse::Spoke;

/// Half-width in pixels of the two means whose difference is the radial step.
const REACH: usize = 3;
/// A step must stand out of the radial steps of the whole image by this many robust deviations ...
const NOISE_FACTOR: f32 = 5.0;
/// ... and by this many grey levels, below which quantisation alone makes edges.
const LEAST_STEP: f32 = 1.0;

/// A local extremum of the brightness step along a ray.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RadialEdge {
    pub(crate) ray: usize,
    /// Distance from the centre in the frame, in pixels of its mean scale.
    pub(crate) radius: f64,
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// Outer minus inner brightness.
    pub(crate) step: f32,
}

/// The edges on all rays of a star.
#[derive(Debug)]
pub(crate) struct Star {
    pub(crate) edges: Vec<RadialEdge>,
    /// Per ray, how far it stays inside the image.
    pub(crate) reach: Vec<f64>,
}

/// A frame for [`star`] with the shape of `ellipse`, in which radii are in pixels of the mean radius.
pub(crate) fn unit_frame(ellipse: &Ellipse) -> Ellipse {
    ellipse.scaled(1.0 / ellipse.mean_radius_px())
}

/// Samples `rays` rays from the centre of `frame` (of mean radius 1) and finds the edges on them.
pub(crate) fn star(image: PlaneView<'_, f32>, frame: &Ellipse, rays: usize) -> Star {
    let mut reach = Vec::with_capacity(rays);
    let mut steps: Vec<Vec<f32>> = Vec::with_capacity(rays);
    let mut samples = Vec::new();
    let spokes: Vec<Spoke> = frame.spokes(rays).collect();
    for spoke in &spokes {
        samples.clear();
        for radius in 0.. {
            let (x, y) = spoke.at(f64::from(radius));
            match sample_bilinear(image, x as f32, y as f32) {
                Some(value) => samples.push(value),
                None => break,
            }
        }
        reach.push(samples.len() as f64 - 1.0);
        steps.push(radial_steps(&samples, REACH));
    }
    let threshold = (NOISE_FACTOR * deviation(&steps) as f32).max(LEAST_STEP);
    let edges = spokes
        .into_iter()
        .zip(&steps)
        .enumerate()
        .flat_map(|(ray, (spoke, steps))| ray_edges(ray, spoke, steps, threshold))
        .collect();
    Star { edges, reach }
}

/// Difference of the means of the `reach` samples beyond and before each position; entry `i` belongs to
/// sample `i + reach`.
pub(crate) fn radial_steps(samples: &[f32], reach: usize) -> Vec<f32> {
    let count = samples.len().saturating_sub(2 * reach);
    // One sample of all windows after the other, so that the compiler makes vectors of it.
    let sums = |first: usize| {
        let mut sums = vec![0.0_f32; count];
        for offset in first..first + reach {
            for (sum, &sample) in sums.iter_mut().zip(&samples[offset.min(samples.len())..]) {
                *sum += sample;
            }
        }
        sums
    };
    let (inner, mut steps) = (sums(0), sums(reach + 1));
    for (outer, inner) in steps.iter_mut().zip(inner) {
        *outer = (*outer - inner) / reach as f32;
    }
    steps
}

fn ray_edges(
    ray: usize,
    spoke: Spoke,
    steps: &[f32],
    threshold: f32,
) -> impl Iterator<Item = RadialEdge> {
    (1..steps.len().saturating_sub(1)).filter_map(move |i| {
        let sign = steps[i].signum();
        let (before, at, after) = (sign * steps[i - 1], sign * steps[i], sign * steps[i + 1]);
        (at >= threshold && at > before && at >= after).then(|| {
            let radius = (i + REACH) as f64 + parabola_peak(before, at, after);
            let (x, y) = spoke.at(radius);
            RadialEdge { ray, radius, x, y, step: steps[i] }
        })
    })
}

/// Offset in (-0.5, 0.5] of the top of the parabola through three equidistant values, the middle one
/// largest.
pub(crate) fn parabola_peak(before: f32, at: f32, after: f32) -> f64 {
    let curvature = f64::from(before) - 2.0 * f64::from(at) + f64::from(after);
    if curvature >= 0.0 { 0.0 } else { 0.5 * (f64::from(before) - f64::from(after)) / curvature }
}

/// Normal-consistent median magnitude; 0 without steps.
fn deviation(steps: &[Vec<f32>]) -> f64 {
    let magnitudes: Vec<f32> = steps.iter().flatten().map(|s| s.abs()).collect();
    MAD_TO_STD * median(&magnitudes).unwrap_or(0.0)
}
