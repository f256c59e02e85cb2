//! Runs the evaluation of the inspection and writes its page.

use std::path::Path;
use std::process::Command;

/// Where the page goes.
const PAGE: &str = "docs/evaluation.md";

/// Runs `fiber-evaluation`; `faces` is a folder with `geometry.json` and `defects.json`, left out where it is
/// absent.
pub(crate) fn run(root: &Path, faces: &Path, options: &[&str]) -> Result<Vec<String>, String> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root).args(["run", "--release", "--package", "fiber-evaluation", "--"]);
    if faces.is_dir() {
        command.arg("--faces").arg(faces);
    } else {
        eprintln!("{}: no such folder, only rendered faces are measured", faces.display());
    }
    command.args(options).args(["-o", PAGE]);
    let status = command.status().map_err(|error| format!("cargo could not be run: {error}"))?;
    if status.success() {
        println!("evaluate: {PAGE} written");
        Ok(Vec::new())
    } else {
        Ok(vec!["the evaluation failed".to_owned()])
    }
}
