//! Evaluates the inspection with its default settings and prints the figures as Markdown.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program talks")]

use std::path::PathBuf;
use std::process::ExitCode;

use fiber_evaluation::{Evaluation, Extent, Held, PlantedCase, Trial};
use fiber_image::write_atomically;
use fiber_inspect::{Inspector, Workers};

const USAGE: &str =
    "usage: fiber-evaluation [--faces DIR] [--quick | --verdicts] [--details] [--threads N] [-o FILE]

  --faces DIR  folder of real faces with geometry.json and defects.json
  --quick      fewer faces
  --verdicts   only the repeatability of grades and the learned verdicts
  --details    lists missed marks and false reports on standard error
  -o FILE      where the page goes; standard output otherwise";

#[derive(Default)]
struct Call {
    faces: Option<PathBuf>,
    quick: bool,
    verdicts: bool,
    details: bool,
    threads: Option<usize>,
    output: Option<PathBuf>,
}

fn call() -> Option<Call> {
    let mut call = Call::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--faces" => call.faces = Some(arguments.next()?.into()),
            "--quick" => call.quick = true,
            "--verdicts" => call.verdicts = true,
            "--details" => call.details = true,
            "--threads" => call.threads = Some(arguments.next()?.parse().ok()?),
            "-o" => call.output = Some(arguments.next()?.into()),
            _ => return None,
        }
    }
    Some(call)
}

fn run(call: &Call) -> Result<(), Box<dyn std::error::Error>> {
    let extent = match (call.quick, call.verdicts) {
        (true, _) => Extent::QUICK,
        (false, true) => Extent::VERDICTS,
        (false, false) => Extent::FULL,
    };
    let all = || std::thread::available_parallelism().map_or(1, usize::from);
    let workers = Workers::new(call.threads.unwrap_or_else(all))?;
    let inspector = Inspector::builder().build()?;
    let evaluation = Evaluation::run(call.faces.as_deref(), &extent, &inspector, &workers)?;
    if call.details {
        print_details(&evaluation);
    }
    let page = evaluation.to_markdown();
    match &call.output {
        Some(path) => write_atomically(path, |file| file.write_all(page.as_bytes()))?,
        None => print!("{page}"),
    }
    Ok(())
}

fn print_details(evaluation: &Evaluation) {
    for face in &evaluation.real {
        let Some(marked) = &face.marked else { continue };
        for edges in &marked.missed {
            eprintln!("{}: missed {edges:?}", face.name);
        }
        for (edges, kind) in &marked.false_reports {
            eprintln!("{}: false {kind:?} {edges:?}", face.name);
        }
    }
    for (index, reports) in &evaluation.clean.offenders {
        eprintln!("clean rendered face {index}: {reports:?}");
    }
    for trial in evaluation.repeated.iter().filter(|trial| trial.held() == Held::Differs) {
        let Trial { face, change, verdicts, reports, .. } = trial;
        eprintln!("rendered face {face}, {change:?}: {verdicts:?}, {reports:?} reports");
    }
    for case in evaluation.planted() {
        let wrong = case.report.is_none_or(|r| !(r.type_right && r.size_right && r.position_right));
        if wrong && case.ratio >= 5.0 {
            let PlantedCase { planted, ratio, polarity, report } = case;
            match report {
                None => eprintln!("{planted:?} {polarity:?} {ratio}: missed"),
                Some(r) => eprintln!(
                    "{planted:?} {polarity:?} {ratio}: type {}, size {:.1?}, width {:.1?}, off {:.1}",
                    r.type_right, r.size_px, r.width_px, r.off_px
                ),
            }
        }
    }
}

fn main() -> ExitCode {
    let Some(call) = call() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&call) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
