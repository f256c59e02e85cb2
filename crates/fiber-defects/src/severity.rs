use serde::{Deserialize, Serialize};

/// The place and size that decide how bad a defect is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeverityInput {
    /// Distance of the defect's nearest point from the fibre's centre over the cladding's radius; `None`
    /// without a fibre.
    pub relative_radius: Option<f64>,
    /// The size that grading limits: width of a scratch, diameter of anything else. In micrometres, or in
    /// pixels where the scale is unknown.
    pub size: f64,
    /// Signal-to-noise ratio.
    pub snr: f64,
}

/// How bad a defect is, 0 to 1.
///
/// The product of closeness to the core and of size and contrast:
/// `place * (0.5 + 0.35 * min(size / 10, 1) + 0.15 * min(snr / 20, 1))`. Place is 1 within the inner half of the
/// cladding, where the light is, and falls linearly to 0.7 at the rim and to 0.4 at twice the cladding's
/// diameter, where the contact zone ends; 0.6 where no fibre is known.
#[must_use]
pub fn severity_score(input: SeverityInput) -> f64 {
    let place = input.relative_radius.map_or(0.6, |r| match r {
        r if r <= 0.5 => 1.0,
        r if r <= 1.0 => 1.0 - 0.6 * (r - 0.5),
        r => (0.7 - 0.3 * (r - 1.0)).max(0.4),
    });
    let share = |v: f64, of: f64| (v / of).clamp(0.0, 1.0);
    place * (0.5 + 0.35 * share(input.size, 10.0) + 0.15 * share(input.snr, 20.0))
}

/// A severity score as a level, by the configured thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// Below every threshold but reported.
    Negligible,
    /// Cosmetic.
    Low,
    /// To be watched.
    Medium,
    /// Likely to matter.
    High,
    /// In the way of the light.
    Critical,
}

/// Scores from which each level holds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE", default, deny_unknown_fields)]
pub struct SeverityThresholds {
    /// From here on critical; 0.9 by default.
    pub critical: f64,
    /// From here on high; 0.7 by default.
    pub high: f64,
    /// From here on medium; 0.5 by default.
    pub medium: f64,
    /// From here on low; 0.3 by default.
    pub low: f64,
    /// From here on negligible; 0.1 by default. What is below is negligible too.
    pub negligible: f64,
}

impl Default for SeverityThresholds {
    fn default() -> Self {
        Self { critical: 0.9, high: 0.7, medium: 0.5, low: 0.3, negligible: 0.1 }
    }
}

impl SeverityThresholds {
    /// The level of a score.
    #[must_use]
    pub fn level(&self, score: f64) -> Severity {
        match score {
            s if s >= self.critical => Severity::Critical,
            s if s >= self.high => Severity::High,
            s if s >= self.medium => Severity::Medium,
            s if s >= self.low => Severity::Low,
            _ => Severity::Negligible,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(relative_radius: Option<f64>, size: f64, snr: f64) -> f64 {
        severity_score(SeverityInput { relative_radius, size, snr })
    }

    #[test]
    fn nearer_larger_and_clearer_is_worse() {
        assert_eq!(score(Some(0.0), 10.0, 20.0), 1.0);
        assert!(score(Some(0.2), 3.0, 9.0) > score(Some(0.9), 3.0, 9.0));
        assert!(score(Some(0.9), 3.0, 9.0) > score(Some(1.9), 3.0, 9.0));
        assert!(score(Some(0.9), 3.0, 9.0) > score(Some(0.9), 2.0, 9.0));
        assert!(score(Some(0.9), 3.0, 9.0) > score(Some(0.9), 3.0, 8.0));
        assert_eq!(score(Some(5.0), 0.0, 0.0), 0.2);
    }

    #[test]
    fn thresholds_belong_to_the_worse_level() {
        let levels = SeverityThresholds::default();
        assert_eq!(levels.level(0.9), Severity::Critical);
        assert_eq!(levels.level(0.7), Severity::High);
        assert_eq!(levels.level(0.5), Severity::Medium);
        assert_eq!(levels.level(0.3), Severity::Low);
        assert_eq!(levels.level(0.05), Severity::Negligible);
    }
}
