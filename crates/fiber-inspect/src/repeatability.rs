use fiber_grading::Verdict;
use fiber_report::Inspection;
use fiber_stats::{Divisor, fleiss_kappa, mean, std_dev};
use serde::Serialize;

use crate::Error;
use crate::face_match::Marks;

// Kappa: the manual on measurement systems analysis of the Automotive Industry Action Group (AIAG, 4th edition, 2010)
// takes values above 0.75 for good agreement, and the guides of attribute studies that follow it prefer 0.9. Shares: the
// manual's bound of the effectiveness of an attribute gauge that is marginally acceptable is 0.80; 0.95 is stricter than
// its 0.90 of an acceptable one, because all images are of the same face and no eye is involved.
/// Smallest share of agreeing verdicts and smallest kappa of a gauge that is fit, and of one that is usable with care.
const FIT: f64 = 0.95;
const FIT_KAPPA: f64 = 0.90;
const USABLE: f64 = 0.80;
const USABLE_KAPPA: f64 = 0.75;

/// Images of one face, inspected.
#[derive(Clone, Debug)]
pub struct RepeatedFace {
    /// Name of the face.
    pub name: String,
    /// What is compared of each inspection.
    pub readings: Vec<Reading>,
}

/// What is compared of one inspection of a repeated face.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The verdict in a word or two.
    pub verdict: &'static str,
    /// Whether the face could be judged at all: it is not ungradable.
    pub judged: bool,
    /// Number of defects.
    pub defects: usize,
    marks: Marks,
}

impl Reading {
    /// Of a finished inspection.
    #[must_use]
    pub fn of(inspection: &Inspection) -> Self {
        Self {
            verdict: inspection.headline().words,
            judged: inspection.grade.as_ref().is_none_or(|g| g.verdict != Verdict::Ungradable),
            defects: inspection.detection.defects.len(),
            marks: Marks::of(inspection),
        }
    }
}

/// How well repeated inspections of faces agree.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Repeatability {
    /// The faces.
    pub faces: Vec<FaceRepeatability>,
    /// Share of images whose verdict is the most frequent one of their face; one that could not be judged agrees with
    /// none.
    pub verdict_agreement: f64,
    /// Fleiss' kappa of the verdicts over the faces; `None` with one face, or where all verdicts are alike.
    pub fleiss_kappa: Option<f64>,
    /// Pooled standard deviation in micrometres of the sizes of defects found on at least two images of their
    /// face; `None` where there are none.
    pub size_std_um: Option<f64>,
    /// The verdict on the gauge.
    pub gauge: GaugeVerdict,
}

/// How well inspections of one face agree.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FaceRepeatability {
    /// Name of the face.
    pub name: String,
    /// Number of images.
    pub images: usize,
    /// Verdicts and how often each was given, the most frequent first.
    pub verdicts: Vec<(String, usize)>,
    /// Share of the most frequent verdict on images that could be judged.
    pub agreement: f64,
    /// Fewest and most defects on an image.
    pub defects: [usize; 2],
    /// Mean number of defects.
    pub mean_defects: f64,
    /// Its standard deviation.
    pub defects_std: f64,
    /// Standard deviation in micrometres of the sizes of the same defects; `None` without any.
    pub size_std_um: Option<f64>,
}

/// Whether a gauge can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GaugeVerdict {
    /// Verdicts agree in at least 95 % of the images, kappa is at least 0.9 where it is defined.
    Fit,
    /// At least 80 %, 0.75.
    UsableWithCare,
    /// Less.
    Unfit,
}

impl Repeatability {
    /// Compares the readings of each face with each other.
    ///
    /// Defects of two images are the same where they lie within 2 um, and a quarter of their size, of each other
    /// around the fibre.
    ///
    /// # Errors
    /// [`Error::Stats`] where there is no face or one has fewer than two readings.
    pub fn of(faces: &[RepeatedFace]) -> Result<Self, Error> {
        let mut words: Vec<&'static str> =
            faces.iter().flat_map(|face| face.readings.iter().map(|r| r.verdict)).collect();
        words.sort_unstable();
        words.dedup();
        let counts: Vec<Vec<usize>> = faces
            .iter()
            .map(|face| {
                let count =
                    |&word: &&str| face.readings.iter().filter(|r| r.verdict == word).count();
                words.iter().map(count).collect()
            })
            .collect();
        let kappa = fleiss_kappa(&counts)?.filter(|_| faces.len() > 1);
        let mut squares = Vec::new();
        let mut studied = Vec::new();
        for (face, counts) in faces.iter().zip(&counts) {
            let spread = size_variances(&face.readings);
            studied.push(FaceRepeatability::of(face, &words, counts, &spread)?);
            squares.extend(spread);
        }
        let images: usize = studied.iter().map(|face| face.images).sum();
        let agreeing: f64 = studied.iter().map(|face| face.agreement * face.images as f64).sum();
        let verdict_agreement = agreeing / images as f64;
        let holds = |share: f64, least: f64| {
            verdict_agreement >= share && kappa.is_none_or(|kappa| kappa >= least)
        };
        let gauge = if holds(FIT, FIT_KAPPA) {
            GaugeVerdict::Fit
        } else if holds(USABLE, USABLE_KAPPA) {
            GaugeVerdict::UsableWithCare
        } else {
            GaugeVerdict::Unfit
        };
        let size_std_um = pooled(&squares)?;
        Ok(Self { faces: studied, verdict_agreement, fleiss_kappa: kappa, size_std_um, gauge })
    }
}

impl FaceRepeatability {
    fn of(
        face: &RepeatedFace,
        words: &[&'static str],
        counts: &[usize],
        spread: &[f64],
    ) -> Result<Self, Error> {
        let images = face.readings.len();
        let mut verdicts: Vec<(String, usize)> = words
            .iter()
            .zip(counts)
            .filter(|(_, count)| **count > 0)
            .map(|(word, &count)| ((*word).to_owned(), count))
            .collect();
        verdicts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let judged =
            |word: &&str| face.readings.iter().filter(|r| r.judged && r.verdict == *word).count();
        let agreeing = words.iter().map(judged).max().unwrap_or(0);
        let defects: Vec<f64> = face.readings.iter().map(|r| r.defects as f64).collect();
        let fewest = face.readings.iter().map(|r| r.defects).min().unwrap_or(0);
        let most = face.readings.iter().map(|r| r.defects).max().unwrap_or(0);
        Ok(Self {
            name: face.name.clone(),
            images,
            agreement: agreeing as f64 / images as f64,
            verdicts,
            defects: [fewest, most],
            mean_defects: mean(&defects)?,
            defects_std: std_dev(&defects, Divisor::Sample)?,
            size_std_um: pooled(spread)?,
        })
    }
}

/// Variances of the sizes of each defect that at least two images show.
fn size_variances(readings: &[Reading]) -> Vec<f64> {
    let (mut known, mut sizes) = (Marks::default(), Vec::<Vec<f64>>::new());
    for reading in readings {
        let defects = known.take_in(&reading.marks);
        sizes.resize(known.len(), Vec::new());
        for (defect, size) in defects.into_iter().zip(reading.marks.sizes_um()) {
            sizes[defect].push(size);
        }
    }
    let repeated = sizes.iter().filter(|sizes| sizes.len() > 1);
    repeated.filter_map(|sizes| std_dev(sizes, Divisor::Sample).ok()).map(|std| std * std).collect()
}

fn pooled(variances: &[f64]) -> Result<Option<f64>, Error> {
    if variances.is_empty() { Ok(None) } else { Ok(Some(mean(variances)?.sqrt())) }
}
