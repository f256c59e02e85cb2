//! One configuration from a file and the options that override it.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use fiber_inspect::{Config, Inspector, Workers};

use crate::arguments::{Settings, Standard};
use crate::commands::Failure;

/// The configuration of a call.
pub(crate) fn config(settings: &Settings, threads: Option<usize>) -> Result<Config, Failure> {
    let mut config = match &settings.config {
        Some(path) => Config::from_file(path)?,
        None => Config::default(),
    };
    if let Some(cladding_um) = settings.cladding_um {
        config.cladding_um = cladding_um;
    }
    config.threads = threads.or(config.threads);
    config.validate()?;
    Ok(config)
}

/// An inspector by the standard of a call, and the workers that its settings ask for.
pub(crate) fn inspector(
    standard: &Standard,
    threads: Option<usize>,
) -> Result<(Inspector, Workers), Failure> {
    let mut config = config(&standard.settings, threads)?;
    config.knowledge_base_path = standard.model.clone().or(config.knowledge_base_path);
    config.profile = standard.profile.clone().or(config.profile);
    let workers = workers(config.threads)?;
    Ok((Inspector::builder().config(config).build()?, workers))
}

/// So many workers, or one for each core.
pub(crate) fn workers(threads: Option<usize>) -> Result<Workers, Failure> {
    let cores = || available_parallelism().map_or(1, NonZeroUsize::get);
    Ok(Workers::new(threads.unwrap_or_else(cores))?)
}
