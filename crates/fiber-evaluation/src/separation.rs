//! Learned verdicts: on the other half of an instrument's faces, and how far damaged faces stand apart.

use std::collections::BTreeMap;

use fiber_image::{Limits, read};
use fiber_inspect::reference::{Collection, Sample};
use fiber_inspect::{
    Config, Error, FaceImage, Outliers, ReferenceModel, Workers, fit_with, sample,
};
use fiber_synth::{Population, random_face, render};

use crate::truth::{LabelledFaces, MarkedFace, Visibility};
use crate::{EvaluationError, Share};

/// Fewer faces of an instrument are not worth a model.
const FEWEST_LEARNED: usize = 4;

/// What a model learned from some faces of an instrument says of its other ones.
#[derive(Clone, Debug, Default)]
pub struct Separation {
    /// Name of the instrument.
    pub instrument: String,
    /// Faces that were learned from.
    pub learned: usize,
    /// Faces that were left out of these because they look unlike the others.
    pub left_out: usize,
    /// Other faces on which nothing is known to be wrong that were called abnormal.
    pub false_alarms: Share,
    /// Faces known to be damaged that were called abnormal.
    pub damaged_found: Share,
    /// Share of pairs of one of each in which the damaged one scores higher, ties counted half; `None` without a
    /// pair.
    pub auroc: Option<f64>,
}

/// Learns, instrument by instrument, from every other face without a mark, and judges the rest and the faces with a
/// clear mark. An instrument is a folder; faces without a known fibre take no part.
///
/// # Errors
/// [`EvaluationError`] where a face cannot be read or the faces of an instrument do not fit together.
pub fn evaluate_real_separation(
    faces: &LabelledFaces,
    config: &Config,
    workers: &Workers,
) -> Result<Vec<Separation>, EvaluationError> {
    let mut folders: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for (name, known) in &faces.geometry {
        if known.cladding.is_some() {
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            folders.entry(folder).or_default().push(name);
        }
    }
    let load = |names: Vec<&String>| -> Result<Vec<Sample>, EvaluationError> {
        let made = workers.map(names, |name| {
            let image = read(faces.path(name), &Limits::default())?;
            Ok::<_, EvaluationError>(sample(&image, config)?)
        });
        made.collect()
    };
    let mut separations = Vec::new();
    for (folder, names) in folders {
        let (marked, unmarked): (Vec<&String>, Vec<&String>) =
            names.into_iter().partition(|name| faces.marks.contains_key(*name));
        let damaged = marked.into_iter().filter(|name| has_clear_mark(&faces.marks[*name]));
        let (learned, others): (Vec<_>, Vec<_>) =
            unmarked.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
        if learned.len() < FEWEST_LEARNED {
            continue;
        }
        let names =
            |numbered: Vec<(usize, _)>| numbered.into_iter().map(|(_, name)| name).collect();
        let (learned, others) = (load(names(learned))?, load(names(others))?);
        let damaged = load(damaged.collect())?;
        separations.push(separate(folder, learned, &others, &damaged, config, workers)?);
    }
    Ok(separations)
}

fn has_clear_mark(face: &MarkedFace) -> bool {
    face.marks.iter().any(|mark| mark.visibility == Visibility::Clear)
}

/// Learns from rendered good faces and judges others and damaged ones.
pub(crate) fn evaluate_rendered_separation(
    seed: u64,
    [learned, good, damaged]: [usize; 3],
    config: &Config,
    workers: &Workers,
) -> Result<Separation, EvaluationError> {
    let draw = |share: f64, first: usize, count: usize| -> Result<Vec<Sample>, EvaluationError> {
        let population = Population { damaged_share: share, ..Population::bench_binned() };
        let made = workers.map(first..first + count, |index| {
            let face = render(&random_face(seed, index as u64, &population)?)?;
            let image = FaceImage::from_luma(face.image, &format!("rendered {index}"));
            Ok::<_, EvaluationError>(sample(&image, config)?)
        });
        made.collect()
    };
    let faces = (draw(0.0, 0, learned)?, draw(0.0, learned, good)?);
    let damaged = draw(1.0, learned + good, damaged)?;
    separate("rendered", faces.0, &faces.1, &damaged, config, workers)
}

fn separate(
    instrument: &str,
    learned: Vec<Sample>,
    others: &[Sample],
    damaged: &[Sample],
    config: &Config,
    workers: &Workers,
) -> Result<Separation, EvaluationError> {
    let all = learned.len();
    let frame = learned.first().map(Sample::frame);
    // Faces that cannot be brought into the frame of the first one are another kind of fibre.
    let collection: Collection =
        learned.into_iter().filter(|sample| Some(sample.frame()) == frame).collect();
    let model = match fit_with(&collection, Outliers::LeftOut, config, workers) {
        // Too many would be left out: a mixed set is learned as it is.
        Err(Error::Reference(_)) => fit_with(&collection, Outliers::Learned, config, workers)?,
        model => model?,
    };
    let values = |samples: &[Sample]| statistics(&model, samples, workers);
    let (good, bad) = (values(others)?, values(damaged)?);
    let beyond = |values: &[f64]| values.iter().map(|&v| Share::one(v > model.joint().limit)).sum();
    Ok(Separation {
        instrument: instrument.to_owned(),
        learned: model.faces().len(),
        left_out: all - model.faces().len(),
        false_alarms: beyond(&good),
        damaged_found: beyond(&bad),
        auroc: area_under_curve(&good, &bad),
    })
}

/// The joint statistic of each face, infinite for one in another frame than the model's.
fn statistics(
    model: &ReferenceModel,
    samples: &[Sample],
    workers: &Workers,
) -> Result<Vec<f64>, EvaluationError> {
    let values = workers.map(samples, |sample| {
        if sample.frame() != model.frame() {
            return Ok(f64::INFINITY);
        }
        Ok(model.assess(sample).map_err(Error::from)?.joint.value)
    });
    values.collect()
}

/// Area under the receiver operating characteristic; `None` where one side is empty.
#[must_use]
pub fn area_under_curve(good: &[f64], damaged: &[f64]) -> Option<f64> {
    let pairs = good.iter().flat_map(|good| damaged.iter().map(move |damaged| (good, damaged)));
    let wins = pairs.map(|(good, damaged)| match damaged.total_cmp(good) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    });
    let pairs = good.len() * damaged.len();
    (pairs > 0).then(|| wins.sum::<f64>() / pairs as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_the_share_of_pairs_in_order() {
        assert_eq!(area_under_curve(&[1.0, 2.0], &[3.0, 4.0]), Some(1.0));
        assert_eq!(area_under_curve(&[1.0, 3.0], &[2.0]), Some(0.5));
        assert_eq!(area_under_curve(&[1.0], &[1.0]), Some(0.5));
        assert_eq!(area_under_curve(&[5.0], &[1.0, f64::INFINITY]), Some(0.5));
        assert_eq!(area_under_curve(&[], &[1.0]), None);
    }
}
