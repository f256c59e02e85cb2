//! Features of golden images against the figures of other libraries.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::metadata;

/// Values by feature name, by image name.
type Figures = BTreeMap<String, BTreeMap<String, f64>>;

/// How far a feature may lie from its golden value.
#[derive(Clone, Copy)]
enum Tolerance {
    /// A share of the golden value, but never less than the floor.
    Relative(f64),
    Absolute(f64),
}

/// Below this, deviations are rounding of zero.
const FLOOR: f64 = 1e-9;

/// Families of the feature schema, by the starts of their names; the first match counts.
const FAMILIES: [(&str, &[&str], Tolerance); 17] = [
    ("statistical", &["stat_"], EXACT),
    ("norms (nuclear)", &["norm_nuclear"], SPECTRAL),
    ("norms", &["norm_"], EXACT),
    ("local binary patterns", &["lbp_"], EXACT),
    ("co-occurrence", &["glcm_"], EXACT),
    ("Fourier (phases)", &["fft_mean_phase", "fft_std_phase"], Tolerance::Absolute(1e-2)),
    ("Fourier", &["fft_"], SPECTRAL),
    ("multi-scale", &["pyramid_", "laplacian_l0_", "laplacian_l1_"], EXACT),
    ("morphology", &["morph_"], EXACT),
    ("shape", &["shape_"], Tolerance::Absolute(1e-6)),
    ("singular values", &["svd_"], SPECTRAL),
    ("entropy (local)", &["entropy_local_"], SPECTRAL),
    ("entropy", &["entropy_"], EXACT),
    ("gradient", &["gradient_", "laplacian_"], EXACT),
    ("edges", &["edge_"], Tolerance::Relative(1e-2)),
    ("topology", &["topo_"], EXACT),
    ("unknown", &[""], EXACT),
];

const EXACT: Tolerance = Tolerance::Relative(1e-6);
const SPECTRAL: Tolerance = Tolerance::Relative(1e-4);

impl Tolerance {
    /// The deviation as a share of the allowed one; infinite if a value is not finite.
    fn share_used(self, value: f64, golden: f64) -> f64 {
        let allowed = match self {
            Self::Relative(share) => (share * golden.abs()).max(FLOOR),
            Self::Absolute(allowed) => allowed,
        };
        let share = (value - golden).abs() / allowed;
        if share.is_nan() { f64::INFINITY } else { share }
    }
}

fn family(feature: &str) -> usize {
    let known = |(_, starts, _): &(_, &[&str], _)| starts.iter().any(|s| feature.starts_with(s));
    FAMILIES.iter().position(known).unwrap_or(FAMILIES.len() - 1)
}

/// The worst deviation of a family.
#[derive(Clone, Default)]
struct Worst {
    values: usize,
    share: f64,
    place: String,
}

