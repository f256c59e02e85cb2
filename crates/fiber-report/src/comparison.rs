use fiber_anomaly::Region;
use fiber_geometry::CanonicalFrame;
use fiber_image::Plane;
use serde::Serialize;

/// How the face compares with the reference model.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Mahalanobis distance of the feature vector from the learned faces.
    pub mahalanobis_distance: f64,
    /// Mean structural similarity to the archetype, at most 1.
    pub ssim_score: f64,
    /// Structural similarity at every pixel of the archetype.
    pub ssim_map: Plane<f32>,
    /// The model's typical face (median of the learned ones).
    pub archetype: Plane<u8>,
    /// The features that stray farthest, the farthest first.
    pub deviant_features: Vec<DeviantFeature>,
}

/// A feature that strays from the learned faces.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeviantFeature {
    /// Name in the feature schema.
    pub name: String,
    /// Robust standard score.
    pub z: f64,
    /// Value of this face.
    pub value: f64,
    /// Median of the learned faces.
    pub reference: f64,
}

/// Abnormality of pixels; whatever exceeds the threshold is abnormal.
#[derive(Clone, Debug)]
pub struct AnomalyMap {
    /// The map.
    pub values: Plane<f32>,
    /// The frame that the map lies in; `None` for input pixels.
    pub frame: Option<CanonicalFrame>,
    /// Where abnormality begins, in the units of the map.
    pub threshold: f64,
    /// The connected parts above it, in the frame of the map.
    pub regions: Vec<Region>,
}

impl AnomalyMap {
    /// The input position of a position in the map.
    pub(crate) fn to_image(&self, (x, y): (f64, f64)) -> (f64, f64) {
        self.frame.map_or((x, y), |frame| frame.to_image(x, y))
    }

    /// Whether the map exceeds its threshold at an input position.
    pub(crate) fn is_abnormal(&self, x: f64, y: f64) -> bool {
        let (x, y) = self.frame.map_or((x, y), |frame| frame.from_image(x, y));
        let (x, y) = (x.round(), y.round());
        let value =
            if x >= 0.0 && y >= 0.0 { self.values.get(x as usize, y as usize) } else { None };
        value.is_some_and(|value| f64::from(*value) > self.threshold)
    }
}
