//! Whole inspections: beside the peer, by image size, of many faces, of a cold process, and what it costs to build.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use super::Sides;
use super::build_times::BuildTimes;
use super::worker::Worker;
use crate::metadata;

/// Rounds of inspections on either side; the fastest counts.
const ROUNDS: usize = 6;
/// The peer needs seconds.
const PEER_ROUNDS: usize = 3;
/// Inspections of either side that follow each other in a round: as in a production line, threads, caches and memory are
/// those of the one before.
const IN_A_ROW: usize = 3;
/// Runs over all faces.
const BATCH_ROUNDS: usize = 2;
/// Starts of the binary.
const STARTS: usize = 10;
/// Both instruments.
const COMPARED: [(usize, usize); 2] = [(720, 576), (1152, 864)];
/// One face at several magnifications, with the rounds that a run of that length deserves.
const GROWING: [((usize, usize), usize); 5] =
    [((368, 276), 8), ((576, 432), 8), ((1152, 864), 8), ((2304, 1728), 5), ((4608, 3456), 3)];
/// The acceptance profile of all inspections.
const PROFILE: &str = "iec-61300-3-35-ed2-mm";

/// The fastest of a few runs of a stage one after the other.
fn in_a_row(side: &mut Worker, stage: &str) -> Result<f64, String> {
    (0..IN_A_ROW).try_fold(f64::INFINITY, |fastest, _| Ok(fastest.min(side.time(stage)?)))
}

/// Fastest runs in milliseconds.
pub(crate) struct Compared {
    pub(crate) size: (usize, usize),
    pub(crate) one_thread: f64,
    pub(crate) two_threads: f64,
    pub(crate) tuned: f64,
    pub(crate) plain: f64,
    /// Of the peer that measures the whole image instead of a canonical view.
    pub(crate) whole_frame: f64,
    pub(crate) reports: f64,
}

/// Milliseconds and MB of one size.
pub(crate) struct Grown {
    pub(crate) size: (usize, usize),
    pub(crate) ours: f64,
    pub(crate) peer: f64,
    pub(crate) our_memory: f64,
    pub(crate) peer_memory: f64,
}

/// Seconds and MB of all faces of a folder.
pub(crate) struct Batch {
    pub(crate) threads: usize,
    pub(crate) seconds: f64,
    pub(crate) memory: f64,
}

/// Milliseconds of the binary from its start to its end, one face.
pub(crate) struct Cold {
    pub(crate) threads: usize,
    pub(crate) without_figures: f64,
    pub(crate) with_figures: f64,
}

pub(crate) struct Whole {
    pub(crate) compared: Vec<Compared>,
    pub(crate) growth: Vec<Grown>,
    pub(crate) faces: usize,
    pub(crate) batches: Vec<Batch>,
    pub(crate) cold: Vec<Cold>,
    pub(crate) build: BuildTimes,
}

impl Whole {
    pub(crate) fn measure(sides: &Sides) -> Result<Self, String> {
        let folder = sides.folder.join("faces");
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        println!("rendering faces");
        sides.ours()?.ask(&format!("prepare {}", folder.display()))?;
        let bench = Bench { sides, binary: binary(&sides.root)?, folder };
        Ok(Self {
            compared: COMPARED.iter().map(|&size| bench.compare(size)).collect::<Result<_, _>>()?,
            growth: GROWING
                .iter()
                .map(|&(size, rounds)| bench.grow(size, rounds))
                .collect::<Result<_, _>>()?,
            faces: std::fs::read_dir(bench.folder.join("batch")).map_or(0, Iterator::count),
            batches: bench.batches()?,
            cold: [1, 2]
                .map(|threads| bench.cold(threads))
                .into_iter()
                .collect::<Result<_, _>>()?,
            build: BuildTimes::measure(&sides.root, &sides.folder.join("build"))?,
        })
    }
}

/// The optimised command line.
fn binary(root: &Path) -> Result<PathBuf, String> {
    println!("building the command line");
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--release", "--quiet", "--package", "fiber-inspect-cli"]);
    metadata::output(command.current_dir(root))?;
    Ok(root.join("target/release/fiber-inspect"))
}

struct Bench<'a> {
    sides: &'a Sides,
    binary: PathBuf,
    folder: PathBuf,
}

