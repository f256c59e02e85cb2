use fiber_filters::Pixel;
use fiber_image::{Plane, PlaneView};
use serde::{Deserialize, Serialize};

use crate::{AnomalyError, NormalPlanes};

/// How far a pixel may differ from the archetype: the larger of two limits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Grey levels, above 0.
    pub absolute: f32,
    /// Multiple of the pixel's variation, at least 0.
    pub factor: f32,
}

impl Limit {
    fn require(self, absolute: &'static str, factor: &'static str) -> Result<(), AnomalyError> {
        for (parameter, value, holds, allowed) in [
            (absolute, self.absolute, self.absolute > 0.0, "finite and above 0"),
            (factor, self.factor, self.factor >= 0.0, "finite and at least 0"),
        ] {
            let holds = holds && value.is_finite();
            AnomalyError::require(holds, parameter, f64::from(value), allowed)?;
        }
        Ok(())
    }

    /// The limit in grey levels where good faces vary by `variation`.
    pub(crate) fn at(self, variation: f32) -> f32 {
        self.absolute.max(self.factor * variation)
    }
}

/// The limits of a variation model, for errors brighter and darker than the archetype.
///
/// The default for both is 10 grey levels, or 3 times the variation where that is more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariationLimits {
    /// For pixels brighter than the archetype.
    pub bright: Limit,
    /// For pixels darker than the archetype.
    pub dark: Limit,
}

impl Default for VariationLimits {
    fn default() -> Self {
        let limit = Limit { absolute: 10.0, factor: 3.0 };
        Self { bright: limit, dark: limit }
    }
}

impl VariationLimits {
    pub(crate) fn check(&self) -> Result<(), AnomalyError> {
        self.bright.require("bright.absolute", "bright.factor")?;
        self.dark.require("dark.absolute", "dark.factor")
    }

    /// A difference from the archetype in units of its limit: 1 at the bright one, -1 at the dark one.
    pub(crate) fn deviation(&self, difference: f32, variation: f32) -> f32 {
        let limit = if difference > 0.0 { self.bright } else { self.dark };
        difference / limit.at(variation)
    }
}

/// The difference of every pixel from the archetype in units of its limit: above 1 a bright error, below
/// -1 a dark one, 0 where `valid` is 0.
///
/// The variation model: limits are `max(absolute, factor * variation)`, bright and dark ones apart.
/// Steger, Ulrich and Wiedemann, Machine Vision Algorithms and Applications, section 3.4.1.4.
///
/// ```
/// use fiber_anomaly::{NormalPlanes, VariationLimits, variation_deviation};
/// use fiber_image::Plane;
///
/// let archetype = Plane::filled(3, 1, 100.0)?;
/// let variation = Plane::new(3, 1, vec![1.0, 1.0, 20.0])?;
/// let normal = NormalPlanes::new(archetype.view(), variation.view())?;
/// let face = Plane::new(3, 1, vec![125_u8, 80, 130])?;
/// let all = face.filled_like(255);
/// let limits = VariationLimits::default(); // 10 grey levels or 3 variations
/// let deviation = variation_deviation(face.view(), all.view(), normal, &limits)?;
/// assert_eq!(deviation.row(0), [2.5, -2.0, 0.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`AnomalyError::Size`] where the planes differ in size, [`AnomalyError::Parameter`] for limits outside
/// the range stated on each.
pub fn variation_deviation<P: Pixel>(
    face: PlaneView<'_, P>,
    valid: PlaneView<'_, u8>,
    normal: NormalPlanes<'_>,
    limits: &VariationLimits,
) -> Result<Plane<f32>, AnomalyError> {
    limits.check()?;
    normal.require_fit(face, valid)?;
    let mut deviation = face.filled_like(0.0_f32);
    for y in 0..face.height() {
        let (face, valid) = (face.row(y), valid.row(y));
        let (archetype, variation) = (normal.archetype().row(y), normal.variation().row(y));
        for (x, deviation) in deviation.row_mut(y).iter_mut().enumerate() {
            if valid[x] != 0 {
                let difference = Into::<f32>::into(face[x]) - archetype[x];
                *deviation = limits.deviation(difference, variation[x]);
            }
        }
    }
    Ok(deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(value: f32) -> Plane<f32> {
        Plane::filled(1, 1, value).expect("positive sides")
    }

    fn deviation(face: u8, valid: u8, limits: &VariationLimits) -> Result<f32, AnomalyError> {
        let (archetype, variation) = (one(100.0), one(4.0));
        let normal = NormalPlanes::new(archetype.view(), variation.view())?;
        let mask = archetype.filled_like(valid);
        let face = archetype.filled_like(face);
        variation_deviation(face.view(), mask.view(), normal, limits).map(|plane| plane[(0, 0)])
    }

    #[test]
    fn bright_and_dark_errors_have_their_own_limits() {
        let limits = VariationLimits {
            bright: Limit { absolute: 20.0, factor: 1.0 },
            dark: Limit { absolute: 1.0, factor: 2.5 },
        };
        assert_eq!(deviation(130, 1, &limits), Ok(1.5));
        assert_eq!(deviation(80, 1, &limits), Ok(-2.0));
        assert_eq!(deviation(100, 1, &limits), Ok(0.0));
        assert_eq!(deviation(80, 0, &limits), Ok(0.0));
    }

    #[test]
    fn limits_out_of_range_are_refused_by_name() {
        let good = VariationLimits::default();
        type Change = fn(&mut VariationLimits, f32);
        let cases: [(&str, &[f32], Change); 4] = [
            ("bright.absolute", &[0.0, -1.0, f32::NAN, f32::INFINITY], |l, v| {
                l.bright.absolute = v;
            }),
            ("bright.factor", &[-1.0, f32::NAN, f32::INFINITY], |l, v| l.bright.factor = v),
            ("dark.absolute", &[0.0, -1.0, f32::NAN, f32::INFINITY], |l, v| l.dark.absolute = v),
            ("dark.factor", &[-1.0, f32::NAN, f32::INFINITY], |l, v| l.dark.factor = v),
        ];
        for (name, values, change) in cases {
            for &bad in values {
                let mut limits = good;
                change(&mut limits, bad);
                let error = deviation(100, 1, &limits);
                assert!(
                    matches!(error, Err(AnomalyError::Parameter { parameter, .. }) if parameter == name),
                    "{name} {bad}: {error:?}"
                );
            }
        }
    }

    #[test]
    fn planes_of_other_sizes_are_refused_by_name() {
        let (archetype, wide) = (one(1.0), Plane::filled(2, 1, 1_u8).expect("positive sides"));
        let normal = NormalPlanes::new(archetype.view(), archetype.view()).expect("equal sizes");
        let fit = archetype.filled_like(1_u8);
        let limits = VariationLimits::default();
        let error = variation_deviation(wide.view(), fit.view(), normal, &limits);
        assert!(matches!(error, Err(AnomalyError::Size { plane: "face", .. })));
        let error = variation_deviation(fit.view(), wide.view(), normal, &limits);
        assert!(matches!(error, Err(AnomalyError::Size { plane: "valid mask", .. })));
    }
}
