use fiber_defects::Defect;
use fiber_geometry::Geometry;
use fiber_grading::Profile;
use serde::Serialize;

/// A ring around the fibre centre that has a name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ZoneRing {
    /// Name, such as `A`.
    pub name: String,
    /// Diameter of the inner circle in micrometres; 0 for a disc.
    pub inner_um: f64,
    /// Diameter of the outer circle in micrometres.
    pub outer_um: f64,
}

impl ZoneRing {
    /// The zones of an acceptance profile.
    #[must_use]
    pub fn of_profile(profile: &Profile) -> Vec<Self> {
        let ring = |zone: &fiber_grading::Zone| Self {
            name: zone.name.clone(),
            inner_um: zone.inner_um,
            outer_um: zone.outer_um,
        };
        profile.zones().iter().map(ring).collect()
    }
}

/// Beyond every zone.
pub(crate) const OUTSIDE: &str = "outside";

/// The innermost zone that a defect touches, as acceptance rules count it.
pub(crate) fn zone_of(defect: &Defect, geometry: &Geometry, zones: &[ZoneRing]) -> String {
    let radius_um = match defect.size_um {
        Some(size) => size.inner_radius,
        None => geometry.radius_um(defect.centroid.0, defect.centroid.1),
    };
    let zone = zones.iter().find(|zone| radius_um <= zone.outer_um / 2.0);
    zone.map_or_else(|| OUTSIDE.to_owned(), |zone| zone.name.clone())
}
