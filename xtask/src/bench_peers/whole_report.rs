use std::fmt::Write;

use super::report::time;
use super::whole::{Cold, Grown, Whole};

/// Crates that the table of the build names: those of this workspace and the longest others.
const OTHERS_NAMED: usize = 8;

pub(crate) fn text(machine: &str, whole: &Whole) -> String {
    let mut text = format!(
        "{machine}. Milliseconds; the fastest of several runs, both sides in turns. Rendered faces with damage, a model of\n\
        twelve faces, an acceptance profile.\n"
    );
    let parts = [inspections(whole), growth(whole), batch(whole), cold(whole), build(whole)];
    for part in parts {
        text.push('\n');
        text.push_str(&part);
    }
    text
}

fn inspections(whole: &Whole) -> String {
    let mut text = String::from(
        "### Whole inspections beside the peer's same stages\n\n\
        | image | one thread | two threads | peer, whole image | plain peer | tuned peer | whole / one | whole / two | plain / one | tuned / one | all reports |\n\
        |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for times in &whole.compared {
        let (one, two) = (times.one_thread, times.two_threads);
        let _ = writeln!(
            text,
            "| {} x {} | {} | {} | {} | {} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {} |",
            times.size.0,
            times.size.1,
            time(one),
            time(two),
            time(times.whole_frame),
            time(times.plain),
            time(times.tuned),
            times.whole_frame / one,
            times.whole_frame / two,
            times.plain / one,
            times.tuned / one,
            time(times.reports)
        );
    }
    text
}

fn growth(whole: &Whole) -> String {
    let mut text = String::from(
        "### Growth of whole inspections, one thread\n\n\
        | pixels | ours | ns a pixel | tuned peer | peak memory, MB | bytes a pixel beyond 100 MB | peer's, MB |\n\
        |---|---:|---:|---:|---:|---:|---:|\n",
    );
    for grown in &whole.growth {
        let _ = writeln!(
            text,
            "| {} x {} | {} | {:.0} | {} | {:.0} | {:.1} | {:.0} |",
            grown.size.0,
            grown.size.1,
            time(grown.ours),
            grown.ours * 1e6 / pixels(grown),
            time(grown.peer),
            grown.our_memory,
            (grown.our_memory - 100.0).max(0.0) * 1e6 / pixels(grown),
            grown.peer_memory
        );
    }
    if let [.., one, _, sixteen] = whole.growth.as_slice() {
        let exponent = |time: fn(&Grown) -> f64| {
            (time(sixteen) / time(one)).ln() / (pixels(sixteen) / pixels(one)).ln()
        };
        let _ = writeln!(
            text,
            "\nFrom 1 to 16 megapixels time grows with the pixels to the power of {:.2}, the peer's to that of {:.2}.",
            exponent(|grown| grown.ours),
            exponent(|grown| grown.peer)
        );
    }
    text
}

fn pixels(grown: &Grown) -> f64 {
    (grown.size.0 * grown.size.1) as f64
}

fn batch(whole: &Whole) -> String {
    let mut text = format!(
        "### Batch of {} faces, 1152 x 864, with all files\n\n\
        | threads | seconds | ms a face | gain | peak memory, MB |\n\
        |---:|---:|---:|---:|---:|\n",
        whole.faces
    );
    let first = whole.batches.first().map_or(0.0, |batch| batch.seconds);
    for batch in &whole.batches {
        let _ = writeln!(
            text,
            "| {} | {:.1} | {:.0} | {:.2} | {:.0} |",
            batch.threads,
            batch.seconds,
            1e3 * batch.seconds / whole.faces.max(1) as f64,
            first / batch.seconds,
            batch.memory
        );
    }
    text
}

fn cold(whole: &Whole) -> String {
    let mut text = "### Start to first verdict\n\n\
        The binary from its start to its end with a saved model, one face of 1152 x 864; milliseconds.\n\n\
        | threads | JSON, text and mask | all files |\n|---:|---:|---:|\n"
        .to_owned();
    for Cold { threads, without_figures, with_figures } in &whole.cold {
        let (without, with) = (time(*without_figures), time(*with_figures));
        let _ = writeln!(text, "| {threads} | {without} | {with} |");
    }
    text
}

fn build(whole: &Whole) -> String {
    let build = &whole.build;
    let mut text = format!(
        "### Cold optimised build of the facade\n\n\
        {:.0} s by the clock, {:.0} s of compiling in all. Each crate alone:\n\n\
        | crate | s |\n|---|---:|\n",
        build.wall,
        build.sum()
    );
    let (own, others): (Vec<_>, Vec<_>) =
        build.crates.iter().partition(|(name, _)| name.starts_with("fiber-"));
    let rest: f64 = others.iter().skip(OTHERS_NAMED).map(|(_, seconds)| seconds).sum();
    for (name, seconds) in own.into_iter().chain(others.iter().take(OTHERS_NAMED).copied()) {
        let _ = writeln!(text, "| `{name}` | {seconds:.1} |");
    }
    let _ = writeln!(text, "| {} others | {rest:.1} |", others.len().saturating_sub(OTHERS_NAMED));
    text
}
