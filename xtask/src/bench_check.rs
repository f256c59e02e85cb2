//! Instructions of the hot paths against stored counts: unlike times, they repeat on a busy machine.
//!
//! They hold for one instruction set, which is stored with them. Under callgrind none is wider than AVX2, on whatever machine.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::bench_peers::{environment, images};
use crate::metadata;

/// Growth of an instruction count that is complained about.
const ALLOWED_GROWTH: f64 = 1.10;

/// Small enough for a simulated processor, large enough for loops to outweigh set-up.
const SIZE: (usize, usize) = (368, 276);

const HOT_PATHS: [&str; 28] = [
    "features",
    "features/entropy",
    "features/fourier",
    "features/glcm",
    "features/gradient",
    "features/lbp",
    "features/morphology",
    "features/multi_scale",
    "features/shape",
    "features/statistical",
    "features/svd",
    "features/topology",
    "inspection",
    "kernel/binomial 3x3",
    "kernel/Gaussian, sigma 3, f32",
    "kernel/kernel 15x15, f32",
    "kernel/box mean 31x31, f32",
    "kernel/integral image",
    "kernel/Sobel, both",
    "kernel/Canny",
    "kernel/erode, square 31",
    "kernel/top-hat, disc 11",
    "kernel/pyramid down, f64",
    "kernel/components",
    "kernel/outer contours",
    "kernel/histogram",
    "kernel/lines",
    "kernel/SSIM",
];

type Counts = BTreeMap<String, u64>;

pub(crate) fn run(root: &Path, store: bool) -> Result<Vec<String>, String> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        return Err("valgrind is needed and not installed; Debian has it as `valgrind`".to_owned());
    }
    let folder = root.join("target/peer");
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let program = environment::ours(root)?;
    let image = images::rings(&folder, SIZE.0, SIZE.1)?;
    let mut counts = Counts::new();
    for path in HOT_PATHS {
        counts.insert(path.to_owned(), instructions(&program, &folder, &image, path)?);
    }
    let file = root.join("benches/instructions.json");
    if store {
        let stored = json!({ INSTRUCTION_SET: instruction_set(), COUNTS: counts });
        let text = serde_json::to_string_pretty(&stored).map_err(|e| e.to_string())?;
        std::fs::write(&file, text + "\n").map_err(|e| format!("{}: {e}", file.display()))?;
    }
    let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let stored = read(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    print!("{}", table(&counts, &stored));
    Ok(complaints(&counts, &stored))
}

/// Keys of the stored counts.
const INSTRUCTION_SET: &str = "instruction_set";
const COUNTS: &str = "counts";

/// The widest instruction set that the kernels find under callgrind.
fn instruction_set() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        return "x86-64-v3";
    }
    std::env::consts::ARCH
}

/// Stored counts of this machine's instruction set.
fn read(text: &str) -> Result<Counts, String> {
    let stored: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let set = stored[INSTRUCTION_SET].as_str().unwrap_or("an unknown instruction set");
    if set != instruction_set() {
        let here = instruction_set();
        return Err(format!("counted with {set}, this machine has {here}: nothing to compare"));
    }
    let count = |(path, count): (&String, &Value)| Some((path.clone(), count.as_u64()?));
    let counts = stored[COUNTS].as_object().and_then(|counts| counts.iter().map(count).collect());
    counts.ok_or_else(|| "no counts of hot paths".to_owned())
}

/// Instructions inside `measured` of the bench program.
fn instructions(program: &Path, folder: &Path, image: &str, path: &str) -> Result<u64, String> {
    let out = folder.join("callgrind.out");
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--toggle-collect=*measured*"]);
    command.arg(format!("--callgrind-out-file={}", out.display()));
    metadata::output(command.arg(program).args(["measure", image, path]))?;
    let profile = std::fs::read_to_string(&out).map_err(|e| format!("{}: {e}", out.display()))?;
    total(&profile).filter(|&count| count > 0).ok_or_else(|| format!("{path}: nothing was counted"))
}

fn total(profile: &str) -> Option<u64> {
    let line = profile.lines().find_map(|line| line.strip_prefix("totals: "))?;
    line.trim().parse().ok()
}

fn table(counts: &Counts, stored: &Counts) -> String {
    let head =
        format!("{:<32} {:>12} {:>12} {:>7}\n", "hot path", "instructions", "stored", "ratio");
    let rows = counts.iter().map(|(path, &count)| match stored.get(path) {
        Some(&old) => {
            format!("{path:<32} {count:>12} {old:>12} {:>7.3}\n", count as f64 / old as f64)
        }
        None => format!("{path:<32} {count:>12} {:>12} {:>7}\n", "-", "-"),
    });
    head + &rows.collect::<String>()
}

fn complaints(counts: &Counts, stored: &Counts) -> Vec<String> {
    let complaint = |(path, &count): (&String, &u64)| match stored.get(path) {
        Some(&old) if count as f64 > ALLOWED_GROWTH * old as f64 => {
            let growth = 100.0 * (count as f64 / old as f64 - 1.0);
            Some(format!("{path}: {growth:.0} % more instructions than stored"))
        }
        Some(_) => None,
        None => {
            Some(format!("{path}: no stored count; `cargo xtask bench-check --store` makes one"))
        }
    };
    counts.iter().filter_map(complaint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_beyond_a_tenth_and_unknown_paths_are_found() {
        let counts = |a, b| Counts::from([("a".to_owned(), a), ("b".to_owned(), b)]);
        assert!(complaints(&counts(110, 50), &counts(100, 100)).is_empty());
        let found = complaints(&counts(111, 100), &counts(100, 100));
        assert_eq!(found, ["a: 11 % more instructions than stored"]);
        assert_eq!(complaints(&counts(1, 1), &Counts::new()).len(), 2);
    }

    #[test]
    fn counts_of_another_instruction_set_are_refused() {
        let stored =
            |set: &str| json!({ "instruction_set": set, "counts": { "a": 3 } }).to_string();
        assert_eq!(read(&stored(instruction_set())), Ok(Counts::from([("a".to_owned(), 3)])));
        assert!(read(&stored("another")).is_err_and(|error| error.contains("another")));
        assert!(read("{\"a\": 3}").is_err());
    }

    #[test]
    fn the_total_of_a_profile_is_read() {
        assert_eq!(total("version: 1\nsummary: 7\ntotals: 42\n"), Some(42));
        assert_eq!(total("version: 1\n"), None);
    }
}
