use fiber_anomaly::{LocalMaps, similarity_at_all_scales};
use fiber_image::{Plane, PlaneView};
use fiber_stats::{Divisor, VectorComparison, conformal_p_value, mean, median, std_dev};
use serde::{Deserialize, Serialize};

use crate::assessment::{Assessment, Criterion, JointVerdict, MeasureSpread, Spread};
use crate::feature_model::FeatureModel;
use crate::held_out::folds;
use crate::learning_curve::gain_of_twice_as_many;
use crate::planes::FacePlanes;
use crate::scores::{Levels, RawScores, mean_measures};
use crate::stored_collection::StoredCollection;
use crate::{
    Collection, CriterionName, FrameKind, FrameOptions, JointThreshold, LearnOptions, LearningStep,
    Outlier, ReferenceError, Sample, Scores, SpeckMap, Summary, Threading, Thresholds,
};

/// What good faces look like: made by [`Collection::fit`], kept in a file, asked about new faces.
#[derive(Clone, Debug)]
pub struct ReferenceModel {
    pub(crate) frame: FrameKind,
    pub(crate) options: LearnOptions,
    pub(crate) faces: Vec<ReferenceFace>,
    pub(crate) planes: FacePlanes,
    pub(crate) features: FeatureModel,
    pub(crate) levels: Levels,
    pub(crate) held_out: Vec<Scores>,
    pub(crate) joint: JointThreshold,
    pub(crate) thresholds: Thresholds,
    pub(crate) outliers: Vec<Outlier>,
    pub(crate) specks: Option<SpeckMap>,
    pub(crate) learning_curve: Vec<LearningStep>,
    pub(crate) created_by: String,
    pub(crate) collection: StoredCollection,
}

/// A face that a model was learned from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceFace {
    /// Its name.
    pub name: String,
    /// SHA-256 of its source.
    pub sha256: String,
}

impl From<&Sample> for ReferenceFace {
    fn from(sample: &Sample) -> Self {
        Self { name: sample.name().to_owned(), sha256: sample.sha256().to_owned() }
    }
}

impl ReferenceModel {
    /// The faces it was learned from, in order of their hashes.
    #[must_use]
    pub fn faces(&self) -> &[ReferenceFace] {
        &self.faces
    }

    /// The common frame of these faces.
    #[must_use]
    pub fn frame(&self) -> FrameKind {
        self.frame
    }

    /// The options that bring a further face with a fibre into the same frame; the default ones for a model
    /// of whole images.
    #[must_use]
    pub fn frame_options(&self) -> FrameOptions {
        match self.frame {
            FrameKind::Fibre { um_per_px, field_um, .. } => FrameOptions { um_per_px, field_um },
            FrameKind::Whole { .. } => FrameOptions::default(),
        }
    }

    /// The settings it was learned with.
    #[must_use]
    pub fn options(&self) -> &LearnOptions {
        &self.options
    }

    /// The thresholds of the four criteria.
    #[must_use]
    pub fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    /// What each face would score by this model, had it not seen that face, in the order of
    /// [`ReferenceModel::faces`]: its scores by a model of the faces in other parts, extrapolated to the number of all
    /// faces.
    #[must_use]
    pub fn held_out_scores(&self) -> &[Scores] {
        &self.held_out
    }

    /// The verdict of the criteria together.
    #[must_use]
    pub fn joint(&self) -> &JointThreshold {
        &self.joint
    }

    /// Into how many parts the faces were split, each left out in turn, to learn the thresholds.
    #[must_use]
    pub fn folds(&self) -> usize {
        folds(self.faces.len())
    }

    /// Faces that look unlike the others; whether they were left out stands in the options.
    #[must_use]
    pub fn outliers(&self) -> &[Outlier] {
        &self.outliers
    }

    /// Where specks lie on the sensor; `None` where none were found, or nothing told them from the fibre.
    #[must_use]
    pub fn specks(&self) -> Option<&SpeckMap> {
        self.specks.as_ref()
    }

    /// What faces score by models of a quarter, half, three quarters and nearly all of the faces; empty
    /// below 8 faces.
    #[must_use]
    pub fn learning_curve(&self) -> &[LearningStep] {
        &self.learning_curve
    }

    /// By what share twice as many faces would lower the scores of good faces, by the criterion that gains
    /// most and with scores that fall as one over the number of faces; `None` without a learning curve.
    #[must_use]
    pub fn gain_of_twice_as_many(&self) -> Option<f64> {
        gain_of_twice_as_many(&self.learning_curve)
    }

    /// Name and version of the program that learned it.
    #[must_use]
    pub fn created_by(&self) -> &str {
        &self.created_by
    }

