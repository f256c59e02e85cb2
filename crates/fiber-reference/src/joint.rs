//! One verdict from four criteria, with one rate of false alarms.

use fiber_stats::nalgebra::DMatrix;
use fiber_stats::{
    Divisor, conformal_p_value, joint_limit, joint_limits, mean, order_statistic_limit,
    pearson_correlation, std_dev,
};
use serde::{Deserialize, Serialize};

use crate::scores::{LEAST_LOCAL, LEAST_STRUCTURAL, Scores};
use crate::{CriterionName, ReferenceError};

/// With so many faces more than one expected beyond a limit, their order statistics count for half of it.
const HALF_OF_THE_LIMIT: f64 = 3.0;

/// Fewer faces count as so many: the spread of two or three vouches for no rate, and the limits that it would ask
/// for lie beyond any damage.
const FEWEST_FOR_A_SPREAD: usize = 5;

/// The rate at which the logarithms of scores may be taken for normal.
const NORMAL_AT: f64 = 0.04;

/// On both sides of that rate the limit changes like that of normal values whose spread so many faces tell as
/// uncertainly as one would.
///
/// The variance of `n` values varies by `2 / (n - 1) + kurtosis / n`. Logarithms of distances of good faces have an
/// excess kurtosis of 1 to 3, so that it varies as if they were half or a third as many: flat shoulders, where
/// normal values would reach farther, and a long tail.
const FACES_FOR_A_NORMAL_ONE: usize = 3;

/// The fewest degrees of freedom: with less than three, Student's t has no variance.
const LEAST_FREEDOM: usize = 3;

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
/// common. At a rate of 0.04 it is that of jointly normal logarithms ([`joint_limit`]); at others it is as much
/// smaller or larger as the multivariate t of `(n - 1) / 3` degrees of freedom, at least 3, tells. At both rates
/// it moves towards the order statistics of what the faces of the learning set reach, by `(k - 1) / (k + 2)` where
/// `k` of them and a new face, at least one, are expected beyond it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointThreshold {
    /// Mean of the logarithms of each criterion's scores, in the order of [`CriterionName::ALL`].
    pub centre: [f64; 4],
    /// Their standard deviations.
    pub scale: [f64; 4],
    /// A face is abnormal where its statistic exceeds this.
    pub limit: f64,
    /// The statistic of each face of the learning set, from its scores by what has not seen it.
    pub held_out: Vec<f64>,
}

