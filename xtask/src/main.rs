//! Checks and measurements of this workspace: `cargo xtask layers`, `tidy`, `schema`, `golden`,
//! `evaluate`, `bench-peers`, `bench-check`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program talks")]

mod bench_check;
mod bench_peers;
mod evaluate;
mod golden;
mod layers;
mod metadata;
mod schema;
mod source;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask <check>

  layers              no crate depends on a crate that the architecture does not allow
  tidy                sources, manifests and tracked files keep the house rules
  schema [--check]    writes docs/report.schema.json from the types of the report, or only
                      compares it with them
  golden [--dir DIR]  the features of golden images agree with those of other libraries
                      (DIR: features.json and images/, default ../shared/golden)
  evaluate [--faces DIR] [--quick]
                      measures detection on real faces with truth (DIR: images, geometry.json,
                      defects.json, default ../shared/endfaces) and on rendered ones, and
                      writes docs/evaluation.md
  bench-peers         times beside those of OpenCV, NumPy and scikit-image, into
                      docs/performance.md (installs them from PyPI below target/)
  bench-peers --inspections
                      only whole inspections: beside the peer, growth, batch, cold start, build
  bench-peers --operators
                      only the operators, printed instead of written
  bench-check [--store]
                      instructions of the hot paths, counted by callgrind, are not over a tenth
                      above the stored ones";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let outcome = match arguments.as_slice() {
        ["layers"] => layers::run(root),
        ["tidy"] => tidy::run(root),
        ["schema"] => schema::run(root, false),
        ["schema", "--check"] => schema::run(root, true),
        ["golden"] => golden::run(root, &root.join("../shared/golden")),
        ["golden", "--dir", directory] => golden::run(root, &PathBuf::from(directory)),
        ["evaluate"] => evaluate::run(root, &root.join("../shared/endfaces"), &[]),
        ["evaluate", "--quick"] => {
            evaluate::run(root, &root.join("../shared/endfaces"), &["--quick"])
        }
        ["evaluate", "--faces", directory, options @ ..] if matches!(options, [] | ["--quick"]) => {
            match std::path::absolute(directory) {
                Ok(faces) => evaluate::run(root, &faces, options),
                Err(error) => Err(format!("{directory}: {error}")),
            }
        }
        ["bench-check"] => bench_check::run(root, false),
        ["bench-check", "--store"] => bench_check::run(root, true),
        ["bench-peers"] => bench_peers::run(root),
        ["bench-peers", "--inspections"] => bench_peers::run_inspections(root),
        ["bench-peers", "--operators"] => bench_peers::run_operators(root),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(complaints) if complaints.is_empty() => ExitCode::SUCCESS,
        Ok(complaints) => {
            for complaint in &complaints {
                eprintln!("{complaint}");
            }
            eprintln!("{}: {} complaints", arguments[0], complaints.len());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
