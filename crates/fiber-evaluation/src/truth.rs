//! Real faces with truth made by hand: `geometry.json` and `defects.json` beside the images.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fiber_image::{Depth, image_files};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::EvaluationError;
use crate::edges::Edges;

/// A folder of faces, what is known about them, and nothing else.
///
/// Names are paths below the folder with `/` between their parts. A face that only one of the two files
/// names, or none, is still read and inspected.
#[derive(Clone, Debug)]
pub struct LabelledFaces {
    folder: PathBuf,
    /// Names of all images, in order.
    pub names: Vec<String>,
    /// Where the fibre is, by name.
    pub geometry: BTreeMap<String, KnownGeometry>,
    /// Marked defects, by name.
    pub marks: BTreeMap<String, MarkedFace>,
}

/// What is known of a face's geometry.
#[derive(Clone, Debug, Deserialize)]
pub struct KnownGeometry {
    /// The cladding; absent where the image has no fibre.
    #[serde(default)]
    pub cladding: Option<KnownCladding>,
}

/// An ellipse along the axes, in pixels.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct KnownCladding {
    /// Centre column.
    pub cx: f64,
    /// Centre row.
    pub cy: f64,
    /// Full width.
    pub width_px: f64,
    /// Full height.
    pub height_px: f64,
}

/// A face whose contact zone was searched by eye.
#[derive(Clone, Debug, Deserialize)]
pub struct MarkedFace {
    /// Centre and radii of the contact zone in pixels: `[cx, cy, rx, ry]`.
    pub zone: [f64; 4],
    /// What was seen.
    #[serde(rename = "defects")]
    pub marks: Vec<Mark>,
}

impl MarkedFace {
    /// Whether a position lies in the contact zone.
    #[must_use]
    pub fn in_zone(&self, (x, y): (f64, f64)) -> bool {
        let [cx, cy, rx, ry] = self.zone;
        ((x - cx) / rx).hypot((y - cy) / ry) <= 1.0
    }
}

/// A mark made by eye.
#[derive(Clone, Debug, Deserialize)]
pub struct Mark {
    /// Left, top, right and bottom edge in pixels.
    #[serde(rename = "box")]
    pub edges: Edges,
    /// How sure the eye was.
    #[serde(rename = "vis")]
    pub visibility: Visibility,
}

/// How sure the eye was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Any inspector would mark it.
    Clear,
    /// Arguable: neither missed nor false.
    Faint,
}

impl LabelledFaces {
    /// Lists the images below `folder` and reads the truth that is there.
    ///
    /// # Errors
    /// [`EvaluationError`]: the folder cannot be listed or has no image, or a file of truth is damaged.
    pub fn load(folder: &Path) -> Result<Self, EvaluationError> {
        let names = image_files(folder, Depth::Tree)?
            .iter()
            .filter_map(|path| path.strip_prefix(folder).ok())
            .map(|path| {
                let parts = path.iter().map(|part| part.to_string_lossy());
                parts.collect::<Vec<_>>().join("/")
            })
            .collect();
        Ok(Self {
            folder: folder.to_path_buf(),
            names,
            geometry: read_truth(&folder.join("geometry.json"))?,
            marks: read_truth(&folder.join("defects.json"))?,
        })
    }

    /// The file of a face.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

fn read_truth<T: DeserializeOwned>(path: &Path) -> Result<BTreeMap<String, T>, EvaluationError> {
    let failed = |problem: String| EvaluationError::Truth { path: path.to_path_buf(), problem };
    match fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| failed(error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(failed(error.to_string())),
    }
}
