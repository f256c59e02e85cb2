//! Small seeded planes against figures of OpenCV, SciPy and scikit-image (see `golden/README.md`).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use fiber_filters::{
    Components, Connectivity, Histogram, SsimOptions, StructuringElement, binomial_3x3,
    black_top_hat, canny, components, dilate, erode, gaussian_blur, hysteresis, laplacian_4,
    multi_scale_ssim, pyramid_expand, pyramid_reduce, sample_bilinear, smallest_circle, sobel_3x3,
    ssim, white_top_hat,
};
use fiber_image::Plane;
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
struct Operators {
    ellipse_row_widths: BTreeMap<usize, Vec<usize>>,
    images: BTreeMap<String, Image>,
}

#[derive(Deserialize)]
struct Image {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
    binomial_3x3: Vec<u8>,
    #[serde(rename = "gaussian_1.7")]
    gaussian: Vec<f64>,
    sobel_dx: Vec<i16>,
    sobel_dy: Vec<i16>,
    laplacian_4: Vec<i16>,
    canny_50_150: Vec<u8>,
    canny_200_600: Vec<u8>,
    pyramid_reduce: Vec<f64>,
    pyramid_expand: Vec<f64>,
    otsu: u8,
    percentiles: BTreeMap<String, f64>,
    hysteresis_100_200: Vec<u8>,
    components_4: Labelled,
    components_8: Labelled,
    morphology: BTreeMap<String, Morphology>,
    /// x, y, value.
    samples: Vec<(f32, f32, f32)>,
}

#[derive(Deserialize)]
struct Labelled {
    labels: Vec<u32>,
    /// Area, x, y, width, height, centroid x and y.
    figures: Vec<(usize, usize, usize, usize, usize, f64, f64)>,
    /// Pixels of the outer contour, sorted; of 8-connected components only.
    outlines: Vec<Vec<(usize, usize)>>,
    /// x, y and radius of the smallest circle around them.
    circles: Vec<(f64, f64, f64)>,
}

#[derive(Deserialize)]
struct Morphology {
    erode: Vec<u8>,
    dilate: Vec<u8>,
    white_top_hat: Vec<u8>,
    black_top_hat: Vec<u8>,
}

fn golden<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    serde_json::from_reader(BufReader::new(File::open(path).unwrap())).unwrap()
}

fn images() -> impl Iterator<Item = (String, Plane<u8>, Image)> {
    golden::<Operators>("operators.json").images.into_iter().map(|(name, image)| {
        let plane = Plane::new(image.width, image.height, image.pixels.clone()).unwrap();
        (name, plane, image)
    })
}

fn near(found: &[f64], expected: &[f64], tolerance: f64) -> bool {
    found.len() == expected.len()
        && found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance)
}

#[test]
fn smoothing_and_derivatives() {
    for (name, plane, image) in images() {
        assert_eq!(binomial_3x3(plane.view()).pixels(), image.binomial_3x3, "{name}");
        let gradient = sobel_3x3(plane.view());
        assert_eq!(gradient.dx.pixels(), image.sobel_dx, "{name}");
        assert_eq!(gradient.dy.pixels(), image.sobel_dy, "{name}");
        assert_eq!(laplacian_4(plane.view()).pixels(), image.laplacian_4, "{name}");
        let blurred = gaussian_blur(plane.map(|&value| f32::from(value)).view(), 1.7).unwrap();
        let blurred: Vec<f64> = blurred.pixels().iter().map(|&value| value.into()).collect();
        // Ours is single precision, and its sigma of 1.7 is rounded to it.
        assert!(near(&blurred, &image.gaussian, 2e-4), "{name}");
    }
}

#[test]
fn edges() {
    for (name, plane, image) in images() {
        assert_eq!(canny(plane.view(), 50, 150).unwrap().pixels(), image.canny_50_150, "{name}");
        assert_eq!(canny(plane.view(), 200, 600).unwrap().pixels(), image.canny_200_600, "{name}");
    }
}

#[test]
fn pyramids() {
    for (name, plane, image) in images() {
        let reduced = pyramid_reduce(plane.map(|&value| f64::from(value)).view());
        assert!(near(reduced.pixels(), &image.pyramid_reduce, 1e-6), "{name}");
        let expanded = pyramid_expand(reduced.view(), plane.width(), plane.height()).unwrap();
        assert!(near(expanded.pixels(), &image.pyramid_expand, 1e-6), "{name}");
    }
}

#[test]
fn thresholds() {
    for (name, plane, image) in images() {
        let histogram = Histogram::of(plane.view());
        // OpenCV gives 0 for a constant image, where we give none.
        assert_eq!(histogram.otsu_threshold().unwrap_or(0), image.otsu, "{name}");
        for (q, &expected) in &image.percentiles {
            let percentile = histogram.percentile(q.parse().unwrap()).unwrap();
            assert!((percentile - expected).abs() < 1e-6, "{name}, {q}");
        }
        let response = plane.map(|&value| f32::from(value));
        let mask = hysteresis(response.view(), 100.0, 200.0, Connectivity::Four).unwrap();
        assert_eq!(mask.pixels(), image.hysteresis_100_200, "{name}");
    }
}

