use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use fiber_anomaly::{SelfReference, self_reference};
use fiber_defects::{DetectOptions, Sightings};
use fiber_features::SCHEMA_VERSION;
use fiber_filters::Threading;
use fiber_geometry::{Geometry, ImageQuality, LocateOptions, locate};
use fiber_grading::Profile;
use fiber_image::{FaceImage, sha256_hex};
use fiber_reference::ReferenceModel;
use fiber_report::{Inspection, Provenance, ZoneRing};

use crate::knowledge::{Knowledge, load_profile};
use crate::learned::Learned;
use crate::stopwatch::Stopwatch;
use crate::verdict::{Norm, Verdict};
use crate::{Config, Error, acceptance, specks};

/// Inspects end faces; built once, used for any number of images, also from several threads.
#[derive(Debug)]
pub struct Inspector {
    config: Config,
    config_sha256: String,
    model: Option<Knowledge>,
    profile: Option<Profile>,
    profile_sha256: Option<String>,
    zones: Vec<ZoneRing>,
}

/// Gathers what an [`Inspector`] works with; every part may be left out.
#[derive(Debug, Default)]
#[must_use]
pub struct InspectorBuilder {
    config: Config,
    model: Option<ReferenceModel>,
    profile: Option<Profile>,
}

impl InspectorBuilder {
    /// The settings; [`Config::default`] otherwise.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// The reference model; otherwise that of [`Config::knowledge_base_path`], if set.
    pub fn model(mut self, model: ReferenceModel) -> Self {
        self.model = Some(model);
        self
    }

    /// The acceptance profile; otherwise that of [`Config::profile`], if set.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = Some(profile);
        self
    }

    /// Checks the settings and reads the model and the profile that they name.
    ///
    /// # Errors
    /// [`Error::Config`] where a setting is out of range or the profile cannot be used,
    /// [`Error::Reference`] where the model cannot be.
    pub fn build(self) -> Result<Inspector, Error> {
        let Self { config, model, profile } = self;
        config.validate()?;
        let model = match (model, &config.knowledge_base_path) {
            (Some(model), _) => Some(Knowledge::new(model, &config)?),
            (None, Some(path)) => Some(Knowledge::load(path, &config)?),
            (None, None) => None,
        };
        let profile = match (profile, &config.profile) {
            (Some(profile), _) => Some(profile),
            (None, Some(name)) => Some(load_profile(name)?),
            (None, None) => None,
        };
        let profile_sha256 = match &profile {
            Some(profile) => Some(sha256_hex(profile.to_toml()?.as_bytes())),
            None => None,
        };
        let zones = match &profile {
            Some(profile) => ZoneRing::of_profile(profile),
            None => ZoneRing::of_profile(&Profile::builtin(UNGRADED_ZONES)?),
        };
        let config_sha256 = config.sha256();
        Ok(Inspector { config, config_sha256, model, profile, profile_sha256, zones })
    }
}

/// The profile whose zones name the places of defects where none was asked for.
const UNGRADED_ZONES: &str = "iec-61300-3-35-ed2-sm-pc45";
/// Contact zone over cladding diameter.
const CONTACT_ZONE: f64 = 2.0;

/// What belongs to one inspection without deciding its result.
#[derive(Clone, Default)]
pub struct Occasion<'a> {
    /// A clock for the times per stage, such as `&|| start.elapsed()`; none are reported without one.
    pub clock: Option<&'a (dyn Fn() -> Duration + Sync)>,
    /// What the caller wants to find again in the reports: serial, lot, operator, station.
    pub fields: BTreeMap<String, String>,
    /// Where the work is done; on the calling thread alone unless it is asked for. The result is the same. For
    /// many images [`Workers::map`](crate::Workers::map), one thread for each, gains more.
    pub threading: Threading,
}

impl fmt::Debug for Occasion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Occasion")
            .field("clock", &self.clock.is_some())
            .field("fields", &self.fields)
            .field("threading", &self.threading)
            .finish()
    }
}

