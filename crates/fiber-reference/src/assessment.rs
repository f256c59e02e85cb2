use std::fmt;

use fiber_anomaly::{LocalMaps, Region, RegionOptions, StructuralMaps, regions};
use fiber_image::Plane;
use serde::{Deserialize, Serialize};

use crate::ReferenceError;

/// The learned criteria.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CriterionName {
    /// Distance of the features from their usual values.
    Mahalanobis,
    /// Dissimilarity of the features from those of every reference face.
    Comparison,
    /// Structural dissimilarity from the archetype.
    Structural,
    /// Peak of the local maps.
    Local,
}

impl CriterionName {
    /// All criteria.
    pub const ALL: [Self; 4] = [Self::Mahalanobis, Self::Comparison, Self::Structural, Self::Local];
}

impl fmt::Display for CriterionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mahalanobis => "mahalanobis",
            Self::Comparison => "comparison",
            Self::Structural => "structural",
            Self::Local => "local",
        })
    }
}

/// A score against its learned threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Criterion {
    /// The score; larger is worse.
    pub value: f64,
    /// The working threshold.
    pub threshold: f64,
    /// Whether the score exceeds the threshold.
    pub triggered: bool,
    /// The share of the learning set's faces, this one counted among them, that score at least as much when
    /// the model has not seen them.
    pub p_value: f64,
}

/// All criteria as one, against the limit that good faces exceed at the asked rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct JointVerdict {
    /// The statistic ([`JointThreshold`](crate::JointThreshold)); larger is worse.
    pub value: f64,
    /// Its limit.
    pub threshold: f64,
    /// Whether the statistic exceeds the limit: the face is abnormal.
    pub triggered: bool,
    /// The share of the learning set's faces, this one counted among them, that reach the statistic when the
    /// model has not seen them. It cannot fall below `1 / (faces + 1)`.
    pub p_value: f64,
    /// The criterion that decides the statistic.
    pub decisive: CriterionName,
}

/// What a measure gave over all reference faces.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Smallest value.
    pub min: f64,
    /// Mean value.
    pub mean: f64,
    /// Largest value.
    pub max: f64,
    /// Median value.
    pub median: f64,
    /// Population standard deviation.
    pub std: f64,
}

/// One of the twelve measures that two feature vectors are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MeasureSpread {
    /// Its name in [`fiber_stats::VectorComparison::NAMES`].
    pub name: &'static str,
    /// Its own values: distances, or similarities where the name says so.
    pub spread: Spread,
}

/// A feature and how far it is from its usual value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DeviantFeature {
    /// Name in the feature schema.
    pub name: &'static str,
    /// Deviation in robust standard deviations.
    pub z: f64,
    /// Value of the face.
    pub value: f64,
    /// Median of the reference faces.
    pub reference: f64,
}

/// What a model makes of a face. Planes are in the common frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// Distance of the features from their usual values, correlations accounted for.
    pub mahalanobis: Criterion,
    /// Mean of twelve dissimilarities of the features from those of the reference faces, each in units
    /// of what good faces show: around 1 for these.
    pub comparison: Criterion,
    /// 1 minus the mean SSIM against the archetype.
    pub structural: Criterion,
    /// Peak of the combined local map: around 1 for good faces.
    pub local: Criterion,
    /// The four as one.
    pub joint: JointVerdict,
    /// The combined dissimilarity over the reference faces; its mean is the value of `comparison`.
    pub comparison_spread: Spread,
    /// The twelve measures over the reference faces.
    pub measures: Vec<MeasureSpread>,
    /// Mean SSIM against the archetype.
    pub ssim_score: f64,
    /// Multi-scale SSIM against the archetype, 0..=1.
    pub multi_scale_ssim: f64,
    /// All features that vary among good faces, the most deviant first.
    pub deviant_features: Vec<DeviantFeature>,
    /// SSIM against the archetype with its terms.
    pub structural_maps: StructuralMaps,
    /// The maps of the local criterion, of the face without what differs from the archetype alike all
    /// around the fibre (or all over, where there is none).
    pub local_maps: LocalMaps,
    /// The local maps as one, in units of what good faces reach; `local` is about its peak.
    pub anomaly_map: Plane<f32>,
    /// 255 where both the face and the archetype are known.
    pub valid: Plane<u8>,
}

impl Assessment {
    /// The criterion of a name.
    #[must_use]
    pub fn criterion(&self, name: CriterionName) -> Criterion {
        match name {
            CriterionName::Mahalanobis => self.mahalanobis,
            CriterionName::Comparison => self.comparison,
            CriterionName::Structural => self.structural,
            CriterionName::Local => self.local,
        }
    }

    /// The criteria that fired.
    pub fn triggered(&self) -> impl Iterator<Item = CriterionName> {
        CriterionName::ALL.into_iter().filter(|&name| self.criterion(name).triggered)
    }

    /// Whether the face is abnormal by all criteria together. Where a single one fired it is; that none fired
    /// alone may be due to the multiplier, which the joint verdict does not know.
    #[must_use]
    pub fn is_anomalous(&self) -> bool {
        self.joint.triggered
    }

    /// The regions of the anomaly map above the learned threshold of the local criterion: none where that
    /// did not fire.
    ///
    /// # Errors
    /// None for an assessment as a model makes it: its threshold is finite.
    pub fn regions(&self, options: &RegionOptions) -> Result<Vec<Region>, ReferenceError> {
        Ok(regions(self.anomaly_map.view(), self.local.threshold, options)?)
    }
}
