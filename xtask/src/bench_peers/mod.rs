//! Times of this workspace beside those of OpenCV, NumPy, SciPy and scikit-image doing the same work.

mod build_times;
pub(crate) mod environment;
pub(crate) mod images;
mod report;
mod whole;
mod whole_report;
mod worker;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use self::report::{Growth, Kernel, Stage, Stages};
use self::whole::Whole;
use self::worker::Worker;

/// Rounds of a stage; the fastest run of each side counts.
const ROUNDS: usize = 7;
/// Rounds of the whole vector: the figure that counts most, and the one that a busy machine spoils most easily.
const TOTAL_ROUNDS: usize = 20;
/// Rounds of an operator, and more of them until so much time has passed: what takes a fraction of a millisecond waits
/// for memory that others on the machine use as well, and meets a quiet moment seldom.
const KERNEL_ROUNDS: usize = 25;
const KERNEL_TIME: Duration = Duration::from_millis(1500);

/// Frame grabber and bench microscope.
const COMPARED: [(usize, usize); 2] = [(720, 576), (1152, 864)];
/// Sizes for growth, up to 16 MP, with the rounds that a run of that length deserves.
const GROWING: [((usize, usize), usize); 5] =
    [((368, 276), 5), ((720, 576), 5), ((1152, 864), 5), ((2304, 1728), 3), ((4608, 3456), 2)];

const FAMILIES: [&str; 12] = [
    "entropy",
    "fourier",
    "glcm",
    "gradient",
    "lbp",
    "morphology",
    "multi_scale",
    "norm",
    "shape",
    "statistical",
    "svd",
    "topology",
];

const KERNELS: [&str; 25] = [
    "binomial 3x3",
    "Gaussian, sigma 3, f32",
    "kernel 15x15, f32",
    "box mean 31x31, f32",
    "integral image",
    "Sobel, both",
    "Laplacian",
    "Canny",
    "Canny, many edges",
    "erode, square 5",
    "erode, square 31",
    "dilate, disc 3",
    "dilate, disc 5",
    "dilate, disc 11",
    "dilate, disc 31",
    "top-hat, disc 3",
    "top-hat, disc 5",
    "top-hat, disc 11",
    "top-hat, disc 31",
    "pyramid down, f64",
    "pyramid up, f64",
    "components",
    "outer contours",
    "histogram",
    "SSIM",
];

/// Operators that `imageproc` has, or something near.
const OF_IMAGEPROC: [&str; 16] = [
    "binomial 3x3",
    "kernel 15x15, f32",
    "integral image",
    "Sobel, both",
    "Laplacian",
    "Canny",
    "Canny, many edges",
    "erode, square 5",
    "erode, square 31",
    "dilate, disc 3",
    "dilate, disc 5",
    "dilate, disc 11",
    "dilate, disc 31",
    "components",
    "outer contours",
    "histogram",
];

/// Everything: features and operators, then whole inspections.
pub(crate) fn run(root: &Path) -> Result<Vec<String>, String> {
    let sides = Sides::start(root)?;
    features_and_operators(&sides)?;
    whole_inspections(&sides)?;
    Ok(Vec::new())
}

/// Only whole inspections.
pub(crate) fn run_inspections(root: &Path) -> Result<Vec<String>, String> {
    whole_inspections(&Sides::start(root)?)?;
    Ok(Vec::new())
}

/// Only the operators, printed: the file has features and operators of one run.
pub(crate) fn run_operators(root: &Path) -> Result<Vec<String>, String> {
    let kernels = Sides::start(root)?.kernels(COMPARED[1])?;
    print!("{}", report::operators(&kernels));
    Ok(Vec::new())
}

fn whole_inspections(sides: &Sides) -> Result<(), String> {
    let whole = Whole::measure(sides)?;
    let text = whole_report::text(&environment::machine(&sides.root)?, &whole);
    report::write(&sides.root.join("docs/performance.md"), "whole inspections", &text)
}

fn features_and_operators(sides: &Sides) -> Result<(), String> {
    let mut stages = Vec::new();
    for size in COMPARED {
        stages.push(sides.stages(size)?);
    }
    let kernels = sides.kernels(COMPARED[1])?;
    let mut growth = Vec::new();
    for (size, rounds) in GROWING {
        growth.push(sides.growth(size, rounds)?);
    }
    let about = sides.peer()?.ask("about")?;
    let machine = environment::machine(&sides.root)?;
    let text = report::text(&machine, &about, &stages, &kernels, &growth)?;
    report::write(&sides.root.join("docs/performance.md"), "features and operators", &text)
}

