//! The `fiber-inspect` command line: arguments, progress, exit codes, and nothing else.

mod arguments;
mod commands;
mod console;
mod files;
mod isolation;
mod outcome;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::arguments::Cli;
use crate::console::{Console, one_line, say};
use crate::outcome::Outcome;

fn main() -> ExitCode {
    isolation::silence_panics();
    fiber_inspect::keep_freed_memory();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refusal) => return refuse(&refusal),
    };
    let console = Console::new(&cli.common);
    let outcome = isolation::isolated(|| commands::run(&cli, &console)).unwrap_or_else(|cause| {
        console.error(&cause);
        Outcome::Error
    });
    outcome.max(console.outcome()).into()
}

/// Help and version are results; anything else is an error in one line.
fn refuse(refusal: &clap::Error) -> ExitCode {
    if !refusal.use_stderr() {
        // A reader that has gone away wants no more help.
        let _ = refusal.print();
        return Outcome::Pass.into();
    }
    let text = match refusal.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "a command is needed".to_owned(),
        _ => refusal.to_string(),
    };
    let cause = text.split("\n\n").next().unwrap_or_default();
    say(&format!("{} (see fiber-inspect --help)", one_line(cause.trim_start_matches("error: "))));
    Outcome::Error.into()
}
