use std::ops::Range;

use fiber_anomaly::RegionOptions;
use fiber_features::FEATURES;
use fiber_geometry::{CanonicalFrame, Geometry};
use fiber_image::{FaceImage, Plane};
use fiber_reference::{Assessment, FrameKind, ReferenceModel, Sample};
use fiber_report::{AnomalyMap, Comparison, Criteria, Criterion, DeviantFeature};

use crate::{Config, Error};

/// What the reference model makes of a face.
pub(crate) struct Learned {
    pub(crate) comparison: Comparison,
    pub(crate) criteria: Criteria,
    pub(crate) map: AnomalyMap,
    /// 255 on the pixels that make up the map's regions, in input pixels; `None` where it has none.
    pub(crate) abnormal: Option<Plane<u8>>,
    pub(crate) features_extracted: usize,
}

impl Learned {
    /// Brings the face into the model's frame and assesses it; `None` where it does not fit in, as a face
    /// without a fibre does not where the learned ones have one.
    pub(crate) fn assess(
        model: &ReferenceModel,
        image: &FaceImage,
        geometry: Option<&Geometry>,
        config: &Config,
    ) -> Result<Option<Self>, Error> {
        let geometry = match model.frame() {
            FrameKind::Fibre { .. } => geometry,
            FrameKind::Whole { .. } => None,
        };
        let (metadata, options) = (image.metadata(), model.frame_options());
        let (name, hash) = (&metadata.file_name, &metadata.sha256);
        let sample = Sample::new(name, hash, image.luma(), geometry, &options)?;
        if sample.frame() != model.frame() {
            return Ok(None);
        }
        let assessment = model.assess(&sample)?;
        let frame = match geometry {
            Some(g) => Some(CanonicalFrame::new(g, options.um_per_px, options.field_um)?),
            None => None,
        };
        let regions = assessment.regions(&region_options(config, geometry, frame.as_ref()))?;
        let criteria = criteria(&assessment);
        let comparison = comparison(model, &assessment);
        let threshold = assessment.local.threshold;
        let map = AnomalyMap { values: assessment.anomaly_map, frame, threshold, regions };
        let deviation = &assessment.local_maps.deviation;
        let abnormal = assessment.local.triggered.then(|| abnormal(&map, deviation, image));
        Ok(Some(Self { comparison, criteria, map, abnormal, features_extracted: FEATURES.len() }))
    }
}

/// The configured areas, from input pixels to those of the map.
fn region_options(
    config: &Config,
    geometry: Option<&Geometry>,
    frame: Option<&CanonicalFrame>,
) -> RegionOptions {
    let scale = geometry.zip(frame).map_or(1.0, |(geometry, frame)| {
        let input = geometry.um_per_px();
        input.x * input.y / frame.um_per_px().powi(2)
    });
    let scaled = |area: usize| (area as f64 * scale).round() as usize;
    RegionOptions {
        min_area: scaled(config.min_defect_size),
        max_area: scaled(config.max_defect_size),
    }
}

fn criteria(assessment: &Assessment) -> Criteria {
    let reported = |criterion: fiber_reference::Criterion| {
        let fiber_reference::Criterion { value, threshold, triggered, p_value } = criterion;
        Some(Criterion { value, threshold, triggered, p_value: Some(p_value) })
    };
    Criteria {
        mahalanobis: reported(assessment.mahalanobis),
        comparison: reported(assessment.comparison),
        structural: reported(assessment.structural),
        local: reported(assessment.local),
        acceptance: None,
        combined: Some(Criterion {
            value: assessment.joint.value,
            threshold: assessment.joint.threshold,
            triggered: assessment.joint.triggered,
            p_value: Some(assessment.joint.p_value),
        }),
    }
}

fn comparison(model: &ReferenceModel, assessment: &Assessment) -> Comparison {
    let deviant = assessment.deviant_features.iter().map(|feature| DeviantFeature {
        name: feature.name.to_owned(),
        z: feature.z,
        value: feature.value,
        reference: feature.reference,
    });
    Comparison {
        mahalanobis_distance: assessment.mahalanobis.value,
        ssim_score: assessment.ssim_score,
        ssim_map: assessment.structural_maps.ssim.clone(),
        // Rounded without a call for each pixel.
        archetype: model.archetype().map(|&level| (level.clamp(0.0, 255.0) + 0.5) as u8),
        deviant_features: deviant.collect(),
    }
}

