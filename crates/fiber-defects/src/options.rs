use fiber_filters::Threading;

use crate::DefectError;

/// What is looked for and how surely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectOptions {
    /// A dig or a piece of contamination must have at least this many pixels that stand out of the noise; 10
    /// by default. Its own area, down to about half its height, may be smaller. Scratches are not bound by
    /// it.
    pub min_area_px: usize,
    /// Largest area in pixels of a dig; 5000 by default. What is larger is contamination.
    pub max_area_px: usize,
    /// Defects with a lower confidence are not reported; 0.3 by default.
    pub min_confidence: f64,
    /// Least mean difference from the expected brightness in grey levels; 1.5 by default. Integrated along a
    /// hundred pixels, fainter lines stand out of the noise and are real, but no eye sees them. On frames of a median
    /// brightness below 128 it is less in proportion, down to 1 grey level. Of spots with a bright
    /// and a dark side it is the root of the mean square, of strokes the height of their mean profile.
    pub min_contrast: f64,
    /// Length over width from which a mark is a scratch; 4 by default.
    pub scratch_ratio: f64,
    /// Where the work is done.
    pub threading: Threading,
}

impl Default for DetectOptions {
    fn default() -> Self {
        Self {
            min_area_px: 10,
            max_area_px: 5000,
            min_confidence: 0.3,
            min_contrast: 1.5,
            scratch_ratio: 4.0,
            threading: Threading::Single,
        }
    }
}

impl DetectOptions {
    pub(crate) fn validate(&self) -> Result<(), DefectError> {
        if self.min_area_px > self.max_area_px {
            return Err(DefectError::Parameter {
                parameter: "min_area_px",
                value: self.min_area_px as f64,
                allowed: "at most max_area_px",
            });
        }
        if !(0.0..=1.0).contains(&self.min_confidence) {
            return Err(DefectError::Parameter {
                parameter: "min_confidence",
                value: self.min_confidence,
                allowed: "within 0 to 1",
            });
        }
        if !(self.min_contrast.is_finite() && self.min_contrast >= 0.0) {
            return Err(DefectError::Parameter {
                parameter: "min_contrast",
                value: self.min_contrast,
                allowed: "finite and at least 0",
            });
        }
        if !(self.scratch_ratio.is_finite() && self.scratch_ratio >= 1.0) {
            return Err(DefectError::Parameter {
                parameter: "scratch_ratio",
                value: self.scratch_ratio,
                allowed: "finite and at least 1",
            });
        }
        Ok(())
    }
}
