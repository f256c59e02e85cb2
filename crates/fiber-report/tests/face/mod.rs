//! A drawn end face and its inspection.

use fiber_anomaly::{RegionOptions, regions};
use fiber_defects::{
    Defect, DefectType, Detection, PixelBox, Polarity, SeverityThresholds, SizeUm,
};
use fiber_geometry::{CanonicalFrame, Core, Ellipse, Geometry, ImageQuality};
use fiber_grading::{Finding, Profile, Verdict};
use fiber_image::{FaceImage, Plane};
use fiber_report::{
    AnomalyMap, Comparison, Criteria, Criterion, DeviantFeature, Inspection, Provenance, ZoneRing,
    defect_id,
};

/// What lies on the face: type, centre, length and width in pixels, angle in degrees.
pub(crate) type Mark = (DefectType, (f64, f64), f64, f64, f64);

pub(crate) const MARKS: [Mark; 5] = [
    (DefectType::Scratch, (640.0, 420.0), 150.0, 2.5, 30.0),
    (DefectType::Dig, (575.0, 470.0), 7.0, 7.0, 0.0),
    (DefectType::Contamination, (380.0, 300.0), 26.0, 20.0, 60.0),
    (DefectType::Chip, (718.0, 445.0), 22.0, 12.0, 90.0),
    (DefectType::Anomaly, (600.0, 640.0), 40.0, 30.0, 0.0),
];

pub(crate) fn geometry(width: usize, height: usize) -> Geometry {
    let (cx, cy) = (width as f64 / 2.0 + 3.3, height as f64 / 2.0 - 2.2);
    let diameter = width.min(height) as f64 / 3.0;
    Geometry {
        cladding: Ellipse::circle(cx, cy, diameter),
        core: Some(Core { cx: cx + 0.5, cy: cy - 0.5, diameter_um: 50.0 }),
        cladding_um: 125.0,
        edge_rms_px: 0.3,
        rim_coverage: 0.97,
        rim_step: 60.0,
    }
}

/// Length over width coordinates of a pixel, 1 on the edge of the mark.
fn within(mark: &Mark, x: f64, y: f64) -> bool {
    let (_, (cx, cy), length, width, angle) = *mark;
    let (sin, cos) = angle.to_radians().sin_cos();
    let (dx, dy) = (x - cx, y - cy);
    let (along, across) = (dx * cos + dy * sin, dy * cos - dx * sin);
    if length > 3.0 * width {
        along.abs() <= length / 2.0 && across.abs() <= width / 2.0
    } else {
        (2.0 * along / length).hypot(2.0 * across / width) <= 1.0
    }
}

fn face(width: usize, height: usize, geometry: Option<&Geometry>, marks: &[Mark]) -> Plane<u8> {
    let mut state = 12_345_u32;
    Plane::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = f64::from(state >> 24) / 256.0 * 6.0 - 3.0;
        let (x, y) = (x as f64, y as f64);
        let clean = match geometry.map(|g| g.radius_um(x, y)) {
            None => 120.0,
            Some(r) if r < 25.0 => 150.0,
            Some(r) if r < 62.5 => 95.0,
            Some(r) if r < 65.0 => 60.0,
            Some(r) => 175.0 - 0.1 * r,
        };
        let mark = if marks.iter().any(|mark| within(mark, x, y)) { -50.0 } else { 0.0 };
        (clean + mark + noise).clamp(0.0, 255.0) as u8
    })
    .unwrap()
}

