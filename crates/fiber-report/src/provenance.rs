use std::collections::BTreeMap;

use serde::Serialize;

/// What an inspection was made with, so that it can be made again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Provenance {
    /// Name of the program.
    pub analyzer: String,
    /// Version of the program.
    pub version: String,
    /// Path of the reference model; `None` without one.
    pub knowledge_base: Option<String>,
    /// Faces that the model was learned from; 0 without one.
    pub reference_samples: usize,
    /// Features that were computed of this face.
    pub features_extracted: usize,
    /// Version of the feature schema.
    pub feature_schema_version: u32,
    /// SHA-256 of the model, in hexadecimal.
    pub model_sha256: Option<String>,
    /// SHA-256 of the configuration, in hexadecimal.
    pub configuration_sha256: Option<String>,
    /// SHA-256 of the acceptance profile, in hexadecimal.
    pub profile_sha256: Option<String>,
    /// Stages of the inspection and the time that each took, in their order.
    pub milliseconds: Vec<(String, f64)>,
    /// What the caller wants to find again: serial, lot, operator, station.
    pub fields: BTreeMap<String, String>,
    /// What a reader has to know, such as that no fibre was found and the whole frame was analysed.
    pub notes: Vec<String>,
}
