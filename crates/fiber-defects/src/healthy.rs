//! What a healthy fibre shows that is no mark: fringes of its rim and core, and the index dip.

use std::ops::RangeInclusive;

use fiber_geometry::Geometry;

use crate::describe::points;
use crate::measure::Shape;
use crate::merge::Group;
use crate::scratches;
use crate::shown::only_a_line;
use crate::{Defect, DefectType};

/// Between these shares of the cladding's radius the fringes of its rim lie ...
const RIM_FRINGES: RangeInclusive<f64> = 0.88..=1.06;
/// ... and so far in pixels to both sides of the core's edge those of the core.
const CORE_FRINGES_PX: f64 = 5.0;

/// What stays at its radius within this share of its length, and so many pixels, runs along the circle.
const LARGEST_CLIMB: f64 = 0.1;
const LEAST_CLIMB_PX: f64 = 2.0;

/// Whether what only a sum along a line has shown is a fringe; `geometry` is in the coordinates of the self-reference.
///
/// Followed, a fringe may come out as a bow that leaves its circle, and what was none as one.
pub(crate) fn is_a_fringe(group: &Group, geometry: &Geometry) -> bool {
    let length = Shape::of(&points(&group.pixels), 1.0).length;
    only_a_line(group) && runs_along_a_circle(length, group, geometry)
}

/// Whether a mark is part of a circle at the rim or the core's edge, as their fringes are.
fn runs_along_a_circle(length: f64, group: &Group, geometry: &Geometry) -> bool {
    let radius_px = geometry.cladding.mean_radius_px();
    let largest_climb = (LARGEST_CLIMB * length + LEAST_CLIMB_PX) / radius_px;
    let cladding = &geometry.cladding;
    let about = |centre: (f64, f64)| {
        let (u, v) = cladding.to_unit_disc(centre.0, centre.1);
        group
            .pixels
            .iter()
            .map(|&(x, y)| cladding.to_unit_disc(f64::from(x), f64::from(y)))
            .map(|(x, y)| (x - u).hypot(y - v))
            .fold((f64::INFINITY, 0.0_f64), |(least, most), r| (least.min(r), most.max(r)))
    };
    let follows = |(least, most): (f64, f64), fringes: RangeInclusive<f64>| {
        fringes.contains(&least) && fringes.contains(&most) && most - least <= largest_climb
    };
    follows(about((cladding.cx, cladding.cy)), RIM_FRINGES)
        || geometry.core.is_some_and(|core| {
            let edge = core.diameter_um / geometry.cladding_um;
            let near = CORE_FRINGES_PX / radius_px;
            follows(about((core.cx, core.cy)), edge - near..=edge + near)
        })
}

/// What runs along the rim must stand out by itself with so many deviations.
const LEAST_SNR_ALONG_RIM: f64 = 4.0;

/// Whether a mark is what the pixel grid makes of the rim: where that is parallel to rows or columns, the edge meets all pixels
/// over `sqrt(8 radius)` of them at the same phase. Their differences from other places add up without being more than noise.
pub(crate) fn is_grid_on_the_rim(defect: &Defect, group: &Group, geometry: &Geometry) -> bool {
    defect.defect_type == DefectType::Chip
        && defect.length_px >= scratches::LEAST_LENGTH
        && defect.snr < LEAST_SNR_ALONG_RIM
        && runs_along_a_circle(defect.length_px, group, geometry)
}

/// Largest diameter of the index dip of a core and distance of its middle from the core's, in micrometres.
const LARGEST_DIP_UM: f64 = 5.0;
const DIP_CENTRED_WITHIN_UM: f64 = 0.8;

/// Whether a mark is the dip (or peak) of the refractive index at the exact centre of the core, which many
/// healthy fibres have from their making. A pit at that very place cannot be told from it.
pub(crate) fn is_index_dip(defect: &Defect, geometry: &Geometry) -> bool {
    let centre =
        geometry.core.map_or((geometry.cladding.cx, geometry.cladding.cy), |c| (c.cx, c.cy));
    let (x, y) = geometry.to_um(defect.centroid.0, defect.centroid.1);
    let (centre_x, centre_y) = geometry.to_um(centre.0, centre.1);
    let distance = (x - centre_x).hypot(y - centre_y);
    distance <= DIP_CENTRED_WITHIN_UM
        && defect.size_um.is_some_and(|s| s.diameter <= LARGEST_DIP_UM)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fiber_geometry::{Core, Ellipse};

    use super::*;
    use crate::Polarity;
    use crate::describe::bounds;

    /// A core of radius 50 in a cladding of radius 125 pixels.
    fn geometry() -> Geometry {
        Geometry {
            cladding: Ellipse::circle(200.0, 200.0, 250.0),
            core: Some(Core { cx: 200.0, cy: 200.0, diameter_um: 50.0 }),
            cladding_um: 125.0,
            edge_rms_px: 0.2,
            rim_coverage: 1.0,
            rim_step: 40.0,
        }
    }

    fn group(algorithm: &'static str, pixels: Vec<(u32, u32)>) -> Group {
        Group {
            algorithms: BTreeSet::from([algorithm]),
            halo: pixels.len(),
            parts: Vec::new(),
            solid: Vec::new(),
            pixels,
            peak: 9.0,
        }
    }

    /// Thirty degrees of a circle around the fibre.
    fn arc(radius: f64) -> Vec<(u32, u32)> {
        (75..=105)
            .map(|degrees| f64::from(degrees).to_radians().sin_cos())
            .map(|(sin, cos)| (200.0 + radius * cos, 200.0 + radius * sin))
            .map(|(x, y)| (x.round() as u32, y.round() as u32))
            .collect()
    }

    #[test]
    fn only_lines_along_the_edge_of_the_core_are_fringes() {
        let (geometry, arc) = (geometry(), || arc(50.0));
        assert!(is_a_fringe(&group(scratches::ALGORITHM, arc()), &geometry));
        assert!(!is_a_fringe(&group("matched_blob", arc()), &geometry), "seen by itself");
        let across = (235..266).map(|y| (200, y)).collect();
        assert!(!is_a_fringe(&group(scratches::ALGORITHM, across), &geometry));
    }

    #[test]
    fn what_runs_along_the_rim_must_stand_out_by_itself() {
        let on_the_rim = |snr: f64, radius: f64| {
            let pixels = arc(radius);
            let defect = Defect {
                defect_type: DefectType::Chip,
                algorithms: vec!["matched_blob".to_owned()],
                bounds: bounds(&pixels, (0, 0)),
                centroid: (200.0, 200.0 + radius),
                area_px: pixels.len(),
                length_px: 0.52 * radius,
                width_px: 1.0,
                diameter_px: 0.52 * radius,
                orientation_deg: Some(0.0),
                polarity: Polarity::Dark,
                contrast: -9.0,
                snr,
                confidence: 0.99,
                severity: 0.5,
                size_um: None,
                other_readings: Vec::new(),
            };
            is_grid_on_the_rim(&defect, &group("matched_blob", pixels), &geometry())
        };
        assert!(on_the_rim(2.5, 124.0));
        assert!(!on_the_rim(6.0, 124.0), "strong enough");
        assert!(!on_the_rim(2.5, 100.0), "not at the rim");
    }
}
