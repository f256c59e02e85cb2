use thiserror::Error;

/// Why the content of a model file was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelFileError {
    /// The content is something else.
    #[error("the file is no reference model")]
    NotAModel,
    /// The content was written by a newer program.
    #[error("the model has format version {found}, this program reads versions up to {supported}")]
    Newer {
        /// Version of the content.
        found: u64,
        /// Newest version that is read.
        supported: u64,
    },
    /// The content stops before it is complete.
    #[error("the model is incomplete: it ends too early")]
    Truncated,
    /// The content is larger than what is read.
    #[error("the model has {bytes} bytes, allowed are at most {limit}")]
    TooLarge {
        /// Size of the content.
        bytes: u64,
        /// Largest size that is read.
        limit: u64,
    },
    /// A section is not what its checksum or its rules say.
    #[error("the model is damaged: {section}: {detail}")]
    Damaged {
        /// The part at fault.
        section: &'static str,
        /// What is wrong.
        detail: String,
    },
}

impl ModelFileError {
    /// For `map_err`: any failure as damage of a section.
    pub(crate) fn damaged<E: std::fmt::Display>(section: &'static str) -> impl FnOnce(E) -> Self {
        move |detail| Self::Damaged { section, detail: detail.to_string() }
    }
}