impl JointThreshold {
    /// Learns from held-out scores of at least two faces, for a rate of false alarms from 0 to 1.
    ///
    /// [`Collection::fit`](crate::Collection::fit) does so with
    /// [`ReferenceModel::held_out_scores`](crate::ReferenceModel::held_out_scores); done again with these, it tells
    /// the limit at another rate.
    ///
    /// # Errors
    /// [`ReferenceError`] for fewer than two faces, a score that is not finite or a rate that is not a number.
    pub fn learn(scores: &[Scores], rate: f64) -> Result<Self, ReferenceError> {
        if scores.len() < 2 {
            return Err(ReferenceError::TooFewFaces { found: scores.len() });
        }
        ReferenceError::require(!rate.is_nan(), "false_alarm_rate", rate, "0 to 1")?;
        let (centre, scale) = standard(scores)?;
        // Not each by the others: at the limit a new face takes the place of one of these, which is part of centre and
        // scale as it would be. Without it they would be narrower, and the limit wider than what faces reach.
        let held_out =
            scores.iter().map(|face| statistic(face, &centre, &scale)).collect::<Vec<_>>();
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

/// The limit of those criteria that can exceed it.
///
/// A criterion that reaches its limit within what the settings allow raises no alarm, and takes no part of the rate.
fn limit(scores: &[Scores], held_out: &[f64], rate: f64) -> Result<f64, ReferenceError> {
    let (centre, scale) = standard(scores)?;
    let correlation = correlation(scores)?;
    let of_all = limit_of(&correlation, held_out, rate)?;
    let counting: Vec<usize> = CriterionName::ALL
        .into_iter()
        .map(|criterion| (criterion as usize, least(criterion)))
        .filter(|&(index, least)| centre[index] + of_all * scale[index] > least.ln())
        .map(|(index, _)| index)
        .collect();
    if counting.is_empty() || counting.len() == scale.len() {
        return Ok(of_all);
    }
    let count = counting.len();
    let part = DMatrix::from_fn(count, count, |i, j| correlation[(counting[i], counting[j])]);
    limit_of(&part, held_out, rate)
}

/// The limit of the largest of values of this correlation that faces of the learning set reach as `held_out` tells.
fn limit_of(
    correlation: &DMatrix<f64>,
    held_out: &[f64],
    rate: f64,
) -> Result<f64, ReferenceError> {
    let faces = held_out.len().max(FEWEST_FOR_A_SPREAD);
    let normal = joint_limit(correlation, faces, NORMAL_AT)?;
    let freedom = ((faces - 1) / FACES_FOR_A_NORMAL_ONE).max(LEAST_FREEDOM);
    let [there, asked] = joint_limits(correlation, freedom + 1, [NORMAL_AT, rate])?;
    by_order(by_order(normal, held_out, NORMAL_AT)? * asked / there, held_out, rate)
}

/// The limit, moved towards the order statistics as far as these can be relied on.
fn by_order(limit: f64, held_out: &[f64], rate: f64) -> Result<f64, ReferenceError> {
    let Some(by_order) = order_statistic_limit(held_out, rate)? else { return Ok(limit) };
    let more = rate * (held_out.len() as f64 + 1.0) - 1.0;
    Ok(limit + more / (more + HALF_OF_THE_LIMIT) * (by_order - limit))
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
    fn a_criterion_that_stays_within_the_settings_takes_no_part_of_the_rate() {
        let faces = |local: f64| -> Vec<Scores> {
            let face = |i: u32| {
                let wave = |step: u32| 1.0 + f64::from(i * step % 12) / 12.0;
                Scores {
                    mahalanobis: wave(5),
                    comparison: wave(7),
                    structural: 0.01 * wave(11),
                    local: local * wave(1),
                }
            };
            (0..12).map(face).collect()
        };
        let limit = |local| JointThreshold::learn(&faces(local), 0.05).expect("sound scores").limit;
        assert!(limit(1e-3) < 0.97 * limit(10.0));
    }

    /// Quantiles of Student's t from tables (Abramowitz and Stegun 1964, table 26.10), at 0.975 and 0.99.
    #[test]
    fn limits_change_with_the_rate_as_those_of_a_third_of_the_faces() {
        let one = DMatrix::identity(1, 1);
        for (faces, frequent, rare) in [(6, 3.182, 4.541), (10, 3.182, 4.541), (16, 2.571, 3.365)] {
            let limit = |rate| limit_of(&one, &vec![0.0; faces], rate).expect("sound");
            let found = limit(0.01) / limit(0.025);
            assert!((found / (rare / frequent) - 1.0).abs() < 0.01, "{faces}: {found}");
            assert_eq!(limit(NORMAL_AT), joint_limit(&one, faces, NORMAL_AT).expect("sound"));
        }
    }

    #[test]
    fn order_statistics_come_in_by_and_by() {
        // Of 99 faces one is expected beyond 0.01.
        let faces: Vec<f64> = (1..=99).map(f64::from).collect();
        let moved = |rate| by_order(0.0, &faces, rate).expect("sound");
        assert_eq!(moved(0.0099), 0.0);
        assert!(moved(0.0101) > 0.0 && moved(0.0101) < 1.0);
        assert!((moved(0.04) - 0.5 * 96.0).abs() < 1e-9);
    }

    #[test]
    fn many_faces_are_decided_by_their_order() {
        // The largest of four independent logarithms, far from normal: exponential.
        let mut random = 1_u64;
        let mut draw = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let uniform = ((random >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
            (-uniform.ln() * 0.3).exp()
        };
        let mut faces = |count: usize| -> Vec<Scores> {
            let face = |_| Scores {
                mahalanobis: draw(),
                comparison: draw(),
                structural: draw(),
                local: 2.0 * draw(),
            };
            (0..count).map(face).collect()
        };
        let joint = JointThreshold::learn(&faces(2000), 0.05).expect("sound scores");
        let new = faces(20_000);
        let alarms = new.iter().filter(|face| joint.statistic(face) > joint.limit).count();
        let rate = alarms as f64 / new.len() as f64;
        // Four standard errors of 2,000 faces learned and 20,000 judged, and what the distribution still counts.
        assert!((rate - 0.05).abs() < 0.022, "{rate}");
    }

    #[test]
    fn sets_and_rates_without_sense_are_refused() {
        assert!(JointThreshold::learn(&[scores(1.0)], 0.05).is_err());
        assert!(JointThreshold::learn(&[scores(1.0), scores(2.0)], f64::NAN).is_err());
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
