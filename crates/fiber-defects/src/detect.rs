use fiber_anomaly::SelfReference;
use fiber_geometry::Geometry;
use fiber_image::Plane;

use crate::blobs::find_blobs;
use crate::candidate::Candidate;
use crate::describe::describe;
use crate::follow::{Flaw, follow};
use crate::healthy::{is_a_fringe, is_grid_on_the_rim, is_index_dip};
use crate::learned::learned_candidates;
use crate::merge::merge;
use crate::quiet::Quiet;
use crate::scratches::find_scratches;
use crate::shown::shows;
use crate::stroke::Evidence;
use crate::{Defect, DefectError, DetectOptions};

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
/// [`DefectType::Anomaly`](crate::DefectType::Anomaly).
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
        let halved = reference.rings.halved();
        let blobs = find_blobs(reference, &halved, options.threading)?;
        let mut candidates = blobs.candidates;
        let quiet = Quiet::beside(reference, &blobs.halo)?;
        candidates.extend(find_scratches(reference, &halved, &quiet, options.threading)?);
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
            .filter(|(defect, flaw)| shows(defect, flaw, reference, options))
            .filter(|(defect, flaw)| {
                !local.as_ref().is_some_and(|g| {
                    is_a_fringe(&flaw.group, g) || is_grid_on_the_rim(defect, &flaw.group, g)
                }) && !geometry.is_some_and(|g| is_index_dip(defect, g))
            })
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
