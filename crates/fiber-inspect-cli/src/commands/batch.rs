use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fiber_inspect::image::{Depth, ImageError, ImageList, read};
use serde_json::{Value, json};

use super::desk::{Desk, Stems, make_folder, stem};
use super::settings;
use super::summary::{self, Row};
use crate::arguments::BatchArgs;
use crate::commands::Failure;
use crate::console::Console;
use crate::files;
use crate::outcome::Outcome;

pub(crate) fn run(
    arguments: &BatchArgs,
    threads: Option<usize>,
    console: &Console,
) -> Result<(), Failure> {
    let (inspector, workers) = settings::inspector(&arguments.standard, threads)?;
    let output = &arguments.reports.output;
    make_folder(output)?;
    let ImageList { files: found, unreadable } = found(&arguments.folder, output)?;
    let desk = Desk::new(inspector, &arguments.reports);
    let mut rows: BTreeMap<PathBuf, Row> = BTreeMap::new();
    let (mut folders, mut stems) = (BTreeMap::new(), Stems::default());
    let mut wanted = Vec::new();
    for error in unreadable {
        console.error(&error);
        let folder = error.path().to_path_buf();
        rows.insert(folder.clone(), Row::of_failure(&folder, &error.into()));
    }
    for file in found {
        let folder = report_folder(&file, &arguments.folder, output);
        match make_folder(&folder).and_then(|()| stems.claim(&file, &folder)) {
            Ok(()) => {
                folders.insert(file.clone(), folder);
                wanted.push(file);
            }
            Err(failure) => {
                console.error(&failure);
                rows.insert(file.clone(), Row::of_failure(&file, &failure));
            }
        }
    }
    if arguments.resume {
        let all = wanted.len();
        wanted.retain(|file| match finished(&desk, file, &folders[file]) {
            Some(row) => {
                console.note(outcome(&row));
                rows.insert(file.clone(), row);
                false
            }
            None => true,
        });
        console.remark(&format!("{} finished reports are kept", all - wanted.len()));
    }
    // A failure is a result here: it has a row of its own.
    let inspect = |file: &Path| -> Result<Result<_, Failure>, Failure> {
        let done = crate::isolation::isolated(|| desk.inspect(file, &folders[file]));
        Ok(done.inspect_err(|failure| Desk::report_failure(file, &folders[file], failure)))
    };
    files::each(&wanted, &workers, console, inspect, |file, done| match done {
        Ok(done) => {
            console.note(done.outcome);
            console.result(&done.line);
            console.detail(&done.times);
            rows.insert(file.to_path_buf(), done.row);
        }
        Err(failure) => {
            rows.insert(file.to_path_buf(), Row::of_failure(file, &failure));
            console.error(&failure.at(file));
        }
    });
    let rows: Vec<Row> = rows.into_values().collect();
    summary::write(output, &rows)?;
    console.remark(&format!("{} faces in {}", rows.len(), output.join("summary.csv").display()));
    Ok(())
}

/// The images of the tree but for what lies in the reports' folder, should that be within the tree.
fn found(root: &Path, output: &Path) -> Result<ImageList, Failure> {
    let mut list = files::images(root, Depth::Tree)?;
    // Whatever way the two are written.
    let real = |path: &Path| {
        fs::canonicalize(path).map_err(|error| Failure::new(error.to_string()).at(path))
    };
    if let Ok(inside) = real(output)?.strip_prefix(real(root)?)
        && inside != Path::new("")
    {
        let reports = root.join(inside);
        list.files.retain(|file| !file.starts_with(&reports));
        if list.files.is_empty() && list.unreadable.is_empty() {
            return Err(ImageError::NoImages { path: root.to_path_buf() }.into());
        }
    }
    Ok(list)
}

/// The folder of the tree's copy under `output` that holds the file's reports.
fn report_folder(file: &Path, root: &Path, output: &Path) -> PathBuf {
    let inside = file.strip_prefix(root).ok().and_then(Path::parent);
    inside.map_or_else(|| output.to_path_buf(), |inside| output.join(inside))
}

/// The row of a report that is there already with all that belongs to it, of the same image, model, profile, settings
/// and notes by the same version.
fn finished(desk: &Desk, file: &Path, folder: &Path) -> Option<Row> {
    let paths = desk.report_options().paths(folder, &stem(file));
    if !paths.iter().all(|path| path.is_file()) {
        return None;
    }
    let report: Value = serde_json::from_str(&fs::read_to_string(paths.first()?).ok()?).ok()?;
    let metadata = report.get("analysis_metadata")?;
    let now = desk.inspector().provenance();
    let image = read(file, desk.limits()).ok()?;
    let same = report["success"] == true
        && report["image_path"] == *file.to_string_lossy()
        && metadata["fields"] == json!(desk.notes())
        && metadata["version"] == now.version.as_str()
        && metadata["sha256"]["image"] == image.metadata().sha256.as_str()
        && metadata["sha256"]["model"] == Value::from(now.model_sha256)
        && metadata["sha256"]["profile"] == Value::from(now.profile_sha256)
        && metadata["sha256"]["configuration"] == Value::from(now.configuration_sha256);
    if same { Row::of_report(file, &report) } else { None }
}

fn outcome(row: &Row) -> Outcome {
    match row.acceptance() {
        (Some("fail"), _) | (_, true) => Outcome::Fail,
        (Some("marginal" | "ungradable"), _) => Outcome::Unjudged,
        _ => Outcome::Pass,
    }
}
