//! The sections of a model file.

use fiber_features::{FEATURES, FeatureVector, SCHEMA_VERSION};
use fiber_image::Plane;
use fiber_stats::nalgebra::{DMatrix, DVector};
use fiber_stats::{LearnedThreshold, Mahalanobis, Standardiser};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::packed::{PackedArray, PackedPlane};
use crate::feature_model::FeatureModel;
use crate::planes::{FacePlanes, Similarity};
use crate::rings::Rings;
use crate::scores::{Levels, MEASURES, Thresholds};
use crate::specks::SensorView;
use crate::stored_collection::StoredCollection;
use crate::{
    Collection, CriterionName, FrameKind, JointThreshold, LearnOptions, LearningStep, Outlier,
    ReferenceFace, ReferenceModel, Sample, Scores, SpeckMap,
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelRecord {
    created_by: String,
    feature_schema: u32,
    frame: FrameKind,
    options: LearnOptions,
    faces: Vec<ReferenceFace>,
    outliers: Vec<Outlier>,
    archetype: PackedPlane,
    variation: PackedPlane,
    valid: PackedPlane,
    /// Medians of all features.
    centre: PackedArray,
    /// Robust standard deviations of all features, 0 of those that do not vary.
    scale: PackedArray,
    /// Mean of the standardised features that vary.
    location: PackedArray,
    /// Lower triangle of the Cholesky factor of their covariance, column by column.
    factor: PackedArray,
    /// Standardised features of the faces, face by face.
    references: PackedArray,
    measure_levels: [f64; MEASURES],
    local_levels: fiber_anomaly::LocalLevels,
    thresholds: ThresholdsRecord,
    /// What each face scores by a model that has not seen it.
    held_out_scores: Vec<Scores>,
    joint: JointThreshold,
    learning_curve: Vec<LearningStep>,
    specks: Option<SpecksRecord>,
}

/// Pixels of the sensor that show specks, as columns and rows in turn.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpecksRecord {
    width: usize,
    height: usize,
    count: usize,
    pixels: PackedArray,
}

impl From<&SpeckMap> for SpecksRecord {
    fn from(specks: &SpeckMap) -> Self {
        let (width, height) = specks.dimensions();
        let pixels = PackedArray::new(specks.pixels().as_flattened());
        Self { width, height, count: specks.count(), pixels }
    }
}

impl SpecksRecord {
    fn into_specks(self) -> Result<SpeckMap, String> {
        let size = (self.width, self.height);
        if size.0.max(size.1) > LARGEST_SIDE {
            return Err("the speck map is too large".to_owned());
        }
        SpeckMap::from_pixels(size, &pairs(&self.pixels)?, self.count)
            .ok_or_else(|| "the speck map is not sound".to_owned())
    }
}

