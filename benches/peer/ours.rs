//! This workspace's side of `cargo xtask bench-peers`: one command a line, one answer a line, as
//! `serve.py` has them.
//!
//! ```text
//! prepare FOLDER renders faces and learns models of them, where they are not there yet
//! image FILE     reads a grey image (PGM)
//! model FILE     the model of the inspections from now on, which have none before
//! face FILE      reads a face to inspect
//! threads N      threads of the features and inspections from now on
//! run STAGE      milliseconds of one run of it
//! peak           largest resident memory of this process so far, KiB
//! ```
//!
//! `measure FILE STAGE` as arguments runs one stage once inside [`measured`], for instruction counts.
#![allow(clippy::print_stdout, reason = "the answers are what this program is for")]

mod faces;
mod kernels;

use std::hint::black_box;
use std::io::BufRead;
use std::path::Path;
use std::time::Instant;

use fiber_inspect::features::{Extractor, Family};
use fiber_inspect::image::{FaceImage, Limits, Plane, read};
use fiber_inspect::{
    Inspection, Inspector, Occasion, Profile, ReferenceModel, ReportOptions, Threading,
    keep_freed_memory,
};

fn main() {
    // As the command line does.
    keep_freed_memory();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut bench = Bench {
        inputs: None,
        pool: None,
        inspector: Inspector::builder().build().expect("defaults"),
        face: None,
    };
    if let [command, image, stage] = arguments.as_slice()
        && command == "measure"
    {
        bench.read(image);
        let call = bench.stage(stage);
        measured(call);
        return;
    }
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("commands are text");
        let (command, argument) = line.split_once(' ').unwrap_or((&line, ""));
        match command {
            "prepare" => {
                faces::prepare(Path::new(argument));
                println!("ok");
            }
            "image" => {
                bench.read(argument);
                println!("ok");
            }
            "model" => {
                let model = ReferenceModel::load(argument).expect("a model file");
                let profile = Profile::builtin("iec-61300-3-35-ed2-mm").expect("built in");
                let inspector = Inspector::builder().model(model).profile(profile).build();
                bench.inspector = inspector.expect("a model of the default cladding");
                println!("ok");
            }
            "face" => {
                bench.face = Some(read(argument, &Limits::default()).expect("a face"));
                println!("ok");
            }
            "threads" => {
                let threads = argument.parse().expect("a number of threads");
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                bench.pool = Some(pool.expect("threads can be started")).filter(|_| threads > 1);
                println!("ok");
            }
            "run" => {
                let call = bench.stage(argument);
                let start = Instant::now();
                measured(call);
                println!("{:.4}", 1e3 * start.elapsed().as_secs_f64());
            }
            "peak" => println!("{}", peak()),
            _ => println!("unknown command {command}"),
        }
    }
}

/// What an instruction counter looks for.
#[inline(never)]
fn measured(call: Box<dyn FnOnce() + '_>) {
    black_box(call)();
}

struct Bench {
    inputs: Option<kernels::Inputs>,
    pool: Option<rayon::ThreadPool>,
    inspector: Inspector,
    face: Option<FaceImage>,
}

impl Bench {
    fn read(&mut self, file: &str) {
        let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let grey = pgm(&bytes).expect("a binary PGM");
        self.face = Some(FaceImage::from_luma(grey.clone(), "image"));
        self.inputs = Some(kernels::Inputs::new(grey));
    }

    fn inspection(&self) -> Inspection {
        let inspector = &self.inspector;
        let face = self.face.as_ref().expect("a face was read before");
        let inspect =
            |threading| inspector.inspect_on(face, Occasion { threading, ..Occasion::default() });
        let inspection = match &self.pool {
            None => inspect(Threading::Single),
            Some(pool) => pool.install(|| inspect(Threading::CurrentPool)),
        };
        inspection.expect("a face that can be inspected")
    }

    fn stage(&self, name: &str) -> Box<dyn FnOnce() + '_> {
        if name == "inspection" {
            return Box::new(|| {
                black_box(self.inspection());
            });
        }
        if name == "reports" {
            let inspection = self.inspection();
            let folder = tempfile::tempdir().expect("a folder for temporary files");
            return Box::new(move || {
                let options = ReportOptions::default();
                inspection.write_reports(folder.path(), "face", &options).expect("reports");
            });
        }
        let inputs = self.inputs.as_ref().expect("an image was read before");
        let grey = inputs.grey.view();
        if let Some(kernel) = name.strip_prefix("kernel/") {
            return inputs.kernel(kernel).unwrap_or_else(|| panic!("no kernel {kernel}"));
        }
        if let Some(kernel) = name.strip_prefix("imageproc/") {
            return inputs.imageproc(kernel).unwrap_or_else(|| panic!("no kernel {kernel}"));
        }
        if let Some(family) = name.strip_prefix("features/") {
            let family = Family::ALL.into_iter().find(|other| other.name() == family);
            let family = family.unwrap_or_else(|| panic!("no family of that name: {name}"));
            return Box::new(move || {
                black_box(Extractor::new().extract_family(grey, family));
            });
        }
        assert_eq!(name, "features", "no such stage");
        match &self.pool {
            None => Box::new(move || {
                black_box(Extractor::new().extract(grey));
            }),
            Some(pool) => Box::new(move || {
                let extractor = Extractor::new().threading(Threading::CurrentPool);
                black_box(pool.install(|| extractor.extract(grey)));
            }),
        }
    }
}

fn pgm(bytes: &[u8]) -> Option<Plane<u8>> {
    let mut parts = bytes.splitn(4, |&byte| byte == b'\n');
    let (magic, size, _, pixels) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (width, height) = std::str::from_utf8(size).ok()?.split_once(' ')?;
    let (width, height) = (width.parse().ok()?, height.parse().ok()?);
    if magic == b"P5" { Plane::new(width, height, pixels.to_vec()).ok() } else { None }
}

fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()).unwrap_or("0").to_owned()
}
