use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fiber_inspect::image::{Depth, image_files, read};
use serde_json::Value;

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
    let found = image_files(&arguments.folder, Depth::Tree)?;
    let desk = Desk::new(inspector, &arguments.reports);
    let mut rows: BTreeMap<PathBuf, Row> = BTreeMap::new();
    let (mut folders, mut stems) = (BTreeMap::new(), Stems::default());
    let mut wanted = Vec::new();
    for file in found {
        // Reports of an earlier run may lie within the tree.
        if file.starts_with(output) {
            continue;
        }
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
        wanted.retain(|file| match finished(&desk, file, &folders[file]) {
            Some(row) => {
                console.note(outcome(&row));
                rows.insert(file.clone(), row);
                false
            }
            None => true,
        });
        console.remark(&format!("{} finished reports are kept", rows.len()));
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

/// The folder of the tree's copy under `output` that holds the file's reports.
fn report_folder(file: &Path, root: &Path, output: &Path) -> PathBuf {
    let inside = file.strip_prefix(root).ok().and_then(Path::parent);
    inside.map_or_else(|| output.to_path_buf(), |inside| output.join(inside))
}

/// The row of a report that is there already, of the same image, model, profile and settings by the same version.
fn finished(desk: &Desk, file: &Path, folder: &Path) -> Option<Row> {
    let path = folder.join(format!("{}_report.json", stem(file)));
    let report: Value = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
    let metadata = report.get("analysis_metadata")?;
    let now = desk.inspector().provenance();
    let image = read(file, desk.limits()).ok()?;
    let same = report["success"] == true
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
