//! `fiber-grading` alone: other software has measured the flaws, a profile judges them.
//!
//! `cargo run --release -p fiber-inspect --example grade_measured_defects [PROFILE]`

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use std::error::Error;

use fiber_inspect::grading::{Finding, FindingClass};
use fiber_inspect::load_profile;

fn main() -> Result<(), Box<dyn Error>> {
    let name = std::env::args().nth(1);
    let profile = load_profile(name.as_deref().unwrap_or("iec-61300-3-35-ed2-sm-pc45"))?;

    // Length, width, distances of the nearest and the farthest point from the fibre centre, in um.
    let measured = [
        ("fine scratch", 38.0, 1.4, 20.0, 55.0),
        ("pit", 4.6, 4.2, 31.0, 35.6),
        ("particle", 9.4, 8.0, 80.0, 89.4),
    ];
    let findings: Vec<Finding> = measured
        .iter()
        .map(|&(id, length, width, inner_radius_um, outer_radius_um)| {
            let class = profile.class_of(length, width);
            Finding {
                id: id.to_owned(),
                class,
                size_um: if class == FindingClass::Scratch { width } else { length },
                inner_radius_um,
                outer_radius_um,
                uncertainty_um: 0.5,
            }
        })
        .collect();

    let grade = profile.grade(&findings, &[])?;
    println!("{}: {}", grade.title, grade.verdict);
    for reason in &grade.reasons {
        println!("  {}", reason.message);
    }
    if grade.may_pass_after_cleaning() {
        println!("  only defects that may be cleaned away: clean, and inspect again");
    }
    Ok(())
}
