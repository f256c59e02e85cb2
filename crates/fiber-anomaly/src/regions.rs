use fiber_filters::{Connectivity, components};
use fiber_image::PlaneView;
use serde::{Deserialize, Serialize};

use crate::AnomalyError;

/// Which regions [`regions`] keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegionOptions {
    /// Smallest area in pixels. Default 1.
    pub min_area: usize,
    /// Largest area in pixels. Default: no limit.
    pub max_area: usize,
}

impl Default for RegionOptions {
    fn default() -> Self {
        Self { min_area: 1, max_area: usize::MAX }
    }
}

/// Connected pixels of a map above its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Bounding box: leftmost column, topmost row, columns, rows.
    pub bbox: [usize; 4],
    /// Number of pixels.
    pub area: usize,
    /// Mean column and row of the pixels.
    pub centroid: (f64, f64),
    /// Largest value of the map in it.
    pub peak: f64,
    /// Column and row of the peak; the first one from the top left where there are several.
    pub peak_at: (usize, usize),
    /// `peak / (peak + threshold)`: 0.5 just above the threshold, towards 1 far above.
    pub confidence: f64,
}

/// The regions of a map above a threshold: 8-connected, in raster order of their first pixels.
///
/// The threshold is that of the caller, learned on other faces: a face whose map does not exceed it has no
/// region. NaN exceeds nothing.
///
/// ```
/// use fiber_anomaly::{RegionOptions, regions};
/// use fiber_image::Plane;
///
/// let map = Plane::new(4, 2, vec![0.0, 3.0, 0.0, 0.0,
///                                 9.0, 0.0, 0.0, 1.5])?;
/// let found = regions(map.view(), 1.0, &RegionOptions { min_area: 2, ..Default::default() })?;
/// assert_eq!((found.len(), found[0].bbox, found[0].area), (1, [0, 0, 2, 2], 2));
/// assert_eq!((found[0].peak, found[0].peak_at, found[0].confidence), (9.0, (0, 1), 0.9));
/// assert!(regions(map.view(), 9.0, &RegionOptions::default())?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`AnomalyError::Parameter`] where the threshold is not finite and at least 0.
pub fn regions(
    map: PlaneView<'_, f32>,
    threshold: f64,
    options: &RegionOptions,
) -> Result<Vec<Region>, AnomalyError> {
    let allowed = "finite and at least 0";
    let holds = threshold.is_finite() && threshold >= 0.0;
    AnomalyError::require(holds, "threshold", threshold, allowed)?;
    let mask = map.map(|&value| if f64::from(value) > threshold { 255 } else { 0 });
    let found = components(mask.view(), Connectivity::Eight);
    let mut peaks = vec![(threshold, (0, 0)); found.len()];
    for (y, labels) in found.labels().rows().enumerate() {
        for (x, &label) in labels.iter().enumerate() {
            let Some(region) = (label as usize).checked_sub(1) else { continue };
            let value = f64::from(map.row(y)[x]);
            if value > peaks[region].0 {
                peaks[region] = (value, (x, y));
            }
        }
    }
    let kept = options.min_area..=options.max_area;
    let regions = found.iter().zip(peaks).filter(|((_, part), _)| kept.contains(&part.area));
    Ok(regions
        .map(|((_, part), (peak, peak_at))| Region {
            bbox: [part.x, part.y, part.width, part.height],
            area: part.area,
            centroid: part.centroid,
            peak,
            peak_at,
            confidence: if peak.is_finite() { peak / (peak + threshold) } else { 1.0 },
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use fiber_image::Plane;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn regions_partition_the_pixels_above_the_threshold(
            values in prop::collection::vec(0.0_f32..2.0, 12 * 9),
            threshold in 0.0_f64..2.0,
        ) {
            let map = Plane::new(12, 9, values).expect("as many as pixels");
            let found = regions(map.view(), threshold, &RegionOptions::default()).expect("in range");
            let above = map.pixels().iter().filter(|&&v| f64::from(v) > threshold).count();
            prop_assert_eq!(found.iter().map(|region| region.area).sum::<usize>(), above);
            for region in &found {
                let [x, y, width, height] = region.bbox;
                let (peak_x, peak_y) = region.peak_at;
                prop_assert!((x..x + width).contains(&peak_x) && (y..y + height).contains(&peak_y));
                prop_assert_eq!(f64::from(map[region.peak_at]), region.peak);
                prop_assert!(region.confidence >= 0.5 && region.confidence <= 1.0);
            }
            let largest = map.pixels().iter().copied().fold(0.0, f32::max);
            let peak = found.iter().map(|region| region.peak).fold(0.0, f64::max);
            prop_assert_eq!(peak, if above > 0 { f64::from(largest) } else { 0.0 });
        }
    }

    #[test]
    fn sizes_outside_the_options_are_dropped() {
        let map = Plane::new(7, 1, vec![5.0, 0.0, 5.0, 5.0, 0.0, 5.0, 5.0]).expect("seven");
        let areas = |min_area, max_area| -> Vec<usize> {
            let found = regions(map.view(), 1.0, &RegionOptions { min_area, max_area });
            found.expect("in range").iter().map(|region| region.area).collect()
        };
        assert_eq!(areas(1, 2), [1, 2, 2]);
        assert_eq!(areas(2, 9), [2, 2]);
        assert_eq!(areas(1, 1), [1]);
        assert!(areas(2, 1).is_empty());
    }

    #[test]
    fn values_that_are_not_finite_do_no_harm() {
        let map = Plane::new(3, 1, vec![f32::NAN, 0.0, f32::INFINITY]).expect("three");
        let found = regions(map.view(), 1.0, &RegionOptions::default()).expect("in range");
        assert_eq!((found.len(), found[0].peak_at, found[0].confidence), (1, (2, 0), 1.0));
    }

    #[test]
    fn thresholds_out_of_range_are_refused() {
        let map = Plane::filled(2, 2, 1.0).expect("positive sides");
        for bad in [f64::NAN, f64::INFINITY, -0.1] {
            assert!(matches!(
                regions(map.view(), bad, &RegionOptions::default()),
                Err(AnomalyError::Parameter { parameter: "threshold", .. })
            ));
        }
    }
}
