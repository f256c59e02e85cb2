use crate::DefectType;

/// What decides the type of a defect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traits {
    pub(crate) length_px: f64,
    /// Mean width.
    pub(crate) width_px: f64,
    /// Extent across the main direction, bends included.
    pub(crate) breadth_px: f64,
    pub(crate) diameter_px: f64,
    pub(crate) area_px: f64,
    /// Share of its pixels on the rim of the cladding.
    pub(crate) rim_share: f64,
    pub(crate) only_anomaly: bool,
}

/// A scratch is at least this long in pixels.
const LEAST_SCRATCH_PX: f64 = 12.0;
/// A curved scratch bends aside by at most this share of its length.
const LARGEST_BEND: f64 = 0.4;
/// Marks with this share of their pixels on the rim have broken it.
const CHIP_SHARE: f64 = 0.3;
/// Digs are no larger than this in pixels. On pictures of two instruments, of 0.43 and 0.6 um a pixel, the eye's
/// border between pits and what lies on the face is at the same number of pixels and not of micrometres: it
/// judges by the texture that it can still make out.
const LARGEST_DIG_PX: f64 = 12.5;
/// A dig fills this share of the circle around it; what is more ragged lies on the face.
const LEAST_DIG_FILL: f64 = 0.35;

/// Type by shape, place and contrast.
pub(crate) fn classify(traits: &Traits, scratch_ratio: f64, max_dig_area_px: usize) -> DefectType {
    if traits.only_anomaly {
        return DefectType::Anomaly;
    }
    let ratio = traits.length_px / traits.width_px.max(1.0);
    if traits.rim_share >= CHIP_SHARE {
        return DefectType::Chip;
    }
    let slender = traits.breadth_px <= LARGEST_BEND * traits.length_px;
    if ratio >= scratch_ratio && slender && traits.length_px >= LEAST_SCRATCH_PX {
        return DefectType::Scratch;
    }
    let circle = std::f64::consts::FRAC_PI_4 * traits.diameter_px * traits.diameter_px;
    let small = traits.diameter_px <= LARGEST_DIG_PX;
    let filled = traits.area_px >= LEAST_DIG_FILL * circle;
    if small && filled && traits.area_px <= max_dig_area_px as f64 {
        DefectType::Dig
    } else {
        DefectType::Contamination
    }
}

/// A mark that bends aside within this factor of [`LARGEST_BEND`] may be a scratch or not: the bend falls with the square
/// of the length, and where a bent mark is faint towards its ends its length depends on the noise there ...
const BEND_BAND: f64 = 1.5;
/// ... and its length over its width is as uncertain as its length.
const RATIO_BAND: f64 = 1.25;

/// The type on the other side of the border between scratches, which are judged by their width, and marks that are
/// judged by their diameter; `None` away from that border.
pub(crate) fn other_type(
    traits: &Traits,
    scratch_ratio: f64,
    max_dig_area_px: usize,
) -> Option<DefectType> {
    let scratch = |kind: DefectType| kind == DefectType::Scratch;
    let own = scratch(classify(traits, scratch_ratio, max_dig_area_px));
    let bent = [BEND_BAND, 1.0, 1.0 / BEND_BAND];
    let ratio = [RATIO_BAND, 1.0, 1.0 / RATIO_BAND];
    bent.into_iter()
        .flat_map(|bent| ratio.map(|ratio| (bent, ratio)))
        .map(|(bent, ratio)| {
            let traits = Traits { breadth_px: bent * traits.breadth_px, ..*traits };
            classify(&traits, ratio * scratch_ratio, max_dig_area_px)
        })
        .find(|&kind| scratch(kind) != own)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A round mark of 5 pixels on a quiet place.
    fn pit() -> Traits {
        Traits {
            length_px: 5.0,
            width_px: 4.0,
            breadth_px: 5.0,
            diameter_px: 5.0,
            area_px: 20.0,
            rim_share: 0.0,
            only_anomaly: false,
        }
    }

    fn kind(traits: &Traits) -> DefectType {
        classify(traits, 4.0, 5000)
    }

    #[test]
    fn small_filled_marks_are_digs_and_no_others() {
        assert_eq!(kind(&pit()), DefectType::Dig);
        for other in [
            Traits { area_px: 6.0, ..pit() },
            Traits { diameter_px: 13.0, area_px: 130.0, ..pit() },
        ] {
            assert_eq!(kind(&other), DefectType::Contamination, "{other:?}");
        }
        assert_eq!(classify(&pit(), 4.0, 19), DefectType::Contamination);
    }

    #[test]
    fn scratches_are_long_slender_and_longer_than_specks() {
        let line = Traits { length_px: 40.0, width_px: 3.0, breadth_px: 6.0, ..pit() };
        assert_eq!(kind(&line), DefectType::Scratch);
        assert_ne!(classify(&line, 14.0, 5000), DefectType::Scratch);
        assert_ne!(kind(&Traits { breadth_px: 20.0, ..line }), DefectType::Scratch);
        assert_ne!(kind(&Traits { length_px: 11.0, width_px: 1.0, ..line }), DefectType::Scratch);
    }

    #[test]
    fn near_the_border_of_scratches_a_mark_may_be_either() {
        let line = Traits { length_px: 40.0, width_px: 3.0, breadth_px: 6.0, ..pit() };
        let other = |traits: &Traits| other_type(traits, 4.0, 5000);
        assert_eq!(other(&line), None);
        let bent = Traits { breadth_px: 12.0, diameter_px: 40.0, ..line };
        assert_eq!(
            (kind(&bent), other(&bent)),
            (DefectType::Scratch, Some(DefectType::Contamination))
        );
        let more = Traits { breadth_px: 20.0, ..bent };
        assert_eq!(
            (kind(&more), other(&more)),
            (DefectType::Contamination, Some(DefectType::Scratch))
        );
        let bow = Traits { breadth_px: 30.0, ..bent };
        assert_eq!(other(&bow), None);
        let stout = Traits { width_px: 11.0, breadth_px: 11.0, diameter_px: 40.0, ..line };
        assert_eq!(
            (kind(&stout), other(&stout)),
            (DefectType::Contamination, Some(DefectType::Scratch))
        );
        assert_eq!(other(&pit()), None);
        assert_eq!(other(&Traits { rim_share: 0.5, ..bent }), None);
    }

    #[test]
    fn the_rim_makes_chips_and_the_learned_map_alone_anomalies() {
        assert_eq!(kind(&Traits { rim_share: 0.3, ..pit() }), DefectType::Chip);
        assert_eq!(kind(&Traits { rim_share: 0.29, ..pit() }), DefectType::Dig);
        let unknown = Traits { only_anomaly: true, rim_share: 1.0, ..pit() };
        assert_eq!(kind(&unknown), DefectType::Anomaly);
    }
}
