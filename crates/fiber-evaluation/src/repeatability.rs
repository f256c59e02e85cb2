//! The same rendered face in other pictures: whether it gets the same grade.

use std::iter::Sum;

use fiber_defects::{Defect, DefectType};
use fiber_inspect::grading::Verdict;
use fiber_inspect::{Config, FaceImage, Inspector, Profile, Workers};
use fiber_synth::{FaceSpec, Population, random_face, render};

use crate::{EvaluationError, Share};

/// The profile that grades.
const PROFILE: &str = "iec-61300-3-35-ed2-mm";

/// Faces whose core would be dazzled in a picture 20 % brighter are left out: that one rightly is no basis for a
/// grade.
const BRIGHTEST_CORE: f64 = 190.0;

/// A defect is found where a report's middle lies so near to that of the planted one, in micrometres, or within a
/// quarter of its size.
const NEAR_UM: f64 = 3.0;
const NEAR_SHARE: f64 = 0.25;

/// What differs from the first picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// The fibre lies so many pixels farther right and down.
    Shifted(f64, f64),
    /// The face is turned by so many degrees around the fibre.
    Rotated(f64),
    /// All light is so many times as strong.
    Brightness(f64),
    /// Another draw of noise and grain.
    Noise(u64),
    /// The picture is so many times as large.
    Scaled(f64),
}

impl Change {
    /// The changes that every face is put through.
    pub const ALL: [Self; 14] = [
        Self::Shifted(0.5, 0.0),
        Self::Shifted(0.25, -0.37),
        Self::Shifted(-7.3, 11.6),
        Self::Rotated(7.0),
        Self::Rotated(45.0),
        Self::Rotated(131.0),
        Self::Brightness(0.8),
        Self::Brightness(1.2),
        Self::Noise(1),
        Self::Noise(2),
        Self::Scaled(0.8),
        Self::Scaled(0.9),
        Self::Scaled(1.1),
        Self::Scaled(1.25),
    ];

    /// The kinds of changes in words, in the order of [`Change::kind`].
    pub const KINDS: [&str; 6] = [
        "shifted by parts of a pixel and by pixels",
        "rotated",
        "20 % darker",
        "20 % brighter",
        "other noise",
        "scaled by 0.8 to 1.25",
    ];

    /// Which of [`Change::KINDS`] it is.
    #[must_use]
    pub fn kind(self) -> usize {
        match self {
            Self::Shifted(..) => 0,
            Self::Rotated(_) => 1,
            Self::Brightness(factor) if factor < 1.0 => 2,
            Self::Brightness(_) => 3,
            Self::Noise(_) => 4,
            Self::Scaled(_) => 5,
        }
    }

    fn apply(self, face: &FaceSpec) -> FaceSpec {
        let mut face = face.clone();
        match self {
            Self::Shifted(x, y) => face.centre = [face.centre[0] + x, face.centre[1] + y],
            Self::Rotated(degrees) => face.rotation_deg += degrees,
            Self::Brightness(factor) => face.brightness *= factor,
            Self::Noise(draw) => face.seed = face.seed.wrapping_add(draw),
            Self::Scaled(factor) => {
                let instrument = &mut face.instrument;
                instrument.um_per_px = instrument.um_per_px.map(|um| um / factor);
                // All of the picture grows, so that it shows as much of the face.
                let larger = |side: usize| (side as f64 * factor).round() as usize;
                instrument.width = larger(instrument.width);
                instrument.height = larger(instrument.height);
                face.centre = face.centre.map(|at| (at + 0.5) * factor - 0.5);
            }
        }
        face
    }
}

/// One face in two pictures.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Number of the face.
    pub face: u64,
    /// What differs.
    pub change: Change,
    /// The verdicts on the first and the changed picture.
    pub verdicts: [Verdict; 2],
    /// Defects reported on each.
    pub reports: [usize; 2],
    /// How far from its place the fibre's centre was found in the changed picture, in pixels; `None` without a
    /// fibre.
    pub centre_off_px: Option<f64>,
    /// Planted defects that were found in both pictures or in neither.
    pub found_alike: Share,
    /// Differences in micrometres of the graded sizes of those found in both: width of scratches, diameter of
    /// others.
    pub size_changes_um: Vec<f64>,
}

