use crate::{DecodeError, Format, Plane};

const RED: u64 = 9798;
const GREEN: u64 = 19235;
const BLUE: u64 = 3735;

/// The 8-bit luma of an 8-bit colour: `(9798 R + 19235 G + 3735 B + 16384) >> 15`.
///
/// These are the weights of ITU-R BT.601 in units of 1/32768; a grey keeps its value.
///
/// ```
/// use fiber_image::luma;
///
/// assert_eq!(luma([255, 0, 0]), 76);
/// assert_eq!(luma([90, 90, 90]), 90);
/// ```
#[must_use]
pub fn luma(rgb: [u8; 3]) -> u8 {
    rescaled::<255>(weighted(rgb))
}

/// Luma in units of 1/32768 of a sample step.
fn weighted<T: Into<u64>>([red, green, blue]: [T; 3]) -> u64 {
    RED * red.into() + GREEN * green.into() + BLUE * blue.into()
}

/// Takes weighted luma of samples `0..=MAX` to `0..=255`, rounded to nearest, halves up.
///
/// One rounding for weights and depth together: with `MAX` = 255 it is the formula of [`luma`], for
/// grey 16-bit samples it is `round(v / 257)`.
fn rescaled<const MAX: u64>(weighted: u64) -> u8 {
    ((255 * weighted + (MAX << 14)) / (MAX << 15)) as u8
}

/// Samples of a decoded image, interleaved, channels in the order grey, alpha or R, G, B, alpha.
pub(crate) enum Samples {
    Eight(Vec<u8>),
    Sixteen(Vec<u16>),
}

impl Samples {
    /// The luma plane; alpha is dropped.
    pub(crate) fn into_luma(
        self,
        format: Format,
        width: usize,
        height: usize,
        channels: usize,
    ) -> Result<Plane<u8>, DecodeError> {
        let pixels = match self {
            Self::Eight(samples) if channels == 1 => samples,
            Self::Eight(samples) => pixels::<u8, 255>(&samples, channels),
            Self::Sixteen(samples) => pixels::<u16, 65535>(&samples, channels),
        };
        Plane::new(width, height, pixels).map_err(|error| DecodeError::corrupt(format, error))
    }
}

fn pixels<T: Copy + Into<u64>, const MAX: u64>(samples: &[T], channels: usize) -> Vec<u8> {
    let pixels = samples.chunks_exact(channels);
    if channels < 3 {
        pixels.map(|pixel| rescaled::<MAX>(pixel[0].into() << 15)).collect()
    } else {
        pixels.map(|pixel| rescaled::<MAX>(weighted([pixel[0], pixel[1], pixel[2]]))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bit_luma_is_the_integer_formula() {
        for red in (0..=255_u32).step_by(5) {
            for green in (0..=255_u32).step_by(3) {
                for blue in 0..=255_u32 {
                    let formula = (9798 * red + 19235 * green + 3735 * blue + 16384) >> 15;
                    let rgb = [red as u8, green as u8, blue as u8];
                    assert_eq!(u32::from(luma(rgb)), formula, "{rgb:?}");
                }
            }
        }
    }

    #[test]
    fn sixteen_bits_round_once_to_the_nearest() {
        let all: Vec<u16> = (0..=u16::MAX).collect();
        for (value, &pixel) in pixels::<u16, 65535>(&all, 1).iter().enumerate() {
            assert_eq!(f64::from(pixel), (value as f64 / 257.0).round(), "{value}");
        }
        // Samples that are 8-bit ones times 257 give exactly the 8-bit luma.
        for rgb in [[1, 2, 3], [250, 7, 99], [255, 255, 254], [0, 128, 255]] {
            let wide = rgb.map(|sample: u8| u16::from(sample) * 257);
            assert_eq!(pixels::<u16, 65535>(&wide, 3), [luma(rgb)]);
        }
    }

    #[test]
    fn alpha_is_dropped() {
        assert_eq!(pixels::<u8, 255>(&[7, 0, 9, 255], 2), [7, 9]);
        assert_eq!(pixels::<u8, 255>(&[255, 0, 0, 3], 4), [76]);
    }
}
