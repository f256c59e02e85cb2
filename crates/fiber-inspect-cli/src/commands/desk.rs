//! Inspects faces and writes their reports.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use fiber_inspect::grading::Verdict;
use fiber_inspect::image::{Limits, read};
use fiber_inspect::report::FailureReport;
use fiber_inspect::{Inspection, Inspector, Occasion, ReportOptions, Threading, Workers};

use super::face_line::face_line;
use super::summary::Row;
use crate::arguments::Reports;
use crate::commands::Failure;
use crate::outcome::Outcome;

pub(crate) struct Desk {
    inspector: Inspector,
    figures: bool,
    notes: BTreeMap<String, String>,
    threading: Threading,
}

/// What is left to say of an inspected face.
pub(crate) struct Done {
    pub(crate) line: String,
    pub(crate) times: String,
    pub(crate) outcome: Outcome,
    pub(crate) row: Row,
}

impl Desk {
    pub(crate) fn new(inspector: Inspector, reports: &Reports) -> Self {
        let figures = !reports.no_figures && inspector.config().enable_visualization;
        let notes = reports.notes.iter().cloned().collect();
        Self { inspector, figures, notes, threading: Threading::Single }
    }

    /// Fewer faces than workers: these share the work on each face.
    pub(crate) fn share_faces(&mut self, faces: usize, workers: &Workers) {
        if faces < workers.threads() {
            self.threading = workers.threading();
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inspector.config().limits
    }

    pub(crate) fn inspector(&self) -> &Inspector {
        &self.inspector
    }

    /// Which reports are written.
    pub(crate) fn report_options(&self) -> ReportOptions {
        ReportOptions { figures: self.figures, ..ReportOptions::default() }
    }

    /// What the user wants to find again in the reports.
    pub(crate) fn notes(&self) -> &BTreeMap<String, String> {
        &self.notes
    }

    /// Inspects a file and writes its reports into an existing folder.
    pub(crate) fn inspect(&self, file: &Path, folder: &Path) -> Result<Done, Failure> {
        let start = Instant::now();
        let clock = || start.elapsed();
        let image = read(file, self.limits())?;
        let reading = start.elapsed().as_secs_f64() * 1e3;
        let fields = self.notes.clone();
        let occasion = Occasion { clock: Some(&clock), fields, threading: self.threading };
        let mut inspection = self.inspector.inspect_on(&image, occasion)?;
        inspection.provenance.milliseconds.insert(0, ("read".to_owned(), reading));
        let now = Some(SystemTime::now().into());
        let options = ReportOptions { timestamp: now, ..self.report_options() };
        inspection.write_reports(folder, &stem(file), &options)?;
        Ok(Done {
            line: face_line(file, &inspection),
            times: times(file, &inspection, start.elapsed().as_secs_f64() * 1e3),
            outcome: outcome(&inspection),
            row: Row::of(file, &inspection),
        })
    }

    /// Leaves a report of the failure, so that no reader of reports misses the face.
    pub(crate) fn report_failure(file: &Path, folder: &Path, failure: &Failure) {
        let path = file.to_string_lossy();
        let now = Some(SystemTime::now().into());
        let report = FailureReport::new(&path, now, failure.cause_at(file));
        // The failure itself is what the user is told; the folder may be its cause.
        let _ = report.write(folder, &stem(file));
    }
}

pub(crate) fn make_folder(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("the folder cannot be made: {error}")).at(folder))
}

pub(crate) fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// Whose reports already have a name. Two inputs of one name in one folder are not both done: the reports of one
/// would overwrite those of the other.
#[derive(Default)]
pub(crate) struct Stems(BTreeMap<(PathBuf, String), PathBuf>);

impl Stems {
    pub(crate) fn claim(&mut self, file: &Path, folder: &Path) -> Result<(), Failure> {
        // Some file systems do not tell `A` from `a`.
        let key = (folder.to_path_buf(), stem(file).to_lowercase());
        if let Some(first) = self.0.get(&key) {
            let problem = format!(
                "not inspected: its reports would overwrite those of {} (inspect it into another folder)",
                first.display()
            );
            return Err(Failure::new(problem).at(file));
        }
        self.0.insert(key, file.to_path_buf());
        Ok(())
    }
}

pub(crate) fn outcome(inspection: &Inspection) -> Outcome {
    match inspection.grade.as_ref().map(|grade| grade.verdict) {
        Some(Verdict::Fail) => Outcome::Fail,
        _ if inspection.is_anomalous => Outcome::Fail,
        Some(Verdict::Marginal | Verdict::Ungradable) => Outcome::Unjudged,
        Some(Verdict::Pass) | None => Outcome::Pass,
    }
}

fn times(file: &Path, inspection: &Inspection, total: f64) -> String {
    let stages = inspection.provenance.milliseconds.iter();
    let stages: Vec<String> = stages.map(|(stage, ms)| format!("{stage} {ms:.0}")).collect();
    format!("{}: {total:.0} ms with reports ({})", file.display(), stages.join(", "))
}
