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
/// JSON documents that are no pixel matrix (reports, truth, models), told by their keys. Links that lead nowhere and the
/// like are listed: reading them says what is wrong.
///
/// # Errors
/// [`ImageError`]: the path is missing or neither file nor folder, a folder cannot be read, or it
/// holds no image.
pub fn image_files(path: impl AsRef<Path>, depth: Depth) -> Result<Vec<PathBuf>, ImageError> {
    let ImageList { files, unreadable } = list_images(path, depth)?;
    unreadable.into_iter().next().map_or(Ok(files), Err)
}

/// What [`list_images`] finds.
#[derive(Debug, Default)]
pub struct ImageList {
    /// The image files, as [`image_files`] sorts them.
    pub files: Vec<PathBuf>,
    /// What could not be listed, sorted in the same way.
    pub unreadable: Vec<ImageError>,
}

/// [`image_files`] of all folders that can be read: one that cannot hides no other.
///
/// # Errors
/// [`ImageError`]: the path is missing, neither file nor folder, a folder that cannot be read, or there is neither an
/// image nor an unreadable folder in it.
pub fn list_images(path: impl AsRef<Path>, depth: Depth) -> Result<ImageList, ImageError> {
    let path = path.as_ref();
    let kind = fs::metadata(path).map_err(|error| ImageError::from_io(path, error))?;
    if kind.is_file() {
        return Ok(ImageList { files: vec![path.to_path_buf()], unreadable: Vec::new() });
    }
    if !kind.is_dir() {
        return Err(ImageError::NotAFile { path: path.to_path_buf() });
    }
    let mut list = ImageList::default();
    let mut folders = list.take_in(path)?;
    if depth == Depth::Tree {
        while let Some(folder) = folders.pop() {
            match list.take_in(&folder) {
                Ok(more) => folders.extend(more),
                Err(error) => list.unreadable.push(error),
            }
        }
    }
    if list.files.is_empty() && list.unreadable.is_empty() {
        return Err(ImageError::NoImages { path: path.to_path_buf() });
    }
    list.files.sort_unstable();
    list.unreadable.sort_by(|a, b| a.path().cmp(b.path()));
    Ok(list)
}

impl ImageList {
    /// Takes in the images of a folder and gives the folders in it.
    fn take_in(&mut self, folder: &Path) -> Result<Vec<PathBuf>, ImageError> {
        let failed = |error| ImageError::from_io(folder, error);
        let mut folders = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let kind = entry.file_type().map_err(failed)?;
            let path = entry.path();
            if kind.is_dir() {
                folders.push(path);
            } else if has_image_extension(&path) && !path.is_dir() && !is_other_json(&path) {
                self.files.push(path);
            }
        }
        Ok(folders)
    }
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
    // A pipe that is opened waits for its other end.
    if !has_extension(path, "json") || !path.is_file() {
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
