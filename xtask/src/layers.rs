//! The layers of the architecture: which crate may depend on which.

use std::path::Path;

use crate::metadata::{self, Package};

/// A crate of the workspace, the layer it lives in and the crates it may depend on.
struct Room {
    name: &'static str,
    layer: u32,
    may_use: &'static [&'static str],
}

const fn room(name: &'static str, layer: u32, may_use: &'static [&'static str]) -> Room {
    Room { name, layer, may_use }
}

/// The table of the architecture, from the bottom up. An edge has to point to a lower layer.
const HOUSE: [Room; 14] = [
    room("fiber-stats", 0, &[]),
    room("fiber-image", 0, &[]),
    room("fiber-grading", 0, &[]),
    room("fiber-filters", 1, &["fiber-image"]),
    room("fiber-features", 2, &["fiber-image", "fiber-filters", "fiber-stats"]),
    room("fiber-geometry", 2, &["fiber-image", "fiber-filters", "fiber-stats"]),
    room("fiber-anomaly", 3, &["fiber-image", "fiber-filters", "fiber-stats", "fiber-geometry"]),
    room("fiber-synth", 3, &["fiber-image", "fiber-geometry"]),
    room(
        "fiber-reference",
        4,
        &[
            "fiber-image",
            "fiber-filters",
            "fiber-stats",
            "fiber-features",
            "fiber-geometry",
            "fiber-anomaly",
        ],
    ),
    room(
        "fiber-defects",
        4,
        &["fiber-image", "fiber-filters", "fiber-stats", "fiber-geometry", "fiber-anomaly"],
    ),
    room("fiber-report", 5, BELOW_REPORT),
    room("fiber-inspect", 6, BELOW_FACADE),
    room("fiber-inspect-cli", 7, &["fiber-inspect", "fiber-synth"]),
    room(
        "fiber-evaluation",
        7,
        &[
            "fiber-anomaly",
            "fiber-defects",
            "fiber-geometry",
            "fiber-image",
            "fiber-inspect",
            "fiber-synth",
        ],
    ),
];

const BELOW_REPORT: &[&str] = &[
    "fiber-stats",
    "fiber-image",
    "fiber-grading",
    "fiber-filters",
    "fiber-features",
    "fiber-geometry",
    "fiber-anomaly",
    "fiber-reference",
    "fiber-defects",
];

const BELOW_FACADE: &[&str] = &[
    "fiber-stats",
    "fiber-image",
    "fiber-grading",
    "fiber-filters",
    "fiber-features",
    "fiber-geometry",
    "fiber-anomaly",
    "fiber-reference",
    "fiber-defects",
    "fiber-report",
];

/// Rendered faces may serve the tests of any crate: no user of the crate sees that edge.
const FOR_TESTS: &str = "fiber-synth";

/// Not a part of the house: nothing may depend on it and it depends on none of the crates.
const TOOL: &str = "xtask";

pub(crate) fn run(root: &Path) -> Result<Vec<String>, String> {
    let packages = metadata::packages(root)?;
    let complaints = check(&packages);
    if complaints.is_empty() {
        let edges: usize = packages.iter().map(|package| inner_edges(package).count()).sum();
        println!("layers: {} crates, {edges} edges between them, all downwards", HOUSE.len());
    }
    Ok(complaints)
}

fn inner_edges(package: &Package) -> impl Iterator<Item = &metadata::Dependency> {
    let inner = |name: &str| name == TOOL || name.starts_with("fiber-");
    package.dependencies.iter().filter(move |dependency| inner(&dependency.name))
}

fn check(packages: &[Package]) -> Vec<String> {
    let mut complaints = Vec::new();
    for room in &HOUSE {
        if !packages.iter().any(|package| package.name == room.name) {
            complaints
                .push(format!("{}: in the table of layers but not in the workspace", room.name));
        }
    }
    for package in packages {
        let may_use = match HOUSE.iter().find(|room| room.name == package.name) {
            Some(room) => room.may_use,
            None if package.name == TOOL => &[],
            None => {
                complaints.push(format!("{}: not in the table of layers", package.name));
                continue;
            }
        };
        for edge in inner_edges(package) {
            let name = edge.name.as_str();
            if !(may_use.contains(&name) || (edge.dev && name == FOR_TESTS)) {
                complaints.push(format!("{}: {}", package.name, refusal(&package.name, name)));
            }
        }
    }
    complaints
}

fn refusal(from: &str, to: &str) -> String {
    let layer = |name: &str| HOUSE.iter().find(|room| room.name == name).map(|room| room.layer);
    let direction = match (layer(from), layer(to)) {
        (Some(from), Some(to)) if to > from => "upwards",
        (Some(from), Some(to)) if to == from => "sideways",
        _ => "against the table",
    };
    format!("must not depend on {to} ({direction})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Dependency;

    fn house() -> Vec<Package> {
        let package = |room: &Room| Package { name: room.name.into(), ..Package::default() };
        HOUSE.iter().map(package).collect()
    }

    fn with_edge(from: &str, to: &str, dev: bool) -> Vec<String> {
        let mut packages = house();
        let package = packages.iter_mut().find(|package| package.name == from).unwrap();
        package.dependencies.push(Dependency { name: to.into(), dev });
        check(&packages)
    }

    #[test]
    fn the_table_itself_points_downwards() {
        let layer = |name: &str| HOUSE.iter().find(|room| room.name == name).unwrap().layer;
        for room in &HOUSE {
            for name in room.may_use {
                assert!(layer(name) < room.layer, "{} -> {name}", room.name);
            }
        }
    }

    #[test]
    fn allowed_edges_raise_no_complaint() {
        assert_eq!(check(&house()), Vec::<String>::new());
        assert_eq!(with_edge("fiber-filters", "fiber-image", false), Vec::<String>::new());
        assert_eq!(with_edge("fiber-geometry", "fiber-synth", true), Vec::<String>::new());
        assert_eq!(with_edge("fiber-stats", "nalgebra", false), Vec::<String>::new());
    }

    #[test]
    fn every_other_edge_is_refused() {
        for (from, to, dev, direction) in [
            ("fiber-image", "fiber-filters", false, "upwards"),
            ("fiber-image", "fiber-filters", true, "upwards"),
            ("fiber-features", "fiber-geometry", false, "sideways"),
            ("fiber-geometry", "fiber-synth", false, "upwards"),
            ("fiber-filters", "fiber-stats", false, "against the table"),
            ("fiber-inspect-cli", "fiber-image", false, "against the table"),
            ("fiber-image", "xtask", true, "against the table"),
            ("fiber-image", "fiber-unknown", false, "against the table"),
        ] {
            let expected = format!("{from}: must not depend on {to} ({direction})");
            assert_eq!(with_edge(from, to, dev), [expected]);
        }
    }

    #[test]
    fn table_and_workspace_name_the_same_crates() {
        let mut packages = house();
        packages[0].name = "fiber-statistics".into();
        assert_eq!(
            check(&packages),
            [
                "fiber-stats: in the table of layers but not in the workspace",
                "fiber-statistics: not in the table of layers"
            ]
        );
    }
}
