//! Colours and colour scales.

use fiber_defects::DefectType;

use crate::Tone;

/// Red, green, blue.
pub(crate) type Colour = [u8; 3];

pub(crate) const PAPER: Colour = [255, 255, 255];
pub(crate) const INK: Colour = [28, 32, 40];
pub(crate) const FAINT_INK: Colour = [104, 110, 122];
pub(crate) const LINE: Colour = [200, 204, 212];
pub(crate) const SHADE: Colour = [242, 244, 247];
pub(crate) const REGION: Colour = [30, 110, 255];
pub(crate) const CLADDING: Colour = [0, 205, 225];
pub(crate) const CORE: Colour = [255, 225, 60];
/// Where a map has no value.
const NOTHING: Colour = [128, 128, 128];

pub(crate) fn of_type(defect_type: DefectType) -> Colour {
    match defect_type {
        DefectType::Scratch => [255, 62, 62],
        DefectType::Dig => [255, 166, 0],
        DefectType::Contamination => [40, 205, 75],
        DefectType::Chip => [224, 80, 235],
        DefectType::Anomaly => [70, 150, 255],
    }
}

pub(crate) fn of_tone(tone: Tone) -> Colour {
    match tone {
        Tone::Good => [22, 132, 62],
        Tone::Doubtful => [196, 112, 0],
        Tone::Bad => [196, 30, 38],
        Tone::Open => [92, 98, 110],
    }
}

/// A mixture: all of `below` at 0, all of `above` at 1.
pub(crate) fn mix(below: Colour, above: Colour, share: f32) -> Colour {
    std::array::from_fn(|i| {
        let (below, above) = (f32::from(below[i]), f32::from(above[i]));
        (below + (above - below) * share + 0.5) as u8
    })
}

/// A scale of colours from 0 to 1, given by equally spaced ones of rising lightness.
#[derive(Clone, Copy)]
pub(crate) struct ColourScale(&'static [Colour]);

/// From dark blue to yellow: for similarities.
pub(crate) const COOL: ColourScale = ColourScale(&[
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
]);

/// From black over red to pale yellow: for abnormality.
pub(crate) const HEAT: ColourScale = ColourScale(&[
    [0, 0, 4],
    [31, 12, 72],
    [85, 15, 109],
    [136, 34, 106],
    [186, 54, 85],
    [227, 89, 51],
    [249, 140, 10],
    [249, 201, 50],
    [252, 255, 164],
]);

impl ColourScale {
    /// The colour at a position; the ends go on beyond 0 and 1.
    pub(crate) fn at(self, position: f32) -> Colour {
        if position.is_nan() {
            return NOTHING;
        }
        let last = self.0.len() - 1;
        let place = position.clamp(0.0, 1.0) * last as f32;
        let below = (place as usize).min(last);
        mix(self.0[below], self.0[(below + 1).min(last)], place - below as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_start_and_end_with_their_colours_and_rise_in_lightness() {
        for scale in [COOL, HEAT] {
            assert_eq!(scale.at(-1.0), scale.0[0]);
            assert_eq!(scale.at(2.0), *scale.0.last().unwrap());
            assert_eq!(scale.at(f32::NAN), NOTHING);
            let lightness = |position: f32| {
                let [r, g, b] = scale.at(position).map(f32::from);
                0.299 * r + 0.587 * g + 0.114 * b
            };
            let steps: Vec<_> = (0..=64).map(|i| lightness(i as f32 / 64.0)).collect();
            assert!(steps.windows(2).all(|pair| pair[1] >= pair[0] - 0.5), "{steps:?}");
        }
    }
}
