//! One verdict from four criteria, with one rate of false alarms.

use fiber_stats::nalgebra::DMatrix;
use fiber_stats::{
    Divisor, conformal_p_value, gaussian_tail_limit, joint_limit, mean, order_statistic_limit,
    pearson_correlation, std_dev,
};
use serde::{Deserialize, Serialize};

use crate::scores::{LEAST_LOCAL, LEAST_STRUCTURAL, Scores};
use crate::{CriterionName, ReferenceError};

/// From so many faces beyond the asked rate on, the order statistics say more than a distribution.
const FEWEST_BEYOND: f64 = 5.0;

/// Fewer faces count as so many: the spread of two or three vouches for no rate, and the limits that it would ask
/// for lie beyond any damage.
const FEWEST_FOR_A_SPREAD: usize = 5;

/// So many faces say nothing of a tail; of `n`, it counts by a share of `1 - 10 / n`.
const FEWEST_FOR_A_TAIL: f64 = 10.0;

/// A rate that is still decided by the bulk of the faces, where a tail counts for nothing; it counts more the rarer
/// the asked alarms are.
const NO_TAIL_RATE: f64 = 0.05;

/// The correlation of `n` faces counts `n / (n + 4)`: four values have few to estimate it from.
const CORRELATION_PRIOR: f64 = 4.0;

/// Smallest scale of the logarithm of a score: good faces that agree within 2 % are no reason to call one that
/// differs by 10 % abnormal.
const LEAST_SCALE: f64 = 0.02;

/// Scores below this share of the typical one count as that share: their logarithm would be without bound.
const LEAST_SHARE: f64 = 1e-3;

/// The joint statistic of a face and the limit that good faces keep.
///
/// The statistic is the largest of the four standardised logarithms of the scores,
/// `max((ln score - centre) / scale)`. Its limit holds for the verdict as a whole, whatever the criteria have in
/// common: with five or more faces beyond the asked rate it comes from the order statistics of what the faces of
/// the learning set reach, each scored and standardised by what has not seen it. With fewer it lies between two
/// limits: that of logarithms taken for jointly normal ([`joint_limit`]), the only one for ten faces or rates from 0.05
/// on, and that of a tail fitted to what the faces reach ([`gaussian_tail_limit`]), which counts more the more faces
/// there are and the rarer alarms shall be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointThreshold {
    /// Mean of the logarithms of each criterion's scores, in the order of [`CriterionName::ALL`].
    pub centre: [f64; 4],
    /// Their standard deviations.
    pub scale: [f64; 4],
    /// A face is abnormal where its statistic exceeds this.
    pub limit: f64,
    /// The statistic of each face of the learning set by what has not seen it.
    pub held_out: Vec<f64>,
}

impl JointThreshold {
    /// Learns from held-out scores of at least two faces.
    pub(crate) fn learn(scores: &[Scores], rate: f64) -> Result<Self, ReferenceError> {
        let held_out = (0..scores.len())
            .map(|face| {
                let others: Vec<Scores> = scores
                    .iter()
                    .enumerate()
                    .filter(|&(i, _)| i != face)
                    .map(|(_, &scores)| scores)
                    .collect();
                let (centre, scale) = standard(&others)?;
                Ok(statistic(&scores[face], &centre, &scale))
            })
            .collect::<Result<Vec<f64>, ReferenceError>>()?;
        let (centre, scale) = standard(scores)?;
        // A rate of 0 or 1 asks for no false alarm at all, or for nothing.
        let limit = if rate <= 0.0 {
            f64::MAX
        } else if rate >= 1.0 {
            f64::MIN
        } else {
            limit(scores, &held_out, rate)?
        };
        Ok(Self { centre, scale, limit, held_out })
    }

    /// The statistic of a face's scores.
    #[must_use]
    pub fn statistic(&self, scores: &Scores) -> f64 {
        self.decisive(scores).0
    }

