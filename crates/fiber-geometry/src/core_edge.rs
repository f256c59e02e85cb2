//! The edge of the core inside a located cladding.

use fiber_stats::{MAD_TO_STD, median_and_mad_in_place};

use crate::patch::Patch;
use crate::rays::push_radial_steps;
use crate::refine::refine;
use crate::{Core, Ellipse};

const ANGLES: usize = 256;
/// Range of core radii as shares of the cladding's: single-mode cores to those of large-core fibres,
/// clear of the rim's fringes.
const RANGE: (f64, f64) = (0.03, 0.88);
/// The median step must be this many times its own standard error.
const SIGNIFICANCE: f64 = 8.0;
/// And this many grey levels.
const LEAST_STEP: f64 = 0.8;
/// Share of the angles that must step the same way.
const LEAST_AGREEMENT: f64 = 0.8;

/// The core is the innermost circle whose step is at least this share of the largest: further out there
/// may be index trenches and deposit boundaries in the cladding, further in rings of the core's own light.
const LEAST_RELATIVE_STEP: f64 = 1.0 / 3.0;
/// Length of the two means whose difference is the step, as a share of the cladding's radius and in pixels at
/// least: bridges a core two per cent off the cladding's centre, the halo that sharpening draws along its
/// edge, and thin index rings, which leave no lasting step.
const REACH_SHARE: f64 = 0.03;
const REACH_PX: usize = 3;

/// The core, and how well a circle through the cladding's pixels describes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FoundCore {
    pub(crate) core: Core,
    /// Share of the rays whose edge lies on it.
    pub(crate) coverage: f64,
}

/// Finds the innermost circle inside the cladding on which the brightness steps clearly, all the way round.
pub(crate) fn find_core(patch: &Patch, cladding: &Ellipse, cladding_um: f64) -> Option<FoundCore> {
    let radius_px = cladding.mean_radius_px();
    let profile = median_steps(patch, cladding)?;
    let circles: Vec<&(f64, Step)> = profile
        .windows(3)
        .filter(|w| {
            let [before, at, after] = [0, 1, 2].map(|i| w[i].1.median.abs());
            at >= before && at > after
        })
        .map(|w| &w[1])
        .filter(|(radius, _)| (RANGE.0..=RANGE.1).contains(&(radius / radius_px)))
        .filter(|(_, step)| {
            step.median.abs() >= LEAST_STEP.max(SIGNIFICANCE * step.standard_error)
                && step.agreement >= LEAST_AGREEMENT
        })
        .collect();
    let largest = circles.iter().map(|(_, step)| step.median.abs()).fold(0.0, f64::max);
    let (at, step) =
        circles.into_iter().find(|(_, step)| step.median.abs() >= LEAST_RELATIVE_STEP * largest)?;
    let start = cladding.scaled(*at / radius_px);
    let edge = refine(patch, start, step.median > 0.0, false);
    let coverage = edge.map_or(0.0, |e| e.coverage);
    let found = edge.filter(|e| e.coverage > 0.5).map_or(start, |e| e.fit.ellipse);
    let diameter_um = cladding_um * found.mean_radius_px() / radius_px;
    Some(FoundCore { core: Core { cx: found.cx, cy: found.cy, diameter_um }, coverage })
}

struct Step {
    median: f64,
    standard_error: f64,
    agreement: f64,
}

/// Per radius in pixels, the median radial brightness step over the angles.
fn median_steps(patch: &Patch, cladding: &Ellipse) -> Option<Vec<(f64, Step)>> {
    let radius_px = cladding.mean_radius_px();
    let count = radius_px.floor() as usize;
    let reach = REACH_PX.max((REACH_SHARE * radius_px).round() as usize);
    let multiples: Vec<f64> = (0..count).map(|i| i as f64 / radius_px).collect();
    let length = count.saturating_sub(2 * reach);
    // Of all rays, one after the other.
    let mut steps = Vec::with_capacity(ANGLES * length);
    let mut samples = Vec::with_capacity(count);
    let mut rays = 0;
    for spoke in cladding.spokes(ANGLES) {
        patch.sample_spoke(&spoke, &multiples, &mut samples);
        if samples.len() == count {
            push_radial_steps(&samples, reach, &mut steps);
            rays += 1;
        }
    }
    if rays < ANGLES / 2 {
        return None;
    }
    let mut column = Vec::with_capacity(rays);
    Some(
        (0..length)
            .map(|i| {
                column.clear();
                column.extend(steps[i..].iter().step_by(length).map(|&step| f64::from(step)));
                ((i + reach) as f64, step_of(&mut column))
            })
            .collect(),
    )
}

fn step_of(values: &mut [f64]) -> Step {
    let count = values.len() as f64;
    let (outward, inward) = values
        .iter()
        .fold((0, 0), |(o, i), &v| (o + usize::from(v > 0.0), i + usize::from(v < 0.0)));
    let (median, mad) = median_and_mad_in_place(values).expect("samples of a finite image");
    let agreeing = if median > 0.0 { outward } else { inward };
    // The standard error of a median is 1.2533 times that of a mean.
    let standard_error = 1.2533 * MAD_TO_STD * mad / count.sqrt();
    Step { median, standard_error, agreement: agreeing as f64 / count }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawn_face::DrawnFace;

    fn core_of(face: &DrawnFace) -> Option<Core> {
        let image = face.draw();
        let patch = Patch::around(image.view(), &face.cladding, 1.2, 1.0).expect("in view");
        find_core(&patch, &face.cladding, 125.0).map(|found| found.core)
    }

    #[test]
    fn cores_of_all_sizes_are_measured_bright_and_dark() {
        for core in [0.12, 0.4, 0.5, 0.73] {
            for level in [40.0, 130.0, 240.0] {
                let levels = [190.0, 90.0, level];
                let face = DrawnFace { core, levels, noise: 2.0, ..DrawnFace::plain() };
                let found = core_of(&face).unwrap_or_else(|| panic!("{core} at {level}"));
                let off = (found.diameter_um - 125.0 * core).abs();
                assert!(off < 1.5, "{core} at {level}: {} um", found.diameter_um);
                let shift = (found.cx - face.cladding.cx).hypot(found.cy - face.cladding.cy);
                assert!(shift < 0.5, "{core} at {level}: {shift} px off");
            }
        }
    }

    #[test]
    fn a_core_that_does_not_show_is_not_made_up() {
        let face = DrawnFace { core: 0.0, noise: 3.0, ..DrawnFace::plain() };
        assert_eq!(core_of(&face), None);
    }
}
