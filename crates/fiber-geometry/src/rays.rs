//! Edges along rays from a centre, in a frame in which the sought circles are circles.

use fiber_stats::MAD_TO_STD;
use pulp::NullaryFnOnce;

use crate::Ellipse;
use crate::patch::Patch;
use crate::spoke::Spoke;

/// Half-width in pixels of the two means whose difference is the radial step.
const REACH: usize = 3;
/// A step must stand out of the radial steps of the whole image by this many robust deviations ...
const NOISE_FACTOR: f32 = 5.0;
/// ... and by this many grey levels, below which quantisation alone makes edges.
const LEAST_STEP: f32 = 1.0;

/// Semi-axis in pixels of a frame of mean radius 1 below which no camera's pixels make it.
const LEAST_AXIS: f64 = 1.0 / 16.0;

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
pub(crate) fn star(image: &Patch, frame: &Ellipse, rays: usize) -> Star {
    let least_axis = frame.width_px.min(frame.height_px) / 2.0;
    let longest = (image.diagonal() / least_axis.max(LEAST_AXIS)).ceil() as usize;
    let radii: Vec<f64> = (0..=longest).map(|radius| radius as f64).collect();
    let spokes: Vec<Spoke> = frame.spokes(rays).collect();
    let mut reach = Vec::with_capacity(rays);
    // Of all rays, and where those of each end.
    let (mut steps, mut ends) = (Vec::new(), Vec::with_capacity(rays));
    let mut samples = Vec::new();
    for spoke in &spokes {
        image.sample_spoke(spoke, &radii, &mut samples);
        reach.push(samples.len() as f64 - 1.0);
        push_radial_steps(&samples, REACH, &mut steps);
        ends.push(steps.len());
    }
    let threshold = (NOISE_FACTOR * deviation(&steps) as f32).max(LEAST_STEP);
    let mut edges = Vec::new();
    let mut first = 0;
    for (ray, (spoke, end)) in spokes.into_iter().zip(ends).enumerate() {
        edges.extend(ray_edges(ray, spoke, &steps[first..end], threshold));
        first = end;
    }
    Star { edges, reach }
}

/// Appends the differences of the means of the `reach` samples beyond and before each position; the first belongs
/// to sample `reach`.
pub(crate) fn push_radial_steps(samples: &[f32], reach: usize, steps: &mut Vec<f32>) {
    pulp::Arch::new().dispatch(PushSteps { samples, reach, steps });
}

struct PushSteps<'a> {
    samples: &'a [f32],
    reach: usize,
    steps: &'a mut Vec<f32>,
}

impl NullaryFnOnce for PushSteps<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { samples, reach, steps } = self;
        let count = samples.len().saturating_sub(2 * reach);
        let first = steps.len();
        steps.resize(first + count, 0.0);
        let (blocks, rest) = steps[first..].as_chunks_mut();
        let mut next = 0;
        for block in blocks {
            steps_of_block(&samples[next..], reach, block);
            next += BLOCK;
        }
        for (i, step) in rest.iter_mut().enumerate() {
            let [inner, outer] = [0, reach + 1].map(|offset| {
                samples[next + i + offset..][..reach].iter().fold(0.0, |sum, sample| sum + sample)
            });
            *step = (outer - inner) / reach as f32;
        }
    }
}

/// Steps that are worked out together, in registers.
const BLOCK: usize = 16;

#[inline(always)]
fn steps_of_block(samples: &[f32], reach: usize, steps: &mut [f32; BLOCK]) {
    let (mut inner, mut outer) = ([0.0; BLOCK], [0.0; BLOCK]);
    for offset in 0..reach {
        // One sample of all windows after the other.
        add(&mut inner, &samples[offset..]);
        add(&mut outer, &samples[offset + reach + 1..]);
    }
    for i in 0..BLOCK {
        steps[i] = (outer[i] - inner[i]) / reach as f32;
    }
}

#[inline(always)]
fn add(sums: &mut [f32; BLOCK], samples: &[f32]) {
    let samples: &[f32; BLOCK] = samples.first_chunk().expect("a whole block is left");
    for i in 0..BLOCK {
        sums[i] += samples[i];
    }
}

fn ray_edges(
    ray: usize,
    spoke: Spoke,
    steps: &[f32],
    threshold: f32,
) -> impl Iterator<Item = RadialEdge> + '_ {
    let last = steps.len().saturating_sub(1);
    let strong = move |step: &f32| step.abs() >= threshold;
    // Most blocks hold no strong step, which vectors see at once.
    let blocks = steps.chunks(BLOCK).enumerate();
    let blocks =
        blocks.filter(move |(_, block)| block.iter().fold(false, |any, s| any | strong(s)));
    let inner = move |(block, steps): (usize, &[f32])| {
        (block * BLOCK).max(1)..(block * BLOCK + steps.len()).min(last)
    };
    blocks.flat_map(inner).filter(move |&i| strong(&steps[i])).filter_map(move |i| {
        let sign = steps[i].signum();
        let (before, at, after) = (sign * steps[i - 1], sign * steps[i], sign * steps[i + 1]);
        (at > before && at >= after).then(|| {
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
fn deviation(steps: &[f32]) -> f64 {
    // Magnitudes are in the order of their bits, which are compared faster.
    let mut magnitudes: Vec<u32> = steps.iter().map(|step| step.abs().to_bits()).collect();
    let Some(middle) = magnitudes.len().checked_sub(1).map(|last| last / 2) else { return 0.0 };
    let even = magnitudes.len().is_multiple_of(2);
    let (_, &mut below, above) = magnitudes.select_nth_unstable(middle);
    let above = above.iter().copied().min().filter(|_| even).unwrap_or(below);
    let [below, above] = [below, above].map(|bits| f64::from(f32::from_bits(bits)));
    MAD_TO_STD * (below + above) / 2.0
}
