//! The figures of other libraries, image by image and feature by feature.
//!
//! `tests/golden/README.md` says where images and figures come from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fiber_features::{FEATURES, Family, extract};
use fiber_image::Plane;
use image::DynamicImage;

type Figures = BTreeMap<String, BTreeMap<String, f64>>;

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Luma as stored, or BT.601 in 15-bit fixed point.
fn luma(path: &Path) -> Plane<u8> {
    let image = image::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixels = match image {
        DynamicImage::ImageLuma8(grey) => grey.into_raw(),
        colour => {
            let weighted = |pixel: &image::Rgb<u8>| {
                let [r, g, b] = pixel.0.map(u32::from);
                ((9798 * r + 19235 * g + 3735 * b + 16384) >> 15) as u8
            };
            colour.to_rgb8().pixels().map(weighted).collect()
        }
    };
    Plane::new(width, height, pixels).expect("the decoder gives whole images")
}

/// The largest difference allowed from a figure: the schema's tolerances.
fn tolerance(name: &str, family: Family, figure: f64) -> f64 {
    let relative = match (family, name) {
        (_, "fft_mean_phase" | "fft_std_phase") => return 1e-2,
        (Family::Shape, _) => return 1e-6,
        (Family::Fourier | Family::Svd, _) | (_, "norm_nuclear") => 1e-4,
        _ if name.starts_with("entropy_local_") => 1e-4,
        _ if name.starts_with("edge_") => 1e-2,
        _ => 1e-6,
    };
    (relative * figure.abs()).max(1e-9)
}

fn check(images: &Path, figures: &Figures) {
    let mut failures = Vec::new();
    for (image, figures) in figures {
        let features = extract(luma(&images.join(image)).view());
        assert_eq!(figures.len(), FEATURES.len(), "{image}");
        for (info, value) in features.iter() {
            let figure = figures[info.name];
            let difference = (value - figure).abs();
            if difference > tolerance(info.name, info.family, figure) {
                failures.push(format!("{image}: {} is {value}, not {figure}", info.name));
            }
        }
    }
    assert!(failures.is_empty(), "{} features differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn synthetic_images_have_the_figures_of_other_libraries() {
    #[derive(serde::Deserialize)]
    struct Golden {
        images: Figures,
    }

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let golden: Golden = read_json(&folder.join("features.json"));
    assert!(golden.images.len() >= 20);
    check(&folder.join("images"), &golden.images);
}

#[test]
fn real_end_faces_have_the_figures_of_other_libraries() {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/golden");
    let figures = folder.join("features.json");
    if !figures.exists() {
        eprintln!("skipped: no {}", figures.display());
        return;
    }
    check(&folder.join("images"), &read_json(&figures));
}
