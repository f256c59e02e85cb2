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
        let mut written = Vec::new();
        let mut path = |ending: &str| {
            let path = folder.join(format!("{stem}{ending}"));
            written.push(path.clone());
            path
        };
        // The longest name comes first: where the system refuses it, nothing was written yet.
        if options.figures {
            write_png(path("_analysis_simple.png"), self.simple_figure().view())?;
            write_png(path("_analysis.png"), self.analysis_figure().view())?;
        }
        if options.mask {
            write_npy(path("_defect_mask.npy"), self.detection.mask().view())?;
        }
        if options.text {
            let text = self.text(options.timestamp);
            write_atomically(path("_detailed.txt"), |file| file.write_all(text.as_bytes()))?;
        }
        if options.json {
            write_json(&path(JSON_ENDING), &self.report(options.timestamp))?;
        }
        written.reverse();
        Ok(written)
    }

    fn check_labels(&self) -> Result<(), ReportError> {
        let (labels, image) = (self.detection.labels.dimensions(), self.image.luma().dimensions());
        if labels == image { Ok(()) } else { Err(ReportError::LabelSize { labels, image }) }
    }
}

impl FailureReport {
    /// Writes `{stem}_report.json` into an existing folder and gives its path.
    ///
    /// # Errors
    /// [`ReportError`] where the stem is no file name or the file cannot be written.
    pub fn write(&self, folder: impl AsRef<Path>, stem: &str) -> Result<PathBuf, ReportError> {
        check_stem(stem)?;
        let path = folder.as_ref().join(format!("{stem}{JSON_ENDING}"));
        write_json(&path, self)?;
        Ok(path)
    }
}

const JSON_ENDING: &str = "_report.json";

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