    /// The statistic of a face's scores, and the criterion that it is the statistic of.
    pub(crate) fn decisive(&self, scores: &Scores) -> (f64, CriterionName) {
        let of =
            |criterion| (standardised(scores, criterion, &self.centre, &self.scale), criterion);
        CriterionName::ALL
            .into_iter()
            .map(of)
            .fold((f64::MIN, CriterionName::ALL[0]), |a, b| if b.0 > a.0 { b } else { a })
    }

    /// The share of the learning set's faces, the new one counted among them, that reach its statistic: at
    /// most `a` for a share of at most `a` of good faces. It cannot fall below `1 / (faces + 1)`.
    ///
    /// # Errors
    /// None for a model as it is learned or loaded.
    pub fn p_value(&self, statistic: f64) -> Result<f64, ReferenceError> {
        Ok(conformal_p_value(&self.held_out, statistic)?)
    }

    /// The score of one criterion at which it alone makes a face abnormal.
    #[must_use]
    pub fn score_at_limit(&self, criterion: CriterionName) -> f64 {
        let index = criterion as usize;
        let score = (self.centre[index] + self.limit * self.scale[index]).exp();
        score.min(f64::MAX).max(least(criterion))
    }

    /// What is wrong with numbers from a file.
    pub(crate) fn check(&self) -> Result<(), String> {
        let numbers = self.centre.iter().chain(&self.scale).chain(&self.held_out);
        let sound = numbers.chain([&self.limit]).all(|value| value.is_finite())
            && self.scale.iter().all(|&scale| scale > 0.0)
            && self.held_out.len() > 1;
        if sound { Ok(()) } else { Err("the joint threshold is not sound".to_owned()) }
    }
}

fn limit(scores: &[Scores], held_out: &[f64], rate: f64) -> Result<f64, ReferenceError> {
    if rate * (held_out.len() + 1) as f64 >= FEWEST_BEYOND
        && let Some(limit) = order_statistic_limit(held_out, rate)?
    {
        return Ok(limit);
    }
    let by_distribution =
        joint_limit(&correlation(scores)?, scores.len().max(FEWEST_FOR_A_SPREAD), rate)?;
    let enough = (1.0 - FEWEST_FOR_A_TAIL / held_out.len() as f64).max(0.0);
    let trust = enough * (1.0 - rate / NO_TAIL_RATE).max(0.0);
    if trust == 0.0 {
        return Ok(by_distribution);
    }
    let by_tail = gaussian_tail_limit(held_out, rate)?;
    Ok(by_distribution + trust * (by_tail - by_distribution))
}

/// Correlation of the logarithms of the scores, pulled towards none.
fn correlation(scores: &[Scores]) -> Result<DMatrix<f64>, ReferenceError> {
    let (centre, scale) = standard(scores)?;
    let rows: Vec<[f64; 4]> = scores
        .iter()
        .map(|face| CriterionName::ALL.map(|name| standardised(face, name, &centre, &scale)))
        .collect();
    let weight = rows.len() as f64 / (rows.len() as f64 + CORRELATION_PRIOR);
    let mut matrix = DMatrix::identity(4, 4);
    for i in 0..4 {
        for j in 0..i {
            let (a, b): (Vec<f64>, Vec<f64>) = rows.iter().map(|row| (row[i], row[j])).unzip();
            let constant = |values: &[f64]| values.iter().all(|value| *value == values[0]);
            // A constant score says nothing of another one.
            let correlation = if constant(&a) || constant(&b) {
                0.0
            } else {
                weight * pearson_correlation(&a, &b)?
            };
            (matrix[(i, j)], matrix[(j, i)]) = (correlation, correlation);
        }
    }
    Ok(matrix)
}

/// A score that good faces may reach by the settings alone.
fn least(criterion: CriterionName) -> f64 {
    match criterion {
        CriterionName::Mahalanobis | CriterionName::Comparison => 0.0,
        CriterionName::Structural => LEAST_STRUCTURAL,
        CriterionName::Local => LEAST_LOCAL,
    }
}