/// How both programs are started.
struct Sides {
    python: PathBuf,
    program: PathBuf,
    root: PathBuf,
    folder: PathBuf,
}

impl Sides {
    /// Makes both programs ready.
    fn start(root: &Path) -> Result<Self, String> {
        let folder = root.join("target/peer");
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let python = environment::python(root, &folder)?;
        let program = environment::ours(root)?;
        Ok(Self { python, program, root: root.to_owned(), folder })
    }

    fn ours(&self) -> Result<Worker, String> {
        Worker::ours(&self.program)
    }

    fn peer(&self) -> Result<Worker, String> {
        Worker::peer(&self.python, &self.root.join("benches/peer/serve.py"))
    }

    fn image(&self, (width, height): (usize, usize)) -> Result<String, String> {
        images::rings(&self.folder, width, height)
    }

    /// All families of one image, and the whole, run in turns.
    fn stages(&self, size: (usize, usize)) -> Result<Stages, String> {
        println!("features, {} x {}", size.0, size.1);
        let image = self.image(size)?;
        let (mut ours, mut peer) = (self.ours()?, self.peer()?);
        ours.read(&image)?;
        peer.read(&image)?;
        let mut rows = Vec::new();
        for name in FAMILIES.iter().map(|family| format!("features/{family}")) {
            let plain = name.replace("features", "plain");
            rows.push(compare(&name, &mut ours, &mut peer, &plain, ROUNDS)?);
        }
        let total = compare("features", &mut ours, &mut peer, "plain", TOTAL_ROUNDS)?;
        ours.ask("threads 2")?;
        let mut two_threads = f64::INFINITY;
        for _ in 0..TOTAL_ROUNDS {
            two_threads = two_threads.min(ours.time("features")?);
        }
        Ok(Stages { size, rows, total, two_threads })
    }

    fn kernels(&self, size: (usize, usize)) -> Result<Vec<Kernel>, String> {
        println!("operators, {} x {}", size.0, size.1);
        let image = self.image(size)?;
        let (mut ours, mut peer) = (self.ours()?, self.peer()?);
        ours.read(&image)?;
        peer.read(&image)?;
        let mut kernels = Vec::new();
        for name in KERNELS {
            let mut kernel = Kernel::new(name);
            let start = Instant::now();
            for round in 0.. {
                if round >= KERNEL_ROUNDS && start.elapsed() > KERNEL_TIME {
                    break;
                }
                let stage = format!("kernel/{name}");
                kernel.ours = kernel.ours.min(ours.time(&stage)?);
                kernel.opencv = kernel.opencv.min(peer.time(&stage)?);
                // The slow ones need no more.
                if OF_IMAGEPROC.contains(&name) && round < 3 {
                    let time = ours.time(&format!("imageproc/{name}"))?;
                    kernel.imageproc = Some(kernel.imageproc.map_or(time, |old| old.min(time)));
                }
            }
            kernels.push(kernel);
        }
        Ok(kernels)
    }

    /// Time and memory of the whole vector, each side in a process of its own.
    fn growth(&self, size: (usize, usize), rounds: usize) -> Result<Growth, String> {
        println!("growth, {} x {}", size.0, size.1);
        let image = self.image(size)?;
        let (mut ours, mut peer) = (self.ours()?, self.peer()?);
        ours.read(&image)?;
        peer.read(&image)?;
        let mut growth = Growth::new(size);
        for _ in 0..rounds {
            growth.ours = growth.ours.min(ours.time("features")?);
            let of_singular_values = ours.time("features/svd")?;
            growth.of_singular_values = growth.of_singular_values.min(of_singular_values);
            growth.peer = growth.peer.min(peer.time("features")?);
        }
        growth.our_memory = ours.peak()?;
        growth.peer_memory = peer.peak()?;
        Ok(growth)
    }
}

fn compare(
    stage: &str,
    ours: &mut Worker,
    peer: &mut Worker,
    plain: &str,
    rounds: usize,
) -> Result<Stage, String> {
    let mut times = Stage::new(stage.trim_start_matches("features/"));
    for _ in 0..rounds {
        times.ours = times.ours.min(ours.time(stage)?);
        times.tuned = times.tuned.min(peer.time(stage)?);
        times.plain = times.plain.min(peer.time(plain)?);
    }
    Ok(times)
}