fn detection(
    width: usize,
    height: usize,
    geometry: Option<&Geometry>,
    marks: &[Mark],
) -> Detection {
    let mut labels = Plane::filled(width, height, 0_u32).unwrap();
    let mut defects = Vec::new();
    for (index, mark) in marks.iter().enumerate() {
        let (defect_type, (cx, cy), length, breadth, angle) = *mark;
        let (mut x0, mut y0, mut x1, mut y1, mut area) = (usize::MAX, usize::MAX, 0, 0, 0);
        let (mut inner, mut outer) = (f64::MAX, 0.0_f64);
        let reach = length / 2.0 + 2.0;
        let range = |c: f64, end: usize| {
            ((c - reach).max(0.0) as usize).min(end)..((c + reach).max(0.0) as usize + 1).min(end)
        };
        for y in range(cy, height) {
            for x in range(cx, width) {
                if !within(mark, x as f64, y as f64) {
                    continue;
                }
                labels[(x, y)] = index as u32 + 1;
                (x0, y0, x1, y1, area) = (x0.min(x), y0.min(y), x1.max(x), y1.max(y), area + 1);
                if let Some(geometry) = geometry {
                    let radius = geometry.radius_um(x as f64, y as f64);
                    (inner, outer) = (inner.min(radius), outer.max(radius));
                }
            }
        }
        if area == 0 {
            (x0, y0, x1, y1, inner) = (0, 0, 0, 0, 0.0);
        }
        let scale = geometry.map(|geometry| geometry.um_per_px().x);
        defects.push(Defect {
            defect_type,
            algorithms: vec!["blob".to_owned(), "polar".to_owned()],
            bounds: PixelBox { x: x0, y: y0, width: x1 - x0 + 1, height: y1 - y0 + 1 },
            centroid: (cx, cy),
            area_px: area,
            length_px: length,
            width_px: breadth,
            diameter_px: length,
            orientation_deg: (length > breadth).then_some(angle),
            polarity: Polarity::Dark,
            contrast: -50.0,
            snr: 8.0 + length / 4.0,
            confidence: 0.6 + 0.4 / (1.0 + index as f64),
            severity: (0.95 - 0.17 * index as f64).max(0.1),
            size_um: scale.map(|s| SizeUm {
                diameter: length * s,
                length: length * s,
                width: breadth * s,
                inner_radius: inner,
                outer_radius: outer,
                area: area as f64 * s * s,
            }),
            other_readings: Vec::new(),
        });
    }
    Detection { defects, labels }
}

fn anomaly_map(image: &FaceImage, geometry: Option<&Geometry>, clean: bool) -> AnomalyMap {
    let frame = geometry.map(|geometry| CanonicalFrame::new(geometry, 0.9, 250.0).unwrap());
    let view = frame.map_or_else(|| image.luma().to_plane(), |f| f.resample(image.luma()).luma);
    let middle = |x: usize, y: usize| {
        let around = [(0, 0), (9, 0), (0, 9), (9, 9)].map(|(dx, dy)| {
            f32::from(*view.get(x.saturating_sub(dx), y.saturating_sub(dy)).unwrap_or(&0))
        });
        (around[0] - around.iter().sum::<f32>() / 4.0).abs() / 4.0
    };
    let values = Plane::from_fn(view.width(), view.height(), middle).unwrap();
    let threshold = if clean { 1e3 } else { 7.5 };
    let options = RegionOptions { min_area: 20, ..RegionOptions::default() };
    let regions = regions(values.view(), threshold, &options).unwrap();
    AnomalyMap { values, frame, threshold, regions }
}

fn comparison(image: &FaceImage, geometry: Option<&Geometry>, clean: bool) -> Comparison {
    let (width, height) = image.luma().dimensions();
    let plain = FaceImage::from_luma(face(width, height, geometry, &[]), "archetype");
    let map = anomaly_map(image, geometry, clean);
    let archetype = map
        .frame
        .map_or_else(|| plain.luma().to_plane(), |frame| frame.resample(plain.luma()).luma);
    let names = [
        "glcm_d1_a45_homogeneity",
        "pyramid_detail_l3_energy",
        "morph_bth_11_sum",
        "stat_kurtosis",
        "topo_b0_mean_components",
        "laplacian_l1_energy",
        "lbp_r2_entropy",
        "svd_energy_ratio",
        "gradient_orientation_std",
        "edge_density",
        "fft_spectral_centroid",
        "shape_hu_4",
    ];
    let feature = |(index, name): (usize, &&str)| {
        let size = if clean { 2.4 } else { 9.3 } * 0.78_f64.powi(index as i32);
        DeviantFeature {
            name: (*name).to_owned(),
            z: if index % 3 == 1 { -size } else { size },
            value: 1.25 * size,
            reference: 1.0,
        }
    };
    Comparison {
        mahalanobis_distance: if clean { 11.2 } else { 31.7 },
        ssim_score: if clean { 0.981 } else { 0.874 },
        ssim_map: map.values.map(|value| 1.0 - value / 16.0),
        archetype,
        deviant_features: names.iter().enumerate().map(feature).collect(),
    }
}

