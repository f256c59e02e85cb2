use std::path::Path;

use fiber_inspect::geometry::{ImageQuality, LocateOptions, locate};
use fiber_inspect::image::read;
use fiber_inspect::report::{GeometryReport, LocateReport, LocatedImage};

use super::settings;
use crate::arguments::{ListFormat, LocateArgs};
use crate::commands::Failure;
use crate::console::Console;
use crate::files;

pub(crate) fn run(
    arguments: &LocateArgs,
    threads: Option<usize>,
    console: &Console,
) -> Result<(), Failure> {
    let config = settings::config(&arguments.settings, threads)?;
    let workers = settings::workers(config.threads)?;
    let options = LocateOptions {
        cladding_um: config.cladding_um,
        pixel_aspect: config.pixel_aspect,
        ..LocateOptions::default()
    };
    let find = |file: &Path| -> Result<LocatedImage, Failure> {
        let image = read(file, &config.limits)?;
        let geometry = locate(image.luma(), &options)?;
        Ok(LocatedImage {
            path: file.display().to_string(),
            geometry: geometry.as_ref().map(GeometryReport::from),
            image_quality: ImageQuality::measure(image.luma(), geometry.as_ref()),
        })
    };
    let mut report = LocateReport::default();
    let files = files::listed(&arguments.inputs.paths, console);
    files::each(&files, &workers, console, find, |_, image| match arguments.format {
        ListFormat::Json => report.images.push(image),
        ListFormat::Text => console.result(&line(&image)),
    });
    if arguments.format == ListFormat::Json {
        console.result(&(serde_json::to_string_pretty(&report)? + "\n"));
    }
    Ok(())
}

fn line(image: &LocatedImage) -> String {
    let path = crate::console::one_line(&image.path);
    let Some(fibre) = &image.geometry else { return format!("{path}: no fibre found\n") };
    let cladding = fibre.cladding;
    let core = fibre.core.map_or_else(
        || "core not seen".to_owned(),
        |core| format!("core {:.1} um", core.diameter_um),
    );
    let focus = image
        .image_quality
        .focus_rise_um
        .map_or_else(String::new, |rise| format!(", rim rises over {rise:.1} um"));
    format!(
        "{path}: cladding {:.1} x {:.1} px at ({:.1}, {:.1}), {:.4} x {:.4} um/px, {core}{focus}\n",
        cladding.width_px,
        cladding.height_px,
        cladding.cx,
        cladding.cy,
        fibre.um_per_px.x,
        fibre.um_per_px.y
    )
}