impl Inspector {
    /// Starts with the defaults: no model, no profile.
    pub fn builder() -> InspectorBuilder {
        InspectorBuilder::default()
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The reference model.
    #[must_use]
    pub fn model(&self) -> Option<&ReferenceModel> {
        self.model.as_ref().map(|knowledge| &knowledge.model)
    }

    /// The acceptance profile.
    #[must_use]
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// Inspects one image on the calling thread alone.
    ///
    /// # Errors
    /// [`Error`] of the stage that failed.
    pub fn inspect(&self, image: &FaceImage) -> Result<Inspection, Error> {
        self.inspect_on(image, Occasion::default())
    }

    /// Inspects one image and notes the occasion.
    ///
    /// # Errors
    /// As [`Inspector::inspect`].
    pub fn inspect_on(
        &self,
        image: &FaceImage,
        occasion: Occasion<'_>,
    ) -> Result<Inspection, Error> {
        let mut watch = Stopwatch::start(occasion.clock);
        let view = image.luma();
        let threading = occasion.threading;
        let locating = LocateOptions { threading, ..self.config.locate_options() };
        let geometry = locate(view, &locating)?;

        // Parts that do not need each other.
        let options = DetectOptions { threading, ..self.detect_options() };
        let compare = || match &self.model {
            Some(knowledge) => {
                Learned::assess(&knowledge.model, image, geometry.as_ref(), &self.config)
            }
            None => Ok(None),
        };
        let expect = || self_reference(view, geometry.as_ref(), self.analysed_um());
        let seek = |reference: &SelfReference| Sightings::seek(reference, &options);
        let measure = || ImageQuality::measure(view, geometry.as_ref());
        let (quality, learned, reference, sightings) = match threading {
            Threading::Single => {
                let quality = measure();
                watch.lap("geometry");
                let learned = compare()?;
                watch.lap("model");
                let reference = expect()?;
                watch.lap("self_reference");
                let sightings = seek(&reference)?;
                (quality, learned, reference, sightings)
            }
            Threading::CurrentPool => {
                watch.lap("geometry");
                let find = || -> Result<_, Error> {
                    let reference = expect()?;
                    let sightings = seek(&reference)?;
                    Ok((reference, sightings))
                };
                let (found, (learned, quality)) = threading.join(find, || (compare(), measure()));
                let (learned, (reference, sightings)) = (learned?, found?);
                watch.lap("model_and_self_reference");
                (quality, learned, reference, sightings)
            }
        };

        let abnormal = learned.as_ref().and_then(|learned| learned.abnormal.as_ref());
        let mut detection = sightings.detect(
            &reference,
            view.dimensions(),
            geometry.as_ref(),
            abnormal,
            &options,
        )?;
        let specks = self.model.as_ref().and_then(|knowledge| knowledge.model.specks());
        let on_specks = specks.map_or(0, |specks| specks::leave_out(&mut detection, specks));
        watch.lap("defects");

        let grade = match &self.profile {
            Some(profile) => Some(acceptance::grade(
                profile,
                &detection.defects,
                view,
                geometry.as_ref(),
                &quality,
                &self.config.image_quality,
            )?),
            None => None,
        };
        let norm = match (&self.model, &learned) {
            (None, _) => Norm::Unknown,
            (Some(_), Some(learned)) => Norm::Compared(&learned.criteria),
            (Some(_), None) => Norm::NothingLike,
        };
        let verdict = Verdict::reach(norm, &detection, grade.as_ref(), &self.config);
        watch.lap("verdict");

        let features = learned.as_ref().map_or(0, |learned| learned.features_extracted);
        let notes = notes(norm, geometry.as_ref(), on_specks);
        let provenance = Provenance {
            features_extracted: features,
            milliseconds: watch.into_milliseconds(),
            fields: occasion.fields,
            notes,
            ..self.provenance()
        };
        let (comparison, anomaly_map) = learned.map(|l| (l.comparison, l.map)).unzip();
        Ok(Inspection {
            image: image.clone(),
            geometry,
            quality,
            zones: self.zones.clone(),
            detection,
            severity_thresholds: self.config.severity_thresholds,
            anomaly_map,
            comparison,
            criteria: verdict.criteria,
            is_anomalous: verdict.is_anomalous,
            anomaly_confidence: verdict.confidence,
            grade,
            provenance,
        })
    }

    /// Diameter of what is searched for defects in micrometres: the contact zone, or all that the profile
    /// judges where that is more.
    fn analysed_um(&self) -> f64 {
        let contact_zone = CONTACT_ZONE * self.config.cladding_um;
        let profile = self.profile.as_ref().and_then(|profile| profile.zones().last());
        profile.map_or(contact_zone, |zone| contact_zone.max(zone.outer_um))
    }

    /// The settings of the detectors; what makes a mark a scratch is the profile's business.
    fn detect_options(&self) -> DetectOptions {
        let defaults = DetectOptions::default();
        DetectOptions {
            min_area_px: self.config.min_defect_size,
            max_area_px: self.config.max_defect_size,
            min_confidence: self.config.confidence_threshold,
            min_contrast: defaults.min_contrast,
            scratch_ratio: self
                .profile
                .as_ref()
                .map_or(defaults.scratch_ratio, Profile::scratch_aspect),
            ..defaults
        }
    }

    /// What its reports say of their making that is the same for all images: versions and hashes.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        let model = self.model.as_ref();
        Provenance {
            analyzer: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            knowledge_base: model.and_then(|knowledge| knowledge.path.clone()),
            reference_samples: model.map_or(0, |knowledge| knowledge.model.faces().len()),
            feature_schema_version: SCHEMA_VERSION,
            model_sha256: model.map(|knowledge| knowledge.sha256.clone()),
            configuration_sha256: Some(self.config_sha256.clone()),
            profile_sha256: self.profile_sha256.clone(),
            ..Provenance::default()
        }
    }
}

/// What a reader of the reports has to know.
fn notes(norm: Norm<'_>, geometry: Option<&Geometry>, on_specks: usize) -> Vec<String> {
    let about_model = match norm {
        Norm::Compared(_) => None,
        Norm::Unknown => Some("no reference model: no learned criterion was used"),
        Norm::NothingLike => Some(
            "the face does not fit the reference model (fibre or not, size), which makes it abnormal: \
             no learned criterion was used",
        ),
    };
    let about_fibre = geometry
        .is_none()
        .then_some("no fibre was found: the whole frame was analysed, sizes are in pixels");
    let about_specks = (on_specks > 0).then(|| {
        format!("{on_specks} marks lie on known specks of the sensor and are not counted")
    });
    let texts = about_model.into_iter().chain(about_fibre).map(str::to_owned);
    texts.chain(about_specks).collect()
}
