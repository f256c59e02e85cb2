use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::WriteError;

/// Writes a file so that it is there whole or not at all.
///
/// The content goes to a temporary file in the same folder, which is flushed, synced and then renamed
/// to `path`, over any file of that name. The new file has the permissions of any newly created one.
/// After an error nothing is left behind and an older file is untouched.
///
/// A symbolic link stays one: the file that it leads to is replaced. What is no file, such as a device
/// or a named pipe, is written to as it is, since renaming over it would destroy it.
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
    match fs::metadata(path).map(|metadata| metadata.file_type()) {
        Ok(kind) if !kind.is_file() && !kind.is_dir() => write_through(path, content),
        // A link to nothing leads nowhere that could be written beside: it is replaced.
        Ok(kind) if kind.is_file() => replace(&fs::canonicalize(path)?, content),
        _ => replace(path, content),
    }
}

/// Writes to a device or a pipe.
fn write_through(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut stream = BufWriter::new(File::options().write(true).open(path)?);
    content(&mut stream)?;
    stream.flush()
}

/// Writes a new file and renames it to `path`.
fn replace(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
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
    // Errors are the system's own, without the path of the temporary file, which the caller never named.
    let file = builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
    let mut writer = BufWriter::new(file.as_file());
    content(&mut writer)?;
    writer.flush()?;
    drop(writer);
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
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
