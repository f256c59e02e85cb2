mod batch;
mod check;
mod compare;
mod desk;
mod face_line;
mod failure;
mod features;
mod gauge;
mod inspect;
mod learn;
mod locate;
mod model;
mod profiles;
mod settings;
mod summary;
mod synth;

pub(crate) use failure::Failure;

use crate::arguments::{Cli, Command};
use crate::console::Console;
use crate::outcome::Outcome;

/// Does what was asked; faces and files that fail on the way are noted on the console.
pub(crate) fn run(cli: &Cli, console: &Console) -> Result<Outcome, Failure> {
    let threads = cli.common.threads.map(usize::from);
    match &cli.command {
        Command::Features(arguments) => features::run(arguments, threads, console)?,
        Command::Locate(arguments) => locate::run(arguments, threads, console)?,
        Command::Learn(arguments) => learn::run(arguments, threads, console)?,
        Command::Inspect(arguments) => inspect::run(arguments, threads, console)?,
        Command::Batch(arguments) => batch::run(arguments, threads, console)?,
        Command::Check(arguments) => check::run(arguments, threads, console)?,
        Command::Gauge(arguments) => gauge::run(arguments, threads, console)?,
        Command::Compare(arguments) => compare::run(arguments, threads, console)?,
        Command::Model(command) => model::run(command, threads, console)?,
        Command::Profiles(arguments) => profiles::run(arguments, console)?,
        Command::Synth(arguments) => synth::run(arguments, threads, console)?,
    }
    Ok(console.outcome())
}
