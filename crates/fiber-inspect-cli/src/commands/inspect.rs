use std::path::{Path, PathBuf};

use fiber_inspect::image::ImageError;

use super::desk::{Desk, Stems, make_folder};
use super::settings;
use crate::arguments::InspectArgs;
use crate::commands::Failure;
use crate::console::Console;
use crate::files;

pub(crate) fn run(
    arguments: &InspectArgs,
    threads: Option<usize>,
    console: &Console,
) -> Result<(), Failure> {
    let (inspector, workers) = settings::inspector(&arguments.standard, threads)?;
    let folder = &arguments.reports.output;
    make_folder(folder)?;
    let (files, errors) = files::list(&arguments.inputs.paths);
    let mut desk = Desk::new(inspector, &arguments.reports);
    let mut stems = Stems::default();
    let files = files.into_iter().filter(|file| match stems.claim(file, folder) {
        Ok(()) => true,
        Err(failure) => {
            console.error(&failure);
            false
        }
    });
    let files: Vec<PathBuf> = files.collect();
    // What is there has the names of its reports before what is not.
    for error in errors {
        report_missing(&error, folder, &mut stems, console);
    }
    desk.share_faces(files.len(), &workers);
    files::each(
        &files,
        &workers,
        console,
        |file| {
            desk.inspect(file, folder)
                .inspect_err(|failure| Desk::report_failure(file, folder, failure))
        },
        |_, done| {
            console.note(done.outcome);
            console.result(&done.line);
            console.detail(&done.times);
        },
    );
    Ok(())
}

fn report_missing(error: &ImageError, folder: &Path, stems: &mut Stems, console: &Console) {
    console.error(error);
    if let ImageError::Missing { path } = error
        && stems.claim(path, folder).is_ok()
    {
        Desk::report_failure(path, folder, &Failure::new("no such file or folder"));
    }
}
