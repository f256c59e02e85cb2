use std::ops::RangeInclusive;

use fiber_anomaly::SelfReference;
use fiber_geometry::Geometry;
use fiber_image::Plane;

use crate::blobs::find_blobs;
use crate::candidate::{Candidate, candidates};
use crate::chip::out_to_the_rim;
use crate::classify::{Traits, classify, other_type};
use crate::follow::{Flaw, follow};
use crate::footprint::Footprint;
use crate::measure::Shape;
use crate::merge::{Group, merge, separate_parts};
use crate::quiet::Quiet;
use crate::scratches::{self, find_scratches};
use crate::stroke::{Evidence, Extent};
use crate::{
    Defect, DefectError, DefectType, DetectOptions, PixelBox, Polarity, ReadMark, Reading,
    SeverityInput, SizeUm, severity_score,
};

/// Name under which regions of the learned anomaly map are reported.
const LEARNED: &str = "learned_map";
/// The rim of the cladding as a range of radii over its own ...
const RIM: (f64, f64) = (0.955, 1.03);
/// ... and this many pixels more to each side: so far from the rim the steepness of its own edge hides what is
/// broken off it.
const RIM_BLUR_PX: f64 = 1.5;

/// The defects of one face.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// Worst first.
    pub defects: Vec<Defect>,
    /// For every pixel of the image 0, or `i + 1` for `defects[i]`.
    pub labels: Plane<u32>,
}

impl Detection {
    /// 255 on every defect, 0 elsewhere.
    #[must_use]
    pub fn mask(&self) -> Plane<u8> {
        self.labels.map(|&label| if label == 0 { 0 } else { 255 })
    }
}

/// Finds, joins and measures the defects that a self-reference shows.
///
/// Compact and long marks are sought by matched filters (see the crate's documentation), candidates that touch
/// or continue each other are joined, and each flaw is measured on its pixels: compact ones within their outline at half
/// height, long ones along their course, chips out to the rim. Sizes in micrometres are taken after the pixels were put in their true
/// places, so that pixels need not be square. The dip of the refractive index at the exact centre
/// of the core, which many healthy fibres have, is not reported.
///
/// `size` is the image's width and height. `abnormal` is a mask of the image's size of what a learned model
/// holds for abnormal; where no detector agrees with it, it makes defects of type
/// [`DefectType::Anomaly`].
///
/// # Errors
/// [`DefectError`] where an option is out of range.
pub fn detect(
    reference: &SelfReference,
    size: (usize, usize),
    geometry: Option<&Geometry>,
    abnormal: Option<&Plane<u8>>,
    options: &DetectOptions,
) -> Result<Detection, DefectError> {
    let sightings = Sightings::seek(reference, options)?;
    sightings.detect(reference, size, geometry, abnormal, options)
}

/// What the detectors see on a face by themselves: the first and longer part of [`detect`], for which no learned model
/// is needed yet.
#[derive(Clone, Debug)]
pub struct Sightings {
    candidates: Vec<Candidate>,
}

impl Sightings {
    /// Runs the detectors.
    ///
    /// # Errors
    /// [`DefectError`] where an option is out of range.
    pub fn seek(reference: &SelfReference, options: &DetectOptions) -> Result<Self, DefectError> {
        options.validate()?;
        let blobs = find_blobs(reference, options.threading)?;
        let mut candidates = blobs.candidates;
        let quiet = Quiet::beside(reference, &blobs.halo)?;
        candidates.extend(find_scratches(reference, &quiet, options.threading)?);
        Ok(Self { candidates })
    }

