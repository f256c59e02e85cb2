//! Models in files: one JSON document with a summary for people and, each under its checksum, the model and the
//! collection it was learned from.

mod document;
mod error;
mod packed;
mod records;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use fiber_image::{sha256_hex, write_atomically};
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

use self::document::{Document, OLDEST};
use self::records::{CollectionRecord, ModelRecord};
use crate::{Collection, LearnOptions, ReferenceError, ReferenceModel, Summary};

pub use self::error::ModelFileError;

/// Largest model file that is read, in bytes.
const LARGEST_FILE: u64 = 4 << 30;

const SERIALISABLE: &str = "records have string keys and finite numbers only";

impl ReferenceModel {
    /// Writes the model with its collection, whole or not at all.
    ///
    /// The same model gives the same bytes; the document holds no date and no path.
    ///
    /// # Errors
    /// [`ReferenceError::Write`] where the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), ReferenceError> {
        let text = self.to_json();
        Ok(write_atomically(path, |file| file.write_all(text.as_bytes()))?)
    }

    /// Reads a model that [`ReferenceModel::save`] wrote. Its assessments are the same to the bit.
    ///
    /// All checksums are verified, but the collection is not parsed until it is asked for. A model of format
    /// version 1 is learned anew from its collection, which takes as long as learning.
    ///
    /// # Errors
    /// [`ReferenceError::Read`] where the file cannot be read, [`ReferenceError::Load`] where it is
    /// something else, damaged, incomplete, newer than this program or larger than 4 GiB.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ReferenceError> {
        load(path.as_ref(), Self::from_bytes)
    }

    /// [`ReferenceModel::load`] with the SHA-256 in hexadecimal digits of the very bytes that were read.
    ///
    /// # Errors
    /// As [`ReferenceModel::load`].
    pub fn load_with_sha256(path: impl AsRef<Path>) -> Result<(Self, String), ReferenceError> {
        load(path.as_ref(), |bytes| Ok((Self::from_bytes(bytes)?, sha256_hex(bytes))))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFileError> {
        Self::from_json(str::from_utf8(bytes).map_err(|_| not_text(bytes))?)
    }

    /// The document that [`ReferenceModel::save`] writes.
    #[must_use]
    pub fn to_json(&self) -> String {
        let summary = serde_json::to_string_pretty(&Summary::from(self)).expect(SERIALISABLE);
        let summary = RawValue::from_string(summary).expect("just serialised");
        let model = to_raw_value(&ModelRecord::from(self)).expect(SERIALISABLE);
        let collection = self.collection.to_raw();
        let document = Document::new(&summary, &model, &collection);
        let mut text = serde_json::to_string_pretty(&document).expect(SERIALISABLE);
        text.push('\n');
        text
    }

    /// Reads the document that [`ReferenceModel::to_json`] made.
    ///
    /// # Errors
    /// [`ModelFileError`] where the text is anything else.
    pub fn from_json(text: &str) -> Result<Self, ModelFileError> {
        let document = Document::parse(text)?;
        let section = "model";
        if document.version == OLDEST {
            return migrated(&document);
        }
        let record: ModelRecord =
            serde_json::from_str(document.model.get()).map_err(ModelFileError::damaged(section))?;
        record.into_model(document.collection).map_err(ModelFileError::damaged(section))
    }
}

/// A model of version 1, which had no joint threshold: learned anew from its collection with its options.
fn migrated(document: &Document<'_>) -> Result<ReferenceModel, ModelFileError> {
    /// What is taken from the model of version 1.
    #[derive(Deserialize)]
    struct Learned {
        options: LearnOptions,
    }
    let damaged = ModelFileError::damaged("model");
    let learned: Learned = serde_json::from_str(document.model.get()).map_err(damaged)?;
    let collection = collection_from_json(document.collection.get())?;
    collection.fit(&learned.options).map_err(ModelFileError::damaged("collection"))
}

/// The collection's section of a document.
pub(crate) fn collection_to_raw(collection: &Collection) -> Box<RawValue> {
    to_raw_value(&CollectionRecord::from(collection)).expect(SERIALISABLE)
}

pub(crate) fn collection_from_json(text: &str) -> Result<Collection, ModelFileError> {
    let section = "collection";
    let record: CollectionRecord =
        serde_json::from_str(text).map_err(ModelFileError::damaged(section))?;
    record.into_collection().map_err(ModelFileError::damaged(section))
}

/// Reads a file, and what its bytes hold.
fn load<T>(
    path: &Path,
    of_bytes: impl FnOnce(&[u8]) -> Result<T, ModelFileError>,
) -> Result<T, ReferenceError> {
    let bytes =
        read(path).map_err(|source| ReferenceError::Read { path: path.to_path_buf(), source })?;
    bytes
        .and_then(|bytes| of_bytes(&bytes))
        .map_err(|source| ReferenceError::Load { path: path.to_path_buf(), source })
}

/// So much of the start tells a model from anything else.
const START: u64 = 512;

/// What is no regular file, such as a device or a pipe, may never end: it is read on only where it starts like a
/// model.
fn read(path: &Path) -> io::Result<Result<Vec<u8>, ModelFileError>> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let too_large = |bytes| Ok(Err(ModelFileError::TooLarge { bytes, limit: LARGEST_FILE }));
    let mut bytes = Vec::new();
    if metadata.is_file() {
        if metadata.len() > LARGEST_FILE {
            return too_large(metadata.len());
        }
        // What cannot be had now is asked for again as bytes come.
        let _ = bytes.try_reserve_exact(metadata.len() as usize + 1);
    } else {
        file.by_ref().take(START).read_to_end(&mut bytes)?;
        if !starts_like_a_model(&bytes) {
            return Ok(Err(ModelFileError::NotAModel));
        }
    }
    file.take(LARGEST_FILE + 1 - bytes.len() as u64).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    if size > LARGEST_FILE { too_large(size) } else { Ok(Ok(bytes)) }
}

/// A model is ASCII but for names; bytes that are no text at all are damage where it starts like one.
fn not_text(bytes: &[u8]) -> ModelFileError {
    if starts_like_a_model(bytes) {
        let detail = "it is not UTF-8 text".to_owned();
        ModelFileError::Damaged { section: "document", detail }
    } else {
        ModelFileError::NotAModel
    }
}

fn starts_like_a_model(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    start.trim_start().starts_with('{') && start.contains(document::FORMAT)
}
