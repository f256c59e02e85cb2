use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use fiber_inspect::image::{Depth, ImageError, read};
use fiber_inspect::{GaugeVerdict, Reading, Repeatability, RepeatedFace};

use super::settings;
use crate::arguments::{GaugeArgs, ListFormat};
use crate::commands::Failure;
use crate::console::{Console, one_line};
use crate::files;
use crate::outcome::Outcome;

pub(crate) fn run(
    arguments: &GaugeArgs,
    threads: Option<usize>,
    console: &Console,
) -> Result<(), Failure> {
    let (inspector, workers) = settings::inspector(&arguments.standard, threads)?;
    let mut faces = Vec::new();
    for folder in face_folders(&arguments.folder)? {
        let files = files::listed(std::slice::from_ref(&folder), console);
        let mut readings = Vec::new();
        let inspect = |file: &Path| -> Result<Reading, Failure> {
            Ok(Reading::of(&inspector.inspect(&read(file, &inspector.config().limits)?)?))
        };
        files::each(&files, &workers, console, inspect, |_, reading| readings.push(reading));
        if readings.len() < 2 {
            let problem = format!("{} images of the face, at least 2 are needed", readings.len());
            return Err(Failure::new(problem).at(&folder));
        }
        faces.push(RepeatedFace { name: folder.display().to_string(), readings });
    }
    let study = Repeatability::of(&faces)?;
    console.note(match study.gauge {
        GaugeVerdict::Fit => Outcome::Pass,
        GaugeVerdict::UsableWithCare => Outcome::Unjudged,
        GaugeVerdict::Unfit => Outcome::Fail,
    });
    match arguments.format {
        ListFormat::Json => console.result(&(serde_json::to_string_pretty(&study)? + "\n")),
        ListFormat::Text => console.result(&described(&study)),
    }
    Ok(())
}

/// The folder itself where it holds images, else those of its folders that do, in order of their names.
fn face_folders(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let holds_images = |folder: &Path| match files::images(folder, Depth::Folder) {
        Ok(_) => Ok(true),
        Err(ImageError::NoImages { .. }) => Ok(false),
        Err(error) => Err(Failure::from(error)),
    };
    if holds_images(folder)? {
        return Ok(vec![folder.to_path_buf()]);
    }
    let unreadable = |error: std::io::Error| Failure::new(error.to_string()).at(folder);
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let path = entry.path();
        if !hidden && path.is_dir() && holds_images(&path)? {
            folders.push(path);
        }
    }
    if folders.is_empty() {
        return Err(ImageError::NoImages { path: folder.to_path_buf() }.into());
    }
    folders.sort();
    Ok(folders)
}

fn described(study: &Repeatability) -> String {
    let mut text = String::new();
    let um = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |um| format!("{um:.2} um"));
    for face in &study.faces {
        let verdicts: Vec<String> =
            face.verdicts.iter().map(|(word, count)| format!("{count} x {word}")).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}: {} images, {}, {} to {} defects (mean {:.1}, std {:.2}), sizes std {}",
            one_line(&face.name),
            face.images,
            verdicts.join(", "),
            face.defects[0],
            face.defects[1],
            face.mean_defects,
            face.defects_std,
            um(face.size_std_um),
        );
    }
    let kappa = match study.fleiss_kappa {
        Some(kappa) => format!("Fleiss' kappa {kappa:.3}"),
        None if study.faces.len() < 2 => "no kappa from one face".to_owned(),
        None => "no kappa, all verdicts are alike".to_owned(),
    };
    let word = match study.gauge {
        GaugeVerdict::Fit => "fit",
        GaugeVerdict::UsableWithCare => "usable with care",
        GaugeVerdict::Unfit => "UNFIT",
    };
    let _ = writeln!(
        text,
        "gauge {word}: verdicts agree in {:.1} % of the images, {kappa}, sizes std {}",
        100.0 * study.verdict_agreement,
        um(study.size_std_um),
    );
    text
}
