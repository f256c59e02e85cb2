use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use fiber_image::{WriteError, write_atomically, write_npy, write_png};
use serde::Serialize;

use crate::defect::DefectKind;
use crate::error::SynthError;
use crate::render::{FaceSpec, RenderedFace, render};
use crate::truth::{FaceZone, Truth};

/// Contrast-to-noise ratio from which a defect counts as clear to any inspector.
const CLEAR_CNR: f64 = 5.0;

/// Writes rendered faces and their truth into a folder.
///
/// For each face `{stem}.png` and, unless turned off, its mask `{stem}_mask.npy` (`u8`, 0 or 255).
/// At the end, each one JSON object whose keys are the pictures' paths:
/// - `truth.json`: everything, one [`Truth`] each;
/// - `geometry.json`: `cladding` (`cx`, `cy`, `width_px`, `height_px`, `edge_rms_px`),
///   `core_to_cladding`, `width`, `height`;
/// - `defects.json`: `zone` (centre and radii in pixels of the circle of twice the cladding's
///   diameter) and, of the defects that reach into it, `box`, `type`, `zone`, `group` and `vis`,
///   which is `clear` from a contrast-to-noise ratio of 5 on, else `faint`.
///
/// The latter two have the form in which real faces are marked by hand, so that one evaluation
/// reads both.
#[derive(Debug)]
pub struct FaceSetWriter {
    folder: PathBuf,
    masks: bool,
    truths: BTreeMap<String, Truth>,
}

impl FaceSetWriter {
    /// Starts a set in a folder, which is made if it is missing.
    ///
    /// # Errors
    /// [`SynthError::Write`] where the folder cannot be made.
    pub fn create(folder: impl Into<PathBuf>) -> Result<Self, SynthError> {
        let folder = folder.into();
        make_folder(&folder)?;
        Ok(Self { folder, masks: true, truths: BTreeMap::new() })
    }

    /// Leaves the mask files out.
    #[must_use]
    pub fn without_masks(self) -> Self {
        Self { masks: false, ..self }
    }

    /// Writes picture and mask of one face. The stem may name subfolders: `good/face_01`.
    ///
    /// # Errors
    /// [`SynthError::Stem`] where the stem is empty, leaves the folder or was used before,
    /// [`SynthError::Write`] where a file cannot be written.
    pub fn add(&mut self, stem: &str, face: &RenderedFace) -> Result<(), SynthError> {
        let inside = Path::new(stem).components().all(|part| matches!(part, Component::Normal(_)));
        let key = format!("{stem}.png");
        if stem.is_empty() || !inside || self.truths.contains_key(&key) {
            return Err(SynthError::Stem { stem: stem.to_owned() });
        }
        let picture = self.folder.join(&key);
        if let Some(parent) = picture.parent() {
            make_folder(parent)?;
        }
        write_png(&picture, face.image.view())?;
        if self.masks {
            write_npy(self.folder.join(format!("{stem}_mask.npy")), face.mask.view())?;
        }
        self.truths.insert(key, face.truth.clone());
        Ok(())
    }

    /// Writes the JSON files.
    ///
    /// # Errors
    /// [`SynthError::Write`] where one cannot be written.
    pub fn finish(self) -> Result<(), SynthError> {
        let geometry: BTreeMap<_, _> =
            self.truths.iter().map(|(k, t)| (k, Outline::of(t))).collect();
        let defects: BTreeMap<_, _> = self.truths.iter().map(|(k, t)| (k, Marks::of(t))).collect();
        write_json(&self.folder.join("truth.json"), &self.truths)?;
        write_json(&self.folder.join("geometry.json"), &geometry)?;
        write_json(&self.folder.join("defects.json"), &defects)
    }
}

/// Renders faces and writes them as one set with masks (see [`FaceSetWriter`]).
///
/// # Errors
/// As [`render`] and [`FaceSetWriter::add`].
pub fn write_set(
    folder: impl Into<PathBuf>,
    faces: impl IntoIterator<Item = (String, FaceSpec)>,
) -> Result<(), SynthError> {
    let mut set = FaceSetWriter::create(folder)?;
    for (stem, spec) in faces {
        set.add(&stem, &render(&spec)?)?;
    }
    set.finish()
}

fn make_folder(folder: &Path) -> Result<(), SynthError> {
    fs::create_dir_all(folder)
        .map_err(|source| SynthError::Write(WriteError { path: folder.to_path_buf(), source }))
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), SynthError> {
    write_atomically(path, |file| {
        serde_json::to_writer_pretty(&mut *file, value)?;
        file.write_all(b"\n")
    })?;
    Ok(())
}

#[derive(Serialize)]
struct Outline {
    cladding: CladdingOutline,
    core_to_cladding: f64,
    height: usize,
    width: usize,
}

#[derive(Serialize)]
struct CladdingOutline {
    cx: f64,
    cy: f64,
    edge_rms_px: f64,
    height_px: f64,
    width_px: f64,
}

impl Outline {
    fn of(truth: &Truth) -> Self {
        let ellipse = truth.cladding;
        Self {
            cladding: CladdingOutline {
                cx: ellipse.cx,
                cy: ellipse.cy,
                edge_rms_px: 0.0,
                height_px: ellipse.height_px,
                width_px: ellipse.width_px,
            },
            core_to_cladding: truth.core.width_px / ellipse.width_px,
            height: truth.height,
            width: truth.width,
        }
    }
}

#[derive(Serialize)]
struct Marks {
    zone: [f64; 4],
    defects: Vec<Mark>,
    note: &'static str,
}

#[derive(Serialize)]
struct Mark {
    #[serde(rename = "box")]
    bbox: [usize; 4],
    #[serde(rename = "type")]
    kind: DefectKind,
    vis: &'static str,
    zone: Option<FaceZone>,
    group: Option<String>,
}

impl Marks {
    fn of(truth: &Truth) -> Self {
        let ellipse = truth.cladding;
        let reach_um = ellipse.width_px * truth.um_per_px[0];
        let marks = truth.defects.iter().filter(|defect| defect.inner_radius_um < reach_um);
        Self {
            zone: [ellipse.cx, ellipse.cy, ellipse.width_px, ellipse.height_px],
            defects: marks
                .map(|defect| Mark {
                    bbox: defect.bbox,
                    kind: defect.kind,
                    vis: if defect.cnr >= CLEAR_CNR { "clear" } else { "faint" },
                    zone: defect.zone,
                    group: None,
                })
                .collect(),
            note: "rendered",
        }
    }
}
