//! From the paths of a call to its files, and through them in order.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fiber_inspect::Workers;
use fiber_inspect::image::{Depth, ImageError, ImageList, list_images};
use fiber_inspect::report::is_report_figure;

use crate::commands::Failure;
use crate::console::Console;
use crate::isolation::isolated;

/// The images that a path stands for, and what could not be listed: the figures of reports are none.
pub(crate) fn images(path: &Path, depth: Depth) -> Result<ImageList, ImageError> {
    let mut list = list_images(path, depth)?;
    // A file that is named stands for itself.
    if path.is_dir() {
        list.files.retain(|file| !is_report_figure(file));
        if list.files.is_empty() && list.unreadable.is_empty() {
            return Err(ImageError::NoImages { path: path.to_path_buf() });
        }
    }
    Ok(list)
}

/// The image files of all paths in their order, each once, and what could not be listed.
pub(crate) fn list(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<ImageError>) {
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for path in paths {
        match images(path, Depth::Folder) {
            Ok(ImageList { files: found, unreadable }) => {
                files.extend(found.into_iter().filter(|file| seen.insert(file.clone())));
                errors.extend(unreadable);
            }
            Err(error) => errors.push(error),
        }
    }
    (files, errors)
}

/// As [`list`], with the errors reported.
pub(crate) fn listed(paths: &[PathBuf], console: &Console) -> Vec<PathBuf> {
    let (files, errors) = list(paths);
    for error in errors {
        console.error(&error);
    }
    files
}

/// Does the work for every file on the workers and takes the results in the order of the files; whatever
/// fails is reported in one line and left out.
pub(crate) fn each<R: Send>(
    files: &[PathBuf],
    workers: &Workers,
    console: &Console,
    work: impl Fn(&Path) -> Result<R, Failure> + Sync + Send,
    mut take: impl FnMut(&Path, R),
) {
    console.expect(files.len());
    workers.each(
        files,
        |file| (file, isolated(|| work(file)).map_err(|failure| failure.at(file))),
        |(file, result)| {
            console.advance();
            match result {
                Ok(result) => take(file, result),
                Err(failure) => console.error(&failure),
            }
        },
    );
    console.finish();
}
