//! From defects in pixels and micrometres to what a profile judges.

use fiber_defects::{Defect, DefectType, SizeUm};
use fiber_geometry::{Ellipse, Geometry, ImageQuality};
use fiber_grading::{Finding, FindingClass, Grade, GradingError, Obstacle, Profile};
use fiber_image::PlaneView;
use fiber_report::defect_id;

use crate::QualityLimits;
use crate::readings::{Seen, grade_readings};

/// Judges the defects of a face; those beyond the profile's zones are counted nowhere.
pub(crate) fn grade(
    profile: &Profile,
    defects: &[Defect],
    luma: PlaneView<'_, u8>,
    geometry: Option<&Geometry>,
    quality: &ImageQuality,
    limits: &QualityLimits,
) -> Result<Grade, GradingError> {
    let seen: Vec<Seen> = defects
        .iter()
        .enumerate()
        .filter_map(|(index, defect)| {
            let uncertainty = geometry.map_or(0.0, |g| uncertainty_um(g, quality, defect));
            seen(index, defect, uncertainty)
        })
        .collect();
    let mut obstacles = obstacles(geometry, quality, limits);
    let dazzled = geometry.filter(|_| quality.saturated_share > 0.0).is_some_and(|geometry| {
        saturated_in_a_zone(profile, luma, geometry) > limits.max_saturated_share
    });
    if dazzled && !obstacles.contains(&Obstacle::Saturation) {
        obstacles.push(Obstacle::Saturation);
    }
    grade_readings(profile, &seen, &obstacles)
}

/// The largest share of saturated pixels in a zone in which something is forbidden: a dazzling core is a small part
/// of an image, but all of a zone.
fn saturated_in_a_zone(profile: &Profile, luma: PlaneView<'_, u8>, geometry: &Geometry) -> f64 {
    let zones: Vec<[f64; 2]> = profile
        .zones()
        .iter()
        .filter(|zone| zone.scratches.to_string() != FREE || zone.defects.to_string() != FREE)
        .map(|zone| [zone.inner_um / 2.0, zone.outer_um / 2.0])
        .collect();
    let mut counts = vec![(0_u32, 0_u32); zones.len()];
    let reach = zones.iter().fold(0.0, |reach: f64, zone| reach.max(zone[1]));
    let within = geometry.cladding.scaled(2.0 * reach / geometry.cladding_um);
    let (rows, columns) =
        (span(within.cy, within, luma.height()), span(within.cx, within, luma.width()));
    for y in rows {
        for (x, &level) in columns.clone().zip(&luma.row(y)[columns.clone()]) {
            let (x_um, y_um) = geometry.to_um(x as f64, y as f64);
            let square = x_um * x_um + y_um * y_um;
            for ([inner, outer], (all, saturated)) in zones.iter().zip(&mut counts) {
                if square >= inner * inner && square <= outer * outer {
                    *all += 1;
                    *saturated += u32::from(level == u8::MAX);
                }
            }
        }
    }
    let shares = counts.iter().filter(|(all, _)| *all > 0);
    shares.map(|&(all, saturated)| f64::from(saturated) / f64::from(all)).fold(0.0, f64::max)
}

/// Rows or columns, of `count`, that hold all of an ellipse however it is turned.
fn span(centre: f64, ellipse: Ellipse, count: usize) -> std::ops::Range<usize> {
    let half = 0.5 * ellipse.width_px.hypot(ellipse.height_px) + 1.0;
    let end = (centre + half + 1.0).clamp(0.0, count as f64) as usize;
    ((centre - half).clamp(0.0, count as f64) as usize).min(end)..end
}

/// How a rule that forbids nothing is written.
const FREE: &str = "free";

/// A defect as it is reported and in its other readings, whose marks go by the report's name and a number.
fn seen(index: usize, defect: &Defect, uncertainty_um: f64) -> Option<Seen> {
    let id = defect_id(defect.defect_type, index);
    let other = defect.other_readings.iter().map(|reading| {
        let marks = reading.marks.iter().enumerate();
        marks
            .map(|(part, mark)| {
                let id = format!("{id}/{}", part + 1);
                finding(id, mark.defect_type, mark.size_um, uncertainty_um)
            })
            .collect()
    });
    let other = other.collect();
    let reported = finding(id, defect.defect_type, defect.size_um?, uncertainty_um);
    Some(Seen { reported, other })
}