    /// What a person wants to know of it.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.into()
    }

    /// Median of the faces in grey levels, what differs alike all around taken away.
    #[must_use]
    pub fn archetype(&self) -> PlaneView<'_, f32> {
        self.planes.archetype.view()
    }

    /// Robust standard deviation of the faces in grey levels, what differs alike all around taken away.
    #[must_use]
    pub fn variation(&self) -> PlaneView<'_, f32> {
        self.planes.variation.view()
    }

    /// 255 where at least half of the faces have the pixel, else 0.
    #[must_use]
    pub fn valid(&self) -> PlaneView<'_, u8> {
        self.planes.valid.view()
    }

    /// Mean grey level of the archetype around the fibre: entry `r` is of the valid pixels whose distance
    /// from the centre rounds to `r` pixels, `None` where there is none. Without a fibre it is around the
    /// image's centre.
    #[must_use]
    pub fn radial_profile(&self) -> Vec<Option<f64>> {
        radial_profile(&self.planes)
    }

    /// The faces, to merge with others and learn anew.
    ///
    /// # Errors
    /// [`ReferenceError::Content`] where the model was read from a file whose collection is damaged: it is
    /// not parsed before.
    pub fn collection(&self) -> Result<Collection, ReferenceError> {
        self.collection.to_collection()
    }

    /// The model of the faces of several models, each face counted once: the same, to the bit, as learning from
    /// all of them at once with the settings of these models.
    ///
    /// # Errors
    /// [`ReferenceError::MixedOptions`] where the models were learned with different settings,
    /// [`ReferenceError::Content`] for a damaged collection, and those of [`Collection::fit`], such as too few
    /// faces where `models` is empty.
    pub fn merge(models: &[Self], threading: Threading) -> Result<Self, ReferenceError> {
        let mut collection = Collection::new();
        let mut options = LearnOptions::default();
        for (index, model) in models.iter().enumerate() {
            let settings = LearnOptions { threading, ..model.options.clone() };
            if index > 0 && settings != options {
                return Err(ReferenceError::MixedOptions { index });
            }
            options = settings;
            collection.merge(model.collection()?);
        }
        collection.fit(&options)
    }

    /// Assesses a face in the model's frame.
    ///
    /// # Errors
    /// [`ReferenceError::FrameMismatch`] where the sample is in another frame.
    pub fn assess(&self, sample: &Sample) -> Result<Assessment, ReferenceError> {
        if sample.frame() != self.frame {
            return Err(ReferenceError::FrameMismatch {
                name: sample.name().to_owned(),
                expected: self.frame,
                found: sample.frame(),
            });
        }
        let without_specks = self.specks.as_ref().map(|specks| specks.without_specks(sample));
        let sample = without_specks.as_ref().unwrap_or(sample);
        let luma = sample.luma();
        let valid = self.planes.common_mask(sample.valid());
        let z = self.features.standardise(sample.features())?;
        let comparisons = self.features.compare(&z)?;
        let (structural_maps, multi_scale_ssim) =
            similarity_at_all_scales(luma, self.planes.similarity()?, valid.view())?;
        let local = &self.options.local;
        let levelled = self.planes.level(luma, valid.view());
        let normal = self.planes.normal()?;
        let local_maps = LocalMaps::new(levelled.view(), valid.view(), normal, local)?;
        let scores = self.levels.scores(&RawScores {
            mahalanobis: self.features.mahalanobis.distance(&z)?,
            measures: mean_measures(&comparisons)?,
            structural: 1.0 - structural_maps.score,
            peaks: local_maps.peaks(),
        });
        let combined: Vec<f64> = comparisons
            .iter()
            .map(|comparison| self.levels.combine_measures(&comparison.dissimilarities()))
            .collect();
        Ok(Assessment {
            mahalanobis: self.criterion(CriterionName::Mahalanobis, &scores)?,
            comparison: self.criterion(CriterionName::Comparison, &scores)?,
            structural: self.criterion(CriterionName::Structural, &scores)?,
            local: self.criterion(CriterionName::Local, &scores)?,
            joint: self.joint_verdict(&scores)?,
            comparison_spread: spread(&combined)?,
            measures: measure_spreads(&comparisons)?,
            ssim_score: structural_maps.score,
            multi_scale_ssim,
            deviant_features: self.features.deviant_features(sample.features()),
            anomaly_map: local_maps.combine(&self.levels.local)?,
            structural_maps,
            local_maps,
            valid,
        })
    }

    fn criterion(&self, name: CriterionName, scores: &Scores) -> Result<Criterion, ReferenceError> {
        let (value, threshold) = (scores.of(name), self.thresholds.of(name).working);
        let held_out: Vec<f64> = self.held_out.iter().map(|scores| scores.of(name)).collect();
        let p_value = conformal_p_value(&held_out, value)?;
        Ok(Criterion { value, threshold, triggered: value > threshold, p_value })
    }

    fn joint_verdict(&self, scores: &Scores) -> Result<JointVerdict, ReferenceError> {
        let (value, decisive) = self.joint.decisive(scores);
        let threshold = self.joint.limit;
        let p_value = self.joint.p_value(value)?;
        Ok(JointVerdict { value, threshold, triggered: value > threshold, p_value, decisive })
    }
}

fn spread(values: &[f64]) -> Result<Spread, ReferenceError> {
    Ok(Spread {
        min: values.iter().copied().fold(f64::INFINITY, f64::min),
        mean: mean(values)?,
        max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        median: median(values)?,
        std: std_dev(values, Divisor::Population)?,
    })
}

fn measure_spreads(comparisons: &[VectorComparison]) -> Result<Vec<MeasureSpread>, ReferenceError> {
    let names = VectorComparison::NAMES.into_iter().enumerate();
    let spreads = names.map(|(i, name)| {
        let values: Vec<f64> =
            comparisons.iter().map(|comparison| comparison.values()[i]).collect();
        Ok(MeasureSpread { name, spread: spread(&values)? })
    });
    spreads.collect()
}

fn radial_profile(planes: &FacePlanes) -> Vec<Option<f64>> {
    let archetype: &Plane<f32> = &planes.archetype;
    let (width, height) = archetype.dimensions();
    let (cx, cy) = (0.5 * (width as f64 - 1.0), 0.5 * (height as f64 - 1.0));
    let mut rings = vec![(0.0, 0_u32); cx.hypot(cy).round() as usize + 1];
    for y in 0..height {
        for x in 0..width {
            if planes.valid[(x, y)] != 0 {
                let radius = (x as f64 - cx).hypot(y as f64 - cy).round() as usize;
                let (sum, count) = &mut rings[radius];
                *sum += f64::from(archetype[(x, y)]);
                *count += 1;
            }
        }
    }
    rings.into_iter().map(|(sum, count)| (count > 0).then(|| sum / f64::from(count))).collect()
}