/// An inspection of a drawn face; everything optional is there.
pub(crate) fn inspection(
    name: &str,
    (width, height): (usize, usize),
    marks: &[Mark],
) -> Inspection {
    let geometry = (width > 2 && height > 2).then(|| geometry(width, height));
    let image = FaceImage::from_luma(face(width, height, geometry.as_ref(), marks), name);
    let detection = detection(width, height, geometry.as_ref(), marks);
    let profile = Profile::builtin("iec-61300-3-35-ed2-sm-pc45").unwrap();
    let findings: Vec<_> = detection
        .defects
        .iter()
        .enumerate()
        .filter_map(|(index, defect)| {
            let size = defect.size_um?;
            Some(Finding {
                id: defect_id(defect.defect_type, index),
                class: profile.class_of(size.length, size.width),
                size_um: if defect.defect_type == DefectType::Scratch {
                    size.width
                } else {
                    size.diameter
                },
                inner_radius_um: size.inner_radius,
                outer_radius_um: size.outer_radius.max(size.inner_radius),
                uncertainty_um: 0.3,
            })
        })
        .collect();
    let grade = profile.grade(&findings, &[]).unwrap();
    let clean = marks.is_empty();
    let criterion = |value: f64, threshold: f64| {
        Some(Criterion { value, threshold, triggered: value > threshold, p_value: Some(0.04) })
    };
    Inspection {
        quality: ImageQuality::measure(image.luma(), geometry.as_ref()),
        zones: ZoneRing::of_profile(&profile),
        severity_thresholds: SeverityThresholds::default(),
        anomaly_map: Some(anomaly_map(&image, geometry.as_ref(), clean)),
        comparison: Some(comparison(&image, geometry.as_ref(), clean)),
        criteria: Criteria {
            mahalanobis: criterion(if clean { 11.2 } else { 31.7 }, 22.0),
            comparison: criterion(if clean { 0.12 } else { 0.41 }, 0.45),
            structural: criterion(if clean { 0.019 } else { 0.126 }, 0.061),
            local: criterion(if clean { 2.1 } else { 19.0 }, 7.5),
            acceptance: Some(grade.verdict == Verdict::Fail),
            combined: criterion(if clean { 0.8 } else { 9.6 }, 3.4),
        },
        is_anomalous: !clean,
        anomaly_confidence: if clean { 0.04 } else { 0.93 },
        grade: Some(grade),
        provenance: Provenance {
            analyzer: "fiber-inspect".into(),
            version: "0.1.0".into(),
            knowledge_base: Some("models/good.json".into()),
            reference_samples: 20,
            features_extracted: 181,
            feature_schema_version: 1,
            model_sha256: Some("c0ffee".repeat(10) + "beef"),
            configuration_sha256: Some("5eed".repeat(16)),
            profile_sha256: Some("ba5e".repeat(16)),
            milliseconds: vec![("locate".into(), 12.5), ("features".into(), 80.25)],
            fields: [("serial".to_owned(), "A-17".to_owned())].into(),
            notes: Vec::new(),
        },
        detection,
        geometry,
        image,
    }
}

/// The same without a reference model.
pub(crate) fn without_model(inspection: Inspection) -> Inspection {
    Inspection {
        comparison: None,
        anomaly_map: None,
        criteria: Criteria { acceptance: inspection.criteria.acceptance, ..Criteria::default() },
        provenance: Provenance {
            knowledge_base: None,
            reference_samples: 0,
            model_sha256: None,
            ..inspection.provenance
        },
        ..inspection
    }
}

/// The same without a fibre and, with that, without micrometres and grade.
pub(crate) fn without_fibre(inspection: Inspection) -> Inspection {
    let mut inspection = Inspection { geometry: None, grade: None, ..inspection };
    inspection.criteria.acceptance = None;
    inspection.quality = ImageQuality::measure(inspection.image.luma(), None);
    for defect in &mut inspection.detection.defects {
        defect.size_um = None;
    }
    let clean = inspection.detection.defects.is_empty();
    inspection.anomaly_map = Some(anomaly_map(&inspection.image, None, clean));
    inspection.provenance.notes.push("no fibre was found: the whole frame was analysed".into());
    inspection
}