fn pairs(packed: &PackedArray) -> Result<Vec<[u16; 2]>, String> {
    let (pairs, rest) = {
        let numbers = packed.unpack::<u16>()?;
        let (pairs, rest) = numbers.as_chunks::<2>();
        (pairs.to_vec(), rest.len())
    };
    if rest == 0 { Ok(pairs) } else { Err("a position lacks its row".to_owned()) }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThresholdsRecord {
    mahalanobis: ThresholdRecord,
    comparison: ThresholdRecord,
    structural: ThresholdRecord,
    local: ThresholdRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThresholdRecord {
    mean: f64,
    std: f64,
    p90: f64,
    p95: f64,
    p99: f64,
    working: f64,
}

impl From<&LearnedThreshold> for ThresholdRecord {
    fn from(threshold: &LearnedThreshold) -> Self {
        let LearnedThreshold { mean, std, p90, p95, p99, working } = *threshold;
        Self { mean, std, p90, p95, p99, working }
    }
}

impl From<&ThresholdRecord> for LearnedThreshold {
    fn from(record: &ThresholdRecord) -> Self {
        let ThresholdRecord { mean, std, p90, p95, p99, working } = *record;
        Self { mean, std, p90, p95, p99, working }
    }
}

impl From<&Thresholds> for ThresholdsRecord {
    fn from(thresholds: &Thresholds) -> Self {
        Self {
            mahalanobis: (&thresholds.mahalanobis).into(),
            comparison: (&thresholds.comparison).into(),
            structural: (&thresholds.structural).into(),
            local: (&thresholds.local).into(),
        }
    }
}

impl From<&ReferenceModel> for ModelRecord {
    fn from(model: &ReferenceModel) -> Self {
        let features = &model.features;
        let factor = features.mahalanobis.factor();
        let triangle: Vec<f64> = lower_triangle(factor.ncols()).map(|at| factor[at]).collect();
        Self {
            created_by: model.created_by.clone(),
            feature_schema: SCHEMA_VERSION,
            frame: model.frame,
            options: model.options.clone(),
            faces: model.faces.clone(),
            outliers: model.outliers.clone(),
            archetype: PackedPlane::new(&model.planes.archetype),
            variation: PackedPlane::new(&model.planes.variation),
            valid: PackedPlane::new(&model.planes.valid),
            centre: PackedArray::new(features.standardiser.centre().as_slice()),
            scale: PackedArray::new(features.standardiser.scale().as_slice()),
            location: PackedArray::new(features.mahalanobis.location().as_slice()),
            factor: PackedArray::new(&triangle),
            references: PackedArray::new(&features.references.concat()),
            measure_levels: model.levels.measures,
            local_levels: model.levels.local,
            thresholds: (&model.thresholds).into(),
            held_out_scores: model.held_out.clone(),
            joint: model.joint.clone(),
            learning_curve: model.learning_curve.clone(),
            specks: model.specks.as_ref().map(SpecksRecord::from),
        }
    }
}

impl ModelRecord {
    /// The model with its collection still in JSON, or what is wrong.
    pub(super) fn into_model(self, collection: &RawValue) -> Result<ReferenceModel, String> {
        if self.feature_schema != SCHEMA_VERSION {
            let found = self.feature_schema;
            return Err(format!("feature schema {found}, only {SCHEMA_VERSION} is supported"));
        }
        self.options.check().map_err(|error| error.to_string())?;
        let size = checked_size(&self.frame)?;
        let planes = FacePlanes {
            archetype: self.archetype.unpack(size)?,
            variation: self.variation.unpack(size)?,
            valid: self.valid.unpack(size)?,
            rings: Rings::new(self.frame),
            similarity: Similarity::default(),
        };
        planes.normal().map_err(|error| error.to_string())?;
        let features = self.feature_model()?;
        if features.references.len() != self.faces.len() || self.faces.len() < 2 {
            return Err("the number of faces is wrong".to_owned());
        }
        let levels = Levels { measures: self.measure_levels, local: self.local_levels };
        let local = levels.local;
        let all_levels = [local.dissimilarity, local.difference, local.deviation];
        let all_levels = levels.measures.iter().chain(&all_levels);
        if !all_levels.copied().all(|level| level.is_finite() && level > 0.0) {
            return Err("a level is not above 0".to_owned());
        }
        let thresholds = Thresholds {
            mahalanobis: (&self.thresholds.mahalanobis).into(),
            comparison: (&self.thresholds.comparison).into(),
            structural: (&self.thresholds.structural).into(),
            local: (&self.thresholds.local).into(),
        };
        let sound = |criterion| thresholds.of(criterion).working >= 0.0;
        if !CriterionName::ALL.into_iter().all(sound) {
            return Err("a threshold is below 0".to_owned());
        }
        self.joint.check()?;
        if [self.held_out_scores.len(), self.joint.held_out.len()] != [self.faces.len(); 2] {
            return Err("not every face has its held-out score".to_owned());
        }
        Ok(ReferenceModel {
            frame: self.frame,
            options: self.options,
            faces: self.faces,
            outliers: self.outliers,
            created_by: self.created_by,
            collection: StoredCollection::Json(collection.to_owned()),
            planes,
            features,
            levels,
            held_out: self.held_out_scores,
            joint: self.joint,
            specks: self.specks.map(SpecksRecord::into_specks).transpose()?,
            learning_curve: self.learning_curve,
            thresholds,
        })
    }

    fn feature_model(&self) -> Result<FeatureModel, String> {
        let vector = |packed: &PackedArray| packed.unpack().map(DVector::<f64>::from_vec);
        let (centre, scale) = (vector(&self.centre)?, vector(&self.scale)?);
        if centre.len() != FEATURES.len() || scale.len() != FEATURES.len() {
            return Err("the number of features is wrong".to_owned());
        }
        let varying = scale.iter().filter(|&&scale| scale > 0.0).count();
        let (location, triangle) = (vector(&self.location)?, self.factor.unpack::<f64>()?);
        let references = self.references.unpack::<f64>()?;
        if varying == 0
            || location.len() != varying
            || triangle.len() != varying * (varying + 1) / 2
            || !references.len().is_multiple_of(varying)
        {
            return Err("the features of the model do not fit together".to_owned());
        }
        let mut factor = DMatrix::zeros(varying, varying);
        lower_triangle(varying).zip(triangle).for_each(|(at, value)| factor[at] = value);
        let mahalanobis = Mahalanobis::from_parts(location, factor).map_err(|e| e.to_string())?;
        let standardiser = Standardiser::from_parts(centre, scale).map_err(|e| e.to_string())?;
        let references = references.chunks_exact(varying).map(<[f64]>::to_vec).collect();
        Ok(FeatureModel { standardiser, mahalanobis, references })
    }
}

/// Positions of a lower triangle, column by column.
fn lower_triangle(side: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..side).flat_map(move |column| (column..side).map(move |row| (row, column)))
}

/// Largest side of a common frame in pixels.
const LARGEST_SIDE: usize = 65_535;

fn checked_size(frame: &FrameKind) -> Result<(usize, usize), String> {
    let scale_holds = match *frame {
        FrameKind::Fibre { um_per_px, field_um, cladding_um } => {
            [um_per_px, field_um, cladding_um].iter().all(|v| v.is_finite() && *v > 0.0)
        }
        FrameKind::Whole { .. } => true,
    };
    let (width, height) = frame.dimensions();
    let sides = 1..=LARGEST_SIDE;
    if scale_holds && sides.contains(&width) && sides.contains(&height) {
        Ok((width, height))
    } else {
        Err(format!("{frame} is no possible frame"))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CollectionRecord {
    samples: Vec<SampleRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleRecord {
    name: String,
    sha256: String,
    frame: FrameKind,
    luma: PackedPlane,
    valid: PackedPlane,
    features: FeatureVector,
    /// Since version 2.
    #[serde(default)]
    sensor: Option<SensorRecord>,
}

/// Where the image lies in the frame, and its small marks as columns and rows in turn.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SensorRecord {
    width: usize,
    height: usize,
    to_frame: [f64; 6],
    marks: PackedArray,
}

impl From<&SensorView> for SensorRecord {
    fn from(view: &SensorView) -> Self {
        let (width, height) = view.size;
        let marks = PackedArray::new(view.marks.as_flattened());
        Self { width, height, to_frame: view.to_frame, marks }
    }
}

impl SensorRecord {
    fn into_view(self) -> Result<SensorView, String> {
        let size = (self.width, self.height);
        let marks = pairs(&self.marks)?;
        let inside = |&[x, y]: &[u16; 2]| usize::from(x) < size.0 && usize::from(y) < size.1;
        let sound = size.0.max(size.1) <= LARGEST_SIDE
            && marks.iter().all(inside)
            && self.to_frame.iter().all(|value| value.is_finite());
        if !sound {
            return Err("the place of an image on the sensor is not sound".to_owned());
        }
        Ok(SensorView { size, to_frame: self.to_frame, marks })
    }
}

impl From<&Collection> for CollectionRecord {
    fn from(collection: &Collection) -> Self {
        let record = |sample: &Sample| SampleRecord {
            name: sample.name().to_owned(),
            sha256: sample.sha256().to_owned(),
            frame: sample.frame(),
            luma: PackedPlane::new::<u8>(&sample.luma().to_plane()),
            valid: PackedPlane::new::<u8>(&sample.valid().to_plane()),
            features: sample.features().clone(),
            sensor: sample.sensor().map(SensorRecord::from),
        };
        Self { samples: collection.samples().map(record).collect() }
    }
}

impl CollectionRecord {
    /// The collection, or what is wrong.
    pub(super) fn into_collection(self) -> Result<Collection, String> {
        self.samples.into_iter().map(SampleRecord::into_sample).collect()
    }
}

impl SampleRecord {
    fn into_sample(self) -> Result<Sample, String> {
        let size = checked_size(&self.frame)?;
        let (luma, valid): (Plane<u8>, _) = (self.luma.unpack(size)?, self.valid.unpack(size)?);
        let sensor = self.sensor.map(SensorRecord::into_view).transpose()?;
        Sample::from_parts(self.name, self.sha256, self.frame, luma, valid, self.features)
            .map(|sample| sample.with_sensor(sensor))
            .map_err(|error| error.to_string())
    }
}
