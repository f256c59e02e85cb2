//! Which marks are sure, large and strong enough to be reported.

use fiber_anomaly::SelfReference;

use crate::describe::Signal;
use crate::follow::Flaw;
use crate::merge::Group;
use crate::scratches;
use crate::stroke::Extent;
use crate::{Defect, DefectType, DetectOptions, Polarity};

/// What has fewer pixels has no form that could be measured.
const LEAST_PIXELS: usize = 4;

/// On frames darker than this many grey levels fainter marks are seen: the eye, and who shows a dark picture,
/// judge by shares (Weber's law).
const FULL_CONTRAST_FROM: f64 = 128.0;
/// Fainter than this they are not told from the contours that whole grey levels make.
const LEVEL: f64 = 1.0;

/// Whether a mark is sure, large and strong enough to be reported.
pub(crate) fn shows(
    defect: &Defect,
    Flaw { group, stroke }: &Flaw,
    reference: &SelfReference,
    options: &DetectOptions,
) -> bool {
    let bound_by_area = defect.defect_type != DefectType::Scratch;
    // The two sides of a spot in light from the side cancel; those of a line do not belong together.
    let has_two_sides = defect.polarity == Polarity::Mixed && !only_a_line(group);
    let contrast = if has_two_sides {
        Signal::of(group, reference).rms_contrast
    } else {
        // Over the pixels of a faint stroke that came out too wide the mean is too low.
        stroke.map_or(defect.contrast, |stroke| stroke.contrast).abs()
    };
    (!only_a_line(group) || is_a_line(defect, *stroke))
        && defect.confidence >= options.min_confidence
        && (!bound_by_area || group.halo.max(defect.area_px) >= options.min_area_px)
        && defect.area_px >= LEAST_PIXELS
        && contrast >= least_contrast(options.min_contrast, reference.brightness)
}

/// The least contrast on a frame of this median brightness, where it is `full` on a bright one.
fn least_contrast(full: f64, brightness: f64) -> f64 {
    full.min((full * brightness / FULL_CONTRAST_FROM).max(LEVEL))
}

/// Whether nothing of a mark stands out but its sum along a line.
pub(crate) fn only_a_line(group: &Group) -> bool {
    group.algorithms.iter().all(|&algorithm| algorithm == scratches::ALGORITHM)
}

/// Whether what only a sum along a line has shown came out as a line of its own.
fn is_a_line(defect: &Defect, stroke: Option<Extent>) -> bool {
    stroke.is_some()
        && defect.length_px >= scratches::LEAST_LENGTH
        && defect.defect_type != DefectType::Chip
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_contrast_is_a_share_of_dark_frames_down_to_a_level() {
        assert_eq!(least_contrast(1.5, 200.0), 1.5);
        assert_eq!(least_contrast(1.5, 128.0), 1.5);
        assert_eq!(least_contrast(1.5, 96.0), 1.125);
        assert_eq!(least_contrast(1.5, 37.0), 1.0);
        // What is asked for is never exceeded.
        assert_eq!(least_contrast(0.5, 37.0), 0.5);
        assert_eq!(least_contrast(0.5, 200.0), 0.5);
    }
}
