//! What Cargo says about the workspace's packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A workspace member.
#[derive(Clone, Debug, Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) license: String,
    pub(crate) readme: String,
    pub(crate) folder: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// A direct dependency of a package.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Needed by tests, benches and examples only.
    pub(crate) dev: bool,
}

/// The workspace members, sorted by name.
pub(crate) fn packages(root: &Path) -> Result<Vec<Package>, String> {
    let arguments = ["metadata", "--no-deps", "--format-version", "1"];
    let text = output(Command::new(env!("CARGO")).args(arguments).current_dir(root))?;
    parse(&text)
}

fn parse(text: &str) -> Result<Vec<Package>, String> {
    let metadata: Value =
        serde_json::from_str(text).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let mut packages: Vec<Package> = packages.iter().map(package).collect();
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}

fn package(value: &Value) -> Package {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let manifest = PathBuf::from(text(&value["manifest_path"]));
    let dependencies = value["dependencies"].as_array().into_iter().flatten();
    Package {
        name: text(&value["name"]),
        description: text(&value["description"]),
        license: text(&value["license"]),
        readme: text(&value["readme"]),
        folder: manifest.parent().map(Path::to_path_buf).unwrap_or_default(),
        dependencies: dependencies
            .map(|dependency| Dependency {
                name: text(&dependency["name"]),
                dev: dependency["kind"] == "dev",
            })
            .collect(),
    }
}

/// What a command prints, or why it failed.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let shown = format!("{command:?}");
    let output = command.output().map_err(|error| format!("{shown}: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{shown}: {}: {}", output.status, said.trim()));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{shown}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_read_with_the_kind_of_their_dependencies() {
        let text = r#"{"packages": [{"name": "b", "description": null, "license": "MIT", "readme": "R.md",
            "manifest_path": "/x/b/Cargo.toml", "dependencies": [{"name": "a", "kind": null},
            {"name": "c", "kind": "dev"}]}, {"name": "a", "dependencies": []}]}"#;
        let packages = parse(text).unwrap();
        assert_eq!(packages[0].name, "a");
        let b = &packages[1];
        assert_eq!((b.description.as_str(), b.license.as_str()), ("", "MIT"));
        assert_eq!(b.folder, Path::new("/x/b"));
        assert_eq!(b.dependencies.iter().map(|d| d.dev).collect::<Vec<_>>(), [false, true]);
        assert!(parse("{}").is_err());
    }
}
