//! The house rules that neither the compiler nor clippy checks.

mod lockfile;
mod manifests;
mod rust;
mod text;

use std::path::Path;
use std::process::Command;

use crate::metadata;

/// Largest tracked file; what is larger belongs elsewhere or on the list.
const LARGEST_BYTES: u64 = 400_000;

/// Tracked files that may be larger.
const LARGE_FILES: [&str; 0] = [];

pub(crate) fn run(root: &Path) -> Result<Vec<String>, String> {
    let files = tracked_files(root)?;
    let packages = metadata::packages(root)?;
    let mut complaints = manifests::check(&packages);
    for name in &files {
        let bytes = std::fs::read(root.join(name)).map_err(|error| format!("{name}: {error}"))?;
        complaints.extend(too_large(name, bytes.len() as u64));
        let Ok(content) = std::str::from_utf8(&bytes) else { continue };
        complaints.extend(text::check(name, content));
        if name.ends_with(".rs") {
            complaints.extend(rust::check(name, content));
        }
        if name == "Cargo.lock" {
            complaints.extend(lockfile::check(content));
        }
    }
    if complaints.is_empty() {
        println!(
            "tidy: {} files, {} crates, nothing to complain about",
            files.len(),
            packages.len()
        );
    }
    Ok(complaints)
}

/// The files that a fresh clone would hold, but for those deleted since the last commit.
fn tracked_files(root: &Path) -> Result<Vec<String>, String> {
    let list = metadata::output(Command::new("git").args(["ls-files", "-z"]).current_dir(root))?;
    let names = list.split_terminator('\0').map(str::to_owned);
    Ok(names.filter(|name| root.join(name).is_file()).collect())
}

fn too_large(name: &str, bytes: u64) -> Option<String> {
    (bytes > LARGEST_BYTES && !LARGE_FILES.contains(&name))
        .then(|| format!("{name}: {bytes} bytes, at most {LARGEST_BYTES} unless listed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_files_are_found() {
        assert_eq!(too_large("a.png", LARGEST_BYTES), None);
        assert!(too_large("a.png", LARGEST_BYTES + 1).is_some());
    }
}