fn statistic(scores: &Scores, centre: &[f64; 4], scale: &[f64; 4]) -> f64 {
    let of = |criterion| standardised(scores, criterion, centre, scale);
    CriterionName::ALL.into_iter().map(of).fold(f64::MIN, f64::max)
}

fn standardised(
    scores: &Scores,
    criterion: CriterionName,
    centre: &[f64; 4],
    scale: &[f64; 4],
) -> f64 {
    let index = criterion as usize;
    let score = scores.of(criterion).max(LEAST_SHARE * centre[index].exp());
    let z = (score.ln() - centre[index]) / scale[index];
    // Within what the settings allow a score counts no more than a usual one.
    if scores.of(criterion) <= least(criterion) { z.min(0.0) } else { z }
}

/// Mean and standard deviation of the logarithms of the scores of some faces, at least one.
fn standard(scores: &[Scores]) -> Result<([f64; 4], [f64; 4]), ReferenceError> {
    let (mut centre, mut scale) = ([0.0; 4], [LEAST_SCALE; 4]);
    for criterion in CriterionName::ALL {
        let values: Vec<f64> = scores.iter().map(|scores| scores.of(criterion)).collect();
        let typical = mean(&values)?;
        let least = if typical > 0.0 { LEAST_SHARE * typical } else { 1.0 };
        let logarithms: Vec<f64> = values.iter().map(|value| value.max(least).ln()).collect();
        let index = criterion as usize;
        centre[index] = mean(&logarithms)?;
        if logarithms.len() > 1 {
            scale[index] = std_dev(&logarithms, Divisor::Sample)?.max(LEAST_SCALE);
        }
    }
    Ok((centre, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(x: f64) -> Scores {
        Scores { mahalanobis: x, comparison: 1.0 + x, structural: 0.01 * x, local: 2.0 + x }
    }

    fn learned(rate: f64) -> JointThreshold {
        let faces: Vec<Scores> =
            (0..40).map(|i| scores(1.0 + f64::from(i * 7 % 40) / 40.0)).collect();
        JointThreshold::learn(&faces, rate).expect("sound scores")
    }

    #[test]
    fn a_criterion_at_its_own_limit_reaches_the_joint_one() {
        let joint = learned(0.05);
        for criterion in CriterionName::ALL {
            let mut at_limit = scores(1.5);
            let score = match criterion {
                CriterionName::Mahalanobis => &mut at_limit.mahalanobis,
                CriterionName::Comparison => &mut at_limit.comparison,
                CriterionName::Structural => &mut at_limit.structural,
                CriterionName::Local => &mut at_limit.local,
            };
            *score = joint.score_at_limit(criterion);
            assert!((joint.statistic(&at_limit) - joint.limit).abs() < 1e-9, "{criterion}");
        }
    }

    #[test]
    fn the_p_value_counts_the_faces_that_reach_as_far() {
        let joint = learned(0.05);
        assert_eq!(joint.p_value(f64::MAX).expect("finite"), 1.0 / 41.0);
        assert_eq!(joint.p_value(f64::MIN).expect("finite"), 1.0);
    }

    #[test]
    fn a_stricter_rate_moves_the_limit_out_and_extremes_are_extreme() {
        assert!(learned(0.01).limit > learned(0.05).limit);
        assert!(learned(0.0).limit > 1e300 && learned(1.0).limit < -1e300);
        assert!(learned(0.0).score_at_limit(CriterionName::Local).is_finite());
    }

    #[test]
    fn scores_within_the_settings_are_no_alarm() {
        let still = Scores { mahalanobis: 1.0, comparison: 1.0, structural: 1e-9, local: 0.2 };
        let joint = JointThreshold::learn(&[still; 5], 0.01).expect("equal scores");
        let livelier = Scores { structural: 9e-4, local: 0.9, ..still };
        assert!(joint.statistic(&livelier) <= joint.limit);
        let damaged = Scores { local: 1.5, ..still };
        assert!(joint.statistic(&damaged) > joint.limit);
    }
}