    /// Joins and measures what was seen, with what a learned model holds for abnormal: the rest of [`detect`].
    ///
    /// # Errors
    /// [`DefectError`] where an option is out of range.
    pub fn detect(
        self,
        reference: &SelfReference,
        size: (usize, usize),
        geometry: Option<&Geometry>,
        abnormal: Option<&Plane<u8>>,
        options: &DetectOptions,
    ) -> Result<Detection, DefectError> {
        options.validate()?;
        let mut found = self.candidates;
        let (width, height) = reference.residual.dimensions();
        if let Some(abnormal) = abnormal {
            found.extend(learned_candidates(abnormal, reference));
        }
        let local = geometry.map(|g| g.within_crop(reference.origin.0, reference.origin.1));
        let mut groups = merge(found, width, height);
        groups.retain(|group| !local.as_ref().is_some_and(|g| is_a_fringe(group, g)));
        let mut measured: Vec<(Defect, Flaw)> = follow(groups, &Evidence::of(reference))
            .into_iter()
            .map(|flaw| describe(flaw, reference, local.as_ref(), options))
            .filter(|(defect, flaw)| {
                shows(defect, flaw, reference, options)
                    && (!only_a_line(&flaw.group) || is_a_line(defect, flaw, local.as_ref()))
            })
            .filter(|(defect, _)| !geometry.is_some_and(|g| is_index_dip(defect, g)))
            .collect();
        measured.sort_by(|a, b| {
            let first = |flaw: &Flaw| flaw.group.pixels.first().map(|&(x, y)| (y, x));
            b.0.severity.total_cmp(&a.0.severity).then_with(|| first(&a.1).cmp(&first(&b.1)))
        });
        let mut labels =
            Plane::filled(size.0, size.1, 0_u32).map_err(|_| DefectError::Parameter {
                parameter: "size",
                value: size.0 as f64 * size.1 as f64,
                allowed: "the image's own width and height",
            })?;
        for (label, (_, flaw)) in (1..).zip(&measured) {
            for &(x, y) in &flaw.group.pixels {
                let at = (x as usize + reference.origin.0, y as usize + reference.origin.1);
                if at.0 < size.0 && at.1 < size.1 {
                    labels[at] = label;
                }
            }
        }
        Ok(Detection { defects: measured.into_iter().map(|(defect, _)| defect).collect(), labels })
    }
}

/// What has fewer pixels has no form that could be measured.
const LEAST_PIXELS: usize = 4;

/// Whether a mark is sure, large and strong enough to be reported.
fn shows(
    defect: &Defect,
    Flaw { group, stroke }: &Flaw,
    reference: &SelfReference,
    options: &DetectOptions,
) -> bool {
    let bound_by_area = defect.defect_type != DefectType::Scratch;
    // The two sides of a spot in light from the side cancel; those of a line do not belong together.
    let has_two_sides = defect.polarity == Polarity::Mixed && !only_a_line(group);
    let contrast = if has_two_sides {
        Signal::of(group, reference).rms_contrast
    } else {
        // Over the pixels of a faint stroke that came out too wide the mean is too low.
        stroke.map_or(defect.contrast, |stroke| stroke.contrast).abs()
    };
    defect.confidence >= options.min_confidence
        && (!bound_by_area || group.halo.max(defect.area_px) >= options.min_area_px)
        && defect.area_px >= LEAST_PIXELS
        && contrast >= least_contrast(options.min_contrast, reference.brightness)
}

/// On frames darker than this many grey levels fainter marks are seen: the eye, and who shows a dark picture,
/// judge by shares (Weber's law).
const FULL_CONTRAST_FROM: f64 = 128.0;
/// Fainter than this they are not told from the contours that whole grey levels make.
const LEVEL: f64 = 1.0;

/// The least contrast on a frame of this median brightness, where it is `full` on a bright one.
fn least_contrast(full: f64, brightness: f64) -> f64 {
    full.min((full * brightness / FULL_CONTRAST_FROM).max(LEVEL))
}

/// Whether nothing of a mark stands out but its sum along a line.
fn only_a_line(group: &Group) -> bool {
    group.algorithms.iter().all(|&algorithm| algorithm == scratches::ALGORITHM)
}

/// Whether what only a sum along a line has shown came out as a line of its own; `geometry` is in the coordinates of the
/// self-reference.
fn is_a_line(defect: &Defect, Flaw { group, stroke }: &Flaw, geometry: Option<&Geometry>) -> bool {
    stroke.is_some()
        && defect.length_px >= scratches::LEAST_LENGTH
        && defect.defect_type != DefectType::Chip
        && !geometry.is_some_and(|g| runs_along_a_circle(defect.length_px, group, g))
}

/// Whether what only a sum along a line has shown is a fringe. Followed, one may come out as a bow that leaves its circle.
fn is_a_fringe(group: &Group, geometry: &Geometry) -> bool {
    let length = Shape::of(&points(&group.pixels), 1.0).length;
    only_a_line(group) && runs_along_a_circle(length, group, geometry)
}

/// Between these shares of the cladding's radius the fringes of its rim lie ...
const RIM_FRINGES: RangeInclusive<f64> = 0.88..=1.06;
/// ... and so far in pixels to both sides of the core's edge those of the core.
const CORE_FRINGES_PX: f64 = 5.0;
/// What stays at its radius within this share of its length, and so many pixels, runs along the circle.
const LARGEST_CLIMB: f64 = 0.1;
const LEAST_CLIMB_PX: f64 = 2.0;

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

/// Largest diameter of the index dip of a core and distance of its middle from the core's, in micrometres.
const LARGEST_DIP_UM: f64 = 5.0;
const DIP_CENTRED_WITHIN_UM: f64 = 0.8;

