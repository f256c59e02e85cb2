use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::ConfigError;

/// Far more than any configuration or profile takes.
const MOST_BYTES: u64 = 1 << 20;

/// The content of a small text file.
pub(crate) fn read_text(path: &Path) -> Result<String, ConfigError> {
    let failed = |source| ConfigError::Read { path: path.to_path_buf(), source };
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MOST_BYTES + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(failed(io::Error::other("the file is larger than 1 MiB")));
    }
    Ok(text)
}
