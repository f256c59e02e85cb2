use std::path::Path;

use fiber_inspect::features::{Extractor, FEATURES, FeatureVector, SCHEMA_VERSION, csv_header};
use fiber_inspect::image::{Limits, read, write_atomically};
use serde_json::{Map, Value, json};

use super::settings;
use crate::arguments::{FeaturesArgs, TableFormat};
use crate::commands::Failure;
use crate::console::Console;
use crate::files;

pub(crate) fn run(
    arguments: &FeaturesArgs,
    threads: Option<usize>,
    console: &Console,
) -> Result<(), Failure> {
    if arguments.names {
        return write(&names(), arguments, console);
    }
    let workers = settings::workers(threads)?;
    let extractor = Extractor::new().threading(workers.threading());
    let measure = |file: &Path| -> Result<FeatureVector, Failure> {
        Ok(extractor.extract(read(file, &Limits::default())?.luma()))
    };
    let mut rows = Vec::new();
    let files = files::listed(&arguments.paths, console);
    files::each(&files, &workers, console, measure, |file, features| {
        rows.push((file.display().to_string(), features));
    });
    let table = match arguments.format {
        TableFormat::Json => as_json(&rows)?,
        TableFormat::Csv => as_csv(&rows),
    };
    write(&table, arguments, console)
}

fn write(table: &str, arguments: &FeaturesArgs, console: &Console) -> Result<(), Failure> {
    match &arguments.output {
        Some(path) => write_atomically(path, |file| file.write_all(table.as_bytes()))?,
        None => console.result(table),
    }
    Ok(())
}

/// A line for every feature: its name and what it means.
fn names() -> String {
    let widest = FEATURES.iter().map(|info| info.name.len()).max().unwrap_or(0);
    FEATURES.iter().map(|info| format!("{:<widest$}  {}\n", info.name, info.meaning)).collect()
}

fn as_json(rows: &[(String, FeatureVector)]) -> Result<String, Failure> {
    let images = rows.iter().map(|(path, vector)| {
        let features: Map<String, Value> =
            vector.iter().map(|(info, value)| (info.name.to_owned(), value.into())).collect();
        json!({"path": path, "features": features})
    });
    let table = json!({"schema_version": SCHEMA_VERSION, "images": images.collect::<Vec<_>>()});
    Ok(serde_json::to_string_pretty(&table)? + "\n")
}

fn as_csv(rows: &[(String, FeatureVector)]) -> String {
    let lines = rows.iter().map(|(path, vector)| vector.csv_row(&[path.as_str()]));
    csv_header(&["path"]) + &lines.collect::<String>()
}
