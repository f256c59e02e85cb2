use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

/// Fastest runs of a stage in milliseconds.
pub(crate) struct Stage {
    name: String,
    pub(crate) ours: f64,
    pub(crate) tuned: f64,
    pub(crate) plain: f64,
}

impl Stage {
    pub(crate) fn new(name: &str) -> Self {
        let slow = f64::INFINITY;
        Self { name: name.to_owned(), ours: slow, tuned: slow, plain: slow }
    }

    fn row(&self) -> String {
        let Self { name, ours, tuned, plain } = self;
        format!(
            "| {name} | {} | {} | {} | {:.1} | {:.1} |\n",
            time(*ours),
            time(*plain),
            time(*tuned),
            plain / ours,
            tuned / ours
        )
    }
}

/// All stages of one image.
pub(crate) struct Stages {
    pub(crate) size: (usize, usize),
    pub(crate) rows: Vec<Stage>,
    pub(crate) total: Stage,
    pub(crate) two_threads: f64,
}

pub(crate) struct Kernel {
    name: &'static str,
    pub(crate) ours: f64,
    pub(crate) opencv: f64,
    pub(crate) imageproc: Option<f64>,
}

impl Kernel {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, ours: f64::INFINITY, opencv: f64::INFINITY, imageproc: None }
    }
}

pub(crate) struct Growth {
    size: (usize, usize),
    pub(crate) ours: f64,
    pub(crate) peer: f64,
    pub(crate) of_singular_values: f64,
    pub(crate) our_memory: f64,
    pub(crate) peer_memory: f64,
}

impl Growth {
    pub(crate) fn new(size: (usize, usize)) -> Self {
        let slow = f64::INFINITY;
        let (of_singular_values, our_memory, peer_memory) = (slow, 0.0, 0.0);
        Self { size, ours: slow, peer: slow, of_singular_values, our_memory, peer_memory }
    }
}

/// Three digits of a number of milliseconds.
pub(crate) fn time(milliseconds: f64) -> String {
    let decimals = match milliseconds {
        value if value < 1.0 => 3,
        value if value < 10.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    format!("{milliseconds:.decimals$}")
}

pub(crate) fn text(
    machine: &str,
    about: &str,
    stages: &[Stages],
    kernels: &[Kernel],
    growth: &[Growth],
) -> Result<String, String> {
    let mut text = String::new();
    write_all(&mut text, machine, about, stages, kernels, growth)
        .map_err(|error| format!("the report: {error}"))?;
    Ok(text)
}

fn write_all(
    text: &mut String,
    machine: &str,
    about: &str,
    stages: &[Stages],
    kernels: &[Kernel],
    growth: &[Growth],
) -> std::fmt::Result {
    let about: Value = serde_json::from_str(about).unwrap_or_default();
    let version = |name: &str| about["versions"][name].as_str().unwrap_or("?").to_owned();
    let pools = about["pools"].as_array().into_iter().flatten();
    let pools: Vec<String> = pools
        .map(|pool| {
            let part = |key: &str| pool[key].as_str().unwrap_or("?").to_owned();
            format!(
                "{} {} ({} thread)",
                part("internal_api"),
                part("architecture"),
                pool["num_threads"]
            )
        })
        .collect();
    writeln!(
        text,
        "{machine}. Peer: Python {}, OpenCV {} ({} thread), NumPy {}, SciPy {},\n\
        scikit-image {};\n\
        {}.\n\
        Milliseconds; the fastest of several runs, both sides in turns on the same images in one session. One thread on\n\
        each side unless it says otherwise.",
        version("python"),
        version("cv2"),
        about["cv2_threads"],
        version("numpy"),
        version("scipy"),
        version("skimage"),
        pools.join(", ")
    )?;

    for Stages { size: (width, height), rows, total, two_threads } in stages {
        writeln!(text, "\n### 181 features, {width} x {height}\n")?;
        writeln!(
            text,
            "| family | ours | plain peer | tuned peer | plain / ours | tuned / ours |"
        )?;
        writeln!(text, "|---|---:|---:|---:|---:|---:|")?;
        for row in rows {
            text.push_str(&row.row());
        }
        text.push_str(&total.row().replace("| features |", "| **all** |"));
        let both = Stage {
            name: "**all, two threads against one**".to_owned(),
            ours: *two_threads,
            ..*total
        };
        text.push_str(&both.row());
    }

    writeln!(text, "\n### Operators, 1152 x 864\n")?;
    text.push_str(&operators(kernels));

    writeln!(text, "\n### Growth of the 181 features\n")?;
    writeln!(
        text,
        "| pixels | ours | of it singular values | tuned peer | ours, ns a pixel without singular values | peak memory, MB | peer's, MB |"
    )?;
    writeln!(text, "|---|---:|---:|---:|---:|---:|---:|")?;
    for growth in growth {
        let (width, height) = growth.size;
        let rest = (growth.ours - growth.of_singular_values) * 1e6 / (width * height) as f64;
        writeln!(
            text,
            "| {width} x {height} | {} | {} | {} | {rest:.0} | {:.0} | {:.0} |",
            time(growth.ours),
            time(growth.of_singular_values),
            time(growth.peer),
            growth.our_memory,
            growth.peer_memory
        )?;
    }
    Ok(())
}

/// The table of the operators.
pub(crate) fn operators(kernels: &[Kernel]) -> String {
    let head =
        "| operator | ours | OpenCV | imageproc | OpenCV / ours |\n|---|---:|---:|---:|---:|\n";
    let rows = kernels.iter().map(|Kernel { name, ours, opencv, imageproc }| {
        let imageproc = imageproc.map_or("-".to_owned(), time);
        let ratio = opencv / ours;
        format!("| {name} | {} | {} | {imageproc} | {ratio:.2} |\n", time(*ours), time(*opencv))
    });
    head.to_owned() + &rows.collect::<String>()
}

/// Replaces what stands between the marks of a part of a file.
pub(crate) fn write(file: &Path, part: &str, text: &str) -> Result<(), String> {
    let fail = |error: std::io::Error| format!("{}: {error}", file.display());
    let old = std::fs::read_to_string(file).map_err(fail)?;
    let missing = || format!("{}: no marks of {part}", file.display());
    std::fs::write(file, replaced(&old, part, text).ok_or_else(missing)?).map_err(fail)
}

fn replaced(old: &str, part: &str, text: &str) -> Option<String> {
    let begin = format!("<!-- {part}: written by cargo xtask bench-peers -->\n");
    let end = format!("<!-- end of {part} -->\n");
    let (before, rest) = old.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{text}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let marks = ["<!-- b: written by cargo xtask bench-peers -->\n", "<!-- end of b -->\n"];
        let with = |text: &str| format!("a\n{}{text}{}c\n", marks[0], marks[1]);
        assert_eq!(replaced(&with("old\n"), "b", "new"), Some(with("\nnew\n")));
        assert_eq!(replaced(&with(""), "other", "new"), None);
    }

    #[test]
    fn times_have_three_digits() {
        assert_eq!([0.1234, 1.234, 12.34, 123.4].map(time), ["0.123", "1.23", "12.3", "123"]);
    }
}
