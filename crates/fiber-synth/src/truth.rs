use fiber_geometry::Ellipse;
use serde::{Deserialize, Serialize};

use crate::defect::{DefectKind, Polarity};

/// Everything that is known about a rendered face.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// Columns of the image.
    pub width: usize,
    /// Rows of the image.
    pub height: usize,
    /// Outline of the cladding in the image.
    pub cladding: Ellipse,
    /// Outline of the core in the image.
    pub core: Ellipse,
    /// Width over height of a circle's image: micrometres per pixel along y over those along x.
    pub pixel_aspect: f64,
    /// Micrometres per pixel along x and along y.
    pub um_per_px: [f64; 2],
    /// Noise of the same image without its defects, as [`noise_level`](crate::noise_level) gives
    /// it.
    pub noise: f64,
    /// The planted defects in the order of the specification.
    pub defects: Vec<DefectTruth>,
}

/// Everything that is known about a planted defect.
///
/// Lengths, widths and diameters come from the outline that was asked for; areas from the covered
/// share of the image's pixels. A scratch is measured along and across its path, gaps included in
/// the length; anything else by the largest and smallest distance of two parallel tangents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DefectTruth {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: DefectKind,
    /// The innermost zone it touches, where the fibre is known.
    pub zone: Option<FaceZone>,
    /// Darker or brighter than its surroundings.
    pub polarity: Polarity,
    /// First column, first row, column after the last, row after the last of its mask.
    pub bbox: [usize; 4],
    /// Mean position of its area in the image.
    pub centroid: [f64; 2],
    /// Covered area in pixels.
    pub area_px: f64,
    /// Covered area in square micrometres.
    pub area_um2: f64,
    /// Length in pixels.
    pub length_px: f64,
    /// Length in micrometres.
    pub length_um: f64,
    /// Width in pixels.
    pub width_px: f64,
    /// Width in micrometres.
    pub width_um: f64,
    /// Diameter of the smallest enclosing circle in the image, in pixels.
    pub diameter_px: f64,
    /// Diameter of the smallest enclosing circle on the face, in micrometres.
    pub diameter_um: f64,
    /// Direction of the length in the image, in (-90, 90] degrees from x towards y.
    pub orientation_px_deg: f64,
    /// The same after the pixels have been made square.
    pub orientation_um_deg: f64,
    /// Smallest distance from the fibre's centre in micrometres.
    pub inner_radius_um: f64,
    /// Largest distance from the fibre's centre in micrometres.
    pub outer_radius_um: f64,
    /// Asked contrast in grey levels of the image, before blur and sharpening.
    pub contrast: f64,
    /// The same in multiples of the noise, which counts as at least
    /// [`NOISE_FLOOR`](crate::NOISE_FLOOR).
    pub cnr: f64,
}

/// Parts of an end face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaceZone {
    /// The core.
    Core,
    /// Between core and rim.
    Cladding,
    /// Outside the fibre.
    Ferrule,
}
