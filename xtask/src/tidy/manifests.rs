//! Every crate introduces itself and keeps the lints of the workspace.

use std::fs;

use crate::metadata::Package;

const LICENSE: &str = "MIT OR Apache-2.0";

/// Fewest words of a README: a heading alone tells nothing.
const FEWEST_WORDS: usize = 20;

pub(crate) fn check(packages: &[Package]) -> Vec<String> {
    packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<String> {
    let read = |file: &str| fs::read_to_string(package.folder.join(file)).unwrap_or_default();
    let readme = if package.readme.is_empty() { String::new() } else { read(&package.readme) };
    let manifest = read("Cargo.toml");
    let faults = [
        (package.description.trim().is_empty(), "no description"),
        (package.license != LICENSE, "not under the licence of the workspace"),
        (readme.split_whitespace().count() < FEWEST_WORDS, "no README to speak of"),
        (!inherits_lints(&manifest), "does not inherit the lints of the workspace"),
    ];
    let found = faults.into_iter().filter(|(found, _)| *found);
    found.map(|(_, fault)| format!("{}: {fault}", package.name)).collect()
}

fn inherits_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim);
    lines.any(|line| line == "[lints]") && lines.next() == Some("workspace = true")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_crate_without_anything_is_found() {
        let bare = Package {
            name: "bare".into(),
            license: "GPL-3.0".into(),
            folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("nowhere"),
            ..Package::default()
        };
        let expected = [
            "bare: no description",
            "bare: not under the licence of the workspace",
            "bare: no README to speak of",
            "bare: does not inherit the lints of the workspace",
        ];
        assert_eq!(check(&[bare]), expected);
    }

    #[test]
    fn a_proper_crate_passes() {
        let own = Package {
            name: "xtask".into(),
            description: "checks".into(),
            license: LICENSE.into(),
            readme: "README.md".into(),
            folder: env!("CARGO_MANIFEST_DIR").into(),
            ..Package::default()
        };
        assert_eq!(check(&[own]), Vec::<String>::new());
    }

    #[test]
    fn lints_have_to_be_inherited() {
        assert!(inherits_lints("[package]\n[lints]\nworkspace = true\n"));
        assert!(!inherits_lints("[lints]\n[dependencies]\n"));
        assert!(!inherits_lints("[lints.rust]\nworkspace = true\n"));
    }
}
