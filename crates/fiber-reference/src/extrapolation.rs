//! From scores by models of some of the faces to scores by the model of all of them.

use rayon::prelude::*;

use crate::feature_model::FeatureModel;
use crate::held_out::{HeldOut, score};
use crate::planes::FacePlanes;
use crate::scores::{Levels, RawScores, Scores};
use crate::{CriterionName, FrameKind, LearnOptions, ReferenceError, Sample, Threading};

/// Fewer faces do not tell how scores fall with the number of faces.
const SMALLEST_HALF: usize = 3;

/// By how much the logarithms of scores fall from the models that held-out faces are scored by to the model of all
/// faces.
///
/// What is learned from fewer faces is less sure, and a face that it has not seen lies farther from it. The logarithm
/// of a score is taken for linear in `1 / m` of the `m` faces that were learned from: one point of the line is the
/// score by a model of nearly all others, the other one that by a model of the half of the faces that this one is not
/// in. The fall is the mean over the faces, one for each criterion, so that faces keep their order and spread.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Extrapolation {
    /// In the order of [`CriterionName::ALL`].
    falls: [f64; 4],
}

impl Extrapolation {
    /// Learns from all faces of a learning set and their held-out scores, both in order of the hashes.
    ///
    /// Nothing falls where the faces are too few to be halved, or do not differ in any feature within a half.
    pub(crate) fn learn(
        samples: &[&Sample],
        held_out: &[HeldOut],
        levels: &Levels,
        frame: FrameKind,
        options: &LearnOptions,
    ) -> Result<Self, ReferenceError> {
        let half = half(samples.len());
        if half < SMALLEST_HALF {
            return Ok(Self::default());
        }
        match scores_by_halves(samples, half, frame, options) {
            Err(ReferenceError::NoVariation) => Ok(Self::default()),
            by_halves => Ok(Self::of(held_out, &by_halves?, half, levels)),
        }
    }

    /// From the scores of each face by nearly all others and by a half of so many faces.
    fn of(held_out: &[HeldOut], by_halves: &[RawScores], half: usize, levels: &Levels) -> Self {
        let inverse = |count: usize| 1.0 / count as f64;
        let (all, half) = (inverse(held_out.len()), inverse(half));
        let mut falls = [0.0; 4];
        for (face, by_half) in held_out.iter().zip(by_halves) {
            let (by_most, by_half) = (levels.scores(&face.scores), levels.scores(by_half));
            for criterion in CriterionName::ALL {
                let most = inverse(match criterion {
                    CriterionName::Mahalanobis | CriterionName::Comparison => face.features_of,
                    CriterionName::Structural | CriterionName::Local => face.planes_of,
                });
                let (fewer, more) = (by_half.of(criterion), by_most.of(criterion));
                // A face that agrees in full with what was learned has no logarithm, and tells of no fall.
                if fewer > 0.0 && more > 0.0 {
                    let slope = (fewer / more).ln() / (half - most);
                    falls[criterion as usize] += slope * (most - all) * all;
                }
            }
        }
        Self { falls }
    }

    /// What a face with these held-out scores would have by the model of all faces, had that not seen it.
    pub(crate) fn apply(&self, scores: &Scores) -> Scores {
        let [mahalanobis, comparison, structural, local] = self.falls.map(|fall| (-fall).exp());
        Scores {
            mahalanobis: scores.mahalanobis * mahalanobis,
            comparison: scores.comparison * comparison,
            structural: scores.structural * structural,
            local: scores.local * local,
        }
    }
}

/// Faces that are learned from of a half of so many faces: an odd number where that of all is odd, an even one where
/// it is even, as archetypes of odd and even numbers round differently.
fn half(faces: usize) -> usize {
    let half = faces / 2;
    if half % 2 == faces % 2 { half } else { half.saturating_sub(1) }
}

