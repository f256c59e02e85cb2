//! Real end faces, which are not part of the project: against figures that lie beside them, where
//! they are there.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use fiber_filters::{
    Histogram, SsimOptions, StructuringElement, binomial_3x3, black_top_hat, canny, dilate, erode,
    laplacian_4, pyramid_expand, pyramid_reduce, sobel_3x3, ssim, white_top_hat,
};
use fiber_image::Plane;
use serde_json::Value;

fn golden() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/golden");
    if !folder.is_dir() {
        eprintln!("skipped: no golden figures at {}", folder.display());
        return None;
    }
    Some(folder)
}

fn json(path: PathBuf) -> Value {
    serde_json::from_reader(BufReader::new(File::open(path).unwrap())).unwrap()
}

/// The luma plane of a lossless picture.
fn luma(path: &std::path::Path) -> Plane<u8> {
    let picture = image::open(path).unwrap().to_rgb8();
    let grey = picture.pixels().map(|&image::Rgb([r, g, b])| {
        let sum = 9798 * u32::from(r) + 19235 * u32::from(g) + 3735 * u32::from(b);
        ((sum + 16384) >> 15) as u8
    });
    Plane::new(picture.width() as usize, picture.height() as usize, grey.collect()).unwrap()
}

#[test]
fn structural_similarity() {
    let Some(folder) = golden() else { return };
    let pairs = json(folder.join("ssim.json"));
    for (names, expected) in pairs.as_object().unwrap() {
        let (a, b) = names.split_once('|').unwrap();
        let plane = |name: &str| luma(&folder.join(format!("images/{name}.png")));
        let (a, b) = (plane(a), plane(b));
        let similarity = ssim(a.view(), b.view(), &SsimOptions::default()).unwrap();
        let mean = expected["mean_over_interior_5px"].as_f64().unwrap();
        assert!((similarity.mean() - mean).abs() < 1e-6, "{names}: {}", similarity.mean());
        for sample in expected["samples"].as_array().unwrap() {
            let at = |key: &str| sample[key].as_u64().unwrap() as usize;
            let found = f64::from(similarity.map[(at("x"), at("y"))]);
            let wanted = sample["ssim"].as_f64().unwrap();
            assert!((found - wanted).abs() < 1e-6, "{names}, {sample}: {found}");
        }
    }
}

fn mean_abs(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.map(f64::abs).sum::<f64>() / n
}

/// Figures of the feature schema that rest on one operator each.
fn figures(grey: &Plane<u8>) -> Vec<(String, f64)> {
    let mut figures = Vec::new();
    let mut put = |name: String, value: f64| figures.push((name, value));

    let edges = canny(grey.view(), 50, 150).unwrap();
    put("edge_count".into(), edges.pixels().iter().filter(|&&edge| edge == 255).count() as f64);
    let gradient = sobel_3x3(grey.view());
    let slopes = gradient.dx.pixels().iter().zip(gradient.dy.pixels());
    let magnitudes = slopes.map(|(&dx, &dy)| f64::from(dx).hypot(f64::from(dy)));
    put("gradient_magnitude_sum".into(), magnitudes.sum());
    let laplacian = laplacian_4(grey.view());
    let absolute = laplacian.pixels().iter().map(|&value| f64::from(value).abs());
    put("laplacian_sum".into(), absolute.sum());

    for size in [3, 5, 7, 11] {
        let element = StructuringElement::ellipse(size).unwrap();
        let hats = [
            ("wth", white_top_hat(grey.view(), &element)),
            ("bth", black_top_hat(grey.view(), &element)),
        ];
        for (name, hat) in hats {
            let sum: f64 = hat.pixels().iter().map(|&value| f64::from(value)).sum();
            put(format!("morph_{name}_{size}_sum"), sum);
            let max = hat.pixels().iter().max().unwrap();
            put(format!("morph_{name}_{size}_max"), f64::from(*max));
        }
    }
    let threshold = Histogram::of(grey.view()).otsu_threshold();
    let mask = grey.map(|&value| u8::from(threshold.is_some_and(|threshold| value > threshold)));
    let square = StructuringElement::rectangle(5, 5).unwrap();
    let area = |mask: &Plane<u8>| mask.pixels().iter().map(|&value| f64::from(value)).sum::<f64>();
    let (eroded, dilated) =
        (area(&erode(mask.view(), &square)), area(&dilate(mask.view(), &square)));
    put("morph_gradient_area".into(), dilated - eroded);
    let share = |part: f64| if area(&mask) > 0.0 { part / area(&mask) } else { 0.0 };
    put("morph_erosion_ratio".into(), share(eroded));

    let mut level = grey.map(|&value| f64::from(value));
    for i in 1..=3 {
        let smaller = pyramid_reduce(level.view());
        let expanded = pyramid_expand(smaller.view(), level.width(), level.height()).unwrap();
        let details = level.pixels().iter().zip(expanded.pixels()).map(|(a, b)| a - b);
        put(format!("pyramid_detail_l{i}_mean"), mean_abs(details));
        put(format!("pyramid_l{i}_mean"), mean_abs(smaller.pixels().iter().copied()));
        level = smaller;
    }
    figures
}

#[test]
fn features_that_rest_on_one_operator() {
    let Some(folder) = golden() else { return };
    let expected = json(folder.join("features.json"));
    let mut compared = 0;
    for entry in std::fs::read_dir(folder.join("images")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        let grey = binomial_3x3(luma(&path).view());
        for (name, value) in figures(&grey) {
            let wanted = expected[file][&name]
                .as_f64()
                .unwrap_or_else(|| panic!("no figure {name} of {file}"));
            let error = (value - wanted).abs();
            assert!(error <= 1e-9 + 1e-6 * wanted.abs(), "{file}, {name}: {value}, not {wanted}");
            compared += 1;
        }
    }
    assert!(compared > 200, "{compared} figures");
}
