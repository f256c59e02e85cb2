//! Prints the JSON Schema of the report.
//!
//! ```sh
//! cargo run -p fiber-report --features schema --example report_schema
//! ```
#![allow(clippy::print_stdout, reason = "a program talks")]

fn main() {
    println!("{:#}", fiber_report::report_schema());
}
