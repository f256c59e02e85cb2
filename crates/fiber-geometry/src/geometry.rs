use serde::{Deserialize, Serialize};

use crate::Ellipse;

/// Where the fibre is and how large its pixels are.
///
/// The cladding is taken as a circle of known diameter; what makes it an ellipse in the image is the
/// pixels' aspect. All micrometre figures follow from that.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Geometry {
    /// Edge of the cladding.
    pub cladding: Ellipse,
    /// The core, where its edge can be seen.
    pub core: Option<Core>,
    /// Diameter of the cladding in micrometres, as given by the caller.
    pub cladding_um: f64,
    /// Root mean square distance of the found rim positions from the ellipse, in pixels.
    pub edge_rms_px: f64,
    /// Share of the rim that was found on the ellipse, 0 to 1: below 1 for chipped, covered or cut rims.
    pub rim_coverage: f64,
    /// Brightness outside minus inside the rim, in grey levels.
    pub rim_step: f64,
}

/// The core of the fibre.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Core {
    /// Centre column in pixels.
    pub cx: f64,
    /// Centre row in pixels.
    pub cy: f64,
    /// Diameter in micrometres.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub diameter_um: f64,
}

/// Micrometres a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Scale {
    /// Along a row.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub x: f64,
    /// Along a column.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub y: f64,
}

impl Geometry {
    /// Micrometres a pixel along rows and columns.
    #[must_use]
    pub fn um_per_px(&self) -> Scale {
        Scale {
            x: self.cladding_um / self.cladding.width_px,
            y: self.cladding_um / self.cladding.height_px,
        }
    }

    /// Width over height of the cladding in pixels: 1 for square pixels.
    #[must_use]
    pub fn pixel_aspect(&self) -> f64 {
        self.cladding.width_px / self.cladding.height_px
    }

    /// Position relative to the fibre's centre in micrometres, x right and y down.
    #[must_use]
    pub fn to_um(&self, x: f64, y: f64) -> (f64, f64) {
        let (u, v) = self.cladding.to_unit_disc(x, y);
        (u * self.cladding_um / 2.0, v * self.cladding_um / 2.0)
    }

    /// The inverse of [`Geometry::to_um`].
    #[must_use]
    pub fn to_px(&self, x_um: f64, y_um: f64) -> (f64, f64) {
        let scale = 2.0 / self.cladding_um;
        self.cladding.from_unit_disc(x_um * scale, y_um * scale)
    }

    /// The same fibre seen in a part of the image whose top left pixel is `(x, y)`.
    #[must_use]
    pub fn within_crop(&self, x: usize, y: usize) -> Self {
        let (dx, dy) = (x as f64, y as f64);
        let cladding =
            Ellipse { cx: self.cladding.cx - dx, cy: self.cladding.cy - dy, ..self.cladding };
        let core = self.core.map(|c| Core { cx: c.cx - dx, cy: c.cy - dy, ..c });
        Self { cladding, core, ..*self }
    }

    /// Distance of a pixel position from the fibre's centre in micrometres.
    #[must_use]
    pub fn radius_um(&self, x: f64, y: f64) -> f64 {
        self.cladding.normalised_radius(x, y) * self.cladding_um / 2.0
    }
}