impl Bench<'_> {
    fn face(&self, (width, height): (usize, usize)) -> PathBuf {
        self.folder.join(format!("face_{width}x{height}.png"))
    }

    fn model(&self, (width, height): (usize, usize)) -> PathBuf {
        self.folder.join(format!("model_{width}x{height}.json"))
    }

    /// Both programs with a model and a face read.
    fn workers(
        &self,
        face: (usize, usize),
        model: (usize, usize),
    ) -> Result<(Worker, Worker), String> {
        let (mut ours, mut peer) = (self.sides.ours()?, self.sides.peer()?);
        ours.ask(&format!("model {}", self.model(model).display()))?;
        peer.ask(&format!("model {} {}x{}", self.folder.display(), model.0, model.1))?;
        for worker in [&mut ours, &mut peer] {
            worker.ask(&format!("face {}", self.face(face).display()))?;
        }
        Ok((ours, peer))
    }

    fn compare(&self, size: (usize, usize)) -> Result<Compared, String> {
        println!("inspections, {} x {}", size.0, size.1);
        let (mut ours, mut peer) = self.workers(size, size)?;
        let slow = f64::INFINITY;
        let mut times = Compared {
            size,
            one_thread: slow,
            two_threads: slow,
            tuned: slow,
            plain: slow,
            whole_frame: slow,
            reports: slow,
        };
        for round in 0..ROUNDS {
            ours.ask("threads 1")?;
            times.one_thread = times.one_thread.min(in_a_row(&mut ours, "inspection")?);
            times.reports = times.reports.min(ours.time("reports")?);
            ours.ask("threads 2")?;
            times.two_threads = times.two_threads.min(in_a_row(&mut ours, "inspection")?);
            if round < PEER_ROUNDS {
                times.tuned = times.tuned.min(in_a_row(&mut peer, "inspection")?);
                times.plain = times.plain.min(in_a_row(&mut peer, "plain/inspection")?);
                times.whole_frame = times.whole_frame.min(in_a_row(&mut peer, "whole/inspection")?);
            }
        }
        Ok(times)
    }

    fn grow(&self, size: (usize, usize), rounds: usize) -> Result<Grown, String> {
        println!("inspections, {} x {}", size.0, size.1);
        let (mut ours, mut peer) = self.workers(size, COMPARED[1])?;
        let (mut our_time, mut peer_time) = (f64::INFINITY, f64::INFINITY);
        for round in 0..rounds {
            our_time = our_time.min(ours.time("inspection")?);
            if round < 2 {
                peer_time = peer_time.min(peer.time("inspection")?);
            }
        }
        let (our_memory, peer_memory) = (ours.peak()?, peer.peak()?);
        Ok(Grown { size, ours: our_time, peer: peer_time, our_memory, peer_memory })
    }

    /// The command line with a model and a profile.
    fn command(&self, name: &str, threads: usize) -> Command {
        let mut command = Command::new(&self.binary);
        command.args([name, "--quiet", "--threads", &threads.to_string(), "--profile", PROFILE]);
        command.arg("--model").arg(self.model(COMPARED[1]));
        command.arg("--output").arg(self.folder.join("reports"));
        command
    }

    /// All faces with all files, on one and on two threads by turns; the fastest counts.
    fn batches(&self) -> Result<Vec<Batch>, String> {
        let mut batches =
            [1, 2].map(|threads| Batch { threads, seconds: f64::INFINITY, memory: 0.0 });
        for _ in 0..BATCH_ROUNDS {
            for batch in &mut batches {
                println!("many faces, threads: {}", batch.threads);
                let mut command = self.command("batch", batch.threads);
                command.arg(self.folder.join("batch"));
                let (seconds, memory) = self.run(&mut command)?;
                batch.seconds = batch.seconds.min(seconds);
                batch.memory = batch.memory.max(memory);
            }
        }
        Ok(batches.into())
    }

    /// Processes that inspect one face on so many threads.
    fn cold(&self, threads: usize) -> Result<Cold, String> {
        println!("cold starts, threads: {threads}");
        let fastest = |options: &[&str]| -> Result<f64, String> {
            let mut fastest = f64::INFINITY;
            for _ in 0..STARTS {
                let mut command = self.command("inspect", threads);
                command.args(options).arg(self.face(COMPARED[1]));
                fastest = fastest.min(self.run(&mut command)?.0 * 1e3);
            }
            Ok(fastest)
        };
        let without_figures = fastest(&["--no-figures"])?;
        Ok(Cold { threads, without_figures, with_figures: fastest(&[])? })
    }

    /// Seconds of a run, and its peak memory in MB as far as the system tells it while it runs.
    fn run(&self, command: &mut Command) -> Result<(f64, f64), String> {
        let reports = self.folder.join("reports");
        if reports.exists() {
            std::fs::remove_dir_all(&reports).map_err(|e| format!("{}: {e}", reports.display()))?;
        }
        let name = format!("{command:?}");
        let start = Instant::now();
        let spawned = command.stdout(std::process::Stdio::null()).spawn();
        let mut child = spawned.map_err(|error| format!("{name}: {error}"))?;
        let status = format!("/proc/{}/status", child.id());
        let mut peak = 0.0;
        loop {
            if let Some(status) = child.try_wait().map_err(|error| format!("{name}: {error}"))? {
                let seconds = start.elapsed().as_secs_f64();
                // 1 and 3 are verdicts.
                return match status.code() {
                    Some(0 | 1 | 3) => Ok((seconds, peak)),
                    _ => Err(format!("{name}: {status}")),
                };
            }
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            peak = resident_peak(&text).unwrap_or(peak);
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }
}

/// Largest resident memory in MB that a process's status names.
fn resident_peak(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_found_in_a_status() {
        assert_eq!(resident_peak("Name:\ta\nVmHWM:\t  1000 kB\n"), Some(1.024));
        assert_eq!(resident_peak("Name:\ta\n"), None);
    }
}
