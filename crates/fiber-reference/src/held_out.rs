//! Scores of every face by models that have not seen it.

use fiber_anomaly::{LocalMaps, structural_similarity};
use rayon::prelude::*;

use crate::feature_model::FeatureModel;
use crate::planes::FacePlanes;
use crate::scores::{RawScores, mean_measures};
use crate::{FrameKind, LearnOptions, ReferenceError, Sample, Threading};

/// Up to this many faces, each is left out in turn.
const MOST_SINGLE_FOLDS: usize = 64;

/// Parts that more faces are split into, each left out in turn.
const PARTS: usize = 16;

/// With fewer faces, one more left out costs more than it corrects.
const FEWEST_FOR_COMPANIONS: usize = 6;

/// One face's scores by models that have not seen it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HeldOut {
    /// By a model of the faces in all other parts.
    pub(crate) scores: RawScores,
    /// Faces that the features of that model were learned from.
    pub(crate) features_of: usize,
    /// Faces that its archetype and variation were learned from.
    pub(crate) planes_of: usize,
}

/// The number of parts that the faces are split into.
pub(crate) fn folds(faces: usize) -> usize {
    if faces <= MOST_SINGLE_FOLDS { faces } else { PARTS }
}

/// Scores of every face by what is learned from the faces in other parts, in the order of the samples. These are in
/// order of their hashes, so that every 16th of them is a random choice.
pub(crate) fn held_out_faces(
    samples: &[&Sample],
    frame: FrameKind,
    all: &FeatureModel,
    options: &LearnOptions,
) -> Result<Vec<HeldOut>, ReferenceError> {
    let folds = folds(samples.len());
    let score_part = |part| score_part(part, samples, frame, all, options);
    let parts: Vec<Vec<HeldOut>> = match options.threading {
        Threading::Single => (0..folds).map(score_part).collect::<Result<_, _>>()?,
        Threading::CurrentPool => {
            (0..folds).into_par_iter().map(score_part).collect::<Result<_, _>>()?
        }
    };
    let mut parts: Vec<_> = parts.into_iter().map(Vec::into_iter).collect();
    let in_order = (0..samples.len()).map(|i| parts[i % folds].next());
    Ok(in_order.map(|face| face.expect("every face of a part was scored")).collect())
}

fn score_part(
    part: usize,
    samples: &[&Sample],
    frame: FrameKind,
    all: &FeatureModel,
    options: &LearnOptions,
) -> Result<Vec<HeldOut>, ReferenceError> {
    let folds = folds(samples.len());
    let in_part = |i: usize| i % folds == part;
    let also_left_out = companion(part, folds, samples.len());
    let select = |wanted: &dyn Fn(usize) -> bool| -> Vec<&Sample> {
        (0..samples.len()).filter(|&i| wanted(i)).map(|i| samples[i]).collect()
    };
    let held_out = select(&in_part);
    let kept = select(&|i| !in_part(i));
    let features = match FeatureModel::fit(&kept, options) {
        // A single face, or equal ones, cannot have units of their own.
        Err(ReferenceError::NoVariation) => all.located_at(&kept)?,
        fitted => fitted?,
    };
    let features_of = kept.len();
    let kept = select(&|i| !in_part(i) && Some(i) != also_left_out);
    let planes = FacePlanes::fit(&kept, frame, options.variation_floor);
    let planes_of = kept.len();
    held_out
        .iter()
        .map(|face| {
            let scores = score(face, &features, &planes, options)?;
            Ok(HeldOut { scores, features_of, planes_of })
        })
        .collect()
}

/// A face of the next part that is left out of the archetype together with a part of an odd number of faces.
///
/// The median of an odd number of grey levels is one of them, of an even number often half a level between
/// two: archetypes of odd and of even numbers of faces differ in their rounding, and structural scores with them
/// by more than what faces differ. So a face is compared with archetypes of as many faces as the final one has,
/// modulo 2.
fn companion(part: usize, folds: usize, faces: usize) -> Option<usize> {
    let in_part = (faces - part).div_ceil(folds);
    (in_part % 2 == 1 && faces >= FEWEST_FOR_COMPANIONS).then_some((part + 1) % folds)
}

/// What a face scores by a model.
pub(crate) fn score(
    face: &Sample,
    features: &FeatureModel,
    planes: &FacePlanes,
    options: &LearnOptions,
) -> Result<RawScores, ReferenceError> {
    let z = features.standardise(face.features())?;
    let valid = planes.common_mask(face.valid());
    let similarity = structural_similarity(face.luma(), planes.archetype.view(), valid.view())?;
    let levelled = planes.level(face.luma(), valid.view());
    let local = LocalMaps::new(levelled.view(), valid.view(), planes.normal()?, &options.local)?;
    Ok(RawScores {
        mahalanobis: features.mahalanobis.distance(&z)?,
        measures: mean_measures(&features.compare(&z)?)?,
        structural: 1.0 - similarity.score,
        peaks: local.peaks(),
    })
}
