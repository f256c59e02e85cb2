//! Time of every feature family and of the whole vector, on rendered rings with noise.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use fiber_features::{Extractor, Family, Threading};
use fiber_image::Plane;

/// Rings around the centre under sensor noise: as smooth and as many-valued as an end face.
fn rings(width: usize, height: usize) -> Plane<u8> {
    let mut state = 1_u64;
    Plane::from_fn(width, height, |x, y| {
        // Knuth's MMIX generator.
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let noise = (state >> 60) as f64 - 7.5;
        let (dx, dy) = (x as f64 - 0.5 * width as f64, y as f64 - 0.5 * height as f64);
        let radius = dx.hypot(dy);
        let shade = if radius < 0.25 * height as f64 { 150.0 } else { 80.0 };
        (shade + 25.0 * (radius / 9.0).cos() + 0.3 * noise) as u8
    })
    .expect("the benchmark's sizes are positive")
}

fn families(criterion: &mut Criterion) {
    for (width, height) in [(720, 576), (1152, 864)] {
        let image = rings(width, height);
        let mut group = criterion.benchmark_group(format!("features/{width}x{height}"));
        group.sample_size(10);
        let extractor = Extractor::new();
        for family in Family::ALL {
            group.bench_function(family.name(), |bencher| {
                bencher.iter(|| extractor.extract_family(black_box(image.view()), family));
            });
        }
        for (name, threading) in
            [("all, one thread", Threading::Single), ("all, pool", Threading::CurrentPool)]
        {
            let extractor = extractor.threading(threading);
            group.bench_function(name, |bencher| {
                bencher.iter(|| extractor.extract(black_box(image.view())));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, families);
criterion_main!(benches);
