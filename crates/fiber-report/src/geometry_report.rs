use fiber_geometry::{Core, Ellipse, Geometry, ImageQuality, Scale};
use serde::Serialize;

/// The fibre as it stands in reports.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GeometryReport {
    /// Edge of the cladding in input pixels.
    pub cladding: Ellipse,
    /// The core, where its edge can be seen.
    pub core: Option<Core>,
    /// Width over height of a circle in pixels.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub pixel_aspect: f64,
    /// Micrometres a pixel.
    pub um_per_px: Scale,
    /// Diameter of the cladding that the scale was taken from, in micrometres.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub cladding_um: f64,
    /// Share of the rim that was found.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub rim_coverage: f64,
    /// Root mean square distance of the rim from the ellipse in pixels.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub edge_rms_px: f64,
}

impl From<&Geometry> for GeometryReport {
    fn from(geometry: &Geometry) -> Self {
        Self {
            cladding: geometry.cladding,
            core: geometry.core,
            pixel_aspect: geometry.pixel_aspect(),
            um_per_px: geometry.um_per_px(),
            cladding_um: geometry.cladding_um,
            rim_coverage: geometry.rim_coverage,
            edge_rms_px: geometry.edge_rms_px,
        }
    }
}

/// Where the fibres of some images are: `{"images": [{"path", "geometry", "image_quality"}]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LocateReport {
    /// One entry an image.
    pub images: Vec<LocatedImage>,
}

/// Where the fibre of an image is and how good the image is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LocatedImage {
    /// Path of the image as it was given.
    pub path: String,
    /// The fibre, where there is one.
    pub geometry: Option<GeometryReport>,
    /// Focus, exposure, illumination, coverage.
    pub image_quality: ImageQuality,
}
