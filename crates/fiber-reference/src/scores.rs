//! What a face scores against a model of other faces, and the thresholds learned from such scores.

use fiber_anomaly::LocalLevels;
use fiber_stats::{LearnedThreshold, VectorComparison, mean, median};
use serde::{Deserialize, Serialize};

use crate::joint::JointThreshold;
use crate::{CriterionName, LearnOptions, ReferenceError};

/// Levels of the local maps that good faces may reach by the settings alone, so that faces that agree to
/// the last grey level do not make anything else abnormal: the limit of the variation model, and little
/// structure.
const LEAST_LEVELS: LocalLevels =
    LocalLevels { dissimilarity: 0.05, difference: 1.0, deviation: 1.0 };

/// The least structural threshold, for the same reason.
pub(crate) const LEAST_STRUCTURAL: f64 = 1e-3;

/// The least local threshold: 1 is within the limits of the variation model.
pub(crate) const LEAST_LOCAL: f64 = 1.0;

/// Number of measures two feature vectors are compared by.
pub(crate) const MEASURES: usize = VectorComparison::NAMES.len();

/// Scores of one face in their own units.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RawScores {
    pub(crate) mahalanobis: f64,
    /// Mean dissimilarity from the reference faces by each measure.
    pub(crate) measures: [f64; MEASURES],
    /// 1 minus the mean SSIM.
    pub(crate) structural: f64,
    pub(crate) peaks: LocalLevels,
}

/// What good faces typically score, to bring different measures and maps to one footing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Levels {
    pub(crate) measures: [f64; MEASURES],
    pub(crate) local: LocalLevels,
}

/// Thresholds of the four learned criteria, each in its own units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Of the Mahalanobis distance of the features.
    pub mahalanobis: LearnedThreshold,
    /// Of the dissimilarity from the reference faces; good ones are around 1.
    pub comparison: LearnedThreshold,
    /// Of 1 minus the mean SSIM against the archetype.
    pub structural: LearnedThreshold,
    /// Of the peak of the combined local map, and so of regions; good faces peak around 1.
    pub local: LearnedThreshold,
}

/// Scores of one face by the four criteria, each in its own units; larger is worse.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    /// Mahalanobis distance of the features.
    pub mahalanobis: f64,
    /// Dissimilarity of the features from those of the reference faces, around 1 for good faces.
    pub comparison: f64,
    /// 1 minus the mean SSIM against the archetype.
    pub structural: f64,
    /// Peak of the combined local map, around 1 for good faces.
    pub local: f64,
}

impl Levels {
    /// The median of each score over some faces, at least one.
    pub(crate) fn of(raw: &[&RawScores]) -> Result<Self, ReferenceError> {
        let middle = |score: &dyn Fn(&RawScores) -> f64| {
            median(&raw.iter().map(|raw| score(raw)).collect::<Vec<_>>())
        };
        let mut measures = [1.0; MEASURES];
        for (i, level) in measures.iter_mut().enumerate() {
            let typical = middle(&|raw| raw.measures[i])?;
            // Where good faces do not differ at all, the measure speaks in its own units.
            *level = if typical > 0.0 { typical } else { 1.0 };
        }
        let least = LEAST_LEVELS;
        let local = LocalLevels {
            dissimilarity: middle(&|raw| raw.peaks.dissimilarity)?.max(least.dissimilarity),
            difference: middle(&|raw| raw.peaks.difference)?.max(least.difference),
            deviation: middle(&|raw| raw.peaks.deviation)?.max(least.deviation),
        };
        Ok(Self { measures, local })
    }

    /// Mean of dissimilarities in units of their levels.
    pub(crate) fn combine_measures(&self, dissimilarities: &[f64; MEASURES]) -> f64 {
        let units = dissimilarities.iter().zip(&self.measures).map(|(value, level)| value / level);
        units.sum::<f64>() / MEASURES as f64
    }

    pub(crate) fn scores(&self, raw: &RawScores) -> Scores {
        Scores {
            mahalanobis: raw.mahalanobis,
            comparison: self.combine_measures(&raw.measures),
            structural: raw.structural,
            local: raw.peaks.in_units_of(&self.local),
        }
    }
}

/// Scores of every face in units of what the others typically score.
pub(crate) fn scores_among_others(raw: &[RawScores]) -> Result<Vec<Scores>, ReferenceError> {
    (0..raw.len())
        .map(|face| {
            let others: Vec<&RawScores> =
                raw.iter().enumerate().filter(|&(i, _)| i != face).map(|(_, raw)| raw).collect();
            Ok(Levels::of(&others)?.scores(&raw[face]))
        })
        .collect()
}

impl Thresholds {
    /// The threshold of a criterion.
    #[must_use]
    pub fn of(&self, criterion: CriterionName) -> LearnedThreshold {
        match criterion {
            CriterionName::Mahalanobis => self.mahalanobis,
            CriterionName::Comparison => self.comparison,
            CriterionName::Structural => self.structural,
            CriterionName::Local => self.local,
        }
    }

    /// The working threshold of a criterion is where it alone makes the joint verdict abnormal, and at least
    /// `mean + multiplier * std`.
    pub(crate) fn learn(
        scores: &[Scores],
        joint: &JointThreshold,
        options: &LearnOptions,
    ) -> Result<Self, ReferenceError> {
        let learn = |criterion| -> Result<_, ReferenceError> {
            let values: Vec<f64> = scores.iter().map(|scores| scores.of(criterion)).collect();
            let (rate, multiplier) = (options.false_alarm_rate, options.threshold_multiplier);
            let learned = LearnedThreshold::from_scores(&values, rate, multiplier)?;
            let spread = learned.mean + multiplier * learned.std;
            Ok(LearnedThreshold { working: joint.score_at_limit(criterion).max(spread), ..learned })
        };
        Ok(Self {
            mahalanobis: learn(CriterionName::Mahalanobis)?,
            comparison: learn(CriterionName::Comparison)?,
            structural: learn(CriterionName::Structural)?,
            local: learn(CriterionName::Local)?,
        })
    }
}

/// The mean of each measure over comparisons with several faces, at least one.
pub(crate) fn mean_measures(
    comparisons: &[VectorComparison],
) -> Result<[f64; MEASURES], ReferenceError> {
    let mut means = [0.0; MEASURES];
    for (i, value) in means.iter_mut().enumerate() {
        let values: Vec<f64> = comparisons.iter().map(|c| c.dissimilarities()[i]).collect();
        *value = mean(&values)?;
    }
    Ok(means)
}

impl Scores {
    /// The score by a criterion.
    #[must_use]
    pub fn of(&self, criterion: CriterionName) -> f64 {
        match criterion {
            CriterionName::Mahalanobis => self.mahalanobis,
            CriterionName::Comparison => self.comparison,
            CriterionName::Structural => self.structural,
            CriterionName::Local => self.local,
        }
    }
}
