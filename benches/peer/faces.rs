//! Rendered faces and models of them, made once below `target/`.

use std::path::Path;

use fiber_inspect::image::{FaceImage, Plane, write_npy, write_png};
use fiber_inspect::{Config, Workers, learn};
use fiber_synth::{Instrument, Population, random_face, render};

/// Good faces that a model is learned from.
const LEARNED: u64 = 12;
/// Faces of the batch.
const BATCH: u64 = 200;
/// Widths of the bench microscope's picture at other magnifications, up to 16 megapixels.
const WIDTHS: [usize; 5] = [368, 576, 1152, 2304, 4608];

/// Writes `face_WxH.png`, `model_WxH.json`, the model's planes and the folder `batch`.
pub(crate) fn prepare(folder: &Path) {
    if folder.join("complete").exists() {
        return;
    }
    let batch = folder.join("batch");
    std::fs::create_dir_all(&batch).expect("a folder below target");
    for population in [Population::frame_grabber(), Population::bench()] {
        let (width, height) = (population.instrument.width, population.instrument.height);
        let good = Population { damaged_share: 0.0, ..population.clone() };
        let faces = (0..LEARNED).map(|i| FaceImage::from_luma(face(&good, i), "rendered"));
        let workers = Workers::new(2).expect("two threads");
        let model = learn(faces, &Config::default(), &workers).expect("faces to learn from");
        model.save(folder.join(format!("model_{width}x{height}.json"))).expect("a model file");
        for (name, plane) in [("archetype", model.archetype()), ("variation", model.variation())] {
            let file = folder.join(format!("{name}_{width}x{height}.npy"));
            write_npy(file, plane).expect("a plane's file");
        }
        let damaged = Population { damaged_share: 1.0, ..population };
        write(&folder.join(format!("face_{width}x{height}.png")), &face(&damaged, LEARNED));
    }
    let damaged = Population { damaged_share: 0.5, ..Population::bench() };
    for i in 0..BATCH {
        write(&batch.join(format!("face_{i:03}.png")), &face(&damaged, LEARNED + i));
    }
    for width in WIDTHS {
        let population = magnified(width);
        let height = population.instrument.height;
        write(&folder.join(format!("face_{width}x{height}.png")), &face(&population, LEARNED));
    }
    std::fs::write(folder.join("complete"), "").expect("a mark that all is there");
}

fn face(population: &Population, index: u64) -> Plane<u8> {
    let spec = random_face(7, index, population).expect("populations are in range");
    render(&spec).expect("faces can be rendered").image
}

fn write(file: &Path, plane: &Plane<u8>) {
    write_png(file, plane.view()).expect("a picture below target");
}

/// The same face at another magnification: as sharp in micrometres, as noisy a pixel.
fn magnified(width: usize) -> Population {
    let bench = Population { damaged_share: 1.0, ..Population::bench() };
    let factor = width as f64 / bench.instrument.width as f64;
    let instrument = Instrument {
        width,
        height: (bench.instrument.height as f64 * factor).round() as usize,
        um_per_px: bench.instrument.um_per_px.map(|um| um / factor),
        blur_px: (bench.instrument.blur_px * factor).max(0.5),
        ..bench.instrument
    };
    Population {
        instrument,
        centre: bench.centre.map(|at| at * factor),
        position_spread_px: bench.position_spread_px * factor,
        ..bench
    }
}