pub(crate) fn run(root: &Path, directory: &Path) -> Result<Vec<String>, String> {
    let file = directory.join("features.json");
    let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let golden = read_golden(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    let measured = read_measured(&measure(root, &directory.join("images"))?)?;
    let (complaints, worst) = compare(&measured, &golden);
    print!("{}", table(&worst));
    Ok(complaints)
}

fn measure(root: &Path, images: &Path) -> Result<String, String> {
    let images = images.canonicalize().map_err(|e| format!("{}: {e}", images.display()))?;
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--package", "fiber-inspect-cli", "--", "features"]);
    metadata::output(command.arg(images).args(["--format", "json"]).current_dir(root))
}

fn read_golden(text: &str) -> Result<Figures, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// The program's own output: `{"images": [{"path": .., "features": {name: value}}]}`.
fn read_measured(text: &str) -> Result<Figures, String> {
    let output: Value = serde_json::from_str(text).map_err(|e| format!("features: {e}"))?;
    let images = output["images"].as_array().ok_or("features: no list of images")?;
    let image = |image: &Value| {
        let path = image["path"].as_str().ok_or("features: an image without path")?;
        let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy();
        let features =
            image["features"].as_object().ok_or("features: an image without features")?;
        let figure = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
        let figures = features.iter().map(|(name, value)| (name.clone(), figure(value))).collect();
        Ok((name.into_owned(), figures))
    };
    images.iter().map(image).collect()
}

fn compare(measured: &Figures, golden: &Figures) -> (Vec<String>, Vec<Worst>) {
    let mut complaints = Vec::new();
    let mut worst = vec![Worst::default(); FAMILIES.len()];
    for (image, expected) in golden {
        let Some(found) = measured.get(image) else {
            complaints.push(format!("{image}: not measured"));
            continue;
        };
        let names: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
        for name in names {
            let place = format!("{image}: {name}");
            let (value, wanted) = match (found.get(name), expected.get(name)) {
                (Some(value), Some(wanted)) => (*value, *wanted),
                (None, _) => {
                    complaints.push(format!("{place} is missing"));
                    continue;
                }
                (_, None) => {
                    complaints.push(format!("{place} is no feature of the schema"));
                    continue;
                }
            };
            let family = family(name);
            let share = FAMILIES[family].2.share_used(value, wanted);
            if share > 1.0 {
                complaints.push(format!(
                    "{place} is {value}, golden {wanted}: {share:.3} of the tolerance"
                ));
            }
            let worst = &mut worst[family];
            worst.values += 1;
            if worst.place.is_empty() || share > worst.share {
                *worst = Worst { share, place, ..worst.clone() };
            }
        }
    }
    (complaints, worst)
}

fn table(worst: &[Worst]) -> String {
    let head = format!("{:<22} {:>6}  {:>13}  worst at\n", "family", "values", "of tolerance");
    let rows = FAMILIES.iter().zip(worst).filter(|(_, worst)| worst.values > 0);
    let row = |((family, ..), worst): (&(&str, _, _), &Worst)| {
        format!("{family:<22} {:>6}  {:>13.2e}  {}\n", worst.values, worst.share, worst.place)
    };
    head + &rows.map(row).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(features: &[(&str, f64)]) -> Figures {
        let features = features.iter().map(|(name, value)| ((*name).to_owned(), *value));
        Figures::from([("a.png".to_owned(), features.collect())])
    }

    fn complaints(name: &str, value: f64, golden: f64) -> usize {
        compare(&figures(&[(name, value)]), &figures(&[(name, golden)])).0.len()
    }

    #[test]
    fn each_family_has_the_tolerance_of_the_schema() {
        for (name, golden, inside, outside) in [
            ("stat_mean", 100.0, 100.000_09, 100.000_2),
            ("stat_skew", 0.0, 0.9e-9, 1.1e-9),
            ("norm_l2", 100.0, 100.000_09, 100.000_2),
            ("norm_nuclear", 100.0, 100.009, 100.02),
            ("lbp_r1_mean", 1.0, 1.000_000_9, 1.000_002),
            ("glcm_d1_a0_energy", 1.0, 1.000_000_9, 1.000_002),
            ("fft_total_power", 100.0, 100.009, 100.02),
            ("fft_mean_phase", 0.0, 0.009, 0.011),
            ("fft_std_phase", 1.8, 1.809, 1.811),
            ("pyramid_l0_mean", 1.0, 1.000_000_9, 1.000_002),
            ("laplacian_l0_mean", 1.0, 1.000_000_9, 1.000_002),
            ("laplacian_mean", 1.0, 1.000_000_9, 1.000_002),
            ("morph_wth_3_sum", 1.0, 1.000_000_9, 1.000_002),
            ("shape_hu_1", 9.0, 9.000_000_9, 9.000_001_1),
            ("svd_entropy", 1.0, 1.000_09, 1.000_2),
            ("entropy_local_mean", 1.0, 1.000_09, 1.000_2),
            ("entropy_renyi", 1.0, 1.000_000_9, 1.000_002),
            ("gradient_magnitude_sum", 1.0, 1.000_000_9, 1.000_002),
            ("edge_count", 100.0, 100.9, 101.1),
            ("topo_b0_max_components", 7.0, 7.0, 8.0),
        ] {
            assert_eq!(complaints(name, inside, golden), 0, "{name}");
            assert_eq!(complaints(name, outside, golden), 1, "{name}");
            assert_ne!(FAMILIES[family(name)].0, "unknown", "{name}");
        }
        assert_eq!(complaints("stat_mean", f64::NAN, 1.0), 1);
    }

    #[test]
    fn missing_and_strange_features_and_images_are_found() {
        let golden = figures(&[("stat_mean", 1.0), ("stat_std", 2.0)]);
        let measured = figures(&[("stat_mean", 1.0), ("stat_sum", 2.0)]);
        let expected =
            ["a.png: stat_std is missing", "a.png: stat_sum is no feature of the schema"];
        assert_eq!(compare(&measured, &golden).0, expected);
        assert_eq!(compare(&Figures::new(), &golden).0, ["a.png: not measured"]);
    }

    #[test]
    fn the_table_names_the_worst_place() {
        let golden = figures(&[("stat_mean", 1.0), ("stat_std", 2.0)]);
        let measured = figures(&[("stat_mean", 1.0), ("stat_std", 2.000_001)]);
        let table = table(&compare(&measured, &golden).1);
        let row: Vec<_> = table.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(row, ["statistical", "2", "5.00e-1", "a.png:", "stat_std"]);
    }

    #[test]
    fn the_programs_output_is_read_by_file_name() {
        let text = r#"{"schema_version": 1, "images": [{"path": "x/a.png", "features": {"stat_mean": 1.5, "b": null}}]}"#;
        let read = read_measured(text).unwrap();
        assert_eq!(read["a.png"]["stat_mean"], 1.5);
        assert!(read["a.png"]["b"].is_nan());
        assert!(read_measured("{}").is_err());
    }
}
