use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::GradingError;

/// What a rule can be about: acceptance criteria know two classes of flaw only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FindingClass {
    /// A permanent linear flaw, sized by its width. Cleaning does not remove it.
    Scratch,
    /// Everything else (digs, pits, chips, contamination), sized by the diameter of the smallest
    /// circle around it. Cleaning may remove it.
    Defect,
}

impl fmt::Display for FindingClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scratch => "scratch",
            Self::Defect => "defect",
        })
    }
}

/// One measured flaw. All lengths are in micrometres, all radii from the fibre centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Name by which reasons cite the finding; unique among the findings of a fibre.
    pub id: String,
    /// Scratch or defect; see [`Profile::class_of`](crate::Profile::class_of).
    pub class: FindingClass,
    /// Width of a scratch, diameter of the smallest enclosing circle of a defect.
    pub size_um: f64,
    /// Distance of the nearest point of the flaw; 0 where it covers the centre.
    pub inner_radius_um: f64,
    /// Distance of its farthest point.
    pub outer_radius_um: f64,
    /// Half-width of the interval in which the size and both radii lie; 0 for exact figures.
    pub uncertainty_um: f64,
}

impl Finding {
    pub(crate) fn check(&self) -> Result<(), GradingError> {
        let lengths = [
            ("size_um", self.size_um),
            ("inner_radius_um", self.inner_radius_um),
            ("outer_radius_um", self.outer_radius_um),
            ("uncertainty_um", self.uncertainty_um),
        ];
        for (parameter, value) in lengths {
            if !(value.is_finite() && value >= 0.0) {
                return Err(self.rejected(parameter, value, "finite, 0 or more".into()));
            }
        }
        if self.outer_radius_um < self.inner_radius_um {
            let allowed = format!("at least inner_radius_um, {}", self.inner_radius_um);
            return Err(self.rejected("outer_radius_um", self.outer_radius_um, allowed));
        }
        Ok(())
    }

    fn rejected(&self, parameter: &str, value: f64, allowed: String) -> GradingError {
        GradingError::Parameter {
            parameter: format!("{parameter} of finding `{}`", self.id),
            value,
            allowed,
        }
    }
}