/// Scores of every face by a model of the first `half` of every second face, of those that it is not one of.
///
/// The samples are in order of their hashes, so that every second of them is a random choice.
fn scores_by_halves(
    samples: &[&Sample],
    half: usize,
    frame: FrameKind,
    options: &LearnOptions,
) -> Result<Vec<RawScores>, ReferenceError> {
    let learn = |first: usize| -> Result<_, ReferenceError> {
        let faces: Vec<&Sample> =
            samples.iter().copied().skip(first).step_by(2).take(half).collect();
        let features = FeatureModel::fit(&faces, options)?;
        Ok((features, FacePlanes::fit(&faces, frame, options.variation_floor)))
    };
    let (even, odd);
    match options.threading {
        Threading::Single => (even, odd) = (learn(0), learn(1)),
        Threading::CurrentPool => (even, odd) = rayon::join(|| learn(0), || learn(1)),
    }
    let halves = [even?, odd?];
    let score_face = |(i, face): (usize, &&Sample)| {
        let (features, planes) = &halves[(i + 1) % 2];
        score(face, features, planes, options)
    };
    match options.threading {
        Threading::Single => samples.iter().enumerate().map(score_face).collect(),
        Threading::CurrentPool => samples.par_iter().enumerate().map(score_face).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fiber_anomaly::LocalLevels;

    /// Scores that are `exp(slope / faces)` of those by endlessly many faces.
    fn raw(typical: f64, features_of: usize, planes_of: usize) -> RawScores {
        let by = |slope: f64, faces: usize| typical * (slope / faces as f64).exp();
        let local = by(0.4, planes_of);
        RawScores {
            mahalanobis: by(2.0, features_of),
            measures: [by(0.7, features_of); 12],
            structural: by(1.3, planes_of),
            peaks: LocalLevels { dissimilarity: local, difference: local, deviation: local },
        }
    }

    fn levels() -> Levels {
        let local = LocalLevels { dissimilarity: 2.0, difference: 2.0, deviation: 2.0 };
        Levels { measures: [3.0; 12], local }
    }

    fn held_out() -> Vec<HeldOut> {
        let face = |typical: u32| HeldOut {
            scores: raw(f64::from(typical), 11, 10),
            features_of: 11,
            planes_of: 10,
        };
        (1..=12).map(face).collect()
    }

    #[test]
    fn what_falls_with_one_over_the_faces_is_found_at_their_full_number() {
        let (levels, held_out) = (levels(), held_out());
        let by_halves: Vec<RawScores> = (1..=12).map(|i| raw(f64::from(i), 6, 6)).collect();
        let extrapolation = Extrapolation::of(&held_out, &by_halves, 6, &levels);
        for (face, typical) in held_out.iter().zip(1..) {
            let found = extrapolation.apply(&levels.scores(&face.scores));
            let by_all = levels.scores(&raw(f64::from(typical), 12, 12));
            for criterion in CriterionName::ALL {
                let (found, by_all) = (found.of(criterion), by_all.of(criterion));
                // Local maps are of single precision.
                assert!((found / by_all - 1.0).abs() < 1e-6, "{criterion}: {found} {by_all}");
            }
        }
    }

    #[test]
    fn full_agreement_tells_of_no_fall() {
        let (levels, held_out) = (levels(), held_out());
        let still = RawScores {
            mahalanobis: 0.0,
            measures: [0.0; 12],
            structural: 0.0,
            peaks: LocalLevels { dissimilarity: 0.0, difference: 0.0, deviation: 0.0 },
        };
        let extrapolation = Extrapolation::of(&held_out, &vec![still; 12], 6, &levels);
        assert_eq!(extrapolation, Extrapolation::default());
        let scores = levels.scores(&held_out[0].scores);
        assert_eq!(extrapolation.apply(&scores), scores);
    }

    #[test]
    fn halves_are_odd_where_all_faces_are() {
        assert_eq!([5, 6, 7, 8, 9, 10, 11, 12].map(half), [1, 2, 3, 4, 3, 4, 5, 6]);
    }
}
