//! What a cold, optimised build of the facade costs, and of each crate of it.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use crate::metadata;

pub(crate) struct BuildTimes {
    /// Seconds by the clock of all of it, on all cores.
    pub(crate) wall: f64,
    /// Seconds of compiling by crate, the longest first: build scripts count for their crate.
    pub(crate) crates: Vec<(String, f64)>,
}

impl BuildTimes {
    /// Builds into an empty folder, which is removed.
    pub(crate) fn measure(root: &Path, folder: &Path) -> Result<Self, String> {
        println!("cold build of the facade");
        let remove = || {
            if folder.exists() {
                std::fs::remove_dir_all(folder)
                    .map_err(|e| format!("{}: {e}", folder.display()))?;
            }
            Ok::<(), String>(())
        };
        remove()?;
        let start = Instant::now();
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--release", "--quiet", "--timings", "--package", "fiber-inspect"]);
        command.arg("--lib").arg("--target-dir").arg(folder).current_dir(root);
        metadata::output(&mut command)?;
        let wall = start.elapsed().as_secs_f64();
        let page = folder.join("cargo-timings/cargo-timing.html");
        let page =
            std::fs::read_to_string(&page).map_err(|e| format!("{}: {e}", page.display()))?;
        remove()?;
        let crates = by_crate(&page).ok_or("the timings of the build cannot be read")?;
        Ok(Self { wall, crates })
    }

    /// Seconds of processor time, as far as compilers use one thread.
    pub(crate) fn sum(&self) -> f64 {
        self.crates.iter().map(|(_, seconds)| seconds).sum()
    }
}

/// Seconds by crate from the page that cargo writes.
fn by_crate(page: &str) -> Option<Vec<(String, f64)>> {
    let (_, rest) = page.split_once("const UNIT_DATA = ")?;
    let (data, _) = rest.split_once("];")?;
    let units: Value = serde_json::from_str(&format!("{data}]")).ok()?;
    let mut crates: Vec<(String, f64)> = Vec::new();
    for unit in units.as_array()? {
        let (name, seconds) = (unit["name"].as_str()?, unit["duration"].as_f64()?);
        match crates.iter_mut().find(|(other, _)| other == name) {
            Some((_, sum)) => *sum += seconds,
            None => crates.push((name.to_owned(), seconds)),
        }
    }
    crates.sort_by(|a, b| b.1.total_cmp(&a.1));
    Some(crates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_a_crate_are_added() {
        let page = "x const UNIT_DATA = [{\"name\": \"a\", \"duration\": 1.0},\n\
                    {\"name\": \"b\", \"duration\": 4.0}, {\"name\": \"a\", \"duration\": 2.0}];\ny";
        let crates = by_crate(page).expect("units");
        assert_eq!(crates, [("b".to_owned(), 4.0), ("a".to_owned(), 3.0)]);
        assert!(by_crate("nothing").is_none());
    }
}
