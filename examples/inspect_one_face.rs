//! Inspects one face without any model: geometry, defects and grade from the image alone.
//!
//! `cargo run --release -p fiber-inspect --example inspect_one_face [IMAGE]`

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use std::error::Error;

use fiber_inspect::image::{Limits, read};
use fiber_inspect::{Inspector, Profile};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1);
    let path = path.unwrap_or_else(|| "examples/faces/damaged/scratched_1.png".to_owned());
    let image = read(path, &Limits::default())?;
    let profile = Profile::builtin("iec-61300-3-35-ed2-mm")?;
    let inspection = Inspector::builder().profile(profile).build()?.inspect(&image)?;
    print!("{}", inspection.text(None));
    Ok(())
}
