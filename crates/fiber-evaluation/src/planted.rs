//! Exact defects drawn into quiet places of real and rendered faces.

use std::f64::consts::TAU;

use fiber_defects::{Defect, DefectType};
use fiber_inspect::{FaceImage, Inspector, Workers};
use fiber_synth::{
    Contrast, DefectKind, DefectTruth, FaceFrame, Fill, PlantedDefect, Polarity, Shape, plant,
};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::base::{Base, Place};
use crate::edges::Edges;
use crate::{EvaluationError, Share};

/// Contrast-to-noise ratios that are planted.
pub const RATIOS: [f64; 4] = [3.0, 5.0, 8.0, 15.0];

/// What is planted, sizes in pixels of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Planted {
    /// A straight scratch, 1.5 wide and 40 to 60 long.
    ShortScratch,
    /// A straight scratch, 1.5 or 3 wide and 60 to 110 long.
    LongScratch,
    /// A disc of 4 to 11.
    Dig,
    /// A disc of 14 or 22.
    Particle,
    /// Half a disc of radius 5 to 9 inside the rim of the cladding.
    Chip,
}

/// In the order in which places are sought: the largest first.
const ORDER: [Planted; 7] = [
    Planted::LongScratch,
    Planted::LongScratch,
    Planted::ShortScratch,
    Planted::Particle,
    Planted::Chip,
    Planted::Dig,
    Planted::Dig,
];
/// Random places tried before a defect is left out.
const ATTEMPTS: usize = 400;
/// What is no chip stays this far from the rim, as shares of the cladding's radius.
const RIM: std::ops::RangeInclusive<f64> = 0.93..=1.07;
/// The contact zone over the cladding's radius, less a margin.
const REACH: f64 = 1.9;

/// How a planted defect came out.
#[derive(Clone, Copy, Debug)]
pub struct PlantedCase {
    /// What was planted.
    pub planted: Planted,
    /// Its contrast-to-noise ratio.
    pub ratio: f64,
    /// Whether it is darker or brighter than its surroundings.
    pub polarity: Polarity,
    /// What was reported of it.
    pub report: Option<PlantedReport>,
}

/// How good the report of a planted defect is.
#[derive(Clone, Copy, Debug)]
pub struct PlantedReport {
    /// Its type is the one planted.
    pub type_right: bool,
    /// Length and width of a scratch, diameter of anything else are within 1 pixel or 10 %.
    pub size_right: bool,
    /// Its centroid is within 1 pixel.
    pub position_right: bool,
    /// Length of a scratch or diameter of anything else, in pixels, found and planted.
    pub size_px: [f64; 2],
    /// Width found and planted, in pixels.
    pub width_px: [f64; 2],
    /// Distance of the centroids in pixels.
    pub off_px: f64,
    /// Its confidence.
    pub confidence: f64,
}

/// Plants into all bases, at every ratio and in both polarities.
pub(crate) fn evaluate_planted(
    bases: &[Base],
    seed: u64,
    inspector: &Inspector,
    workers: &Workers,
) -> Result<Vec<PlantedCase>, EvaluationError> {
    let jobs = (0..bases.len()).flat_map(|index| {
        RATIOS.into_iter().flat_map(move |ratio| {
            [Polarity::Dark, Polarity::Bright].map(|polarity| (index, ratio, polarity))
        })
    });
    let jobs: Vec<(usize, (usize, f64, Polarity))> = jobs.enumerate().collect();
    let cases = workers.map(jobs, |(stream, (index, ratio, polarity))| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream as u64);
        plant_and_inspect(bases[index].clone(), ratio, polarity, &mut rng, inspector)
    });
    Ok(cases.collect::<Result<Vec<_>, _>>()?.concat())
}

fn plant_and_inspect(
    mut base: Base,
    ratio: f64,
    polarity: Polarity,
    rng: &mut ChaCha8Rng,
    inspector: &Inspector,
) -> Result<Vec<PlantedCase>, EvaluationError> {
    // All against the noise of the face as it was.
    let noise = fiber_synth::noise_level(base.luma.view()).max(fiber_synth::NOISE_FLOOR);
    let mut planted = Vec::new();
    for kind in ORDER {
        let Some(shape) = find_shape(kind, &mut base, rng) else { continue };
        let defect = PlantedDefect {
            kind: defect_kind(kind),
            shapes: vec![shape],
            polarity,
            contrast: Contrast::Grey(ratio * noise),
            fill: Fill::Solid,
            opaque: false,
        };
        planted.push((kind, plant(&mut base.luma, &FaceFrame::PIXELS, &defect, 0.0)?));
    }
    let image = FaceImage::from_luma(base.luma, "planted");
    let inspection = inspector.inspect(&image)?;
    let found = &inspection.detection.defects;
    Ok(planted
        .iter()
        .map(|(kind, truth)| {
            let report = best_report(truth, found).map(|defect| judge(truth, defect));
            PlantedCase { planted: *kind, ratio, polarity, report }
        })
        .collect())
}

fn defect_kind(planted: Planted) -> DefectKind {
    match planted {
        Planted::ShortScratch | Planted::LongScratch => DefectKind::Scratch,
        Planted::Dig => DefectKind::Dig,
        Planted::Particle => DefectKind::Contamination,
        Planted::Chip => DefectKind::Chip,
    }
}