/// Whether a mark is the dip (or peak) of the refractive index at the exact centre of the core, which many
/// healthy fibres have from their making. A pit at that very place cannot be told from it.
fn is_index_dip(defect: &Defect, geometry: &Geometry) -> bool {
    let centre =
        geometry.core.map_or((geometry.cladding.cx, geometry.cladding.cy), |c| (c.cx, c.cy));
    let (x, y) = geometry.to_um(defect.centroid.0, defect.centroid.1);
    let (centre_x, centre_y) = geometry.to_um(centre.0, centre.1);
    let distance = (x - centre_x).hypot(y - centre_y);
    distance <= DIP_CENTRED_WITHIN_UM
        && defect.size_um.is_some_and(|s| s.diameter <= LARGEST_DIP_UM)
}

/// Regions of the learned map. They passed a threshold of their own, so that each is at least as likely as not,
/// however little the face itself shows of it.
fn learned_candidates(abnormal: &Plane<u8>, reference: &SelfReference) -> Vec<Candidate> {
    let (left, top) = reference.origin;
    let (width, height) = reference.residual.dimensions();
    abnormal
        .view()
        .crop(left, top, width, height)
        .map(|part| {
            let mask = part.to_plane();
            let marks = Footprint { halo: mask.clone(), mask };
            let mut regions = candidates(LEARNED, &marks, &reference.residual, 0.0);
            regions.iter_mut().for_each(|region| region.peak = region.peak.max(EVEN));
            regions
        })
        .unwrap_or_default()
}

fn points(pixels: &[(u32, u32)]) -> Vec<(f64, f64)> {
    pixels.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).collect()
}

/// Measures a flaw; `geometry` is in the coordinates of the self-reference.
fn describe(
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
    let only_anomaly = group.algorithms.iter().all(|&a| a == LEARNED);
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

/// Response in standard deviations at which a candidate is as likely real as not.
const EVEN: f32 = 6.0;

/// A logistic curve in the highest matched response: 0.5 at [`EVEN`] standard deviations, 0.9 at 8.2.
fn confidence(peak: f32) -> f64 {
    1.0 / (1.0 + f64::from(EVEN - peak).exp())
}

fn bounds(pixels: &[(u32, u32)], origin: (usize, usize)) -> PixelBox {
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

struct Signal {
    /// Mean difference in grey levels, and the root of its mean square.
    contrast: f64,
    rms_contrast: f64,
    snr: f64,
    polarity: Polarity,
}

impl Signal {
    fn of(group: &Group, reference: &SelfReference) -> Self {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fiber_geometry::{Core, Ellipse};

    use super::*;

    #[test]
    fn only_lines_along_the_edge_of_the_core_are_fringes() {
        let geometry = Geometry {
            cladding: Ellipse::circle(200.0, 200.0, 250.0),
            core: Some(Core { cx: 200.0, cy: 200.0, diameter_um: 50.0 }),
            cladding_um: 125.0,
            edge_rms_px: 0.2,
            rim_coverage: 1.0,
            rim_step: 40.0,
        };
        let group = |algorithm, pixels: Vec<(u32, u32)>| Group {
            algorithms: BTreeSet::from([algorithm]),
            halo: pixels.len(),
            parts: Vec::new(),
            solid: Vec::new(),
            pixels,
            peak: 9.0,
        };
        let arc = || -> Vec<(u32, u32)> {
            let at = |i: i32| (90.0 + f64::from(i)).to_radians().sin_cos();
            (-15..=15)
                .map(at)
                .map(|(sin, cos)| (200.0 + 50.0 * cos, 200.0 + 50.0 * sin))
                .map(|(x, y)| (x.round() as u32, y.round() as u32))
                .collect()
        };
        assert!(is_a_fringe(&group(scratches::ALGORITHM, arc()), &geometry));
        assert!(!is_a_fringe(&group("matched_blob", arc()), &geometry), "seen by itself");
        let across = (235..266).map(|y| (200, y)).collect();
        assert!(!is_a_fringe(&group(scratches::ALGORITHM, across), &geometry));
    }

    #[test]
    fn the_least_contrast_is_a_share_of_dark_frames_down_to_a_level() {
        assert_eq!(least_contrast(1.5, 200.0), 1.5);
        assert_eq!(least_contrast(1.5, 128.0), 1.5);
        assert_eq!(least_contrast(1.5, 96.0), 1.125);
        assert_eq!(least_contrast(1.5, 37.0), 1.0);
        // What is asked for is never exceeded.
        assert_eq!(least_contrast(0.5, 37.0), 0.5);
        assert_eq!(least_contrast(0.5, 200.0), 0.5);
    }
}
