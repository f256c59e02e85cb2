use std::path::Path;

use fiber_inspect::image::read;

use super::desk::outcome;
use super::face_line::face_line;
use super::settings;
use crate::arguments::CheckArgs;
use crate::commands::Failure;
use crate::console::Console;
use crate::files;
use crate::outcome::Outcome;

pub(crate) fn run(
    arguments: &CheckArgs,
    threads: Option<usize>,
    console: &Console,
) -> Result<(), Failure> {
    let (inspector, workers) = settings::inspector(&arguments.standard, threads)?;
    if inspector.model().is_none() && inspector.profile().is_none() {
        return Err(Failure::new("a check needs a model or a profile to judge by"));
    }
    let mut told = Vec::new();
    for (folder, expected, what) in
        [(&arguments.good, Outcome::Pass, "good"), (&arguments.bad, Outcome::Fail, "bad")]
    {
        let files = files::listed(std::slice::from_ref(folder), console);
        if files.is_empty() {
            return Err(Failure::new("no image to check with").at(folder));
        }
        let mut as_expected = 0;
        let inspect = |file: &Path| -> Result<(Outcome, String), Failure> {
            let inspection = inspector.inspect(&read(file, &inspector.config().limits)?)?;
            Ok((outcome(&inspection), face_line(file, &inspection)))
        };
        files::each(&files, &workers, console, inspect, |_, (found, line)| {
            let agrees = found == expected;
            as_expected += usize::from(agrees);
            console.note(if agrees { Outcome::Pass } else { Outcome::Fail });
            let word = if agrees { "as expected" } else { "NOT AS EXPECTED" };
            console.result(&format!("known {what}, {word}: {line}"));
        });
        let verb = if expected == Outcome::Pass { "pass" } else { "fail" };
        told.push(format!("{as_expected} of {} known {what} faces {verb}", files.len()));
    }
    let word = if console.outcome() == Outcome::Pass { "passed" } else { "FAILED" };
    console.result(&format!("check {word}: {}\n", told.join(", ")));
    Ok(())
}
