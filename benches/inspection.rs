//! Time of SSIM, of the local map and of whole inspections, on rendered faces of both instruments, and of loading a
//! model.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use fiber_inspect::anomaly::{LocalMaps, LocalOptions, NormalPlanes};
use fiber_inspect::filters::{SsimOptions, ssim};
use fiber_inspect::geometry::{LocateOptions, locate};
use fiber_inspect::image::{FaceImage, Plane};
use fiber_inspect::{Config, Inspector, Profile, ReferenceModel, ReportOptions, Workers, learn};
use fiber_synth::{Population, random_face, render};

/// Faces that the model of a bench is learned from.
const LEARNED: u64 = 8;

fn face(population: &Population, index: u64) -> Plane<u8> {
    let spec = random_face(7, index, population).expect("built-in populations are in range");
    render(&spec).expect("built-in faces can be rendered").image
}

fn image(plane: Plane<u8>) -> FaceImage {
    FaceImage::from_luma(plane, "rendered")
}

fn inspection(criterion: &mut Criterion) {
    for population in [Population::frame_grabber(), Population::bench()] {
        let good = Population { damaged_share: 0.0, ..population.clone() };
        let damaged = Population { damaged_share: 1.0, ..population };
        let (width, height) = (good.instrument.width, good.instrument.height);
        let faces = || (0..LEARNED).map(|index| image(face(&good, index)));
        let test = image(face(&damaged, LEARNED));
        let config = Config::default();
        let one = Workers::new(1).expect("one thread");
        let model = learn(faces(), &config, &one).expect("faces to learn from");

        let mut group = criterion.benchmark_group(format!("{width}x{height}"));
        group.sample_size(10);

        let other = face(&good, 0).map(|&level| f32::from(level));
        let tested = test.luma().map(|&level| f32::from(level));
        group.bench_function("ssim", |bencher| {
            let options = SsimOptions::default();
            bencher.iter(|| ssim(black_box(tested.view()), other.view(), &options));
        });

        group.bench_function("locate", |bencher| {
            let options = LocateOptions::default();
            bencher.iter(|| locate(black_box(test.luma()), &options));
        });

        group.bench_function("local map", |bencher| {
            let (variation, valid) = (other.filled_like(2.0), other.filled_like(255));
            let normal = NormalPlanes::new(other.view(), variation.view()).expect("one size");
            let options = LocalOptions::default();
            bencher.iter(|| LocalMaps::new(black_box(test.luma()), valid.view(), normal, &options));
        });

        let alone = Inspector::builder().build().expect("defaults");
        group.bench_function("inspect without a model", |bencher| {
            bencher.iter(|| alone.inspect(black_box(&test)));
        });

        let profile = Profile::builtin("iec-61300-3-35-ed2-mm").expect("built in");
        let inspector = Inspector::builder().model(model).profile(profile).build();
        let inspector = inspector.expect("a model of the default cladding");
        group.bench_function("inspect with model and profile", |bencher| {
            bencher.iter(|| inspector.inspect(black_box(&test)));
        });

        let finished = inspector.inspect(&test).expect("a face");
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        group.bench_function("write all reports", |bencher| {
            let options = ReportOptions::default();
            bencher.iter(|| finished.write_reports(folder.path(), "face", &options));
        });
        group.finish();
    }
}

/// Wanted: less than 50 ms.
fn loading(criterion: &mut Criterion) {
    let good = Population { damaged_share: 0.0, ..Population::bench_binned() };
    let config = Config::default();
    let one = Workers::new(1).expect("one thread");
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let mut group = criterion.benchmark_group("model");
    group.sample_size(20);
    for faces in [8, 30] {
        let learned = (0..faces).map(|index| image(face(&good, index)));
        let path = folder.path().join(format!("{faces}.json"));
        let model = learn(learned, &config, &one).expect("faces to learn from");
        model.save(&path).expect("a writable folder");
        group.bench_function(format!("load, {faces} faces"), |bencher| {
            bencher.iter(|| ReferenceModel::load(black_box(&path)));
        });
    }
    group.finish();
}

criterion_group!(benches, inspection, loading);
criterion_main!(benches);
