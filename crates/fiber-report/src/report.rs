use std::collections::BTreeMap;

use fiber_geometry::ImageQuality;
use fiber_grading::Grade;
use fiber_image::Metadata;
#[cfg(feature = "schema")]
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::number::{finite, unit};
use crate::{Criteria, Criterion, DefectReport, GeometryReport, Inspection, Provenance, Timestamp};

/// Version of the report's keys: raised when one changes its meaning or goes.
pub const REPORT_SCHEMA_VERSION: u32 = 1;

/// The content of `{stem}_report.json`; its fields are the keys, in their order.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report<'a> {
    /// Path of the image as it was given; its name where it came from memory.
    pub image_path: String,
    /// When, if the caller said so.
    pub timestamp: Option<Timestamp>,
    /// `true`: the image was analysed.
    #[cfg_attr(feature = "schema", schemars(extend("const" = true)))]
    pub success: bool,
    /// Version of the keys: [`REPORT_SCHEMA_VERSION`].
    #[cfg_attr(feature = "schema", schemars(extend("const" = REPORT_SCHEMA_VERSION)))]
    pub schema_version: u32,
    /// The defects; ids follow the order.
    pub defects: Vec<DefectReport>,
    /// The whole in a few figures.
    pub summary: Summary,
    /// The fibre, where there is one.
    pub geometry: Option<GeometryReport>,
    /// Focus, exposure, illumination, coverage.
    pub image_quality: ImageQuality,
    /// The judgement by a profile.
    pub acceptance: Option<&'a Grade>,
    /// What the report was made with.
    pub analysis_metadata: AnalysisMetadata<'a>,
}

/// An inspection in a few figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// Number of defects.
    pub total_defects: usize,
    /// Whether the face is abnormal.
    pub is_anomalous: bool,
    /// How sure that is, 0 to 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub anomaly_confidence: f64,
    /// 100 for a perfect face, towards 0 with every defect: [`Inspection::quality_score`].
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub quality_score: f64,
    /// Distance of the features from the learned faces; `None` without a model.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub mahalanobis_distance: Option<f64>,
    /// Structural similarity to the archetype; `None` without a model.
    pub ssim_score: Option<f64>,
    /// Which criteria fired; `null` for one that could not be asked.
    #[serde(serialize_with = "as_triggered")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "triggered_schema"))]
    pub criteria_triggered: Criteria,
    /// Values and thresholds of the same criteria.
    #[serde(serialize_with = "as_measured")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "measured_schema"))]
    pub criteria: Criteria,
}

/// What a report was made with.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AnalysisMetadata<'a> {
    /// Name of the program.
    pub analyzer: &'a str,
    /// Version of the program.
    pub version: &'a str,
    /// Path of the reference model.
    pub knowledge_base: Option<&'a str>,
    /// Faces that the model was learned from.
    pub reference_samples: usize,
    /// Features that were computed of this face.
    pub features_extracted: usize,
    /// Version of the feature schema.
    pub feature_schema_version: u32,
    /// SHA-256 of everything that decides the result.
    pub sha256: Hashes<'a>,
    /// Time per stage.
    #[serde(serialize_with = "as_map")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "map_schema"))]
    pub milliseconds: &'a [(String, f64)],
    /// What the caller wants to find again.
    pub fields: &'a BTreeMap<String, String>,
    /// What a reader has to know.
    pub notes: &'a [String],
    /// The source of the image.
    pub image: &'a Metadata,
}

/// SHA-256 of everything that decides a result, in hexadecimal.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hashes<'a> {
    /// Bytes of the image file.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub image: &'a str,
    /// Reference model.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub model: Option<&'a str>,
    /// Configuration.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub configuration: Option<&'a str>,
    /// Acceptance profile.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub profile: Option<&'a str>,
}

