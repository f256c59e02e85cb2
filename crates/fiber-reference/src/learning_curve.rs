//! Whether more faces would help: what faces score by models of fewer faces.

use fiber_stats::median;
use serde::{Deserialize, Serialize};

use crate::feature_model::FeatureModel;
use crate::held_out::score;
use crate::planes::FacePlanes;
use crate::scores::{Levels, Scores};
use crate::{CriterionName, FrameKind, LearnOptions, ReferenceError, Sample};

/// So many faces are scored by each smaller model.
const SCORED: usize = 8;

/// Fewer faces make no curve.
const FEWEST_FACES: usize = 8;

/// What a face scores by a model of so many other faces.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearningStep {
    /// Faces that were learned from.
    pub faces: usize,
    /// Medians of the scores of faces that were not.
    pub scores: Scores,
}

/// Steps of a quarter, half and three quarters of the faces; none where there are fewer than 8.
pub(crate) fn smaller_models(
    samples: &[&Sample],
    frame: FrameKind,
    levels: &Levels,
    options: &LearnOptions,
) -> Result<Vec<LearningStep>, ReferenceError> {
    if samples.len() < FEWEST_FACES {
        return Ok(Vec::new());
    }
    let step = |quarters: usize| -> Result<LearningStep, ReferenceError> {
        let faces = samples.len() * quarters / 4;
        // The samples are in order of their hashes: the first of them are a random choice.
        let (learned, rest) = samples.split_at(faces);
        let features = FeatureModel::fit(learned, options)?;
        let planes = FacePlanes::fit(learned, frame, options.variation_floor);
        let scores = rest
            .iter()
            .take(SCORED)
            .map(|face| Ok(levels.scores(&score(face, &features, &planes, options)?)))
            .collect::<Result<Vec<_>, ReferenceError>>()?;
        LearningStep::of(faces, &scores)
    };
    let steps = (1..4).map(step).collect::<Result<Vec<_>, _>>();
    match steps {
        // Too few of them differ in any feature to have a curve.
        Err(ReferenceError::NoVariation) => Ok(Vec::new()),
        steps => steps,
    }
}

impl LearningStep {
    /// The medians of some scores, at least one.
    pub(crate) fn of(faces: usize, scores: &[Scores]) -> Result<Self, ReferenceError> {
        let middle = |criterion| -> Result<f64, ReferenceError> {
            Ok(median(&scores.iter().map(|scores| scores.of(criterion)).collect::<Vec<_>>())?)
        };
        Ok(Self {
            faces,
            scores: Scores {
                mahalanobis: middle(CriterionName::Mahalanobis)?,
                comparison: middle(CriterionName::Comparison)?,
                structural: middle(CriterionName::Structural)?,
                local: middle(CriterionName::Local)?,
            },
        })
    }
}

/// By what share twice as many faces would lower the scores of good faces, by the criterion that would
/// gain most: scores fall as `a + b / faces`, so by half of what the second half of the faces gained.
/// `None` without a curve.
pub(crate) fn gain_of_twice_as_many(curve: &[LearningStep]) -> Option<f64> {
    let last = curve.last()?;
    let half = curve.iter().find(|step| step.faces * 2 >= last.faces && step.faces < last.faces)?;
    let gain = |criterion| {
        let (before, after) = (half.scores.of(criterion), last.scores.of(criterion));
        // b from the two steps, then the step from the last to twice as many.
        let (n, m) = (last.faces as f64, half.faces as f64);
        let b = (before - after) / (1.0 / m - 1.0 / n);
        if after > 0.0 { (b / (2.0 * n) / after).max(0.0) } else { 0.0 }
    };
    CriterionName::ALL.into_iter().map(gain).reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(faces: usize, local: f64) -> LearningStep {
        let scores = Scores { mahalanobis: 2.0, comparison: 1.0, structural: 0.1, local };
        LearningStep { faces, scores }
    }

    #[test]
    fn the_gain_follows_one_over_the_number_of_faces() {
        let score = |faces: f64| 1.0 + 4.0 / faces;
        let curve = [step(10, score(10.0)), step(20, score(20.0)), step(40, score(40.0))];
        let gain = gain_of_twice_as_many(&curve).expect("a curve");
        assert!((gain - (score(40.0) - score(80.0)) / score(40.0)).abs() < 1e-12, "{gain}");
        assert_eq!(gain_of_twice_as_many(&[]), None);
        assert_eq!(gain_of_twice_as_many(&[step(5, 1.0)]), None);
        assert_eq!(gain_of_twice_as_many(&[step(5, 1.0), step(9, 2.0)]), Some(0.0));
    }
}
