use crate::schema::{FEATURES, FeatureInfo, feature_index};

/// Features on their way into a vector, in the order they were measured.
#[derive(Debug, Default)]
pub(crate) struct NamedValues(Vec<(&'static FeatureInfo, f64)>);

impl NamedValues {
    /// Adds a feature by the name it has in the schema.
    pub(crate) fn put(&mut self, name: &str, value: f64) {
        let index = feature_index(name);
        let info = &FEATURES[index.expect("families measure features of the schema only")];
        debug_assert!(value.is_finite(), "{name} is {value}");
        // Adding 0 turns -0 into 0, so that equal vectors are also written alike.
        self.0.push((info, value + 0.0));
    }

    /// Adds features whose names start with `prefix`.
    pub(crate) fn put_all<const N: usize>(&mut self, prefix: &str, values: [(&str, f64); N]) {
        for (suffix, value) in values {
            self.put(&format!("{prefix}{suffix}"), value);
        }
    }

    pub(crate) fn into_pairs(self) -> Vec<(&'static FeatureInfo, f64)> {
        self.0
    }
}
