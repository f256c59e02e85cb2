//! The features of some images as a table: CSV for people, `.npy` for NumPy.
//!
//! `cargo run --release -p fiber-inspect --example features_to_table [FOLDER [STEM]]` writes `STEM.csv` and
//! `STEM.npy`, a matrix of one row per image and one column per feature.

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use std::error::Error;

use fiber_inspect::features::{FEATURES, csv_header, extract};
use fiber_inspect::image::{Depth, Limits, Plane, image_files, read, write_atomically, write_npy};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "examples/faces/damaged".to_owned());
    let stem = arguments.next().unwrap_or_else(|| "target/features".to_owned());

    let mut csv = csv_header(&["path"]);
    let mut rows = Vec::new();
    for file in image_files(folder, Depth::Folder)? {
        let features = extract(read(&file, &Limits::default())?.luma());
        csv += &features.csv_row(&[&file.to_string_lossy()]);
        rows.extend_from_slice(features.values());
    }
    let table = Plane::new(FEATURES.len(), rows.len() / FEATURES.len(), rows)?;
    write_atomically(format!("{stem}.csv"), |file| file.write_all(csv.as_bytes()))?;
    write_npy(format!("{stem}.npy"), table.view())?;
    println!("{} x {} values in {stem}.csv and {stem}.npy", table.height(), table.width());
    Ok(())
}
