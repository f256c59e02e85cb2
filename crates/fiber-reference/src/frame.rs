use std::fmt;

use serde::{Deserialize, Serialize};

/// The common frame in which faces are compared pixel by pixel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FrameKind {
    /// A square around the fibre, resampled to a true scale.
    Fibre {
        /// Micrometres a pixel.
        um_per_px: f64,
        /// Side of the square in micrometres.
        field_um: f64,
        /// Diameter in micrometres that the cladding was taken to have.
        cladding_um: f64,
    },
    /// The whole image as it is: no fibre was found.
    Whole {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
}

impl FrameKind {
    /// Columns and rows of planes in this frame.
    #[must_use]
    pub fn dimensions(&self) -> (usize, usize) {
        match *self {
            Self::Fibre { um_per_px, field_um, .. } => {
                let side = (field_um / um_per_px).round().max(1.0) as usize;
                (side, side)
            }
            Self::Whole { width, height } => (width, height),
        }
    }
}

impl fmt::Display for FrameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Fibre { um_per_px, field_um, cladding_um } => write!(
                f,
                "a fibre of {cladding_um} um in a field of {field_um} um at {um_per_px} um/px"
            ),
            Self::Whole { width, height } => {
                write!(f, "a whole image of {width} x {height} px without a fibre")
            }
        }
    }
}

/// Settings of the common frame of faces with a fibre.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameOptions {
    /// Micrometres a pixel, above 0. Default 0.5.
    pub um_per_px: f64,
    /// Side of the square in micrometres, above 0, at most 4096 pixels. Default 260: a little more than
    /// the contact zone of a 125 um cladding.
    pub field_um: f64,
}

impl Default for FrameOptions {
    fn default() -> Self {
        Self { um_per_px: 0.5, field_um: 260.0 }
    }
}
