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
        let standardiser = steady(&Standardiser::fit(&table)?, &table)?;
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

    /// Robust z of the features that vary, in the order of the schema, large ones [`limited`].
    pub(crate) fn standardise(&self, features: &FeatureVector) -> Result<Vec<f64>, ReferenceError> {
        standardise(&self.standardiser, features)
    }

    /// Compares standardised features with those of every reference face.
    pub(crate) fn compare(&self, z: &[f64]) -> Result<Vec<VectorComparison>, ReferenceError> {
        let comparisons = self.references.iter().map(|reference| compare_vectors(z, reference));
        Ok(comparisons.collect::<Result<_, _>>()?)
    }

    /// The features that vary, the most deviant first.
    pub(crate) fn deviant_features(&self, features: &FeatureVector) -> Vec<DeviantFeature> {
        let (centre, scale) = (self.standardiser.centre(), self.standardiser.scale());
        let mut deviant: Vec<DeviantFeature> = features
            .iter()
            .zip(centre.iter().zip(scale))
            .filter(|(_, (_, scale))| **scale > 0.0)
            .map(|((info, value), (&reference, &scale))| DeviantFeature {
                name: info.name,
                z: (value - reference) / scale,
                value,
                reference,
            })
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
    Ok(varying.map(|(&z, _)| limited(z)).collect())
}

/// The standardiser with scales that do not collapse: at least what the mean absolute deviation gives, and of whole
/// numbers that differ at least [`ROUNDING`].
///
/// The median absolute deviation of few faces is uncertain by large factors, and where about half of them agree in a
/// feature it is next to nothing or not, depending on a single face. The mean one is not, and takes little harm from
/// few outliers. But of a count that is 6 on 39 faces and 7 on one it is a thirtieth, and 7 would be 30 standard
/// deviations off.
fn steady(
    standardiser: &Standardiser,
    table: &DMatrix<f64>,
) -> Result<Standardiser, ReferenceError> {
    let centre = standardiser.centre();
    let mut scale = standardiser.scale().clone();
    for ((column, centre), scale) in table.column_iter().zip(centre).zip(&mut scale) {
        let deviations = column.iter().map(|value| (value - centre).abs());
        let mean = deviations.sum::<f64>() / table.nrows() as f64;
        *scale = scale.max(MEAN_DEVIATION_TO_STD * mean);
        if *scale > 0.0 && column.iter().all(|value| value.fract() == 0.0) {
            *scale = scale.max(ROUNDING);
        }
    }
    Ok(Standardiser::from_parts(centre.clone(), scale)?)
}

/// The standard deviation of normal data over their mean absolute deviation, `sqrt(pi / 2)`.
const MEAN_DEVIATION_TO_STD: f64 = 1.253_314_137_315_500_3;

/// The largest standard deviation that rounding to whole numbers makes of something as steady as can be, whose half
/// lies on either side of the place where it is rounded up.
const ROUNDING: f64 = 0.5;

/// Robust standard deviations up to which a deviation counts in full.
const FULL_DEVIATION: f64 = 4.0;

/// A deviation that grows with its logarithm only beyond [`FULL_DEVIATION`].
///
/// The scale of a feature that hardly varies among few faces is uncertain by large factors, and a single such
/// feature would otherwise decide a distance of 181: good faces then had scores with tails that no threshold
/// learned from ten faces can foresee.
fn limited(z: f64) -> f64 {
    let size = z.abs();
    if size <= FULL_DEVIATION {
        return z;
    }
    (FULL_DEVIATION * (1.0 + (size / FULL_DEVIATION).ln())).copysign(z)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(values: &[f64]) -> f64 {
        let table = DMatrix::from_column_slice(values.len(), 1, values);
        let standardiser = Standardiser::fit(&table).expect("sound values");
        steady(&standardiser, &table).expect("sound values").scale()[0]
    }

    #[test]
    fn a_count_that_hardly_varies_has_the_scale_of_its_rounding() {
        let with = |other: f64| -> Vec<f64> {
            (0..40).map(|i| if i == 7 { other } else { 6.0 }).collect()
        };
        assert_eq!(scale(&with(7.0)), 0.5);
        // One that never varies has none, one that varies has its own, and so has what is no count.
        assert_eq!(scale(&with(6.0)), 0.0);
        approx::assert_relative_eq!(scale(&with(46.0)), MEAN_DEVIATION_TO_STD, epsilon = 1e-12);
        approx::assert_relative_eq!(
            scale(&with(6.8)),
            0.02 * MEAN_DEVIATION_TO_STD,
            epsilon = 1e-12
        );
        let varying: Vec<f64> = (0..40).map(|i| f64::from(i * 7 % 40)).collect();
        assert!(scale(&varying) > 10.0);
    }
}
