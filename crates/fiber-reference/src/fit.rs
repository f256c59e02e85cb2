//! Learning: the model of all faces, and the scores of every face by a model that has not seen it.

use fiber_anomaly::{LocalMaps, structural_similarity};
use rayon::prelude::*;

use crate::feature_model::FeatureModel;
use crate::joint::JointThreshold;
use crate::learning_curve::{LearningStep, smaller_models};
use crate::outliers::{Outlier, outliers};
use crate::planes::FacePlanes;
use crate::scores::{Levels, RawScores, Thresholds, mean_measures, scores_among_others};
use crate::specks::SpeckMap;
use crate::{
    Collection, FrameKind, LearnOptions, ReferenceError, ReferenceModel, Sample, Threading,
};

/// Up to this many faces, each is left out in turn.
const MOST_SINGLE_FOLDS: usize = 64;

/// Parts that more faces are split into, each left out in turn.
const PARTS: usize = 16;

/// More outliers than this share of the faces are no outliers.
const MOST_OUTLIERS: f64 = 1.0 / 3.0;

/// Learns from at least two faces in one frame.
pub(crate) fn fit(
    collection: &Collection,
    frame: FrameKind,
    options: &LearnOptions,
) -> Result<ReferenceModel, ReferenceError> {
    let all: Vec<&Sample> = collection.samples().collect();
    let specks = SpeckMap::of(&all, frame);
    let masked: Vec<Sample> = match &specks {
        Some(specks) => all.iter().map(|sample| specks.without_specks(sample)).collect(),
        None => Vec::new(),
    };
    let samples: Vec<&Sample> = if specks.is_some() { masked.iter().collect() } else { all };
    let features = FeatureModel::fit(&samples, options)?;
    let raw = held_out_scores(&samples, frame, &features, options)?;
    let scores = scores_among_others(&raw)?;
    let outliers = outliers(&samples, &scores)?;
    if options.leave_out_outliers && !outliers.is_empty() {
        return fit_without(collection, outliers, frame, options);
    }
    let levels = Levels::of(&raw.iter().collect::<Vec<_>>())?;
    let mut learning_curve = smaller_models(&samples, frame, &levels, options)?;
    if !learning_curve.is_empty() {
        let learned = samples.len() - samples.len().div_ceil(folds(samples.len()));
        learning_curve.push(LearningStep::of(learned, &scores)?);
    }
    let joint = JointThreshold::learn(&scores, options.false_alarm_rate)?;
    Ok(ReferenceModel {
        planes: FacePlanes::fit(&samples, frame, options.variation_floor),
        thresholds: Thresholds::learn(&scores, &joint, options)?,
        joint,
        held_out: scores,
        faces: samples.iter().map(|&sample| sample.into()).collect(),
        created_by: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
        collection: collection.clone().into(),
        options: options.clone(),
        levels,
        features,
        frame,
        outliers,
        specks,
        learning_curve,
    })
}

/// Learns anew from the faces that are no outliers.
fn fit_without(
    collection: &Collection,
    outliers: Vec<Outlier>,
    frame: FrameKind,
    options: &LearnOptions,
) -> Result<ReferenceModel, ReferenceError> {
    let faces = collection.len();
    if outliers.len() as f64 > MOST_OUTLIERS * faces as f64 {
        let outliers = outliers.into_iter().map(|outlier| outlier.name).collect();
        return Err(ReferenceError::Inconsistent { faces, outliers });
    }
    let hashes: Vec<&str> = outliers.iter().map(|outlier| outlier.sha256.as_str()).collect();
    let rest = collection.without(&hashes);
    // Once only: leaving out again and again would eat up a wide but honest distribution.
    let once = LearnOptions { leave_out_outliers: false, ..options.clone() };
    let mut model = fit(&rest, frame, &once)?;
    model.outliers = outliers;
    model.options = options.clone();
    Ok(model)
}

/// The number of parts that the faces are split into.
pub(crate) fn folds(faces: usize) -> usize {
    if faces <= MOST_SINGLE_FOLDS { faces } else { PARTS }
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

/// With fewer faces, one more left out costs more than it corrects.
const FEWEST_FOR_COMPANIONS: usize = 6;

/// Scores of every face by what is learned from the faces in other parts. The samples are in order of
/// their hashes, so that every 16th of them is a random choice.
fn held_out_scores(
    samples: &[&Sample],
    frame: FrameKind,
    all: &FeatureModel,
    options: &LearnOptions,
) -> Result<Vec<RawScores>, ReferenceError> {
    let folds = folds(samples.len());
    let score_part = |part: usize| -> Result<Vec<RawScores>, ReferenceError> {
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
        let kept = select(&|i| !in_part(i) && Some(i) != also_left_out);
        let planes = FacePlanes::fit(&kept, frame, options.variation_floor);
        held_out.iter().map(|face| score(face, &features, &planes, options)).collect()
    };
    let parts: Vec<Vec<RawScores>> = match options.threading {
        Threading::Single => (0..folds).map(score_part).collect::<Result<_, _>>()?,
        Threading::CurrentPool => {
            (0..folds).into_par_iter().map(score_part).collect::<Result<_, _>>()?
        }
    };
    let mut parts: Vec<_> = parts.into_iter().map(Vec::into_iter).collect();
    let in_order = (0..samples.len()).map(|i| parts[i % folds].next());
    Ok(in_order.map(|raw| raw.expect("every face of a part was scored")).collect())
}

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
