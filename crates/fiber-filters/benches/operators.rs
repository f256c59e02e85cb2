//! Times of the operators on a rendered face of 1152 x 864 pixels, beside those of `imageproc` where it
//! has the same.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use fiber_filters::{
    Connectivity, LineField, OrientedLineFilter, SsimOptions, SsimReference, StructuringElement,
    binomial_3x3, box_mean, canny, components, correlate, dilate, gaussian_blur, sample_cubic,
    sample_cubic_points, sobel_3x3, ssim, white_top_hat,
};
use fiber_image::Plane;
use image::GrayImage;

const WIDTH: usize = 1152;
const HEIGHT: usize = 864;

/// A bright disc with rings and repeatable noise.
fn face() -> Plane<u8> {
    let mut state = 1_u32;
    Plane::from_fn(WIDTH, HEIGHT, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let radius = (x as f64 - 576.0).hypot(y as f64 - 432.0);
        let disc = if radius < 144.0 { 70.0 } else { 0.0 };
        let rings = 20.0 * (radius / 9.0).cos() * (-radius / 200.0).exp();
        (110.0 + disc + rings + f64::from(state >> 28)) as u8
    })
    .expect("both sides are positive")
}

fn operators(criterion: &mut Criterion) {
    let face = face();
    let smooth = binomial_3x3(face.view());
    let float = face.map(|&value| f32::from(value));
    let mask = face.map(|&value| if value > 130 { 255 } else { 0 });
    let picture = GrayImage::from_raw(WIDTH as u32, HEIGHT as u32, face.pixels().to_vec())
        .expect("the buffer holds every pixel");

    let mut group = criterion.benchmark_group("operators");
    group.sample_size(20);
    group.bench_function("binomial_3x3", |b| b.iter(|| binomial_3x3(black_box(face.view()))));
    group.bench_function("sobel_3x3", |b| b.iter(|| sobel_3x3(black_box(face.view()))));
    group.bench_function("box_mean/15", |b| b.iter(|| box_mean(black_box(float.view()), 15, 15)));
    group.bench_function("gaussian_blur/3", |b| {
        b.iter(|| gaussian_blur(black_box(float.view()), 3.0));
    });
    // No product of a row and a column.
    let kernel = Plane::from_fn(15, 15, |x, y| {
        let (x, y) = (x as f32 - 7.0, y as f32 - 7.0);
        (0.3 * x * y).cos() / (1.0 + x * x + y * y)
    })
    .expect("a small kernel");
    group.bench_function("correlate/15", |b| {
        b.iter(|| correlate(black_box(float.view()), kernel.view()));
    });
    group.bench_function("correlate/15/imageproc", |b| {
        use imageproc::{filter::filter_clamped, kernel::Kernel};
        let pixels = float.pixels().to_vec();
        let picture = image::ImageBuffer::<image::Luma<f32>, _>::from_raw(
            WIDTH as u32,
            HEIGHT as u32,
            pixels,
        )
        .expect("the buffer holds every pixel");
        b.iter(|| {
            let kernel = Kernel::new(kernel.pixels(), 15, 15);
            filter_clamped::<_, f32, f32>(black_box(&picture), kernel)
        });
    });
    group.bench_function("ssim", |b| {
        b.iter(|| ssim(black_box(face.view()), black_box(smooth.view()), &SsimOptions::default()));
    });
    // The same where many faces are compared with one.
    let reference = smooth.map(|&value| f32::from(value));
    let reference = SsimReference::new(reference.view(), &SsimOptions::default());
    let reference = reference.expect("options within their ranges");
    group.bench_function("ssim/reference", |b| b.iter(|| reference.ssim(black_box(face.view()))));
    // Around the face, as an expectation of it is taken.
    let around = |i: u32| {
        let (radius, (sin, cos)) = (0.4 * (i / 720) as f32, (i as f32).to_radians().sin_cos());
        (576.0 + radius * cos, 432.0 + radius * sin)
    };
    let positions: Vec<(f32, f32)> = (0..720_000).map(around).collect();
    group.bench_function("sample_cubic/720000", |b| {
        b.iter(|| -> Vec<Option<f32>> {
            let positions = black_box(&positions).iter();
            positions.map(|&(x, y)| sample_cubic(float.view(), x, y)).collect()
        });
    });
    group.bench_function("sample_cubic_points/720000", |b| {
        b.iter(|| sample_cubic_points(float.view(), black_box(&positions)));
    });
    let lines = OrientedLineFilter::new(61, 32).expect("length and number of angles are legal");
    group.bench_function("oriented_lines/32", |b| {
        b.iter(|| lines.apply(black_box(float.view()), None));
    });
    // Two planes at once, as an inspection has them, in both widths of sums.
    let planes = [float.view(); 2];
    group.bench_function("bright_and_dark/32_bits", |b| {
        b.iter(|| lines.bright_and_dark_of(black_box(planes), None));
    });
    let field = LineField::new(planes, None, 61).expect("planes of one size");
    group.bench_function("bright_and_dark/16_bits", |b| {
        b.iter(|| lines.bright_and_dark_in(black_box(&field)));
    });

    for size in [5, 11, 31] {
        let element = StructuringElement::ellipse(size).expect("the size is odd");
        group.bench_function(format!("dilate/ellipse_{size}"), |b| {
            b.iter(|| dilate(black_box(face.view()), &element));
        });
        group.bench_function(format!("white_top_hat/ellipse_{size}"), |b| {
            b.iter(|| white_top_hat(black_box(face.view()), &element));
        });
        let disc = imageproc::morphology::Mask::disk((size / 2) as u8);
        group.bench_function(format!("dilate/ellipse_{size}/imageproc"), |b| {
            b.iter(|| imageproc::morphology::grayscale_dilate(black_box(&picture), &disc));
        });
    }

    group.bench_function("canny", |b| b.iter(|| canny(black_box(face.view()), 50, 150)));
    // Smooths with a Gaussian first, which takes part of its time.
    group.bench_function("canny/imageproc", |b| {
        b.iter(|| imageproc::edges::canny(black_box(&picture), 50.0, 150.0));
    });

    group.bench_function("components", |b| {
        b.iter(|| components(black_box(mask.view()), Connectivity::Eight));
    });
    let masked = GrayImage::from_raw(WIDTH as u32, HEIGHT as u32, mask.pixels().to_vec())
        .expect("the buffer holds every pixel");
    group.bench_function("components/imageproc", |b| {
        use imageproc::region_labelling::{Connectivity, connected_components};
        b.iter(|| connected_components(black_box(&masked), Connectivity::Eight, image::Luma([0])));
    });
    group.finish();
}

criterion_group!(benches, operators);
criterion_main!(benches);
