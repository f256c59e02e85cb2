//! Learning: the model of all faces, and the scores of every face by a model that has not seen it.

use crate::extrapolation::Extrapolation;
use crate::feature_model::FeatureModel;
use crate::held_out::{folds, held_out_faces};
use crate::joint::JointThreshold;
use crate::learning_curve::{LearningStep, smaller_models};
use crate::outliers::{Outlier, outliers};
use crate::planes::FacePlanes;
use crate::scores::{Levels, RawScores, Thresholds, scores_among_others};
use crate::specks::SpeckMap;
use crate::{Collection, FrameKind, LearnOptions, ReferenceError, ReferenceModel, Sample, Scores};

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
    let held_out = held_out_faces(&samples, frame, &features, options)?;
    let raw: Vec<RawScores> = held_out.iter().map(|face| face.scores.clone()).collect();
    let levels = Levels::of(&raw.iter().collect::<Vec<_>>())?;
    let by_others = scores_among_others(&raw)?;
    let extrapolation = Extrapolation::learn(&samples, &held_out, &levels, frame, options)?;
    let scores: Vec<Scores> = by_others.iter().map(|face| extrapolation.apply(face)).collect();
    let outliers = outliers(&samples, &scores)?;
    if options.leave_out_outliers && !outliers.is_empty() {
        return fit_without(collection, outliers, frame, options);
    }
    let mut learning_curve = smaller_models(&samples, frame, &levels, options)?;
    if !learning_curve.is_empty() {
        let learned = samples.len() - samples.len().div_ceil(folds(samples.len()));
        learning_curve.push(LearningStep::of(learned, &by_others)?);
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
