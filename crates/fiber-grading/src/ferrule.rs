use serde::{Deserialize, Serialize};

use crate::error::GradingError;
use crate::finding::Finding;
use crate::grade::Grade;
use crate::profile::Profile;
use crate::verdict::{Obstacle, Verdict};

/// What was measured on one fibre of a multi-fibre ferrule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fibre<'a> {
    /// Its findings, measured from its own centre.
    pub findings: &'a [Finding],
    /// What keeps its image from being judged.
    pub obstacles: &'a [Obstacle],
}

/// The judgement of a multi-fibre ferrule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FerruleGrade {
    /// The worst of the fibres' verdicts: the ferrule passes if every fibre does.
    pub verdict: Verdict,
    /// The fibres in the order they were passed.
    pub fibres: Vec<Grade>,
}

impl Profile {
    /// Judges a multi-fibre ferrule: every fibre by the zones of [`Profile::multi_fibre`].
    ///
    /// # Errors
    /// [`GradingError::NoFibres`], [`GradingError::NoMultiFibreZones`], and those of [`Profile::grade`].
    pub fn grade_ferrule(&self, fibres: &[Fibre<'_>]) -> Result<FerruleGrade, GradingError> {
        let single = self.multi_fibre()?;
        let grades = fibres
            .iter()
            .map(|fibre| single.grade(fibre.findings, fibre.obstacles))
            .collect::<Result<Vec<_>, _>>()?;
        let verdict =
            grades.iter().map(|grade| grade.verdict).max().ok_or(GradingError::NoFibres)?;
        Ok(FerruleGrade { verdict, fibres: grades })
    }
}
