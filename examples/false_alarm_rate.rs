//! Measures the false-alarm rate of the learned verdict on rendered good faces that it was not learned from, and
//! its separation from damaged ones: the table in `docs/verdict.md`.
//!
//! ```sh
//! cargo run --release -p fiber-inspect --example false_alarm_rate -- [SEED] [GOOD FACES] [LEARNED FACES]...
//! ```
//!
//! Learning sets are drawn from one pool of faces, the faces to judge from another. Every set judges its own share
//! of these, a few faces, so that the rate is that over learning sets and faces, which is what can be promised: the
//! rate of one set of ten faces alone is known to nobody, and of many faces judged by one set all err together.

#![allow(clippy::print_stdout, reason = "the table is the result of the example")]

use std::error::Error;

use fiber_inspect::geometry::{LocateOptions, locate};
use fiber_inspect::reference::{Collection, FrameOptions, JointThreshold, LearnOptions, Sample};
use fiber_inspect::{FaceImage, Workers};
use fiber_synth::{Population, random_face, render};

/// Faces in a learning set, and how many sets are drawn.
const SETS: [(usize, usize); 3] = [(10, 1000), (30, 500), (100, 250)];
const RATES: [f64; 2] = [0.05, 0.01];
const POOL: u64 = 4000;
const DAMAGED: u64 = 200;
/// Every set judges one of so many of these.
const DAMAGED_STEP: usize = 40;
/// A coarse frame, 130 pixels a side, keeps the run to minutes.
const FRAME: FrameOptions = FrameOptions { um_per_px: 2.0, field_um: 260.0 };

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let seed: u64 = arguments.next().map_or(Ok(2026), |text| text.parse())?;
    let judged: u64 = arguments.next().map_or(Ok(2000), |text| text.parse())?;
    let sizes = arguments.map(|text| text.parse()).collect::<Result<Vec<usize>, _>>()?;
    let workers = Workers::new(std::thread::available_parallelism().map_or(1, Into::into))?;
    let good = Population { damaged_share: 0.0, ..Population::bench_binned() };
    let bad = Population { damaged_share: 1.0, ..Population::bench_binned() };
    let draw = |population: &Population, first: u64, count: u64| {
        let made = workers.map(first..first + count, |index| sample(seed, index, population).ok());
        made.flatten().collect::<Vec<Sample>>()
    };
    let pool = draw(&good, 0, POOL);
    let new = draw(&good, 1_000_000, judged);
    let damaged = draw(&bad, 2_000_000, DAMAGED);
    println!(
        "{} + {} good and {} damaged faces, seed {seed}",
        pool.len(),
        new.len(),
        damaged.len()
    );
    println!(
        "| faces learned | sets | asked | false alarms | found | 95 % interval of the asked rate | \
         damaged found | AUROC |\n|---:|---:|---:|---:|---:|---|---:|---:|"
    );
    for (faces, sets) in SETS {
        if !sizes.is_empty() && !sizes.contains(&faces) {
            continue;
        }
        let share = new.len() / sets;
        let study = |set: usize| -> Result<Study, String> {
            let learned: Collection =
                choose(seed + set as u64, faces, pool.len()).map(|i| pool[i].clone()).collect();
            let mut study = Study::default();
            let model = learned.fit(&LearnOptions::default()).map_err(|error| error.to_string())?;
            let statistic = |sample: &Sample| {
                model.assess(sample).map(|a| a.joint.value).map_err(|error| error.to_string())
            };
            let own = new[set * share..(set + 1) * share].iter();
            study.good = own.map(statistic).collect::<Result<_, _>>()?;
            let own = damaged.iter().skip(set % DAMAGED_STEP).step_by(DAMAGED_STEP);
            study.damaged = own.map(statistic).collect::<Result<_, _>>()?;
            for rate in RATES {
                let joint = JointThreshold::learn(model.held_out_scores(), rate);
                study.limits.push(joint.map_err(|error| error.to_string())?.limit);
            }
            Ok(study)
        };
        let studies: Vec<Study> = workers.map(0..sets, study).collect::<Result<_, _>>()?;
        for (index, rate) in RATES.into_iter().enumerate() {
            report(faces, rate, index, &studies);
        }
    }
    Ok(())
}

/// What one learning set makes of its share of the faces.
#[derive(Default)]
struct Study {
    good: Vec<f64>,
    damaged: Vec<f64>,
    /// One for each rate.
    limits: Vec<f64>,
}

fn sample(seed: u64, index: u64, population: &Population) -> Result<Sample, Box<dyn Error>> {
    let face = render(&random_face(seed, index, population)?)?;
    let image = FaceImage::from_luma(face.image, &format!("face {index}"));
    let geometry = locate(image.luma(), &LocateOptions::default())?;
    let name = &image.metadata().file_name;
    Ok(Sample::new(name, &image.metadata().sha256, image.luma(), geometry.as_ref(), &FRAME)?)
}

/// So many different numbers below `all`, by a shuffle that is the same everywhere.
fn choose(seed: u64, count: usize, all: usize) -> impl Iterator<Item = usize> {
    let mut state = seed;
    let mut order: Vec<usize> = (0..all).collect();
    for i in 0..count {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(i, i + (state >> 33) as usize % (all - i));
    }
    order.into_iter().take(count)
}

fn report(faces: usize, rate: f64, index: usize, studies: &[Study]) {
    let beyond = |of: &dyn Fn(&Study) -> &Vec<f64>| -> (usize, usize) {
        let counts = studies.iter().map(|study| {
            (of(study).iter().filter(|&&v| v > study.limits[index]).count(), of(study).len())
        });
        counts.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1))
    };
    let (alarms, good) = beyond(&|study| &study.good);
    let (found, damaged) = beyond(&|study| &study.damaged);
    let half = 1.96 * (rate * (1.0 - rate) / good as f64).sqrt();
    let areas = studies.iter().map(|study| area(&study.good, &study.damaged));
    let auroc = areas.sum::<f64>() / studies.len() as f64;
    println!(
        "| {faces} | {} | {rate} | {alarms} of {good} | {:.4} | {:.4} to {:.4} | {:.4} | {auroc:.4} |",
        studies.len(),
        alarms as f64 / good as f64,
        rate - half,
        rate + half,
        found as f64 / damaged as f64,
    );
}

/// Area under the receiver operating characteristic: the share of pairs in which the damaged face scores higher.
fn area(good: &[f64], damaged: &[f64]) -> f64 {
    let pairs = good.iter().flat_map(|good| damaged.iter().map(move |damaged| (good, damaged)));
    let (mut above, mut all) = (0.0, 0.0);
    for (good, damaged) in pairs {
        all += 1.0;
        above += if damaged > good {
            1.0
        } else if damaged == good {
            0.5
        } else {
            0.0
        };
    }
    above / all
}
