use std::path::Path;

use fiber_inspect::image::read;
use fiber_inspect::reference::{Collection, Misfit, Sample};
use fiber_inspect::{Outliers, ReferenceModel, fit_with, knowledge_base_file, sample};

use super::settings;
use crate::arguments::LearnArgs;
use crate::commands::Failure;
use crate::console::Console;
use crate::files;

/// What is said of a face that cannot be learned from together with the others.
const REFUSED: &str = "not learned from (--exclude-outliers leaves such faces out)";

pub(crate) fn run(
    arguments: &LearnArgs,
    threads: Option<usize>,
    console: &Console,
) -> Result<(), Failure> {
    let config = settings::config(&arguments.settings, threads)?;
    let workers = settings::workers(config.threads)?;
    let collect = |file: &Path| -> Result<Sample, Failure> {
        Ok(sample(&read(file, &config.limits)?, &config)?)
    };
    let mut collection = Collection::new();
    for model in &arguments.models {
        collection.merge(ReferenceModel::load(knowledge_base_file(model))?.collection()?);
    }
    let files = files::listed(&arguments.inputs.paths, console);
    files::each(&files, &workers, console, collect, |_, sample| collection.insert(sample));
    for duplicate in collection.duplicates() {
        console
            .remark(&format!("{}: the same as {}, counted once", duplicate.name, duplicate.kept));
    }
    let outliers = if arguments.exclude_outliers { Outliers::LeftOut } else { Outliers::Learned };
    let (_, misfits) = collection.without_misfits();
    for Misfit { name, frame, expected } in &misfits {
        let what = if arguments.exclude_outliers { "left out" } else { REFUSED };
        console.remark(&format!("{name}: it is {frame}, most faces are {expected}, {what}"));
    }
    let model = fit_with(&collection, outliers, &config, &workers)?;
    let path = knowledge_base_file(&arguments.output);
    model.save(&path)?;
    report(&model, console);
    console.remark(&format!("{}: learned from {} faces", path.display(), model.faces().len()));
    Ok(())
}

fn report(model: &ReferenceModel, console: &Console) {
    for outlier in model.outliers() {
        console.remark(&format!(
            "{}: unlike the other faces ({} {:.3}, others below {:.3}), {}",
            outlier.name,
            outlier.criterion,
            outlier.score,
            outlier.limit,
            if model.options().leave_out_outliers { "left out" } else { "but learned from" }
        ));
    }
}
