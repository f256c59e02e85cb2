//! The JSON Schema of the report, made from its types.

use std::path::Path;
use std::process::Command;

use crate::metadata;

/// Where the schema goes.
const FILE: &str = "docs/report.schema.json";

/// Writes the schema, or only tells whether the stored one is that of the types.
pub(crate) fn run(root: &Path, only_check: bool) -> Result<Vec<String>, String> {
    let mut command = Command::new(env!("CARGO"));
    let of = ["run", "--quiet", "--package", "fiber-report", "--features", "schema"];
    command.current_dir(root).args(of).args(["--example", "report_schema"]);
    let schema = metadata::output(&mut command)?;
    let path = root.join(FILE);
    if only_check {
        let stored = std::fs::read_to_string(path).map_err(|error| format!("{FILE}: {error}"))?;
        return Ok(complaint(&stored, &schema).into_iter().collect());
    }
    std::fs::write(path, schema).map_err(|error| format!("{FILE}: {error}"))?;
    println!("schema: {FILE} written");
    Ok(Vec::new())
}

fn complaint(stored: &str, schema: &str) -> Option<String> {
    (stored != schema)
        .then(|| format!("{FILE}: not that of the types; `cargo xtask schema` writes it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_schema_is_found() {
        assert_eq!(complaint("{}\n", "{}\n"), None);
        assert!(complaint("{}\n", "{\"type\": \"object\"}\n").is_some());
    }
}