impl Inspection {
    /// The report as data: what `{stem}_report.json` holds. No figure in it is NaN or infinite.
    #[must_use]
    pub fn report(&self, timestamp: Option<Timestamp>) -> Report<'_> {
        let metadata = self.image.metadata();
        Report {
            image_path: image_path(metadata),
            timestamp,
            success: true,
            schema_version: REPORT_SCHEMA_VERSION,
            defects: self.defects().collect(),
            summary: self.summary(),
            geometry: self.geometry.as_ref().map(GeometryReport::from),
            image_quality: self.quality,
            acceptance: self.grade.as_ref(),
            analysis_metadata: AnalysisMetadata::new(&self.provenance, metadata),
        }
    }

    /// The whole in a few figures.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let comparison = self.comparison.as_ref();
        let finite_of = |value: f64| value.is_finite().then_some(value);
        Summary {
            total_defects: self.detection.defects.len(),
            is_anomalous: self.is_anomalous,
            anomaly_confidence: unit(self.anomaly_confidence),
            quality_score: self.quality_score(),
            mahalanobis_distance: comparison.and_then(|c| finite_of(c.mahalanobis_distance)),
            ssim_score: comparison.and_then(|c| finite_of(c.ssim_score)),
            criteria_triggered: self.criteria,
            criteria: self.criteria,
        }
    }
}

/// The path of an image as reports name it; bytes that are no text are replaced.
pub(crate) fn image_path(metadata: &Metadata) -> String {
    match &metadata.path {
        Some(path) => path.to_string_lossy().into_owned(),
        None => metadata.file_name.clone(),
    }
}

impl<'a> AnalysisMetadata<'a> {
    fn new(provenance: &'a Provenance, image: &'a Metadata) -> Self {
        Self {
            analyzer: &provenance.analyzer,
            version: &provenance.version,
            knowledge_base: provenance.knowledge_base.as_deref(),
            reference_samples: provenance.reference_samples,
            features_extracted: provenance.features_extracted,
            feature_schema_version: provenance.feature_schema_version,
            sha256: Hashes {
                image: &image.sha256,
                model: provenance.model_sha256.as_deref(),
                configuration: provenance.configuration_sha256.as_deref(),
                profile: provenance.profile_sha256.as_deref(),
            },
            milliseconds: &provenance.milliseconds,
            fields: &provenance.fields,
            notes: &provenance.notes,
            image,
        }
    }
}

fn as_triggered<S: Serializer>(criteria: &Criteria, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(criteria.triggered())
}

#[cfg(feature = "schema")]
fn triggered_schema(generator: &mut SchemaGenerator) -> Schema {
    let fired = generator.subschema_for::<Option<bool>>();
    object_schema(Criteria::default().triggered().map(|(name, _)| name), &fired)
}

fn as_measured<S: Serializer>(criteria: &Criteria, serializer: S) -> Result<S::Ok, S::Error> {
    let safe = |c: Criterion| Criterion {
        value: finite(c.value),
        threshold: finite(c.threshold),
        triggered: c.triggered,
        p_value: c.p_value.map(unit),
    };
    serializer.collect_map(criteria.measured().map(|(name, c)| (name, c.map(safe))))
}

#[cfg(feature = "schema")]
fn measured_schema(generator: &mut SchemaGenerator) -> Schema {
    let criterion = generator.subschema_for::<Option<Criterion>>();
    object_schema(Criteria::default().measured().map(|(name, _)| name), &criterion)
}

/// An object with the given keys and the same kind of value under each.
#[cfg(feature = "schema")]
fn object_schema<const N: usize>(names: [&'static str; N], value: &Schema) -> Schema {
    json_schema!({
        "type": "object",
        "required": names.as_slice(),
        "properties": BTreeMap::from(names.map(|name| (name, value))),
    })
}

fn as_map<S: Serializer>(times: &[(String, f64)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(times.len()))?;
    for (stage, milliseconds) in times {
        map.serialize_entry(stage, &finite(*milliseconds))?;
    }
    map.end()
}

#[cfg(feature = "schema")]
fn map_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "additionalProperties": { "type": "number", "minimum": 0 },
    })
}
