use thiserror::Error;

use crate::schema::SCHEMA_VERSION;

/// Why values or a record were refused as a feature vector.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FeatureError {
    /// The record was written under another schema.
    #[error("the features are of schema version {found}, but version {SCHEMA_VERSION} is needed")]
    Version {
        /// Version stated in the record.
        found: u32,
    },
    /// A feature of the schema is absent.
    #[error("feature {name} is missing")]
    Missing {
        /// The first absent name.
        name: &'static str,
    },
    /// A name is not of the schema.
    #[error("there is no feature {name:?}")]
    Unknown {
        /// The name as given.
        name: String,
    },
    /// A name was given twice.
    #[error("feature {name} is given more than once")]
    Repeated {
        /// The repeated name.
        name: &'static str,
    },
    /// A value is infinite, not a number, or null in JSON (then shown as NaN).
    #[error("feature {name} is {value}, but must be finite")]
    NonFinite {
        /// The feature's name.
        name: &'static str,
        /// The value as given.
        value: f64,
    },
    /// A slice of values is too short or too long.
    #[error("{found} values were given, but the schema has {expected}")]
    Length {
        /// Values given.
        found: usize,
        /// Features of the schema.
        expected: usize,
    },
    /// The text is not JSON, or not of the record's form.
    #[error("the features cannot be read as JSON")]
    Json(#[from] serde_json::Error),
}
