use std::fs::Permissions;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::WriteError;

/// Writes a file so that it is there whole or not at all.
///
/// The content goes to a temporary file in the same folder, which is flushed, synced and then renamed
/// to `path`, over any file of that name (a symbolic link is replaced, not followed). The new file has
/// the permissions of any newly created one. After an error nothing is left behind and an older file
/// is untouched.
///
/// # Errors
/// [`WriteError`] where the folder is missing or not writable, `path` is a folder, the disk is full,
/// or `content` fails.
pub fn write_atomically(
    path: impl AsRef<Path>,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), WriteError> {
    let path = path.as_ref();
    write(path, content).map_err(|source| WriteError { path: path.to_path_buf(), source })
}

fn write(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".writing-");
    let permissions = new_file_permissions();
    if let Some(permissions) = permissions {
        builder.permissions(permissions);
    }
    let mut file = BufWriter::new(builder.tempfile_in(folder)?);
    content(&mut file)?;
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Temporary files are private unless told otherwise; the umask takes its part from these.
#[cfg(unix)]
fn new_file_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn new_file_permissions() -> Option<Permissions> {
    None
}
