//! From the pixels of a flaw to a measured defect.

use fiber_anomaly::SelfReference;
use fiber_geometry::Geometry;

use crate::candidate::confidence;
use crate::chip::out_to_the_rim;
use crate::classify::{Traits, classify, other_type};
use crate::follow::Flaw;
use crate::learned;
use crate::measure::Shape;
use crate::merge::{Group, separate_parts};
use crate::stroke::Extent;
use crate::{
    Defect, DefectType, DetectOptions, PixelBox, Polarity, ReadMark, Reading, SeverityInput,
    SizeUm, severity_score,
};

/// The rim of the cladding as a range of radii over its own ...
const RIM: (f64, f64) = (0.955, 1.03);
/// ... and this many pixels more to each side: so far from the rim the steepness of its own edge hides what is
/// broken off it.
const RIM_BLUR_PX: f64 = 1.5;

/// Measures a flaw; `geometry` is in the coordinates of the self-reference.
pub(crate) fn describe(
    Flaw { mut group, stroke }: Flaw,
    reference: &SelfReference,
    geometry: Option<&Geometry>,
    options: &DetectOptions,
) -> (Defect, Flaw) {
    let at = points(&group.pixels);
    let mut shape = Shape::of(&at, 1.0);
    let mut size_um = geometry.map(|g| size_um(&at, g));
    if let Some(Extent { length, width, .. }) = stroke {
        (shape.length, shape.width) = (length, width);
        if let Some((size, geometry)) = size_um.as_mut().zip(geometry) {
            let (sin, cos) = shape.orientation_deg.to_radians().sin_cos();
            let scale = geometry.um_per_px();
            let along = (scale.x * cos).hypot(scale.y * sin);
            (size.length, size.width) = (length * along, width * scale.x * scale.y / along);
        }
    }
    let signal = Signal::of(&group, reference);
    let only_anomaly = group.algorithms.iter().all(|&a| a == learned::ALGORITHM);
    let traits = traits(&at, &shape, geometry, only_anomaly);
    let defect_type = classify(&traits, options.scratch_ratio, options.max_area_px);
    if let (DefectType::Chip, Some(geometry)) = (defect_type, geometry) {
        let size = reference.residual.dimensions();
        group.pixels = out_to_the_rim(&group.pixels, &geometry.cladding, size);
        let at = points(&group.pixels);
        shape = Shape::of(&at, 1.0);
        size_um = Some(self::size_um(&at, geometry));
    }
    let limited = if defect_type == DefectType::Scratch {
        size_um.map_or(shape.width, |s| s.width)
    } else {
        size_um.map_or(shape.diameter, |s| s.diameter)
    };
    let severity = severity_score(SeverityInput {
        relative_radius: size_um.zip(geometry).map(|(s, g)| 2.0 * s.inner_radius / g.cladding_um),
        size: limited,
        snr: signal.snr,
    });
    let (left, top) = (reference.origin.0 as f64, reference.origin.1 as f64);
    let defect = Defect {
        defect_type,
        algorithms: group.algorithms.iter().map(|&a| a.to_owned()).collect(),
        bounds: bounds(&group.pixels, reference.origin),
        centroid: (shape.centroid.0 + left, shape.centroid.1 + top),
        area_px: group.pixels.len(),
        length_px: shape.length,
        width_px: shape.width,
        diameter_px: shape.diameter,
        orientation_deg: (shape.length >= 1.5 * shape.width).then_some(shape.orientation_deg),
        polarity: signal.polarity,
        contrast: signal.contrast,
        snr: signal.snr,
        confidence: confidence(group.peak),
        severity,
        size_um,
        other_readings: other_readings(&group, &traits, size_um, (reference, geometry), options),
    };
    (defect, Flaw { group, stroke })
}

/// What decides the type of a mark of these pixels.
fn traits(
    at: &[(f64, f64)],
    shape: &Shape,
    geometry: Option<&Geometry>,
    only_anomaly: bool,
) -> Traits {
    let on_rim = geometry.map_or(0, |g| {
        let blur = RIM_BLUR_PX / g.cladding.mean_radius_px();
        let rim = RIM.0 - blur..=RIM.1 + blur;
        at.iter().filter(|p| rim.contains(&g.cladding.normalised_radius(p.0, p.1))).count()
    });
    Traits {
        length_px: shape.length,
        width_px: shape.width,
        breadth_px: shape.breadth,
        diameter_px: shape.diameter,
        area_px: shape.area,
        rim_share: on_rim as f64 / at.len().max(1) as f64,
        only_anomaly,
    }
}

