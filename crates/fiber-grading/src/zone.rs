use serde::Serialize;

use crate::finding::FindingClass;
use crate::rule::Rule;

/// A ring around the fibre centre and what may lie in it.
///
/// The outer circle belongs to the zone, the inner circle to whatever lies inside it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Zone {
    /// Name of the zone, such as `A`.
    pub name: String,
    /// Diameter of the inner circle in micrometres; 0 for a disc.
    pub inner_um: f64,
    /// Diameter of the outer circle in micrometres.
    pub outer_um: f64,
    /// What is allowed of scratches, by width.
    pub scratches: Rule,
    /// What is allowed of defects, by diameter.
    pub defects: Rule,
}

impl Zone {
    /// The rule for one class of findings.
    pub fn rule(&self, class: FindingClass) -> &Rule {
        match class {
            FindingClass::Scratch => &self.scratches,
            FindingClass::Defect => &self.defects,
        }
    }

    /// Whether something that reaches from one radius to another has a point in the zone.
    pub(crate) fn is_touched(&self, inner_radius_um: f64, outer_radius_um: f64) -> bool {
        let starts_before_end = inner_radius_um <= self.outer_um / 2.0;
        // A disc contains its centre, which no radius exceeds.
        starts_before_end && (outer_radius_um > self.inner_um / 2.0 || self.inner_um <= 0.0)
    }
}
