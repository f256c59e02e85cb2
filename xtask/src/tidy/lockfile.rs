//! Crates whose types cross borders come in one version.

const ONE_VERSION: [&str; 4] = ["image", "nalgebra", "ndarray", "rand"];

pub(crate) fn check(lockfile: &str) -> Vec<String> {
    let duplicates = ONE_VERSION.iter().filter_map(|name| {
        let line = format!("name = \"{name}\"");
        let versions = lockfile.lines().filter(|other| *other == line).count();
        (versions > 1).then(|| format!("Cargo.lock: {versions} versions of {name}, one is enough"))
    });
    duplicates.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_are_found() {
        let entry = |name: &str| format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n\n");
        for name in ONE_VERSION {
            let once = entry(name) + &entry("thiserror") + &entry("thiserror");
            assert!(check(&once).is_empty());
            assert_eq!(check(&(once + &entry(name))).len(), 1, "{name}");
        }
        assert!(check(&(entry("rand") + &entry("rand_core"))).is_empty());
    }
}
