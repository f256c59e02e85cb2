use std::path::Path;

use fiber_image::{Limits, read};
use fiber_inspect::{Inspector, Workers};
use fiber_synth::Population;

use crate::base::Base;
use crate::planted::{PlantedCase, evaluate_planted};
use crate::real::{RealFace, evaluate_real};
use crate::rendered::{CleanFaces, JudgedReport, evaluate_clean, evaluate_damaged, render_face};
use crate::repeatability::{Trial, evaluate_repeatability};
use crate::separation::{Separation, evaluate_real_separation, evaluate_rendered_separation};
use crate::truth::LabelledFaces;
use crate::{EvaluationError, Share};

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Every this many of the real faces with a fibre gets planted defects; 1 for all.
    pub real_base_step: usize,
    /// Rendered faces of each population that get planted defects.
    pub rendered_bases: usize,
    /// Clean rendered faces of each population.
    pub clean: usize,
    /// Damaged rendered faces of each population.
    pub damaged: usize,
    /// Rendered faces that are put through every [`Change`](crate::Change).
    pub repeated: usize,
    /// Rendered good faces learned from, other good ones and damaged ones that are judged.
    pub learned: [usize; 3],
    /// Whether marks, planted defects and clean faces are measured too.
    pub detection: bool,
}

impl Extent {
    /// Enough for figures to a per cent.
    pub const FULL: Self = Self {
        real_base_step: 5,
        rendered_bases: 8,
        clean: 60,
        damaged: 60,
        repeated: 48,
        learned: [30, 60, 60],
        detection: true,
    };
    /// Verdicts alone: the same grade of the same face, and learned verdicts.
    pub const VERDICTS: Self = Self { detection: false, ..Self::FULL };
    /// A glance.
    pub const QUICK: Self = Self {
        real_base_step: 16,
        rendered_bases: 1,
        clean: 6,
        damaged: 6,
        repeated: 2,
        learned: [10, 6, 6],
        detection: true,
    };
}

/// Everything that was measured.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// Real faces against marks made by hand.
    pub real: Vec<RealFace>,
    /// Defects planted into real faces.
    pub planted_real: Vec<PlantedCase>,
    /// Defects planted into rendered faces.
    pub planted_rendered: Vec<PlantedCase>,
    /// Clean rendered faces.
    pub clean: CleanFaces,
    /// Reports on damaged rendered faces.
    pub judged: Vec<JudgedReport>,
    /// Defects of damaged rendered faces that were found.
    pub damaged_recall: Share,
    /// The same rendered faces in other pictures.
    pub repeated: Vec<Trial>,
    /// Learned verdicts, one for each instrument.
    pub separations: Vec<Separation>,
}

const SEED: u64 = 20_260;

impl Evaluation {
    /// Measures an inspector on rendered faces and, where there is a folder of them, on real ones.
    ///
    /// # Errors
    /// [`EvaluationError`] where truth cannot be read, or rendering or inspecting fails.
    pub fn run(
        faces: Option<&Path>,
        extent: &Extent,
        inspector: &Inspector,
        workers: &Workers,
    ) -> Result<Self, EvaluationError> {
        let mut evaluation = Self::default();
        let config = inspector.config();
        let faces = faces.map(LabelledFaces::load).transpose()?;
        if extent.detection {
            evaluation.measure_detection(faces.as_ref(), extent, inspector, workers)?;
        }
        if let Some(faces) = &faces {
            evaluation.separations = evaluate_real_separation(faces, config, workers)?;
        }
        if extent.learned[0] > 0 {
            let rendered =
                evaluate_rendered_separation(SEED + 50, extent.learned, config, workers)?;
            evaluation.separations.push(rendered);
        }
        evaluation.repeated = evaluate_repeatability(SEED + 60, extent.repeated, config, workers)?;
        Ok(evaluation)
    }

    fn measure_detection(
        &mut self,
        faces: Option<&LabelledFaces>,
        extent: &Extent,
        inspector: &Inspector,
        workers: &Workers,
    ) -> Result<(), EvaluationError> {
        if let Some(faces) = faces {
            self.real = evaluate_real(faces, inspector, workers)?;
            let bases = real_bases(faces, extent.real_base_step, inspector, workers)?;
            self.planted_real = evaluate_planted(&bases, SEED + 1, inspector, workers)?;
        }
        let populations = [Population::bench(), Population::frame_grabber()];
        for (seed, population) in (SEED + 10..).zip(&populations) {
            let quiet = Population { damaged_share: 0.0, ..population.clone() };
            let bases = workers.map(0..extent.rendered_bases as u64, |index| {
                let (_, image) = render_face(seed, index, &quiet)?;
                Base::new(&image, [], inspector)
            });
            let bases = bases.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?;
            let cases = evaluate_planted(&bases, seed, inspector, workers)?;
            self.planted_rendered.extend(cases);
            self.clean += evaluate_clean(population, seed + 10, extent.clean, inspector, workers)?;
            let (judged, recall) =
                evaluate_damaged(population, seed + 20, extent.damaged, inspector, workers)?;
            self.judged.extend(judged);
            self.damaged_recall += recall;
        }
        Ok(())
    }
}

/// Some of the real faces with a known fibre, as bases.
fn real_bases(
    faces: &LabelledFaces,
    step: usize,
    inspector: &Inspector,
    workers: &Workers,
) -> Result<Vec<Base>, EvaluationError> {
    let with_fibre = faces.geometry.iter().filter(|(_, known)| known.cladding.is_some());
    let chosen: Vec<&String> = with_fibre.map(|(name, _)| name).step_by(step.max(1)).collect();
    let bases = workers.map(chosen, |name| {
        let image = read(faces.path(name), &Limits::default())?;
        let marks = faces.marks.get(name).map(|face| face.marks.iter().map(|mark| mark.edges));
        Base::new(&image, marks.into_iter().flatten(), inspector)
    });
    bases.filter_map(Result::transpose).collect()
}
