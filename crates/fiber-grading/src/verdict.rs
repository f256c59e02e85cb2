use std::fmt;

use serde::{Deserialize, Serialize};

use crate::finding::FindingClass;

/// The judgement of a face, or of one limit. The order is from good to bad: the verdict of a whole is
/// the greatest of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every limit is kept, whatever the true figures within the measurement uncertainty are.
    Pass,
    /// The true figures decide: within the uncertainty, limits may be kept or broken.
    Marginal,
    /// The face cannot be judged from this image.
    Ungradable,
    /// A limit is broken, whatever the true figures are.
    Fail,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Marginal => "marginal",
            Self::Ungradable => "ungradable",
            Self::Fail => "fail",
        })
    }
}

/// What keeps an image from being judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Obstacle {
    /// The image is out of focus: small flaws vanish and sizes are wrong.
    Defocus,
    /// Too much of the image is saturated: flaws vanish and sizes are wrong.
    Saturation,
    /// Part of the contact zone is not in view. What is seen is sound, so a face that fails on it
    /// fails.
    ContactZoneCutOff,
    /// No fibre was found, so nothing could be placed in a zone.
    NoFibre,
    /// The scale is unknown, so nothing could be measured in micrometres.
    ScaleUnknown,
}

impl Obstacle {
    /// Whether findings in micrometres around the fibre centre can exist at all.
    pub(crate) fn allows_findings(self) -> bool {
        !matches!(self, Self::NoFibre | Self::ScaleUnknown)
    }

    /// Whether a broken limit stays broken in a better image.
    pub(crate) fn allows_failing(self) -> bool {
        matches!(self, Self::ContactZoneCutOff)
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Defocus => "the image is out of focus",
            Self::Saturation => "the image is saturated",
            Self::ContactZoneCutOff => "part of the contact zone is not in view",
            Self::NoFibre => "no fibre was found",
            Self::ScaleUnknown => "the scale is unknown",
        })
    }
}

/// The kind of a [`Reason`]; in JSON one word, an obstacle under its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// No limit is broken or in doubt.
    WithinLimits,
    /// A limit may be broken, within the measurement uncertainty.
    NearLimit,
    /// A limit is broken.
    OverLimit,
    /// The image does not allow a judgement.
    #[serde(untagged)]
    Obstacle(Obstacle),
}

/// Why a verdict is what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reason {
    /// The kind of reason.
    pub cause: Cause,
    /// The whole reason as a sentence for people.
    pub message: String,
    /// The class of the findings concerned, if the reason is about a limit.
    pub class: Option<FindingClass>,
    /// The limits concerned: one, or several that are over together wherever their findings fall.
    pub limits: Vec<LimitName>,
    /// Ids of the findings concerned, sorted.
    pub findings: Vec<String>,
}

/// The address of a limit within a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LimitName {
    /// Name of the zone.
    pub zone: String,
    /// The sizes in micrometres, such as `2-5` or `> 5`; `all` for every size.
    pub sizes: String,
    /// How many are allowed; `None` for any number.
    pub allowed: Option<u32>,
}

impl fmt::Display for LimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sizes.as_str() {
            "all" => write!(f, "in zone {}", self.zone)?,
            sizes => write!(f, "of {sizes} um in zone {}", self.zone)?,
        }
        match self.allowed {
            None => f.write_str(" (any number allowed)"),
            Some(0) => f.write_str(" (none allowed)"),
            Some(most) => write!(f, " (at most {most} allowed)"),
        }
    }
}

impl Reason {
    pub(crate) fn obstacle(obstacle: Obstacle) -> Self {
        Self::plain(Cause::Obstacle(obstacle), obstacle.to_string())
    }

    pub(crate) fn within_limits(counted: usize, floor_um: f64) -> Self {
        let message = match counted {
            0 => format!("nothing counts above the detection floor of {floor_um} um"),
            1 => format!("1 finding above the detection floor of {floor_um} um, within its limit"),
            _ => format!(
                "{counted} findings above the detection floor of {floor_um} um, all within limits"
            ),
        };
        Self::plain(Cause::WithinLimits, message)
    }

    pub(crate) fn over_limit(
        class: FindingClass,
        limits: Vec<LimitName>,
        findings: Vec<String>,
    ) -> Self {
        let places: Vec<String> = limits.iter().map(ToString::to_string).collect();
        let message = format!(
            "{} {}: {}",
            counted(findings.len(), class),
            places.join(" or "),
            list(&findings)
        );
        Self { cause: Cause::OverLimit, message, class: Some(class), limits, findings }
    }

    /// `measured` findings fall under the limit by their figures; those named may, or may not.
    pub(crate) fn near_limit(
        class: FindingClass,
        limit: LimitName,
        [measured, most]: [usize; 2],
        findings: Vec<String>,
    ) -> Self {
        let message = format!(
            "{} {limit} by the measured figures, up to {most} within the measurement uncertainty: {}",
            counted(measured, class),
            list(&findings)
        );
        Self { cause: Cause::NearLimit, message, class: Some(class), limits: vec![limit], findings }
    }

    fn plain(cause: Cause, message: String) -> Self {
        Self { cause, message, class: None, limits: Vec::new(), findings: Vec::new() }
    }
}

fn counted(count: usize, class: FindingClass) -> String {
    match (count, class) {
        (1, class) => format!("1 {class}"),
        (count, FindingClass::Scratch) => format!("{count} scratches"),
        (count, FindingClass::Defect) => format!("{count} defects"),
    }
}

/// The ids, shortened so that a filthy face does not fill a page.
fn list(ids: &[String]) -> String {
    const SHOWN: usize = 8;
    let mut text = ids.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if ids.len() > SHOWN {
        text += &format!(" and {} more", ids.len() - SHOWN);
    }
    text
}
