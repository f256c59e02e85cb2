use std::fmt;

use crate::error::FeatureError;
use crate::schema::{FEATURE_COUNT, FEATURES, Family, FeatureInfo, feature_index};

/// The 181 features of one image, all finite, in the order of [`FEATURES`].
///
/// ```
/// use fiber_features::extract;
/// use fiber_image::Plane;
///
/// let grey = Plane::filled(4, 3, 50_u8)?;
/// let features = extract(grey.view());
/// assert_eq!(features.get("stat_mean"), Some(50.0));
/// assert_eq!(features.get("stat_meen"), None);
/// assert_eq!(features.iter().next().map(|(info, _)| info.name), Some("edge_count"));
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct FeatureVector(Vec<f64>);

impl FeatureVector {
    /// Takes `values`, in the order of [`FEATURES`], as a vector.
    ///
    /// # Errors
    /// [`FeatureError::Length`] unless there are 181, [`FeatureError::NonFinite`] for the first value that
    /// is not finite.
    pub fn from_values(values: Vec<f64>) -> Result<Self, FeatureError> {
        if values.len() != FEATURE_COUNT {
            return Err(FeatureError::Length { found: values.len(), expected: FEATURE_COUNT });
        }
        match values.iter().zip(FEATURES).find(|(value, _)| !value.is_finite()) {
            Some((&value, info)) => Err(FeatureError::NonFinite { name: info.name, value }),
            None => Ok(Self(values)),
        }
    }

    /// Collects named values, in any order.
    ///
    /// # Errors
    /// [`FeatureError`] where a name is unknown, given twice or missing, or a value is not finite.
    pub fn from_named<N: AsRef<str>>(
        named: impl IntoIterator<Item = (N, f64)>,
    ) -> Result<Self, FeatureError> {
        let mut slots = vec![None; FEATURE_COUNT];
        for (name, value) in named {
            let name = name.as_ref();
            let index = feature_index(name)
                .ok_or_else(|| FeatureError::Unknown { name: name.to_owned() })?;
            if slots[index].replace(value).is_some() {
                return Err(FeatureError::Repeated { name: FEATURES[index].name });
            }
        }
        let missing = |(slot, info): (Option<f64>, &FeatureInfo)| {
            slot.ok_or(FeatureError::Missing { name: info.name })
        };
        Self::from_values(slots.into_iter().zip(FEATURES).map(missing).collect::<Result<_, _>>()?)
    }

    /// The value of a feature, or `None` where the schema has no such name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        feature_index(name).map(|index| self.0[index])
    }

    /// All values, in the order of [`FEATURES`].
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// Every feature with its value, sorted by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static FeatureInfo, f64)> {
        FEATURES.iter().zip(self.0.iter().copied())
    }

    /// The features of one family with their values, sorted by name.
    pub fn family(&self, family: Family) -> impl Iterator<Item = (&'static FeatureInfo, f64)> {
        self.iter().filter(move |(info, _)| info.family == family)
    }
}

impl fmt::Debug for FeatureVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(info, value)| (info.name, value))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Vec<f64> {
        (0..FEATURE_COUNT).map(|i| i as f64).collect()
    }

    fn named() -> Vec<(&'static str, f64)> {
        FEATURES.iter().map(|info| info.name).zip(values()).collect()
    }

    #[test]
    fn named_values_are_sorted_whatever_their_order() {
        let mut reversed = named();
        reversed.reverse();
        let vector = FeatureVector::from_named(reversed).expect("complete and finite");
        assert_eq!(vector.values(), values());
        assert_eq!(vector.get("topo_b1_persistence_sum"), Some(180.0));
    }

    #[test]
    fn families_partition_the_vector() {
        let vector = FeatureVector::from_values(values()).expect("complete and finite");
        let count: usize = Family::ALL.iter().map(|&family| vector.family(family).count()).sum();
        assert_eq!(count, FEATURE_COUNT);
        assert!(vector.family(Family::Svd).all(|(info, _)| info.name.starts_with("svd_")));
    }

    #[test]
    fn ill_formed_values_are_refused_by_name() {
        let mut short = values();
        short.pop();
        assert!(matches!(
            FeatureVector::from_values(short),
            Err(FeatureError::Length { found: 180, expected: 181 })
        ));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut values = values();
            values[3] = bad;
            assert!(matches!(
                FeatureVector::from_values(values),
                Err(FeatureError::NonFinite { name: "entropy_local_mean", .. })
            ));
        }
    }

    #[test]
    fn ill_formed_names_are_refused_by_name() {
        let mut missing = named();
        missing.remove(7);
        assert!(matches!(
            FeatureVector::from_named(missing),
            Err(FeatureError::Missing { name: "entropy_shannon" })
        ));
        let mut repeated = named();
        repeated.push(("norm_l1", 0.0));
        assert!(matches!(
            FeatureVector::from_named(repeated),
            Err(FeatureError::Repeated { name: "norm_l1" })
        ));
        let mut unknown = named();
        unknown[0].0 = "edge_cuont";
        let error = FeatureVector::from_named(unknown).expect_err("misspelt");
        assert_eq!(error.to_string(), "there is no feature \"edge_cuont\"");
    }
}
