use serde::Serialize;

/// What each criterion says; `None` where it could not be asked (no model, no profile).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Criteria {
    /// Distance of the feature vector from the learned faces.
    pub mahalanobis: Option<Criterion>,
    /// Comparison with every learned face by several measures.
    pub comparison: Option<Criterion>,
    /// Structural similarity to the archetype.
    pub structural: Option<Criterion>,
    /// Abnormality of pixels.
    pub local: Option<Criterion>,
    /// Whether the acceptance profile is broken.
    pub acceptance: Option<bool>,
    /// The learned criteria as one, which good faces exceed at the asked rate.
    pub combined: Option<Criterion>,
}

/// A measured value against its learned threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Criterion {
    /// What was measured.
    pub value: f64,
    /// The limit, in the same units.
    pub threshold: f64,
    /// Whether the value lies on the wrong side of the limit.
    pub triggered: bool,
    /// Share of good faces that reach the value, as far as the learned ones tell; `None` where unknown.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub p_value: Option<f64>,
}

impl Criteria {
    /// The criteria with a value and a threshold, under their names.
    #[must_use]
    pub fn measured(&self) -> [(&'static str, Option<Criterion>); 5] {
        [
            ("mahalanobis", self.mahalanobis),
            ("comparison", self.comparison),
            ("structural", self.structural),
            ("local", self.local),
            ("combined", self.combined),
        ]
    }

    /// All criteria and whether they fired, under their names.
    #[must_use]
    pub fn triggered(&self) -> [(&'static str, Option<bool>); 6] {
        let [a, b, c, d, combined] =
            self.measured().map(|(name, c)| (name, c.map(|c| c.triggered)));
        [a, b, c, d, ("acceptance", self.acceptance), combined]
    }
}
