use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::ImageError;

/// How deep [`image_files`] looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Depth {
    /// The folder itself.
    #[default]
    Folder,
    /// The folder and all below it; links to folders are not followed.
    Tree,
}

/// Extensions that make a file of a folder an image, in any case.
const EXTENSIONS: [&str; 7] = ["bmp", "jpeg", "jpg", "json", "png", "tif", "tiff"];

/// The image files that a path stands for.
///
/// A file stands for itself, whatever its name. A folder stands for its files with the extension
/// `png`, `jpg`, `jpeg`, `bmp`, `tif`, `tiff` or `json` in any case, sorted by path component in byte
/// order, whatever order the system lists them in; names that begin with a dot are passed over, and so are
/// JSON documents that are no pixel matrix (reports, truth, models), told by their keys.
///
/// # Errors
/// [`ImageError`]: the path is missing or neither file nor folder, a folder cannot be read, or it
/// holds no image.
pub fn image_files(path: impl AsRef<Path>, depth: Depth) -> Result<Vec<PathBuf>, ImageError> {
    let path = path.as_ref();
    let kind = fs::metadata(path).map_err(|error| ImageError::from_io(path, error))?;
    if kind.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    if !kind.is_dir() {
        return Err(ImageError::NotAFile { path: path.to_path_buf() });
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let failed = |error| ImageError::from_io(&folder, error);
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let kind = entry.file_type().map_err(failed)?;
            let path = entry.path();
            if kind.is_dir() {
                if depth == Depth::Tree {
                    folders.push(path);
                }
            } else if has_image_extension(&path)
                && (kind.is_file() || path.is_file())
                && !is_other_json(&path)
            {
                files.push(path);
            }
        }
    }
    if files.is_empty() {
        return Err(ImageError::NoImages { path: path.to_path_buf() });
    }
    files.sort_unstable();
    Ok(files)
}

fn has_image_extension(path: &Path) -> bool {
    EXTENSIONS.iter().any(|known| has_extension(path, known))
}

fn has_extension(path: &Path, known: &str) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| extension.eq_ignore_ascii_case(known))
}

/// How much of a JSON document is searched for the keys of a pixel matrix.
const HEAD: u64 = 64 << 10;

/// Whether a file is JSON but no pixel matrix: an object or array with text in it, of which none is a key of
/// the matrix. What is empty, no JSON or cannot be read is left for the reader to complain about, so that a
/// damaged image is not lost in silence.
fn is_other_json(path: &Path) -> bool {
    if !has_extension(path, "json") {
        return false;
    }
    let mut head = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    let is_document = matches!(head.trim_ascii_start().first(), Some(b'{' | b'['));
    let holds = |key: &[u8]| head.windows(key.len()).any(|part| part == key);
    read.is_ok()
        && is_document
        && holds(b"\"")
        && !holds(b"\"image_dimensions\"")
        && !holds(b"\"pixels\"")
}
