use fiber_features::SCHEMA_VERSION;
use fiber_stats::LearnedThreshold;
use serde::Serialize;

use crate::{CriterionName, FrameKind, LearningStep, Outlier, ReferenceModel, SpeckMap};

/// What a person wants to know of a model; also at the head of its file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Number of faces.
    pub faces: usize,
    /// Their common frame.
    pub frame: FrameKind,
    /// Version of the feature schema.
    pub feature_schema: u32,
    /// Features that vary among the faces, and so take part.
    pub varying_features: usize,
    /// Parts of the faces, each left out in turn for the thresholds.
    pub folds: usize,
    /// Share of good faces that the criteria together may call abnormal.
    pub false_alarm_rate: f64,
    /// The smallest share that this number of faces can vouch for without a model of the tail,
    /// `1 / (faces + 1)`.
    pub smallest_certain_rate: f64,
    /// Limit of the joint statistic.
    pub joint_limit: f64,
    /// A threshold is at least the mean score plus this many standard deviations.
    pub threshold_multiplier: f64,
    /// The four thresholds.
    pub thresholds: Vec<ThresholdSummary>,
    /// What faces score by models of fewer faces.
    pub learning_curve: Vec<LearningStep>,
    /// By what share twice as many faces would lower the scores of good faces.
    pub gain_of_twice_as_many: Option<f64>,
    /// Specks on the sensor, not held against a face.
    pub specks: usize,
    /// Whether the outliers were left out.
    pub outliers_left_out: bool,
    /// Faces that look unlike the others.
    pub outliers: Vec<Outlier>,
    /// Name and version of the program that learned it.
    pub created_by: String,
}

/// One criterion's scores of good faces that the model had not seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ThresholdSummary {
    /// The criterion.
    pub criterion: CriterionName,
    /// Mean of the scores.
    pub mean: f64,
    /// Their standard deviation.
    pub std: f64,
    /// Their 0.90 quantile.
    pub p90: f64,
    /// Their 0.95 quantile.
    pub p95: f64,
    /// Their 0.99 quantile.
    pub p99: f64,
    /// The threshold to work with.
    pub working: f64,
}

impl From<&ReferenceModel> for Summary {
    fn from(model: &ReferenceModel) -> Self {
        let threshold = |criterion| {
            let LearnedThreshold { mean, std, p90, p95, p99, working } =
                model.thresholds.of(criterion);
            ThresholdSummary { criterion, mean, std, p90, p95, p99, working }
        };
        Self {
            faces: model.faces.len(),
            frame: model.frame,
            feature_schema: SCHEMA_VERSION,
            varying_features: model.features.mahalanobis.dimension(),
            folds: model.folds(),
            false_alarm_rate: model.options.false_alarm_rate,
            smallest_certain_rate: 1.0 / (model.faces.len() + 1) as f64,
            joint_limit: model.joint.limit,
            learning_curve: model.learning_curve.clone(),
            gain_of_twice_as_many: model.gain_of_twice_as_many(),
            specks: model.specks.as_ref().map_or(0, SpeckMap::count),
            threshold_multiplier: model.options.threshold_multiplier,
            thresholds: CriterionName::ALL.into_iter().map(threshold).collect(),
            outliers_left_out: model.options.leave_out_outliers,
            outliers: model.outliers.clone(),
            created_by: model.created_by.clone(),
        }
    }
}
