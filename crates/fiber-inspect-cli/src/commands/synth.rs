use fiber_synth::{FaceSetWriter, Population, RenderedFace, random_face, render};

use super::settings;
use crate::arguments::{InstrumentName, SynthArgs};
use crate::commands::Failure;
use crate::console::Console;

pub(crate) fn run(
    arguments: &SynthArgs,
    threads: Option<usize>,
    console: &Console,
) -> Result<(), Failure> {
    let population = match arguments.instrument {
        InstrumentName::Bench => Population::bench(),
        InstrumentName::BenchBinned => Population::bench_binned(),
        InstrumentName::FrameGrabber => Population::frame_grabber(),
    };
    let population = Population { damaged_share: arguments.damaged_share, ..population };
    let workers = settings::workers(threads)?;
    let draw = |index: u32| -> Result<RenderedFace, Failure> {
        Ok(render(&random_face(arguments.seed, u64::from(index), &population)?)?)
    };
    let mut set = FaceSetWriter::create(&arguments.output)?;
    console.expect(arguments.count as usize);
    for (index, face) in (0..arguments.count).zip(workers.map(0..arguments.count, draw)) {
        set.add(&format!("face_{index:05}"), &face?)?;
        console.advance();
    }
    console.finish();
    set.finish()?;
    console.remark(&format!("{} faces in {}", arguments.count, arguments.output.display()));
    Ok(())
}
