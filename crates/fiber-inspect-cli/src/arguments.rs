use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

/// Inspects fibre-optic connector end faces.
#[derive(Debug, Parser)]
#[command(name = "fiber-inspect", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

const EXIT_CODES: &str = "\
Exit codes: 0 all pass; 1 a face fails or is abnormal; 3 none fails but a face is marginal or cannot be
judged; 2 a wrong call, an unreadable input or any other error (one line on standard error; the other files
are still done). `compare` goes by the second face.
PATH is an image (PNG, JPEG, BMP, TIFF, JSON pixel matrix) or a folder of images.";

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Threads to work on [default: all cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// No progress bar and no remarks; errors are still reported
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// More about what is done, on standard error
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure the 181 features of images as they are
    Features(FeaturesArgs),
    /// Find the fibre and measure the image quality
    Locate(LocateArgs),
    /// Learn a reference model from good faces
    Learn(LearnArgs),
    /// Inspect faces and write reports
    Inspect(InspectArgs),
    /// Inspect a tree of folders: reports in the same tree, and a summary of all faces
    Batch(BatchArgs),
    /// Check the inspection on golden faces: every known-good must pass, every known-bad must fail
    Check(CheckArgs),
    /// Repeatability: how well inspections of images of one face agree
    Gauge(GaugeArgs),
    /// Compare two images of one face, such as before and after cleaning
    Compare(CompareArgs),
    /// Look into a reference model
    #[command(subcommand)]
    Model(ModelCommand),
    /// List the built-in acceptance profiles, or show one
    Profiles(ProfilesArgs),
    /// Render faces with known truth
    Synth(SynthArgs),
}

/// The images to work on.
#[derive(Debug, Args)]
pub(crate) struct Inputs {
    /// Images, or folders of images
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

/// Where settings come from.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Settings in TOML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Diameter of the cladding in micrometres [default: 125]
    #[arg(long, value_name = "D")]
    pub(crate) cladding_um: Option<f64>,
}

#[derive(Debug, Args)]
pub(crate) struct FeaturesArgs {
    /// Images, or folders of images
    #[arg(required_unless_present = "names", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The names of the features and what they mean, of no image
    #[arg(long, conflicts_with_all = ["paths", "format"])]
    pub(crate) names: bool,
    /// Notation of the result
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,
    /// File to write instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    #[default]
    Json,
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct LocateArgs {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Notation of the result
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    #[default]
    Json,
    Text,
}

#[derive(Debug, Args)]
pub(crate) struct LearnArgs {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Model file to write
    #[arg(short, long, value_name = "MODEL")]
    pub(crate) output: PathBuf,
    /// Learn from the faces of this model too; may be repeated
    #[arg(long = "add", value_name = "MODEL", action = ArgAction::Append)]
    pub(crate) models: Vec<PathBuf>,
    /// Leave out faces that look unlike the others or are of another size
    #[arg(long)]
    pub(crate) exclude_outliers: bool,
}

/// What faces are judged by.
#[derive(Debug, Args)]
pub(crate) struct Standard {
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Reference model [default: `knowledge_base_path` of the settings, else none]
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<PathBuf>,
    /// Acceptance profile: the name of a built-in one, or a file
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) profile: Option<String>,
}

/// What reports are written.
#[derive(Debug, Args)]
pub(crate) struct Reports {
    /// Folder for the reports, made if it is missing
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Note to put into every report, such as `serial=A17`; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = note, action = ArgAction::Append)]
    pub(crate) notes: Vec<(String, String)>,
    /// JSON, text and mask only
    #[arg(long)]
    pub(crate) no_figures: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) standard: Standard,
    #[command(flatten)]
    pub(crate) reports: Reports,
}

#[derive(Debug, Args)]
pub(crate) struct BatchArgs {
    /// Folder of images and of further folders
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) standard: Standard,
    #[command(flatten)]
    pub(crate) reports: Reports,
    /// Keep finished reports of the same image, model, profile and settings
    #[arg(long)]
    pub(crate) resume: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Faces known to be good, a folder
    #[arg(long, value_name = "DIR")]
    pub(crate) good: PathBuf,
    /// Faces known to be bad, a folder
    #[arg(long, value_name = "DIR")]
    pub(crate) bad: PathBuf,
    #[command(flatten)]
    pub(crate) standard: Standard,
}

#[derive(Debug, Args)]
pub(crate) struct GaugeArgs {
    /// Images of one face, or a folder of such folders, one for each face
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) standard: Standard,
    /// Notation of the result
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The first image
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,
    /// The second image of the same face
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,
    #[command(flatten)]
    pub(crate) standard: Standard,
    /// Notation of the result
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,
}

fn note(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.to_owned()))
        }
        _ => Err("a note has the form key=value".to_owned()),
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Show what a model was learned from and where its thresholds lie
    Show {
        /// Model file
        model: PathBuf,
    },
    /// Make one model of several: the same as learning from all their faces at once
    Merge {
        /// Model files
        #[arg(required = true, value_name = "MODEL")]
        models: Vec<PathBuf>,
        /// Model file to write
        #[arg(short, long, value_name = "MODEL")]
        output: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ProfilesArgs {
    #[command(subcommand)]
    pub(crate) command: Option<ProfilesCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfilesCommand {
    /// Print a profile as TOML, fit as a template for one's own
    Show {
        /// The name of a built-in profile, or a file
        #[arg(value_name = "NAME|FILE")]
        profile: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SynthArgs {
    /// Folder for pictures, masks and truth, made if it is missing
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// How many faces
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) count: u32,
    /// Start of the series; the same one gives the same faces
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(crate) seed: u64,
    /// The microscope that sees them
    #[arg(long, value_enum, default_value_t)]
    pub(crate) instrument: InstrumentName,
    /// Share of damaged faces, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.5)]
    pub(crate) damaged_share: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum InstrumentName {
    /// Bench microscope, 1152 x 864
    #[default]
    Bench,
    /// The same with pixels binned
    BenchBinned,
    /// Frame grabber with non-square pixels, 720 x 576
    FrameGrabber,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn notes_are_key_and_value() {
        assert_eq!(note("lot = 7=8"), Ok(("lot".to_owned(), " 7=8".to_owned())));
        assert!(note("serial").is_err() && note("=A17").is_err());
    }
}