/// The pixels that make up the map's regions, in input pixels.
///
/// The windows of the map spread what they see; what a defect covers is where the pixel itself is beyond
/// the limit of the variation model.
fn abnormal(map: &AnomalyMap, deviation: &Plane<f32>, image: &FaceImage) -> Plane<u8> {
    let mut mask = image.luma().filled_like(0_u8);
    let beyond =
        |value: f32, deviation: f32| f64::from(value) > map.threshold && deviation.abs() > 1.0;
    let Some((columns, rows)) = extent(map, deviation, beyond) else { return mask };
    for row in rows.start..rows.end.min(mask.height()) {
        let first = columns.start.min(mask.width());
        let end = columns.end.min(mask.width());
        for (column, pixel) in (first..).zip(&mut mask.row_mut(row)[first..end]) {
            let (x, y) = (column as f64, row as f64);
            let (x, y) = map.frame.map_or((x, y), |frame| frame.from_image(x, y));
            // The nearest pixel of the map.
            let (x, y) = (x + 0.5, y + 0.5);
            let at = (x as usize, y as usize);
            let inside =
                x >= 0.0 && y >= 0.0 && at.0 < deviation.width() && at.1 < deviation.height();
            if inside && beyond(map.values[at], deviation[at]) {
                *pixel = 255;
            }
        }
    }
    mask
}

/// Columns and rows of the input, some of them beyond its end, within which all pixels of the map lie that are `beyond`.
fn extent(
    map: &AnomalyMap,
    deviation: &Plane<f32>,
    beyond: impl Fn(f32, f32) -> bool,
) -> Option<(Range<usize>, Range<usize>)> {
    let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, usize::MAX, 0);
    for (y, (values, deviations)) in map.values.rows().zip(deviation.rows()).enumerate() {
        let found = |(&value, &deviation): (&f32, &f32)| beyond(value, deviation);
        let pixels = values.iter().zip(deviations);
        let Some(first) = pixels.clone().position(found) else { continue };
        let last = pixels.rev().position(found).map_or(0, |after| values.len() - after);
        (left, right) = (left.min(first), right.max(last));
        (top, bottom) = (top.min(y), y + 1);
    }
    if right == 0 {
        return None;
    }
    let corners = [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| {
        let (x, y) = (x as f64 - 0.5, y as f64 - 0.5);
        map.frame.map_or((x, y), |frame| frame.to_image(x, y))
    });
    let span = |of: fn((f64, f64)) -> f64| {
        let ends = corners.map(of);
        let first = ends.iter().copied().fold(f64::INFINITY, f64::min).floor();
        let last = ends.iter().copied().fold(0.0, f64::max).ceil();
        first.max(0.0) as usize..last as usize + 1
    };
    Some((span(|(x, _)| x), span(|(_, y)| y)))
}

#[cfg(test)]
mod tests {
    use fiber_geometry::Ellipse;

    use super::*;

    #[test]
    fn abnormal_pixels_are_those_of_the_map_wherever_its_frame_lies() {
        let geometry = |cx: f64, angle_deg: f64| Geometry {
            cladding: Ellipse { cx, cy: 30.0, width_px: 50.0, height_px: 40.0, angle_deg },
            core: None,
            cladding_um: 125.0,
            edge_rms_px: 0.0,
            rim_coverage: 1.0,
            rim_step: 50.0,
        };
        let image = Plane::filled(70, 60, 0_u8).expect("positive sides");
        let image = FaceImage::from_luma(image, "rendered");
        // In the middle, turned, and with half of the frame outside the image.
        for (cx, angle_deg) in [(35.0, 0.0), (35.0, 20.0), (2.0, 0.0), (69.0, 0.0)] {
            let frame = CanonicalFrame::new(&geometry(cx, angle_deg), 3.0, 150.0).expect("legal");
            let side = frame.side();
            let values = Plane::from_fn(side, side, |x, y| if x > 9 && y < 31 { 5.0 } else { 1.0 });
            let deviation = Plane::from_fn(side, side, |x, y| 0.3 * ((x + 2 * y) % 7) as f32);
            let values = values.expect("positive sides");
            let deviation = deviation.expect("positive sides");
            let (threshold, regions) = (2.0, Vec::new());
            let map = AnomalyMap { values, frame: Some(frame), threshold, regions };
            let found = abnormal(&map, &deviation, &image);
            let expected = Plane::from_fn(70, 60, |x, y| {
                let (x, y) = frame.from_image(x as f64, y as f64);
                let (x, y) = ((x + 0.5).floor(), (y + 0.5).floor());
                let beyond = x >= 0.0 && y >= 0.0 && x < side as f64 && y < side as f64 && {
                    let at = (x as usize, y as usize);
                    map.values[at] > 2.0 && deviation[at] > 1.0
                };
                if beyond { 255_u8 } else { 0 }
            });
            assert!(found.pixels().contains(&255));
            assert_eq!(found, expected.expect("positive sides"), "{cx} {angle_deg}");
        }
        let values = Plane::filled(70, 60, 1.0).expect("positive sides");
        let deviation = values.clone();
        let map = AnomalyMap { values, frame: None, threshold: 2.0, regions: Vec::new() };
        assert_eq!(abnormal(&map, &deviation, &image), image.luma().filled_like(0));
    }
}
