use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use fiber_inspect::grading::Verdict;
use fiber_inspect::image::{ImageError, read};
use fiber_inspect::report::FailureReport;
use fiber_inspect::{Inspection, Inspector, Occasion, ReportOptions, Workers};

use super::face_line::face_line;
use super::settings;
use crate::arguments::InspectArgs;
use crate::commands::Failure;
use crate::console::Console;
use crate::files;
use crate::outcome::Outcome;

pub(crate) fn run(
    arguments: &InspectArgs,
    threads: Option<usize>,
    console: &Console,
) -> Result<(), Failure> {
    let mut config = settings::config(&arguments.settings, threads)?;
    config.knowledge_base_path = arguments.model.clone().or(config.knowledge_base_path);
    config.profile = arguments.profile.clone().or(config.profile);
    let workers = settings::workers(config.threads)?;
    let inspector = Inspector::builder().config(config).build()?;
    make_folder(&arguments.output)?;
    let (files, errors) = files::list(&arguments.inputs.paths);
    let desk = Desk {
        inspector,
        workers,
        folder: arguments.output.clone(),
        figures: !arguments.no_figures,
        notes: arguments.notes.iter().cloned().collect(),
    };
    let mut stems = Stems::default();
    for error in errors {
        desk.report_missing(&error, &mut stems, console);
    }
    let files = files.into_iter().filter(|file| match stems.claim(file) {
        Ok(()) => true,
        Err(failure) => {
            console.error(&failure);
            false
        }
    });
    let files: Vec<PathBuf> = files.collect();
    files::each(
        &files,
        &desk.workers,
        console,
        |file| desk.inspect(file).inspect_err(|failure| desk.report_failure(file, failure)),
        |_, done| {
            console.note(done.outcome);
            console.result(&done.line);
            console.detail(&done.times);
        },
    );
    Ok(())
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("the folder cannot be made: {error}")).at(folder))
}

/// Where faces are inspected and their reports written.
struct Desk {
    inspector: Inspector,
    workers: Workers,
    folder: PathBuf,
    figures: bool,
    notes: BTreeMap<String, String>,
}

/// What is left to say of an inspected face.
struct Done {
    line: String,
    times: String,
    outcome: Outcome,
}

impl Desk {
    fn inspect(&self, file: &Path) -> Result<Done, Failure> {
        let start = Instant::now();
        let clock = || start.elapsed();
        let image = read(file, &self.inspector.config().limits)?;
        let reading = start.elapsed().as_secs_f64() * 1e3;
        let occasion = Occasion { clock: Some(&clock), fields: self.notes.clone() };
        let mut inspection = self.inspector.inspect_on(&image, occasion)?;
        inspection.provenance.milliseconds.insert(0, ("read".to_owned(), reading));
        let options = ReportOptions {
            figures: self.figures && self.inspector.config().enable_visualization,
            timestamp: Some(SystemTime::now().into()),
            ..ReportOptions::default()
        };
        inspection.write_reports(&self.folder, &stem(file), &options)?;
        Ok(Done {
            line: face_line(file, &inspection),
            times: times(file, &inspection, start.elapsed().as_secs_f64() * 1e3),
            outcome: outcome(&inspection),
        })
    }

    /// Leaves a report of the failure, so that no reader of reports misses the face.
    fn report_failure(&self, file: &Path, failure: &Failure) {
        let path = file.to_string_lossy();
        let now = Some(SystemTime::now().into());
        let report = FailureReport::new(&path, now, failure.cause_at(file));
        // The failure itself is what the user is told; the folder may be its cause.
        let _ = report.write(&self.folder, &stem(file));
    }

    fn report_missing(&self, error: &ImageError, stems: &mut Stems, console: &Console) {
        console.error(error);
        if let ImageError::Missing { path } = error
            && stems.claim(path).is_ok()
        {
            self.report_failure(path, &Failure::new("no such file or folder"));
        }
    }
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// Whose reports already have a name. Two inputs of one name are not both done: the reports of one would
/// overwrite those of the other.
#[derive(Default)]
struct Stems(BTreeMap<String, PathBuf>);

impl Stems {
    fn claim(&mut self, file: &Path) -> Result<(), Failure> {
        // Some file systems do not tell `A` from `a`.
        let key = stem(file).to_lowercase();
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

fn outcome(inspection: &Inspection) -> Outcome {
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
