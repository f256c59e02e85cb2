//! Faces of the learning set that do not look like the others.

use fiber_stats::{median, robust_scale};
use serde::{Deserialize, Serialize};

use crate::scores::Scores;
use crate::{CriterionName, ReferenceError, Sample};

/// Robust standard deviations beyond the median at which a face counts as outlying.
const FAR: f64 = 6.0;

/// Fewer faces do not tell what is usual.
const FEWEST_FACES: usize = 8;

/// A face of the learning set that scores unlike the others by a model that has not seen it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlier {
    /// Name of the face.
    pub name: String,
    /// SHA-256 of its source.
    pub sha256: String,
    /// The criterion by which it lies farthest off.
    pub criterion: CriterionName,
    /// Its score by that criterion.
    pub score: f64,
    /// The score at which a face counts as outlying: 6 robust standard deviations above the median.
    pub limit: f64,
}

/// The outlying faces, in the order of the samples.
pub(crate) fn outliers(
    samples: &[&Sample],
    scores: &[Scores],
) -> Result<Vec<Outlier>, ReferenceError> {
    if samples.len() < FEWEST_FACES {
        return Ok(Vec::new());
    }
    // For each face the criterion that it exceeds by the largest multiple of the scale.
    let mut farthest: Vec<Option<(f64, Outlier)>> = vec![None; samples.len()];
    for criterion in CriterionName::ALL {
        let values: Vec<f64> = scores.iter().map(|scores| scores.of(criterion)).collect();
        let (middle, scale) = (median(&values)?, robust_scale(&values)?);
        let limit = middle + FAR * scale;
        for ((sample, &score), farthest) in samples.iter().zip(&values).zip(&mut farthest) {
            let distance = (score - middle) / scale;
            if score > limit && farthest.as_ref().is_none_or(|(far, _)| distance > *far) {
                let (name, sha256) = (sample.name().to_owned(), sample.sha256().to_owned());
                *farthest = Some((distance, Outlier { name, sha256, criterion, score, limit }));
            }
        }
    }
    Ok(farthest.into_iter().flatten().map(|(_, outlier)| outlier).collect())
}
