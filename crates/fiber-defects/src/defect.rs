use serde::{Deserialize, Serialize};

/// What a defect is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DefectType {
    /// Permanent mark that is much longer than wide.
    Scratch,
    /// Small pit or hole.
    Dig,
    /// Something that lies on the face: particles, droplets, films.
    Contamination,
    /// Material broken off the rim of the cladding.
    Chip,
    /// Abnormal by comparison with good faces, of no recognised kind.
    Anomaly,
}

/// Whether a defect is darker or brighter than its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Polarity {
    /// Mostly brighter.
    Bright,
    /// Mostly darker.
    Dark,
    /// Both, as pits are under light from one side.
    Mixed,
}

/// An axis-aligned box of whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PixelBox {
    /// Leftmost column.
    pub x: usize,
    /// Topmost row.
    pub y: usize,
    /// Columns, at least 1.
    pub width: usize,
    /// Rows, at least 1.
    pub height: usize,
}

/// Size in micrometres, true for non-square pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SizeUm {
    /// Diameter of the smallest circle around the defect.
    pub diameter: f64,
    /// Extent along the defect's main direction; along the curve for a scratch.
    pub length: f64,
    /// Mean width across it.
    pub width: f64,
    /// Distance of its nearest point from the fibre's centre.
    pub inner_radius: f64,
    /// Distance of its farthest point from the fibre's centre.
    pub outer_radius: f64,
    /// Area in square micrometres.
    pub area: f64,
}

/// One flaw of the end face.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Defect {
    /// What it is.
    pub defect_type: DefectType,
    /// Every detector that reported it, in alphabetical order.
    pub algorithms: Vec<String>,
    /// Bounding box in input pixels.
    pub bounds: PixelBox,
    /// Centroid `(x, y)` of its pixels.
    pub centroid: (f64, f64),
    /// Number of its pixels.
    pub area_px: usize,
    /// Extent along its main direction in pixels.
    pub length_px: f64,
    /// Mean width in pixels.
    pub width_px: f64,
    /// Diameter of the smallest circle around it in pixels.
    pub diameter_px: f64,
    /// Direction of its long side, degrees in 0..180 from x towards y; `None` for a round one.
    pub orientation_deg: Option<f64>,
    /// Darker or brighter.
    pub polarity: Polarity,
    /// Mean difference from the expected brightness, in grey levels, with its sign.
    pub contrast: f64,
    /// Matched signal-to-noise ratio of the whole defect.
    pub snr: f64,
    /// How sure the inspection is that it is real, 0 to 1.
    pub confidence: f64,
    /// How bad it is, 0 to 1.
    pub severity: f64,
    /// Sizes in micrometres where the scale is known.
    pub size_um: Option<SizeUm>,
    /// What it may be as well, where that is a close call; empty where it is clear or the scale is unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_readings: Vec<Reading>,
}

/// A way to see a mark other than as the one defect that it is reported as.
///
/// Either the same mark across the border between scratches and what is not long, or several marks that lie so close
/// that they were taken for one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The marks, one or more.
    pub marks: Vec<ReadMark>,
}

/// A mark of a [`Reading`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadMark {
    /// What it is.
    pub defect_type: DefectType,
    /// Its sizes in micrometres.
    pub size_um: SizeUm,
}