/// What a flaw may be besides the defect it is reported as: of another type where the border to that is close, and
/// several marks where it was joined over gaps from them. Parts of a scratch are one by lying on its course.
fn other_readings(
    group: &Group,
    whole: &Traits,
    size: Option<SizeUm>,
    (reference, geometry): (&SelfReference, Option<&Geometry>),
    options: &DetectOptions,
) -> Vec<Reading> {
    let Some((size, geometry)) = size.zip(geometry) else { return Vec::new() };
    let (ratio, max_area) = (options.scratch_ratio, options.max_area_px);
    let other = other_type(whole, ratio, max_area)
        .map(|defect_type| Reading { marks: vec![ReadMark { defect_type, size_um: size }] });
    let is_scratch = classify(whole, ratio, max_area) == DefectType::Scratch;
    let parts = if is_scratch { Vec::new() } else { separate_parts(&group.parts) };
    let apart = (parts.len() > 1).then(|| Reading {
        marks: parts
            .into_iter()
            .map(|part| {
                let at = points(&part);
                let traits = traits(&at, &Shape::of(&at, 1.0), Some(geometry), false);
                let defect_type = classify(&traits, ratio, max_area);
                let pixels = match defect_type {
                    DefectType::Chip => {
                        let plane = reference.residual.dimensions();
                        out_to_the_rim(&part, &geometry.cladding, plane)
                    }
                    _ => part,
                };
                ReadMark { defect_type, size_um: size_um(&points(&pixels), geometry) }
            })
            .collect(),
    });
    other.into_iter().chain(apart).collect()
}

pub(crate) fn points(pixels: &[(u32, u32)]) -> Vec<(f64, f64)> {
    pixels.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).collect()
}

pub(crate) fn bounds(pixels: &[(u32, u32)], origin: (usize, usize)) -> PixelBox {
    let span = |values: &mut dyn Iterator<Item = u32>| {
        let (least, most) = values.fold((u32::MAX, 0), |(l, m), v| (l.min(v), m.max(v)));
        (least as usize, most.saturating_sub(least) as usize + 1)
    };
    let (x, width) = span(&mut pixels.iter().map(|p| p.0));
    let (y, height) = span(&mut pixels.iter().map(|p| p.1));
    PixelBox { x: x + origin.0, y: y + origin.1, width, height }
}

fn size_um(at: &[(f64, f64)], geometry: &Geometry) -> SizeUm {
    let scale = geometry.um_per_px();
    let pixel_area = scale.x * scale.y;
    let in_um: Vec<(f64, f64)> = at.iter().map(|p| geometry.to_um(p.0, p.1)).collect();
    let shape = Shape::of(&in_um, pixel_area);
    let (inner, outer) = in_um
        .iter()
        .map(|p| p.0.hypot(p.1))
        .fold((f64::INFINITY, 0.0_f64), |(least, most), r| (least.min(r), most.max(r)));
    let half_pixel = pixel_area.sqrt() / 2.0;
    SizeUm {
        diameter: shape.diameter,
        length: shape.length,
        width: shape.width,
        inner_radius: (inner - half_pixel).max(0.0),
        outer_radius: outer + half_pixel,
        area: shape.area,
    }
}

pub(crate) struct Signal {
    /// Mean difference in grey levels, and the root of its mean square.
    pub(crate) contrast: f64,
    pub(crate) rms_contrast: f64,
    pub(crate) snr: f64,
    pub(crate) polarity: Polarity,
}

impl Signal {
    pub(crate) fn of(group: &Group, reference: &SelfReference) -> Self {
        let (mut bright, mut dark, mut squares) = (0.0, 0.0, 0.0);
        let (mut contrast, mut contrast_squares) = (0.0, 0.0);
        for &(x, y) in &group.pixels {
            let at = (x as usize, y as usize);
            let residual = f64::from(reference.residual[at]);
            squares += residual * residual;
            if residual > 0.0 {
                bright += residual;
            } else {
                dark -= residual;
            }
            let difference = f64::from(reference.difference[at]);
            contrast += difference;
            contrast_squares += difference * difference;
        }
        let count = group.pixels.len().max(1) as f64;
        let polarity = if bright > 3.0 * dark {
            Polarity::Bright
        } else if dark > 3.0 * bright {
            Polarity::Dark
        } else {
            Polarity::Mixed
        };
        Self {
            contrast: contrast / count,
            rms_contrast: (contrast_squares / count).sqrt(),
            snr: (squares / count).sqrt(),
            polarity,
        }
    }
}
