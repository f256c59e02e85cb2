use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::metadata;

/// An interpreter with the pinned libraries, made anew where they have changed.
pub(crate) fn python(root: &Path, folder: &Path) -> Result<PathBuf, String> {
    let requirements = root.join("benches/peer/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)
        .map_err(|error| format!("{}: {error}", requirements.display()))?;
    let environment = folder.join("venv");
    let python = environment.join("bin/python");
    let stamp = environment.join("requirements.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    println!("installing OpenCV, NumPy, SciPy and scikit-image");
    metadata::output(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
    metadata::output(install.arg(&requirements))?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(python)
}

/// The optimised program of this workspace's side.
pub(crate) fn ours(root: &Path) -> Result<PathBuf, String> {
    println!("building the bench program");
    let mut command = Command::new(env!("CARGO"));
    command.args(["bench", "--no-run", "--quiet", "--package", "fiber-inspect", "--bench", "peer"]);
    let text = metadata::output(command.arg("--message-format=json").current_dir(root))?;
    executable(&text).ok_or_else(|| "cargo named no program of the bench".to_owned())
}

fn executable(messages: &str) -> Option<PathBuf> {
    messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let peer = message["target"]["name"] == "peer";
        message["executable"].as_str().filter(|_| peer).map(PathBuf::from)
    })
}

/// Processor, cores and compiler in words.
pub(crate) fn machine(root: &Path) -> Result<String, String> {
    let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models = || processors.lines().filter_map(|line| line.strip_prefix("model name"));
    let model =
        models().next().map_or("unknown processor", |line| line.trim_matches([' ', '\t', ':']));
    let widest = ["avx512f", "avx2", "sse2"].into_iter().find(|name| processors.contains(name));
    let compiler = metadata::output(Command::new("rustc").arg("--version").current_dir(root))?;
    let compiler = compiler.split(" (").next().unwrap_or_default().trim();
    Ok(format!(
        "{} x {model} ({}), {compiler}",
        models().count(),
        widest.unwrap_or("no SIMD known")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bench_is_told_from_other_targets() {
        let messages = concat!(
            "{\"target\": {\"name\": \"other\"}, \"executable\": \"a\"}\n",
            "{\"target\": {\"name\": \"peer\"}, \"executable\": \"b\"}\n",
        );
        assert_eq!(executable(messages), Some(PathBuf::from("b")));
        assert_eq!(executable("{}"), None);
    }
}
