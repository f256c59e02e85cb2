use fiber_geometry::{LocateOptions, locate};
use fiber_image::FaceImage;
use fiber_reference::{Collection, FrameOptions, LearnOptions, ReferenceModel, Sample};

use crate::{Config, Error, Workers};

/// Learns what good faces look like.
///
/// The model does not depend on the order of the faces nor on the number of workers. Faces of the same
/// content count once. To learn from files of which some may be damaged, or on several machines, make the
/// [`sample`]s one by one and put them into a [`Collection`], then [`fit`].
///
/// ```
/// use fiber_inspect::{Config, FaceImage, Inspector, Workers, learn};
/// use fiber_inspect::image::Plane;
///
/// let surface = |grain: usize| -> Result<FaceImage, Box<dyn std::error::Error>> {
///     let luma = Plane::from_fn(48, 48, |x, y| (90 + (x * 7 + y * 13 + x * y * grain) % 6) as u8)?;
///     Ok(FaceImage::from_luma(luma, &format!("face {grain}")))
/// };
/// let good = (3..9).map(surface).collect::<Result<Vec<_>, _>>()?;
/// let config = Config::default();
/// let model = learn(good, &config, &Workers::new(1)?)?;
/// let inspector = Inspector::builder().config(config).model(model).build()?;
/// assert!(!inspector.inspect(&surface(5)?)?.is_anomalous);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Config`] for settings out of range, [`Error::Reference`] where there are fewer than two
/// different faces or they do not fit together.
pub fn learn(
    images: impl IntoIterator<Item = FaceImage>,
    config: &Config,
    workers: &Workers,
) -> Result<ReferenceModel, Error> {
    config.validate()?;
    let samples = workers.map(images, |image| sample(&image, config));
    let collection = samples.collect::<Result<Collection, Error>>()?;
    fit(&collection, config, workers)
}

/// One face as a model sees it: located and brought into the common frame.
///
/// # Errors
/// [`Error::Geometry`] for settings out of range.
pub fn sample(image: &FaceImage, config: &Config) -> Result<Sample, Error> {
    let geometry = locate(image.luma(), &config.locate_options())?;
    let metadata = image.metadata();
    let name = match &metadata.path {
        Some(path) => path.to_string_lossy().into_owned(),
        None => metadata.file_name.clone(),
    };
    let (hash, options) = (&metadata.sha256, frame_options(config));
    let mut sample = Sample::new(&name, hash, image.luma(), geometry.as_ref(), &options)?;
    sample.note_sensor_marks(image.luma())?;
    Ok(sample)
}

/// What becomes of faces that look unlike the others; they are reported in any case
/// ([`ReferenceModel::outliers`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outliers {
    /// They are learned from.
    #[default]
    Learned,
    /// They are left out, as are faces that are not in the frame of most others ([`Collection::without_misfits`]).
    LeftOut,
}

/// Learns from collected samples.
///
/// # Errors
/// As [`learn`].
pub fn fit(
    collection: &Collection,
    config: &Config,
    workers: &Workers,
) -> Result<ReferenceModel, Error> {
    fit_with(collection, Outliers::Learned, config, workers)
}

/// Learns from collected samples, with a say in what becomes of outliers.
///
/// # Errors
/// As [`learn`], and [`Error::Reference`] where more than a third of the faces would be left out.
pub fn fit_with(
    collection: &Collection,
    outliers: Outliers,
    config: &Config,
    workers: &Workers,
) -> Result<ReferenceModel, Error> {
    config.validate()?;
    let options = LearnOptions {
        false_alarm_rate: config.false_alarm_rate,
        threshold_multiplier: config.anomaly_threshold_multiplier,
        leave_out_outliers: outliers == Outliers::LeftOut,
        threading: workers.threading(),
        ..LearnOptions::default()
    };
    let fitting = match outliers {
        Outliers::Learned => collection.clone(),
        Outliers::LeftOut => collection.without_misfits().0,
    };
    Ok(workers.run(|| fitting.fit(&options))?)
}

/// The model of the faces of several models, the same as learning from all of them at once; see
/// [`ReferenceModel::merge`].
///
/// # Errors
/// [`Error::Reference`] where the models do not fit together.
pub fn merge(models: &[ReferenceModel], workers: &Workers) -> Result<ReferenceModel, Error> {
    Ok(workers.run(|| ReferenceModel::merge(models, workers.threading()))?)
}

/// The common frame for this cladding: the default one, scaled with the fibre.
fn frame_options(config: &Config) -> FrameOptions {
    let scale = config.cladding_um / LocateOptions::default().cladding_um;
    let FrameOptions { um_per_px, field_um } = FrameOptions::default();
    FrameOptions { um_per_px: um_per_px * scale, field_um: field_um * scale }
}
