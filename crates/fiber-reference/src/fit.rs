//! Learning: the model of all faces, and the scores of every face by a model that has not seen it.

use fiber_anomaly::{LocalMaps, structural_similarity};
use rayon::prelude::*;

use crate::feature_model::FeatureModel;
use crate::outliers::outliers;
use crate::planes::FacePlanes;
use crate::scores::{Levels, RawScores, Thresholds, mean_measures, scores_among_others};
use crate::{
    Collection, FrameKind, LearnOptions, ReferenceError, ReferenceModel, Sample, Threading,
};

/// Up to this many faces, each is left out in turn.
const MOST_SINGLE_FOLDS: usize = 64;

/// Parts that more faces are split into, each left out in turn.
const PARTS: usize = 16;

/// Learns from at least two faces in one frame.
pub(crate) fn fit(
    collection: &Collection,
    frame: FrameKind,
    options: &LearnOptions,
) -> Result<ReferenceModel, ReferenceError> {
    let samples: Vec<&Sample> = collection.samples().collect();
    let features = FeatureModel::fit(&samples, options)?;
    let raw = held_out_scores(&samples, frame, &features, options)?;
    let scores = scores_among_others(&raw)?;
    let outliers = outliers(&samples, &scores)?;
    if options.leave_out_outliers && !outliers.is_empty() {
        let hashes: Vec<&str> = outliers.iter().map(|outlier| outlier.sha256.as_str()).collect();
        let rest = collection.without(&hashes);
        if rest.len() < 2 {
            return Err(ReferenceError::TooFewFaces { found: rest.len() });
        }
        // Once only: leaving out again and again would eat up a wide but honest distribution.
        let once = LearnOptions { leave_out_outliers: false, ..options.clone() };
        let mut model = fit(&rest, frame, &once)?;
        model.outliers = outliers;
        model.options = options.clone();
        return Ok(model);
    }
    Ok(ReferenceModel {
        planes: FacePlanes::fit(&samples, frame, options.variation_floor),
        levels: Levels::of(&raw.iter().collect::<Vec<_>>())?,
        thresholds: Thresholds::learn(&scores, options)?,
        faces: samples.iter().map(|&sample| sample.into()).collect(),
        created_by: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
        collection: collection.clone().into(),
        options: options.clone(),
        features,
        frame,
        outliers,
    })
}

/// The number of parts that the faces are split into.
pub(crate) fn folds(faces: usize) -> usize {
    if faces <= MOST_SINGLE_FOLDS { faces } else { PARTS }
}

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
        let select = |held_out: bool| -> Vec<&Sample> {
            let chosen = (0..samples.len()).filter(|&i| in_part(i) == held_out);
            chosen.map(|i| samples[i]).collect()
        };
        let (kept, held_out) = (select(false), select(true));
        let features = match FeatureModel::fit(&kept, options) {
            // A single face, or equal ones, cannot have units of their own.
            Err(ReferenceError::NoVariation) => all.located_at(&kept)?,
            fitted => fitted?,
        };
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

fn score(
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
