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
    let (right, bottom) = (map.values.width() as f64 - 0.5, map.values.height() as f64 - 0.5);
    for row in 0..mask.height() {
        for (column, pixel) in mask.row_mut(row).iter_mut().enumerate() {
            let (x, y) = (column as f64, row as f64);
            let (x, y) = map.frame.map_or((x, y), |frame| frame.from_image(x, y));
            // Most of an image lies outside the frame.
            if !(x > -0.5 && y > -0.5 && x < right && y < bottom) {
                continue;
            }
            let at = (x.round() as usize, y.round() as usize);
            if f64::from(map.values[at]) > map.threshold && deviation[at].abs() > 1.0 {
                *pixel = 255;
            }
        }
    }
    mask
}
