//! The outer form of a model file: sections, each under its checksum.

use fiber_image::sha256_hex;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::ModelFileError;

pub(super) const FORMAT: &str = "fiber-reference-model";
const VERSION: u64 = 2;

/// The oldest version that is still read.
pub(super) const OLDEST: u64 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document<'a> {
    format: &'a str,
    pub(super) version: u64,
    sha256: Checksums,
    /// For people: nothing is read from it.
    #[serde(borrow)]
    pub(super) summary: &'a RawValue,
    /// All that inspection needs.
    #[serde(borrow)]
    pub(super) model: &'a RawValue,
    /// The faces, for learning anew.
    #[serde(borrow)]
    pub(super) collection: &'a RawValue,
}

/// SHA-256 of the sections' text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checksums {
    summary: String,
    model: String,
    collection: String,
}

/// Just enough of a document, of any version, to tell what it is.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u64,
}

impl<'a> Document<'a> {
    pub(super) fn new(
        summary: &'a RawValue,
        model: &'a RawValue,
        collection: &'a RawValue,
    ) -> Self {
        let sha256 = Checksums {
            summary: sha256_hex(summary.get().as_bytes()),
            model: sha256_hex(model.get().as_bytes()),
            collection: sha256_hex(collection.get().as_bytes()),
        };
        Self { format: FORMAT, version: VERSION, sha256, summary, model, collection }
    }

    /// Takes a document apart and checks all sections' sums; parses none of them.
    pub(super) fn parse(text: &'a str) -> Result<Self, ModelFileError> {
        let refuse = |error: serde_json::Error| refused(text, &error);
        let header: Header = serde_json::from_str(text).map_err(refuse)?;
        if header.format != FORMAT {
            return Err(ModelFileError::NotAModel);
        }
        if header.version > VERSION {
            return Err(ModelFileError::Newer { found: header.version, supported: VERSION });
        }
        let document: Self = serde_json::from_str(text).map_err(refuse)?;
        let sums = &document.sha256;
        for (section, value, sum) in [
            ("summary", document.summary, &sums.summary),
            ("model", document.model, &sums.model),
            ("collection", document.collection, &sums.collection),
        ] {
            if sha256_hex(value.get().as_bytes()) != *sum {
                let detail = "its checksum does not match".to_owned();
                return Err(ModelFileError::Damaged { section, detail });
            }
        }
        if header.version < OLDEST {
            let detail = format!("there is no version {}", header.version);
            return Err(ModelFileError::Damaged { section: "document", detail });
        }
        Ok(document)
    }
}

/// Tells damage of a model from files that are something else.
fn refused(text: &str, error: &serde_json::Error) -> ModelFileError {
    let start = text.trim_start();
    // What is written starts with the format; a cut within it leaves a part of that.
    let ours =
        start.starts_with('{') && start.chars().take(200).collect::<String>().contains(FORMAT);
    // A number that is cut short is an error of its own, but at the end of the text.
    let last = text.lines().last().unwrap_or_default();
    let at_end = error.line() >= text.lines().count() && error.column() >= last.len();
    match (ours, error.is_eof() || at_end) {
        (false, _) => ModelFileError::NotAModel,
        (true, true) => ModelFileError::Truncated,
        (true, false) => ModelFileError::Damaged { section: "document", detail: error.to_string() },
    }
}