/// How a grade held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The same grade.
    Same,
    /// One is marginal, and the other pass or fail.
    NearLimit,
    /// Pass in one picture and fail in the other, or a grade in one only.
    Differs,
}

impl Trial {
    /// How the grade held.
    #[must_use]
    pub fn held(&self) -> Held {
        match self.verdicts {
            [a, b] if a == b => Held::Same,
            [a, b] if a == Verdict::Ungradable || b == Verdict::Ungradable => Held::Differs,
            [Verdict::Marginal, _] | [_, Verdict::Marginal] => Held::NearLimit,
            _ => Held::Differs,
        }
    }
}

/// Trials added up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Repeated {
    /// Number of trials.
    pub trials: usize,
    /// Same grade, of those away from limits: neither picture is marginal.
    pub same: Share,
    /// Trials with a marginal picture.
    pub near_limits: usize,
    /// Trials with as many reports in both pictures.
    pub same_count: Share,
    /// Planted defects found in both pictures or in neither.
    pub found_alike: Share,
    /// Root of the mean square of what the centre is off, in pixels.
    pub centre_rms_px: f64,
    /// Standard deviation in micrometres of a size, from the differences of pairs.
    pub size_std_um: f64,
}

impl<'a> Sum<&'a Trial> for Repeated {
    fn sum<I: Iterator<Item = &'a Trial>>(trials: I) -> Self {
        let mut sum = Self::default();
        let (mut centres, mut sizes) = (Vec::new(), Vec::new());
        for trial in trials {
            sum.trials += 1;
            if trial.verdicts.contains(&Verdict::Marginal) && trial.held() != Held::Differs {
                sum.near_limits += 1;
            } else {
                sum.same += Share::one(trial.held() == Held::Same);
            }
            sum.same_count += Share::one(trial.reports[0] == trial.reports[1]);
            sum.found_alike += trial.found_alike;
            centres.extend(trial.centre_off_px);
            sizes.extend(&trial.size_changes_um);
        }
        sum.centre_rms_px = root_mean_square(&centres);
        // Both sizes of a pair are uncertain.
        sum.size_std_um = root_mean_square(&sizes) / 2.0_f64.sqrt();
        sum
    }
}

fn root_mean_square(values: &[f64]) -> f64 {
    let squares: f64 = values.iter().map(|value| value * value).sum();
    (squares / values.len().max(1) as f64).sqrt()
}

/// What is compared of one picture.
struct Seen {
    verdict: Verdict,
    reports: usize,
    centre_off_px: Option<f64>,
    /// Graded size of each planted defect; `None` where it was not found.
    sizes_um: Vec<Option<f64>>,
}

