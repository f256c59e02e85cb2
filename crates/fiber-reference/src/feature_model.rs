//! What the features of good faces have in common.

use fiber_features::{FEATURES, FeatureVector};
use fiber_stats::nalgebra::{DMatrix, DVector};
use fiber_stats::{
    EigenvalueFloor, Mahalanobis, ShrunkCovariance, Standardiser, VectorComparison,
    compare_vectors, floor_eigenvalues, ledoit_wolf, oas,
};

use crate::{DeviantFeature, LearnOptions, ReferenceError, Sample, Shrinkage};

/// Location, scale and covariance of the features, and the reference faces' own.
///
/// Features that never vary in the learning set give no unit to measure deviations in and stay out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FeatureModel {
    /// Of all features of the schema.
    pub(crate) standardiser: Standardiser,
    /// Of the standardised features that vary.
    pub(crate) mahalanobis: Mahalanobis,
    /// Standardised varying features of every reference face.
    pub(crate) references: Vec<Vec<f64>>,
}

impl FeatureModel {
    /// [`ReferenceError::NoVariation`] where no feature varies, as with a single face.
    pub(crate) fn fit(samples: &[&Sample], options: &LearnOptions) -> Result<Self, ReferenceError> {
        let table = DMatrix::from_fn(samples.len(), FEATURES.len(), |row, column| {
            samples[row].features().values()[column]
        });
        let standardiser = Standardiser::fit(&table)?;
        let references = samples
            .iter()
            .map(|sample| standardise(&standardiser, sample.features()))
            .collect::<Result<Vec<_>, _>>()?;
        let varying = references.first().map_or(0, Vec::len);
        if varying == 0 {
            return Err(ReferenceError::NoVariation);
        }
        let table =
            DMatrix::from_fn(references.len(), varying, |row, column| references[row][column]);
        let ShrunkCovariance { location, covariance, .. } = match options.shrinkage {
            Shrinkage::LedoitWolf => ledoit_wolf(&table)?,
            Shrinkage::Oas => oas(&table)?,
        };
        let floor = EigenvalueFloor::ShareOfMean(options.eigenvalue_floor);
        let mahalanobis = Mahalanobis::new(location, &floor_eigenvalues(&covariance, floor)?)?;
        Ok(Self { standardiser, mahalanobis, references })
    }

    /// The same units and covariance around other faces: for sets too small to have their own.
    pub(crate) fn located_at(&self, samples: &[&Sample]) -> Result<Self, ReferenceError> {
        let references = samples
            .iter()
            .map(|sample| self.standardise(sample.features()))
            .collect::<Result<Vec<_>, _>>()?;
        let mut location = DVector::zeros(self.mahalanobis.dimension());
        for reference in &references {
            location += DVector::from_column_slice(reference) / references.len() as f64;
        }
        let mahalanobis = Mahalanobis::from_parts(location, self.mahalanobis.factor().clone())?;
        Ok(Self { standardiser: self.standardiser.clone(), mahalanobis, references })
    }

    /// Robust z of the features that vary, in the order of the schema.
    pub(crate) fn standardise(&self, features: &FeatureVector) -> Result<Vec<f64>, ReferenceError> {
        standardise(&self.standardiser, features)
    }

    /// Compares standardised features with those of every reference face.
    pub(crate) fn compare(&self, z: &[f64]) -> Result<Vec<VectorComparison>, ReferenceError> {
        let comparisons = self.references.iter().map(|reference| compare_vectors(z, reference));
        Ok(comparisons.collect::<Result<_, _>>()?)
    }

    /// The features that vary, the most deviant first; `z` are their standardised values.
    pub(crate) fn deviant_features(
        &self,
        features: &FeatureVector,
        z: &[f64],
    ) -> Vec<DeviantFeature> {
        let (centre, scale) = (self.standardiser.centre(), self.standardiser.scale());
        let varying = features
            .iter()
            .zip(centre.iter().zip(scale))
            .filter(|(_, (_, scale))| **scale > 0.0)
            .map(|((info, value), (&reference, _))| (info.name, value, reference));
        let mut deviant: Vec<DeviantFeature> = varying
            .zip(z)
            .map(|((name, value, reference), &z)| DeviantFeature { name, z, value, reference })
            .collect();
        // Stable: equal deviations stay in order of their names.
        deviant.sort_by(|a, b| b.z.abs().total_cmp(&a.z.abs()));
        deviant
    }
}

fn standardise(
    standardiser: &Standardiser,
    features: &FeatureVector,
) -> Result<Vec<f64>, ReferenceError> {
    let z = standardiser.transform(features.values())?;
    let varying = z.iter().zip(standardiser.scale()).filter(|(_, scale)| **scale > 0.0);
    Ok(varying.map(|(&z, _)| z).collect())
}