#[test]
fn connected_components() {
    let compare = |name: &str, found: &Components, expected: &Labelled| {
        assert_eq!(found.labels().pixels(), expected.labels, "{name}");
        assert_eq!(found.len(), expected.figures.len(), "{name}");
        for ((_, part), &(area, x, y, width, height, mean_x, mean_y)) in
            found.iter().zip(&expected.figures)
        {
            assert_eq!((part.area, part.x, part.y), (area, x, y), "{name}");
            assert_eq!((part.width, part.height), (width, height), "{name}");
            assert!((part.centroid.0 - mean_x).abs() < 1e-9, "{name}");
            assert!((part.centroid.1 - mean_y).abs() < 1e-9, "{name}");
        }
    };
    for (name, plane, image) in images() {
        let mask = plane.map(|&value| u8::from(value > 128));
        compare(&name, &components(mask.view(), Connectivity::Four), &image.components_4);
        compare(&name, &components(mask.view(), Connectivity::Eight), &image.components_8);
    }
}

#[test]
fn outer_contours_and_circles() {
    for (name, plane, image) in images() {
        let mask = plane.map(|&value| u8::from(value > 128));
        let found = components(mask.view(), Connectivity::Eight);
        let Labelled { outlines, circles, .. } = image.components_8;
        assert_eq!((outlines.len(), circles.len()), (found.len(), found.len()), "{name}");
        for (((label, _), outline), (x, y, radius)) in found.iter().zip(outlines).zip(circles) {
            let mut contour = found.outer_contour(label).unwrap();
            contour.sort_unstable();
            contour.dedup();
            assert_eq!(contour, outline, "{name}, {label}");
            let points: Vec<_> = contour.iter().map(|&(x, y)| (x as f64, y as f64)).collect();
            let circle = smallest_circle(&points).unwrap();
            // OpenCV's circle is single precision and has a margin of 1e-4.
            let near = near(&[circle.x, circle.y, circle.radius], &[x, y, radius], 1e-3);
            assert!(near, "{name}, {label}: {circle:?}");
        }
    }
}

#[test]
fn values_between_pixels() {
    for (name, plane, image) in images() {
        assert_eq!(image.samples.len(), 20);
        for (x, y, expected) in image.samples {
            let value = sample_bilinear(plane.view(), x, y).unwrap();
            // Positions and sums are single precision here.
            assert!((value - expected).abs() < 1e-3, "{name} at ({x}, {y}): {value}");
        }
    }
}

#[test]
fn structuring_elements() {
    let widths = golden::<Operators>("operators.json").ellipse_row_widths;
    assert!(widths.len() > 30);
    for (size, expected) in widths {
        let element = StructuringElement::ellipse(size).unwrap();
        let reach = size as isize / 2;
        let found: Vec<usize> = (-reach..=reach).map(|dy| element.row_width(dy)).collect();
        assert_eq!(found, expected, "{size}");
    }
}

#[test]
fn morphology() {
    for (name, plane, image) in images() {
        assert_eq!(image.morphology.len(), 4);
        for (element, expected) in image.morphology {
            let case = format!("{name}, {element}");
            let element = match element.split_once('_').unwrap() {
                ("ellipse", size) => StructuringElement::ellipse(size.parse().unwrap()),
                _ => StructuringElement::rectangle(5, 3),
            };
            let element = element.unwrap();
            assert_eq!(erode(plane.view(), &element).pixels(), expected.erode, "{case}");
            assert_eq!(dilate(plane.view(), &element).pixels(), expected.dilate, "{case}");
            let white = white_top_hat(plane.view(), &element);
            assert_eq!(white.pixels(), expected.white_top_hat, "{case}");
            let black = black_top_hat(plane.view(), &element);
            assert_eq!(black.pixels(), expected.black_top_hat, "{case}");
        }
    }
}

#[derive(Deserialize)]
struct Similarities {
    pairs: BTreeMap<String, Pair>,
}

#[derive(Deserialize)]
struct Pair {
    width: usize,
    height: usize,
    a: Vec<u8>,
    b: Vec<u8>,
    mean: f64,
    multi_scale: f64,
    /// x, y, luminance, contrast, structure.
    samples: Vec<(usize, usize, f64, f64, f64)>,
}

#[test]
fn structural_similarity() {
    for (name, pair) in golden::<Similarities>("ssim.json").pairs {
        let a = Plane::new(pair.width, pair.height, pair.a).unwrap();
        let b = Plane::new(pair.width, pair.height, pair.b).unwrap();
        let options = SsimOptions::default();
        let similarity = ssim(a.view(), b.view(), &options).unwrap();
        assert!((similarity.mean() - pair.mean).abs() < 1e-6, "{name}: {}", similarity.mean());
        for (x, y, luminance, contrast, structure) in pair.samples {
            for (map, expected) in [
                (&similarity.luminance, luminance),
                (&similarity.contrast, contrast),
                (&similarity.structure, structure),
                (&similarity.map, luminance * contrast * structure),
            ] {
                assert!((f64::from(map[(x, y)]) - expected).abs() < 1e-6, "{name} at ({x}, {y})");
            }
        }
        let multi_scale = multi_scale_ssim(a.view(), b.view(), &options).unwrap();
        // Between the scales ours is single precision.
        assert!((multi_scale - pair.multi_scale).abs() < 1e-6, "{name}: {multi_scale}");
    }
}
