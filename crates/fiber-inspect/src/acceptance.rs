//! From defects in pixels and micrometres to what a profile judges.

use fiber_defects::{Defect, DefectType};
use fiber_geometry::{Geometry, ImageQuality};
use fiber_grading::{Finding, FindingClass, Grade, GradingError, Obstacle, Profile};
use fiber_report::defect_id;

use crate::QualityLimits;

/// Judges the defects of a face; those beyond the profile's zones are counted nowhere.
pub(crate) fn grade(
    profile: &Profile,
    defects: &[Defect],
    geometry: Option<&Geometry>,
    quality: &ImageQuality,
    limits: &QualityLimits,
) -> Result<Grade, GradingError> {
    let uncertainty_um = geometry.map_or(0.0, |g| uncertainty_um(g, quality));
    let findings: Vec<Finding> = defects
        .iter()
        .enumerate()
        .filter_map(|(index, defect)| finding(index, defect, uncertainty_um))
        .collect();
    profile.grade(&findings, &obstacles(geometry, quality, limits))
}

/// A scratch counts by its width, anything else by the circle around it.
fn finding(index: usize, defect: &Defect, uncertainty_um: f64) -> Option<Finding> {
    let size = defect.size_um?;
    let (class, size_um) = match defect.defect_type {
        DefectType::Scratch => (FindingClass::Scratch, size.width),
        _ => (FindingClass::Defect, size.diameter),
    };
    Some(Finding {
        id: defect_id(defect.defect_type, index),
        class,
        size_um,
        inner_radius_um: size.inner_radius,
        outer_radius_um: size.outer_radius.max(size.inner_radius),
        uncertainty_um,
    })
}

/// Expanded uncertainty (coverage factor 2) of the distance between two edges in micrometres.
///
/// Each edge is known to the pixel grid, uniformly within half a pixel (standard uncertainty `p / sqrt 12`),
/// and to the place on its blurred slope where it is cut (one twentieth of the rise distance); the two add
/// in quadrature and so do the two edges.
fn uncertainty_um(geometry: &Geometry, quality: &ImageQuality) -> f64 {
    let scale = geometry.um_per_px();
    let pixel = scale.x.max(scale.y);
    let slope = quality.focus_rise_um.unwrap_or(0.0) / 20.0;
    2.0 * (2.0 * (pixel * pixel / 12.0 + slope * slope)).sqrt()
}

/// What keeps an image from being judged.
fn obstacles(
    geometry: Option<&Geometry>,
    quality: &ImageQuality,
    limits: &QualityLimits,
) -> Vec<Obstacle> {
    let cut_off = |coverage: f64| coverage < limits.min_contact_zone_coverage;
    let blurred = |rise: f64| rise > limits.max_focus_rise_um;
    [
        (geometry.is_none(), Obstacle::NoFibre),
        (quality.focus_rise_um.is_some_and(blurred), Obstacle::Defocus),
        (quality.saturated_share > limits.max_saturated_share, Obstacle::Saturation),
        (quality.contact_zone_coverage.is_some_and(cut_off), Obstacle::ContactZoneCutOff),
    ]
    .into_iter()
    .filter_map(|(is_there, obstacle)| is_there.then_some(obstacle))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fiber_geometry::Ellipse;

    fn geometry() -> Geometry {
        Geometry {
            cladding: Ellipse::circle(200.0, 200.0, 250.0),
            core: None,
            cladding_um: 125.0,
            edge_rms_px: 0.1,
            rim_coverage: 1.0,
            rim_step: 30.0,
        }
    }

    fn sharp() -> ImageQuality {
        ImageQuality {
            focus_rise_um: Some(2.0),
            focus_rise_px: Some(4.0),
            saturated_share: 0.0,
            black_share: 0.0,
            median_level: 120.0,
            illumination_evenness: 0.9,
            noise: 1.0,
            contact_zone_coverage: Some(1.0),
        }
    }

    #[test]
    fn uncertainty_comes_from_the_pixels_and_from_the_blur() {
        let point = ImageQuality { focus_rise_um: Some(0.0), ..sharp() };
        let pixels_alone = 2.0 * (2.0 * 0.25_f64 / 12.0).sqrt();
        assert!((uncertainty_um(&geometry(), &point) - pixels_alone).abs() < 1e-12);
        let both = 2.0 * (2.0 * (0.25_f64 / 12.0 + 0.01)).sqrt();
        assert!((uncertainty_um(&geometry(), &sharp()) - both).abs() < 1e-12);
    }

    #[test]
    fn each_obstacle_has_its_limit() {
        let limits = QualityLimits::default();
        let seen = |quality: &ImageQuality| obstacles(Some(&geometry()), quality, &limits);
        assert_eq!(seen(&sharp()), []);
        assert_eq!(
            seen(&ImageQuality { focus_rise_um: Some(6.1), ..sharp() }),
            [Obstacle::Defocus]
        );
        assert_eq!(
            seen(&ImageQuality { saturated_share: 0.21, ..sharp() }),
            [Obstacle::Saturation]
        );
        assert_eq!(
            seen(&ImageQuality { contact_zone_coverage: Some(0.97), ..sharp() }),
            [Obstacle::ContactZoneCutOff]
        );
        assert_eq!(obstacles(None, &sharp(), &limits), [Obstacle::NoFibre]);
    }
}
