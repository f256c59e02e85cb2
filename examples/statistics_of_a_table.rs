//! `fiber-stats` alone: find the odd rows of a table of measurements that has nothing to do with images.
//!
//! `cargo run --release -p fiber-inspect --example statistics_of_a_table`

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use std::error::Error;

use fiber_inspect::stats::nalgebra::DMatrix;
use fiber_inspect::stats::{McdOptions, fast_mcd, mad, median, robust_z};

/// Insertion loss in dB, return loss in dB and apex offset in um of sixteen connectors.
const CONNECTORS: [[f64; 3]; 16] = [
    [0.12, 56.1, 18.0],
    [0.15, 55.2, 22.0],
    [0.11, 56.8, 15.0],
    [0.14, 55.9, 20.0],
    [0.13, 56.0, 19.0],
    [0.16, 54.8, 24.0],
    [0.12, 56.4, 17.0],
    [0.10, 57.1, 14.0],
    [0.14, 55.5, 21.0],
    [0.13, 56.2, 18.5],
    [0.15, 55.0, 23.0],
    [0.11, 56.6, 16.0],
    [0.17, 54.6, 25.0],
    [0.12, 56.3, 17.5],
    [0.16, 57.0, 15.0], // every figure is usual, but not together
    [0.45, 48.0, 60.0], // plainly bad
];

fn main() -> Result<(), Box<dyn Error>> {
    let losses = CONNECTORS.map(|row| row[0]);
    println!("insertion loss: median {:.3} dB, MAD {:.3} dB", median(&losses)?, mad(&losses)?);

    let table = DMatrix::from_fn(CONNECTORS.len(), 3, |row, column| CONNECTORS[row][column]);
    let bulk = fast_mcd(&table, &McdOptions::default())?;
    let alone = robust_z(&losses)?;
    println!("row   z of the loss alone   distance from the bulk");
    for row in bulk.outliers(0.999)? {
        println!("{row:>3}   {:>19.1}   {:>22.1}", alone[row], bulk.distances[row]);
    }
    Ok(())
}
