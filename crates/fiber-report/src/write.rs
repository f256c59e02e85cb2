use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use fiber_image::{WriteError, write_atomically, write_npy, write_png};
use serde::Serialize;

use crate::{FailureReport, Inspection, ReportError, Timestamp};

/// Which reports are written, and when they were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportOptions {
    /// `{stem}_report.json`.
    pub json: bool,
    /// `{stem}_detailed.txt`.
    pub text: bool,
    /// `{stem}_defect_mask.npy`.
    pub mask: bool,
    /// `{stem}_analysis.png` and `{stem}_analysis_simple.png`.
    pub figures: bool,
    /// The time to put into them.
    pub timestamp: Option<Timestamp>,
}

impl Default for ReportOptions {
    /// Everything, without a time.
    fn default() -> Self {
        Self { json: true, text: true, mask: true, figures: true, timestamp: None }
    }
}

const JSON_ENDING: &str = "_report.json";
const TEXT_ENDING: &str = "_detailed.txt";
const MASK_ENDING: &str = "_defect_mask.npy";
const FIGURE_ENDINGS: [&str; 2] = ["_analysis.png", "_analysis_simple.png"];

impl ReportOptions {
    /// The files that [`Inspection::write_reports`] writes into a folder, the JSON report first.
    #[must_use]
    pub fn paths(&self, folder: impl AsRef<Path>, stem: &str) -> Vec<PathBuf> {
        let figures = FIGURE_ENDINGS.map(|ending| (self.figures, ending));
        let all = [(self.json, JSON_ENDING), (self.text, TEXT_ENDING), (self.mask, MASK_ENDING)];
        let wanted = all.into_iter().chain(figures).filter(|(wanted, _)| *wanted);
        wanted.map(|(_, ending)| folder.as_ref().join(format!("{stem}{ending}"))).collect()
    }
}

/// Whether a file is the figure of a report that lies beside it, and so no picture of a face.
#[must_use]
pub fn is_report_figure(file: impl AsRef<Path>) -> bool {
    let file = file.as_ref();
    let name = file.file_name().map(|name| name.to_string_lossy());
    let stem = name
        .as_deref()
        .and_then(|name| FIGURE_ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)));
    stem.is_some_and(|stem| file.with_file_name(format!("{stem}{JSON_ENDING}")).is_file())
}

impl Inspection {
    /// Writes the reports into an existing folder and gives their paths.
    ///
    /// Each file is there whole or not at all, and replaces one of the same name. The JSON report is written
    /// last: whoever finds it finds the others.
    ///
    /// # Errors
    /// [`ReportError`] where the stem is no file name, the label plane is not of the image's size, or a
    /// file cannot be written; files written before that stay.
    pub fn write_reports(
        &self,
        folder: impl AsRef<Path>,
        stem: &str,
        options: &ReportOptions,
    ) -> Result<Vec<PathBuf>, ReportError> {
        let folder = folder.as_ref();
        check_stem(stem)?;
        self.check_labels()?;
        let path = |ending: &str| folder.join(format!("{stem}{ending}"));
        // The longest name comes first: where the system refuses it, nothing was written yet.
        if options.figures {
            let [analysis, simple] = FIGURE_ENDINGS;
            write_png(path(simple), self.simple_figure().view())?;
            write_png(path(analysis), self.analysis_figure().view())?;
        }
        if options.mask {
            write_npy(path(MASK_ENDING), self.detection.mask().view())?;
        }
        if options.text {
            let text = self.text(options.timestamp);
            write_atomically(path(TEXT_ENDING), |file| file.write_all(text.as_bytes()))?;
        }
        if options.json {
            write_json(&path(JSON_ENDING), &self.report(options.timestamp))?;
        }
        Ok(options.paths(folder, stem))
    }

    fn check_labels(&self) -> Result<(), ReportError> {
        let (labels, image) = (self.detection.labels.dimensions(), self.image.luma().dimensions());
        if labels == image { Ok(()) } else { Err(ReportError::LabelSize { labels, image }) }
    }
}

impl FailureReport {
    /// Writes `{stem}_report.json` into an existing folder and gives its path.
    ///
    /// The text, mask and figures that an earlier inspection left under the stem are removed: they would say of the
    /// image what is no longer known.
    ///
    /// # Errors
    /// [`ReportError`] where the stem is no file name or the file cannot be written.
    pub fn write(&self, folder: impl AsRef<Path>, stem: &str) -> Result<PathBuf, ReportError> {
        check_stem(stem)?;
        let path = folder.as_ref().join(format!("{stem}{JSON_ENDING}"));
        let others = ReportOptions { json: false, ..ReportOptions::default() };
        for path in others.paths(&folder, stem) {
            match fs::remove_file(&path) {
                Err(source) if source.kind() != ErrorKind::NotFound => {
                    return Err(WriteError { path, source }.into());
                }
                _ => {}
            }
        }
        write_json(&path, self)?;
        Ok(path)
    }
}

fn write_json(path: &Path, report: &impl Serialize) -> Result<(), WriteError> {
    write_atomically(path, |file| {
        serde_json::to_writer_pretty(&mut *file, report)?;
        file.write_all(b"\n")
    })
}

fn check_stem(stem: &str) -> Result<(), ReportError> {
    let plain = !stem.is_empty() && !stem.contains(['/', '\\', '\0']);
    if plain { Ok(()) } else { Err(ReportError::Stem { stem: stem.to_owned() }) }
}