/// Puts faces, half of them damaged, through every change.
///
/// # Errors
/// [`EvaluationError`] where rendering or inspecting fails.
pub fn evaluate_repeatability(
    seed: u64,
    faces: usize,
    config: &Config,
    workers: &Workers,
) -> Result<Vec<Trial>, EvaluationError> {
    let profile = Profile::builtin(PROFILE).map_err(fiber_inspect::Error::from)?;
    let inspector = Inspector::builder().config(config.clone()).profile(profile).build()?;
    let mut population = Population::bench();
    population.fibres.retain(|fibre| fibre.core.level < BRIGHTEST_CORE);
    let trials = workers.map(0..faces as u64, |index| {
        let face = random_face(seed, index, &population)?;
        let first = see(&face, &inspector)?;
        Change::ALL
            .into_iter()
            .map(|change| {
                Ok(compare(index, change, &first, &see(&change.apply(&face), &inspector)?))
            })
            .collect::<Result<Vec<Trial>, EvaluationError>>()
    });
    Ok(trials.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn see(face: &FaceSpec, inspector: &Inspector) -> Result<Seen, EvaluationError> {
    let rendered = render(face)?;
    let inspection = inspector.inspect(&FaceImage::from_luma(rendered.image, "rendered"))?;
    let reports = &inspection.detection.defects;
    let um_per_px = face.instrument.um_per_px[0];
    let find = |at: [f64; 2], size_um: f64| {
        let distance = |defect: &Defect| {
            um_per_px * (defect.centroid.0 - at[0]).hypot(defect.centroid.1 - at[1])
        };
        let nearest = reports.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        (distance(nearest) <= NEAR_UM.max(NEAR_SHARE * size_um)).then(|| graded_size(nearest))?
    };
    let planted = rendered.truth.defects.iter();
    Ok(Seen {
        verdict: inspection.grade.as_ref().map_or(Verdict::Ungradable, |grade| grade.verdict),
        reports: reports.len(),
        centre_off_px: inspection.geometry.map(|geometry| {
            (geometry.cladding.cx - face.centre[0]).hypot(geometry.cladding.cy - face.centre[1])
        }),
        sizes_um: planted.map(|defect| find(defect.centroid, defect.diameter_um)).collect(),
    })
}

fn graded_size(defect: &Defect) -> Option<f64> {
    defect.size_um.map(|size| match defect.defect_type {
        DefectType::Scratch => size.width,
        _ => size.diameter,
    })
}

fn compare(face: u64, change: Change, first: &Seen, other: &Seen) -> Trial {
    let pairs = || first.sizes_um.iter().zip(&other.sizes_um);
    Trial {
        face,
        change,
        verdicts: [first.verdict, other.verdict],
        reports: [first.reports, other.reports],
        centre_off_px: other.centre_off_px,
        found_alike: pairs().map(|(a, b)| Share::one(a.is_some() == b.is_some())).sum(),
        size_changes_um: pairs().filter_map(|(a, b)| Some((*b)? - (*a)?)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(verdicts: [Verdict; 2]) -> Trial {
        Trial {
            face: 0,
            change: Change::Noise(1),
            verdicts,
            reports: [1, 2],
            centre_off_px: Some(0.5),
            found_alike: Share { hits: 1, of: 2 },
            size_changes_um: vec![0.2, -0.2],
        }
    }

    #[test]
    fn a_marginal_face_is_near_a_limit_and_a_lost_grade_is_not() {
        use Verdict::{Fail, Marginal, Pass, Ungradable};
        let held = |a, b| trial([a, b]).held();
        assert_eq!(held(Pass, Pass), Held::Same);
        assert_eq!(held(Marginal, Marginal), Held::Same);
        assert_eq!(held(Pass, Marginal), Held::NearLimit);
        assert_eq!(held(Marginal, Fail), Held::NearLimit);
        assert_eq!(held(Pass, Fail), Held::Differs);
        assert_eq!(held(Marginal, Ungradable), Held::Differs);
    }

    #[test]
    fn trials_add_up() {
        use Verdict::{Fail, Marginal, Pass, Ungradable};
        let trials =
            [[Pass, Pass], [Pass, Fail], [Marginal, Fail], [Marginal, Ungradable]].map(trial);
        let sum: Repeated = trials.iter().sum();
        assert_eq!((sum.trials, sum.near_limits), (4, 1));
        assert_eq!(sum.same, Share { hits: 1, of: 3 });
        assert_eq!(sum.same_count, Share { hits: 0, of: 4 });
        assert_eq!(sum.found_alike, Share { hits: 4, of: 8 });
        assert!((sum.centre_rms_px - 0.5).abs() < 1e-12);
        assert!((sum.size_std_um - 0.2 / 2.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_scaled_picture_shows_the_same_part_of_the_face() {
        let face = random_face(1, 0, &Population::bench()).expect("built in");
        let larger = Change::Scaled(1.25).apply(&face);
        assert_eq!((larger.instrument.width, larger.instrument.height), (1440, 1080));
        let margin = |face: &FaceSpec| (face.centre[1] + 0.5) * face.instrument.um_per_px[1];
        assert!((margin(&larger) - margin(&face)).abs() < 1e-9);
    }

    #[test]
    fn every_kind_of_change_is_tried() {
        let kinds: Vec<usize> = Change::ALL.iter().map(|change| change.kind()).collect();
        for kind in 0..Change::KINDS.len() {
            assert!(kinds.contains(&kind), "{}", Change::KINDS[kind]);
        }
    }
}
