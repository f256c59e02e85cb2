//! The main job: learn what good faces look like, inspect another one, leave all the reports.
//!
//! `cargo run --release -p fiber-inspect --example learn_then_inspect [GOOD_FOLDER [IMAGE [REPORT_FOLDER]]]`

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use std::error::Error;
use std::fs;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use fiber_inspect::image::{Depth, image_files, read};
use fiber_inspect::{Config, Inspector, Profile, ReportOptions, Workers, learn};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let good = arguments.next().unwrap_or_else(|| "examples/faces/good".to_owned());
    let image = arguments.next().unwrap_or_else(|| "examples/faces/damaged/mixed_2.png".to_owned());
    let reports = arguments.next().unwrap_or_else(|| "target/inspection".to_owned());

    let config = Config::default();
    let workers = Workers::new(available_parallelism().map_or(1, NonZeroUsize::get))?;
    let faces = image_files(&good, Depth::Folder)?
        .iter()
        .map(|file| read(file, &config.limits))
        .collect::<Result<Vec<_>, _>>()?;
    let model = learn(faces, &config, &workers)?;
    println!("learned from {} faces in {good}", model.faces().len());

    let face = read(&image, &config.limits)?;
    let inspector = Inspector::builder()
        .config(config)
        .model(model)
        .profile(Profile::builtin("iec-61300-3-35-ed2-sm-pc45")?)
        .build()?;
    let inspection = inspector.inspect(&face)?;

    println!("{image}: {}", inspection.headline().words);
    for (name, triggered) in inspection.criteria.triggered() {
        if triggered == Some(true) {
            println!("  criterion {name} says no");
        }
    }
    for defect in inspection.defects() {
        let [x, y] = defect.location_xy;
        let zone = defect.zone.as_deref().unwrap_or("unknown");
        print!("  {} in zone {zone} at ({x}, {y})", defect.defect_id);
        if let Some(size) = defect.size_um {
            print!(", {:.1} um long, {:.1} um wide", size.length, size.width);
        }
        println!(", {:?}", defect.severity);
    }
    fs::create_dir_all(&reports)?;
    for file in inspection.write_reports(&reports, "face", &ReportOptions::default())? {
        println!("wrote {}", file.display());
    }
    Ok(())
}
