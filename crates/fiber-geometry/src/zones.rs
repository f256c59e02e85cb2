use fiber_image::{Plane, PlaneView};

use crate::{Geometry, GeometryError};

/// Concentric zones around the fibre's centre, such as core, cladding, adhesive and contact zone of an
/// acceptance profile.
///
/// Zone 0 is a disc, each further zone the ring around the one before. A circle between two zones belongs
/// to the inner one.
///
/// ```
/// use fiber_geometry::Zones;
///
/// let zones = Zones::new(&[25.0, 115.0, 135.0, 250.0])?;
/// assert_eq!(zones.at_radius(12.5), Some(0));
/// assert_eq!(zones.at_radius(60.0), Some(2));
/// assert_eq!(zones.at_radius(125.1), None);
/// # Ok::<(), fiber_geometry::GeometryError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Zones {
    outer_um: Vec<f64>,
}

impl Zones {
    /// Most zones there can be, so that a label fits in a byte.
    pub const MOST: usize = 255;

    /// The zones that end at these diameters in micrometres, from the innermost.
    ///
    /// # Errors
    /// [`GeometryError::Parameter`] where a diameter is not finite or not above the one before it (the first:
    /// above 0), or there are more than [`Zones::MOST`].
    pub fn new(outer_um: &[f64]) -> Result<Self, GeometryError> {
        let refuse =
            |parameter, value, allowed| Err(GeometryError::Parameter { parameter, value, allowed });
        if outer_um.len() > Self::MOST {
            return refuse("number of zones", outer_um.len() as f64, "at most 255");
        }
        let mut inner = 0.0;
        for &outer in outer_um {
            if !(outer.is_finite() && outer > inner) {
                return refuse("outer_um", outer, "finite and above 0 and the diameter before it");
            }
            inner = outer;
        }
        Ok(Self { outer_um: outer_um.to_vec() })
    }

    /// Outer diameters in micrometres, from the innermost.
    #[must_use]
    pub fn outer_um(&self) -> &[f64] {
        &self.outer_um
    }

    /// The zone at a distance from the fibre's centre in micrometres; `None` beyond all of them and for
    /// NaN.
    #[must_use]
    pub fn at_radius(&self, radius_um: f64) -> Option<usize> {
        let zone = self.outer_um.partition_point(|outer| outer / 2.0 < radius_um);
        (zone < self.outer_um.len() && !radius_um.is_nan()).then_some(zone)
    }

    /// Labels every pixel of an image with the zone of its centre: 1 for zone 0, 2 for zone 1 and so on, 0
    /// beyond all zones.
    #[must_use]
    pub fn map<T>(&self, view: PlaneView<'_, T>, geometry: &Geometry) -> Plane<u8> {
        let mut map = view.filled_like(0_u8);
        for y in 0..map.height() {
            for (x, label) in map.row_mut(y).iter_mut().enumerate() {
                let zone = self.at_radius(geometry.radius_um(x as f64, y as f64));
                *label = zone.map_or(0, |zone| zone as u8 + 1);
            }
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Ellipse;
    use crate::drawn_face::geometry_of;

    #[test]
    fn every_wrong_diameter_is_refused() {
        for wrong in [
            vec![f64::NAN],
            vec![0.0],
            vec![-1.0],
            vec![f64::INFINITY],
            vec![25.0, 25.0],
            vec![25.0, 5.0],
        ] {
            let error = Zones::new(&wrong).expect_err("a wrong diameter");
            assert!(error.to_string().starts_with("outer_um is "), "{error}");
        }
        let many: Vec<f64> = (1..=256).map(f64::from).collect();
        assert!(Zones::new(&many[..Zones::MOST]).is_ok());
        let error = Zones::new(&many).expect_err("too many");
        assert_eq!(error.to_string(), "number of zones is 256, but must be at most 255");
    }

    #[test]
    fn no_zones_hold_nothing_and_nan_is_nowhere() {
        assert_eq!(Zones::new(&[]).expect("no wrong diameter").at_radius(0.0), None);
        assert_eq!(Zones::new(&[1.0]).expect("a legal diameter").at_radius(f64::NAN), None);
    }

    #[test]
    fn the_map_has_the_areas_of_the_rings_on_pixels_that_are_not_square() {
        let cladding =
            Ellipse { cx: 99.7, cy: 120.2, width_px: 91.7, height_px: 100.0, angle_deg: 0.0 };
        let geometry = geometry_of(cladding);
        let view = Plane::filled(200, 240, ()).expect("positive sides");
        let map = Zones::new(&[25.0, 125.0, 250.0]).expect("rising").map(view.view(), &geometry);
        let scale = geometry.um_per_px();
        for (label, inner, outer) in [(1, 0.0, 25.0_f64), (2, 25.0, 125.0), (3, 125.0_f64, 250.0)] {
            let count = map.pixels().iter().filter(|&&l| l == label).count() as f64;
            let area =
                std::f64::consts::PI / 4.0 * (outer * outer - inner * inner) / (scale.x * scale.y);
            assert!((count / area - 1.0).abs() < 0.02, "zone {label}: {count} px, {area} expected");
        }
        assert_eq!(map[(0, 0)], 0);
    }

    proptest! {
        #[test]
        fn the_zone_is_the_first_whose_circle_reaches_the_radius(
            steps in proptest::collection::vec(0.5_f64..50.0, 0..8),
            radius in 0.0_f64..200.0,
        ) {
            let outer: Vec<f64> = steps.iter().scan(0.0, |sum, s| { *sum += s; Some(*sum) }).collect();
            let zones = Zones::new(&outer).expect("rising diameters");
            prop_assert_eq!(zones.at_radius(radius), outer.iter().position(|d| radius <= d / 2.0));
        }
    }
}