/// A scratch counts by its width, anything else by the circle around it.
fn finding(id: String, defect_type: DefectType, size: SizeUm, uncertainty_um: f64) -> Finding {
    let (class, size_um) = match defect_type {
        DefectType::Scratch => (FindingClass::Scratch, size.width),
        _ => (FindingClass::Defect, size.diameter),
    };
    Finding {
        id,
        class,
        size_um,
        inner_radius_um: size.inner_radius,
        outer_radius_um: size.outer_radius.max(size.inner_radius),
        uncertainty_um,
    }
}

/// Expanded uncertainty (coverage factor 2) of the distance between two edges in micrometres.
///
/// Each edge is known to the pixel grid, uniformly within half a pixel (standard uncertainty `p / sqrt 12`), to the
/// place on its blurred slope where it is cut (one twentieth of the rise distance), and as far as the noise
/// allows: the rise distance times noise over contrast, over the root of the number of pixels along the edge. The
/// three add in quadrature and so do the two edges.
fn uncertainty_um(geometry: &Geometry, quality: &ImageQuality, defect: &Defect) -> f64 {
    let scale = geometry.um_per_px();
    let pixel = scale.x.max(scale.y);
    let rise = quality.focus_rise_um.unwrap_or(0.0);
    let slope = rise / 20.0;
    let along = defect.length_px.max(defect.diameter_px).max(1.0);
    let contrast = defect.contrast.abs().max(1.0);
    let noise = rise * quality.noise / contrast / along.sqrt();
    2.0 * (2.0 * (pixel * pixel / 12.0 + slope * slope + noise * noise)).sqrt()
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
    use fiber_defects::{PixelBox, Polarity};
    use fiber_image::Plane;

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

    fn dig() -> Defect {
        Defect {
            defect_type: DefectType::Dig,
            algorithms: vec!["test".to_owned()],
            bounds: PixelBox { x: 0, y: 0, width: 4, height: 4 },
            centroid: (2.0, 2.0),
            area_px: 12,
            length_px: 4.0,
            width_px: 4.0,
            diameter_px: 4.0,
            orientation_deg: None,
            polarity: Polarity::Dark,
            contrast: -20.0,
            snr: 20.0,
            confidence: 0.9,
            severity: 0.5,
            size_um: None,
            other_readings: Vec::new(),
        }
    }

    #[test]
    fn uncertainty_comes_from_the_pixels_the_blur_and_the_noise() {
        let point = ImageQuality { focus_rise_um: Some(0.0), ..sharp() };
        let pixels_alone = 2.0 * (2.0 * 0.25_f64 / 12.0).sqrt();
        assert!((uncertainty_um(&geometry(), &point, &dig()) - pixels_alone).abs() < 1e-12);
        // A rise of 2 um: cut to 0.1 um on its slope, and by noise of 1 level of 20 over 4 pixels to 0.05 um.
        let all = 2.0 * (2.0 * (0.25_f64 / 12.0 + 0.01 + 0.0025)).sqrt();
        assert!((uncertainty_um(&geometry(), &sharp(), &dig()) - all).abs() < 1e-12);
        let faint = Defect { contrast: 2.0, ..dig() };
        assert!(uncertainty_um(&geometry(), &sharp(), &faint) > 2.0 * all);
    }

    #[test]
    fn a_dazzling_core_is_saturation_of_its_zone_alone() {
        let profile = Profile::builtin("iec-61300-3-35-ed2-mm").expect("built in");
        let luma = |radius_px: f64| {
            Plane::from_fn(400, 400, |x, y| {
                if (x as f64 - 200.0).hypot(y as f64 - 200.0) < radius_px { 255 } else { 90 }
            })
            .expect("positive sides")
        };
        let share = |radius| saturated_in_a_zone(&profile, luma(radius).view(), &geometry());
        assert_eq!(share(0.0), 0.0);
        assert!((share(32.5) - 0.25).abs() < 0.01);
        assert_eq!(share(70.0), 1.0);
        // The adhesive, from 115 to 135 um, may be as bright as it likes.
        let ring = Plane::from_fn(400, 400, |x, y| {
            let radius = (x as f64 - 200.0).hypot(y as f64 - 200.0) / 2.0;
            if (58.0..67.0).contains(&radius) { 255 } else { 90 }
        });
        assert_eq!(saturated_in_a_zone(&profile, ring.expect("sides").view(), &geometry()), 0.0);
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