fn find_shape(kind: Planted, base: &mut Base, rng: &mut ChaCha8Rng) -> Option<Shape> {
    (0..ATTEMPTS).find_map(|_| {
        let (shape, place) = random_shape(kind, base, rng);
        let [middle_x, middle_y] = [0, 1].map(|i| f64::midpoint(place.from[i], place.to[i]));
        let radii = [place.from, place.to, [middle_x, middle_y]]
            .map(|[x, y]| base.geometry.cladding.normalised_radius(x, y));
        let clear = kind == Planted::Chip
            || radii.iter().all(|r| !RIM.contains(r) && *r <= REACH)
                && radii.iter().all(|r| (*r < 1.0) == (radii[0] < 1.0));
        (clear && base.take(place)).then_some(shape)
    })
}

fn random_shape(kind: Planted, base: &Base, rng: &mut ChaCha8Rng) -> (Shape, Place) {
    let cladding = base.geometry.cladding;
    let mut uniform = |low: f64, high: f64| low + (high - low) * rng.random::<f64>();
    let angle = uniform(0.0, TAU);
    let (sin, cos) = angle.sin_cos();
    if kind == Planted::Chip {
        let (x, y) = cladding.from_unit_disc(cos, sin);
        let radius = uniform(5.0, 9.0);
        let place = Place { from: [x, y], to: [x, y], radius };
        return (half_disc(&base.geometry.cladding, [x, y], radius), place);
    }
    let radius = REACH * uniform(0.0, 1.0).sqrt();
    let (x, y) = cladding.from_unit_disc(radius * cos, radius * sin);
    let stroke = |length: f64, width: f64, direction: f64| {
        // The round ends belong to the length.
        let half = (length - width) / 2.0;
        let (sin, cos) = direction.sin_cos();
        let (from, to) = ([x - half * cos, y - half * sin], [x + half * cos, y + half * sin]);
        (Shape::line(from, to, width), Place { from, to, radius: width / 2.0 })
    };
    match kind {
        Planted::ShortScratch => stroke(uniform(40.0, 60.0), 1.5, uniform(0.0, TAU)),
        Planted::LongScratch => {
            let width = if uniform(0.0, 1.0) < 0.5 { 1.5 } else { 3.0 };
            stroke(uniform(60.0, 110.0), width, uniform(0.0, TAU))
        }
        Planted::Dig | Planted::Particle | Planted::Chip => {
            let diameter = match kind {
                Planted::Dig => uniform(4.0, 11.0),
                _ if uniform(0.0, 1.0) < 0.5 => 14.0,
                _ => 22.0,
            };
            let place = Place { from: [x, y], to: [x, y], radius: diameter / 2.0 };
            (Shape::disc([x, y], diameter), place)
        }
    }
}

/// The part of a disc around a point of the rim that lies inside the cladding.
fn half_disc(cladding: &fiber_geometry::Ellipse, [x, y]: [f64; 2], radius: f64) -> Shape {
    let vertices = (0..48)
        .map(|i| {
            let (sin, cos) = (TAU * f64::from(i) / 48.0).sin_cos();
            let (u, v) = cladding.to_unit_disc(x + radius * cos, y + radius * sin);
            let scale = u.hypot(v).max(1.0);
            let (x, y) = cladding.from_unit_disc(u / scale, v / scale);
            [x, y]
        })
        .collect();
    Shape::Polygon { vertices }
}

/// The report that covers most of a planted defect, if any finds it.
fn best_report<'a>(truth: &DefectTruth, found: &'a [Defect]) -> Option<&'a Defect> {
    let [left, top, right, bottom] = truth.bbox.map(|v| v as f64);
    let edges = Edges { left, top, right, bottom };
    found.iter().filter(|defect| edges.is_found_by(Edges::from(defect.bounds))).max_by(|a, b| {
        let common = |d: &Defect| edges.common(Edges::from(d.bounds));
        common(a).total_cmp(&common(b))
    })
}

fn judge(truth: &DefectTruth, defect: &Defect) -> PlantedReport {
    let wanted = match truth.kind {
        DefectKind::Scratch => DefectType::Scratch,
        DefectKind::Dig => DefectType::Dig,
        DefectKind::Contamination => DefectType::Contamination,
        DefectKind::Chip => DefectType::Chip,
    };
    let sizes = match truth.kind {
        DefectKind::Scratch => {
            vec![(defect.length_px, truth.length_px), (defect.width_px, truth.width_px)]
        }
        _ => vec![(defect.diameter_px, truth.diameter_px)],
    };
    let (x, y) = defect.centroid;
    let distance = (x - truth.centroid[0]).hypot(y - truth.centroid[1]);
    PlantedReport {
        type_right: defect.defect_type == wanted,
        size_right: sizes
            .iter()
            .all(|(found, planted)| (found - planted).abs() <= (0.1 * planted).max(1.0)),
        position_right: distance <= 1.0,
        size_px: sizes[0].into(),
        width_px: [defect.width_px, truth.width_px],
        off_px: distance,
        confidence: defect.confidence,
    }
}

/// Share of the chosen cases that were found.
pub fn recall(cases: &[PlantedCase], chosen: impl Fn(&PlantedCase) -> bool) -> Share {
    cases.iter().filter(|case| chosen(case)).map(|case| Share::one(case.report.is_some())).sum()
}

/// Share of the found cases that are right in one respect.
pub fn right(
    cases: &[PlantedCase],
    chosen: impl Fn(&PlantedCase) -> bool,
    respect: impl Fn(&PlantedReport) -> bool,
) -> Share {
    let chosen = cases.iter().filter(|case| chosen(case));
    chosen.filter_map(|case| case.report.as_ref()).map(|report| Share::one(respect(report))).sum()
}
