use fiber_filters::Pixel;
use fiber_image::{Plane, PlaneView};
use serde::{Deserialize, Serialize};

use crate::{
    AnomalyError, NormalPlanes, VariationLimits, WINDOW_SIDES, compare_windows, variation_deviation,
};

/// Settings of [`LocalMaps::new`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalOptions {
    /// Sides of the windows in pixels, each at least 2. Default [`WINDOW_SIDES`].
    pub window_sides: Vec<usize>,
    /// Limits of the variation model.
    pub limits: VariationLimits,
}

impl Default for LocalOptions {
    fn default() -> Self {
        Self { window_sides: WINDOW_SIDES.to_vec(), limits: VariationLimits::default() }
    }
}

/// One level for each of the three maps of [`LocalMaps`]: their peaks on a face, or what good faces reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalLevels {
    /// Of [`LocalMaps::dissimilarity`].
    pub dissimilarity: f64,
    /// Of [`LocalMaps::difference`].
    pub difference: f64,
    /// Of the magnitude of [`LocalMaps::deviation`].
    pub deviation: f64,
}

impl LocalLevels {
    /// The largest of the three, each in units of its counterpart in `levels` and rounded as the combined map:
    /// for the peaks of some maps, the peak of [`LocalMaps::combine`].
    #[must_use]
    pub fn in_units_of(&self, levels: &Self) -> f64 {
        let units = [
            self.dissimilarity / levels.dissimilarity,
            self.difference / levels.difference,
            self.deviation / levels.deviation,
        ];
        f64::from(units.into_iter().fold(0.0_f32, |largest, unit| largest.max(unit as f32)))
    }
}

/// Three looks at where a face differs from normal ones; all maps are 0 where they agree, and where the
/// face is not valid.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalMaps {
    /// 1 minus the structural similarity of windows ([`compare_windows`]).
    pub dissimilarity: Plane<f32>,
    /// Difference of the windows' means in units of its limit ([`compare_windows`]).
    pub difference: Plane<f32>,
    /// Difference of the pixels in units of its limit, positive where brighter ([`variation_deviation`]).
    pub deviation: Plane<f32>,
}

impl LocalMaps {
    /// Compares a face with the normal ones.
    ///
    /// # Errors
    /// As [`compare_windows`].
    pub fn new<P: Pixel>(
        face: PlaneView<'_, P>,
        valid: PlaneView<'_, u8>,
        normal: NormalPlanes<'_>,
        options: &LocalOptions,
    ) -> Result<Self, AnomalyError> {
        let windows = compare_windows(face, valid, normal, &options.window_sides, &options.limits)?;
        Ok(Self {
            dissimilarity: windows.dissimilarity,
            difference: windows.difference,
            deviation: variation_deviation(face, valid, normal, &options.limits)?,
        })
    }

    /// The largest value of each map.
    #[must_use]
    pub fn peaks(&self) -> LocalLevels {
        let peak = |map: &Plane<f32>| {
            f64::from(map.pixels().iter().fold(0.0_f32, |peak, value| peak.max(value.abs())))
        };
        LocalLevels {
            dissimilarity: peak(&self.dissimilarity),
            difference: peak(&self.difference),
            deviation: peak(&self.deviation),
        }
    }

    /// The maps as one: at every pixel the largest of the three, each in units of its level.
    ///
    /// With the peaks that good faces reach as levels, 1 is what a good face just reaches somewhere,
    /// whichever map it comes from.
    ///
    /// ```
    /// use fiber_anomaly::{LocalLevels, LocalMaps};
    /// use fiber_image::Plane;
    ///
    /// let maps = LocalMaps {
    ///     dissimilarity: Plane::new(2, 1, vec![0.2, 0.1])?,
    ///     difference: Plane::new(2, 1, vec![0.0, 0.5])?,
    ///     deviation: Plane::new(2, 1, vec![0.4, -3.0])?,
    /// };
    /// let good = LocalLevels { dissimilarity: 0.1, difference: 0.5, deviation: 2.0 };
    /// assert_eq!(maps.combine(&good)?.row(0), [2.0, 1.5]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`AnomalyError::Parameter`] where a level is not finite and above 0, [`AnomalyError::Size`] where
    /// the maps differ in size.
    pub fn combine(&self, levels: &LocalLevels) -> Result<Plane<f32>, AnomalyError> {
        let size = self.dissimilarity.dimensions();
        AnomalyError::require_size("difference map", size, self.difference.dimensions())?;
        AnomalyError::require_size("deviation map", size, self.deviation.dimensions())?;
        let mut combined = self.dissimilarity.filled_like(0.0_f32);
        for (map, parameter, level) in [
            (&self.dissimilarity, "dissimilarity level", levels.dissimilarity),
            (&self.difference, "difference level", levels.difference),
            (&self.deviation, "deviation level", levels.deviation),
        ] {
            let allowed = "finite and above 0";
            AnomalyError::require(level.is_finite() && level > 0.0, parameter, level, allowed)?;
            for (combined, &value) in combined.pixels_mut().iter_mut().zip(map.pixels()) {
                *combined = combined.max((f64::from(value.abs()) / level) as f32);
            }
        }
        Ok(combined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maps() -> LocalMaps {
        let map = |values: [f32; 2]| Plane::new(2, 1, values.to_vec()).expect("two pixels");
        LocalMaps {
            dissimilarity: map([0.25, 0.5]),
            difference: map([1.0, 0.0]),
            deviation: map([2.0, -3.0]),
        }
    }

    #[test]
    fn combined_in_units_of_its_own_peaks_a_face_peaks_at_1() {
        let peaks = maps().peaks();
        let expected = LocalLevels { dissimilarity: 0.5, difference: 1.0, deviation: 3.0 };
        assert_eq!(peaks, expected);
        assert_eq!(maps().combine(&peaks).expect("good levels").pixels(), [1.0, 1.0]);
    }

    #[test]
    fn the_peak_of_the_combined_map_is_known_from_the_peaks() {
        let levels = LocalLevels { dissimilarity: 0.3, difference: 0.7, deviation: 1.9 };
        let combined = maps().combine(&levels).expect("good levels");
        let peak = combined.pixels().iter().copied().fold(0.0, f32::max);
        assert_eq!(f64::from(peak), maps().peaks().in_units_of(&levels));
    }

    #[test]
    fn levels_out_of_range_are_refused_by_name() {
        type Change = fn(&mut LocalLevels, f64);
        let cases: [(&str, Change); 3] = [
            ("dissimilarity level", |l, v| l.dissimilarity = v),
            ("difference level", |l, v| l.difference = v),
            ("deviation level", |l, v| l.deviation = v),
        ];
        for (name, change) in cases {
            for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
                let mut levels = maps().peaks();
                change(&mut levels, bad);
                assert!(matches!(
                    maps().combine(&levels),
                    Err(AnomalyError::Parameter { parameter, .. }) if parameter == name
                ));
            }
        }
    }

    #[test]
    fn maps_of_other_sizes_are_refused() {
        let mut odd = maps();
        odd.deviation = Plane::filled(3, 1, 0.0).expect("positive sides");
        assert!(matches!(
            odd.combine(&maps().peaks()),
            Err(AnomalyError::Size { plane: "deviation map", .. })
        ));
    }
}
