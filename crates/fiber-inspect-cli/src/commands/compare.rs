use std::fmt::Write;
use std::path::Path;

use fiber_inspect::image::read;
use fiber_inspect::report::DefectReport;
use fiber_inspect::{BeforeAfter, Inspection};
use serde_json::json;

use super::desk::outcome;
use super::face_line::{face_line, told};
use super::settings;
use crate::arguments::{CompareArgs, ListFormat};
use crate::commands::Failure;
use crate::console::Console;

pub(crate) fn run(
    arguments: &CompareArgs,
    threads: Option<usize>,
    console: &Console,
) -> Result<(), Failure> {
    let (inspector, _) = settings::inspector(&arguments.standard, threads)?;
    let inspect = |file: &Path| -> Result<Inspection, Failure> {
        let image = read(file, &inspector.config().limits)?;
        inspector.inspect(&image).map_err(|error| Failure::from(error).at(file))
    };
    let (before, after) = (inspect(&arguments.before)?, inspect(&arguments.after)?);
    let comparison = BeforeAfter::of(&before, &after);
    if !comparison.registered {
        let problem = "the images cannot be compared: no fibre was found on one of them";
        return Err(Failure::new(problem).at(&arguments.after));
    }
    console.note(outcome(&after));
    match arguments.format {
        ListFormat::Json => {
            let report = json!({
                "before": arguments.before.to_string_lossy(),
                "after": arguments.after.to_string_lossy(),
                "verdict_before": before.headline().words,
                "verdict_after": after.headline().words,
                "comparison": comparison,
            });
            console.result(&(serde_json::to_string_pretty(&report)? + "\n"));
        }
        ListFormat::Text => {
            console.result(&face_line(&arguments.before, &before));
            console.result(&face_line(&arguments.after, &after));
            console.result(&described(&comparison));
        }
    }
    Ok(())
}

fn described(comparison: &BeforeAfter) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "turned by {:.1} degrees; {} went, {} stayed, {} came",
        comparison.turn_deg,
        comparison.went.len(),
        comparison.stayed.len(),
        comparison.came.len(),
    );
    let mut list = |word: &str, defects: &mut dyn Iterator<Item = &DefectReport>| {
        for defect in defects {
            let _ = writeln!(text, "{word}: {} {}", defect.defect_id, told(defect));
        }
    };
    list("went", &mut comparison.went.iter());
    list("stayed", &mut comparison.stayed.iter().map(|[_, after]| after));
    list("came", &mut comparison.came.iter());
    text
}
