use fiber_anomaly::LocalOptions;
use fiber_filters::Threading;
use serde::{Deserialize, Serialize};

use crate::ReferenceError;

/// How the covariance of the features is pulled towards a multiple of the identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shrinkage {
    /// [`fiber_stats::ledoit_wolf`], whatever the distribution.
    #[default]
    LedoitWolf,
    /// [`fiber_stats::oas`], for nearly normal features.
    Oas,
}

/// Settings of [`Collection::fit`](crate::Collection::fit).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearnOptions {
    /// Share of good faces that may exceed a threshold, 0 to 1. Default 0.01.
    pub false_alarm_rate: f64,
    /// A threshold is at least the mean score plus this many standard deviations, at least 0. Default 2.5.
    pub threshold_multiplier: f64,
    /// Shrinkage of the covariance of the features.
    pub shrinkage: Shrinkage,
    /// Smallest eigenvalue of that covariance as a share of their mean, above 0, up to 1. Default 1e-4.
    pub eigenvalue_floor: f64,
    /// Smallest variation of a pixel in grey levels, above 0. Default 1.
    pub variation_floor: f32,
    /// The windows and limits of the local criterion.
    pub local: LocalOptions,
    /// Whether outlying faces are left out. They are reported in any case
    /// ([`ReferenceModel::outliers`](crate::ReferenceModel::outliers)). Default no.
    pub leave_out_outliers: bool,
    /// Where the work is done.
    #[serde(skip)]
    pub threading: Threading,
}

impl Default for LearnOptions {
    fn default() -> Self {
        Self {
            false_alarm_rate: 0.01,
            threshold_multiplier: 2.5,
            shrinkage: Shrinkage::default(),
            eigenvalue_floor: 1e-4,
            variation_floor: 1.0,
            local: LocalOptions::default(),
            leave_out_outliers: false,
            threading: Threading::default(),
        }
    }
}

impl LearnOptions {
    pub(crate) fn check(&self) -> Result<(), ReferenceError> {
        let rate = self.false_alarm_rate;
        let holds = (0.0..=1.0).contains(&rate);
        ReferenceError::require(holds, "false_alarm_rate", rate, "0 to 1")?;
        let multiplier = self.threshold_multiplier;
        let holds = multiplier >= 0.0 && multiplier.is_finite();
        let allowed = "finite and at least 0";
        ReferenceError::require(holds, "threshold_multiplier", multiplier, allowed)?;
        let floor = self.eigenvalue_floor;
        let holds = floor > 0.0 && floor <= 1.0;
        ReferenceError::require(holds, "eigenvalue_floor", floor, "above 0, up to 1")?;
        let floor = self.variation_floor;
        let holds = floor > 0.0 && floor.is_finite();
        let allowed = "finite and above 0";
        ReferenceError::require(holds, "variation_floor", f64::from(floor), allowed)
    }
}
