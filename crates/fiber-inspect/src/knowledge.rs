//! Reads what a configuration names: the reference model and the acceptance profile.

use std::path::{Path, PathBuf};

use fiber_grading::Profile;
use fiber_image::sha256_hex;
use fiber_reference::{FrameKind, ReferenceModel};

use crate::text_file::read_text;
use crate::{Config, ConfigError, Error};

/// A reference model and what reports say of it.
#[derive(Debug)]
pub(crate) struct Knowledge {
    pub(crate) model: ReferenceModel,
    /// Path of its file; `None` where it came from memory.
    pub(crate) path: Option<String>,
    pub(crate) sha256: String,
}

impl Knowledge {
    /// A model that was learned with the same diameter of the cladding as is configured.
    pub(crate) fn new(model: ReferenceModel, config: &Config) -> Result<Self, ConfigError> {
        // What `ReferenceModel::save` writes, so that the hash is that of its file.
        let sha256 = sha256_hex(model.to_json().as_bytes());
        Self::checked(model, None, sha256, config)
    }

    fn checked(
        model: ReferenceModel,
        path: Option<&Path>,
        sha256: String,
        config: &Config,
    ) -> Result<Self, ConfigError> {
        if let FrameKind::Fibre { cladding_um, .. } = model.frame()
            && cladding_um != config.cladding_um
        {
            let allowed = format!("{cladding_um}, with which the reference model was learned");
            return Err(ConfigError::value("cladding_um", config.cladding_um, allowed));
        }
        Ok(Self { model, path: path.map(|path| path.to_string_lossy().into_owned()), sha256 })
    }

    /// Reads the model of this path; in a folder, its [`Config::KNOWLEDGE_BASE_FILE`].
    pub(crate) fn load(path: &Path, config: &Config) -> Result<Self, Error> {
        let path = knowledge_base_file(path);
        let (model, sha256) = ReferenceModel::load_with_sha256(&path)?;
        Ok(Self::checked(model, Some(&path), sha256, config)?)
    }
}

/// The model file that a path stands for: in a folder, its [`Config::KNOWLEDGE_BASE_FILE`].
#[must_use]
pub fn knowledge_base_file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(Config::KNOWLEDGE_BASE_FILE) } else { path.to_path_buf() }
}

/// The acceptance profile of this name: a built-in one, else a file.
///
/// # Errors
/// [`ConfigError`] where there is neither, or the file is no profile.
pub fn load_profile(name: &str) -> Result<Profile, ConfigError> {
    let path = Path::new(name);
    match Profile::builtin(name) {
        Ok(profile) => Ok(profile),
        // A bare word was meant for the name of a built-in profile: the error lists them.
        Err(unknown)
            if !path.exists() && path.components().count() == 1 && path.extension().is_none() =>
        {
            Err(unknown.into())
        }
        Err(_) => {
            Profile::from_toml(&read_text(path)?).map_err(|error| ConfigError::in_file(path, error))
        }
    }
}
