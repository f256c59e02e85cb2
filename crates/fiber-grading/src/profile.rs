use serde::Serialize;

use crate::error::GradingError;
use crate::finding::FindingClass;
use crate::profile_file;
use crate::zone::Zone;

/// Names and texts of the built-in profiles, sorted by name.
const BUILTIN: [(&str, &str); 7] = [
    ("as5675-a", include_str!("../profiles/as5675-a.toml")),
    ("iec-61300-3-35-ed1-mm", include_str!("../profiles/iec-61300-3-35-ed1-mm.toml")),
    ("iec-61300-3-35-ed1-sm-pc45", include_str!("../profiles/iec-61300-3-35-ed1-sm-pc45.toml")),
    ("iec-61300-3-35-ed2-mm", include_str!("../profiles/iec-61300-3-35-ed2-mm.toml")),
    ("iec-61300-3-35-ed2-sm-apc", include_str!("../profiles/iec-61300-3-35-ed2-sm-apc.toml")),
    ("iec-61300-3-35-ed2-sm-pc45", include_str!("../profiles/iec-61300-3-35-ed2-sm-pc45.toml")),
    ("ipc-8497-1-sm", include_str!("../profiles/ipc-8497-1-sm.toml")),
];

/// A set of acceptance limits: zones around the fibre centre and what may lie in each.
///
/// Profiles are data: TOML files with the keys of the accessors below, checked on reading. The
/// built-in ones hold limits as published by secondary sources and certify nothing.
///
/// ```
/// use fiber_grading::Profile;
///
/// let text = Profile::builtin_text("iec-61300-3-35-ed1-mm")?.replace("um = 65", "um = 50");
/// let own = Profile::from_toml(&text)?;
/// assert_eq!(own.zone_of(25.1).map(|zone| zone.name.as_str()), Some("B"));
/// # Ok::<(), fiber_grading::GradingError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profile {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) revision: String,
    pub(crate) source: String,
    pub(crate) confidence: u32,
    pub(crate) notes: Vec<String>,
    pub(crate) detection_floor_um: f64,
    pub(crate) scratch_aspect: f64,
    pub(crate) multi_fibre_zones: Vec<String>,
    pub(crate) zones: Vec<Zone>,
}

impl Profile {
    /// The built-in profile of this name.
    ///
    /// # Errors
    /// [`GradingError::UnknownProfile`], which lists the names.
    pub fn builtin(name: &str) -> Result<Self, GradingError> {
        Self::from_toml(Self::builtin_text(name)?)
    }

    /// The file of a built-in profile with its comments: a template for one's own.
    ///
    /// # Errors
    /// [`GradingError::UnknownProfile`], which lists the names.
    pub fn builtin_text(name: &str) -> Result<&'static str, GradingError> {
        BUILTIN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text).ok_or_else(|| {
            let known = Self::builtin_names().collect::<Vec<_>>().join(", ");
            GradingError::UnknownProfile { name: name.into(), known }
        })
    }

    /// The names of the built-in profiles, sorted.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// Reads a profile file.
    ///
    /// # Errors
    /// [`GradingError::ProfileFile`] with line and key: bad TOML, an unknown, missing or mistyped key, a
    /// number out of range, a malformed rule, zones that overlap or are out of order.
    pub fn from_toml(text: &str) -> Result<Self, GradingError> {
        profile_file::read(text)
    }

    /// Writes the profile as a file that [`Profile::from_toml`] reads back to the same value.
    ///
    /// # Errors
    /// [`GradingError::ProfileText`] if the writer refuses a value.
    pub fn to_toml(&self) -> Result<String, GradingError> {
        toml::to_string(self).map_err(|error| GradingError::ProfileText {
            name: self.name.clone(),
            problem: error.to_string(),
        })
    }

    /// The same limits with the detection floor of another instrument, in micrometres.
    ///
    /// # Errors
    /// [`GradingError::Parameter`] unless the floor is finite, at least 0 and no larger than the
    /// smallest size the rules name: above that, flaws they forbid would go uncounted.
    pub fn with_detection_floor_um(self, floor_um: f64) -> Result<Self, GradingError> {
        profile_file::check_detection_floor(floor_um, &self.zones).map_err(|allowed| {
            GradingError::Parameter {
                parameter: "detection_floor_um".into(),
                value: floor_um,
                allowed,
            }
        })?;
        Ok(Self { detection_floor_um: floor_um, ..self })
    }

    /// The limits for one fibre of a multi-fibre ferrule: only the zones that apply there, which for
    /// the built-in profiles are core and cladding.
    ///
    /// # Errors
    /// [`GradingError::NoMultiFibreZones`] if the profile names none.
    pub fn multi_fibre(&self) -> Result<Self, GradingError> {
        if self.multi_fibre_zones.is_empty() {
            return Err(GradingError::NoMultiFibreZones { name: self.name.clone() });
        }
        let mut single = self.clone();
        single.zones.retain(|zone| self.multi_fibre_zones.contains(&zone.name));
        Ok(single)
    }

    /// Name of the profile.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the limits are, in a sentence for people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Revision of the file.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Where the limits come from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// How many independent sources agree on the limits; 1 for a factory's own document.
    pub fn confidence(&self) -> u32 {
        self.confidence
    }

    /// What a reader of a verdict has to know, such as conditions that are no findings.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Size up to which findings are not counted, so that "none" means none above it.
    pub fn detection_floor_um(&self) -> f64 {
        self.detection_floor_um
    }

    /// The ratio of length to width from which a mark is a scratch.
    pub fn scratch_aspect(&self) -> f64 {
        self.scratch_aspect
    }

    /// The zones from the centre outwards; they do not overlap.
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// Scratch or defect, by the length-to-width ratio of a mark. A ratio that is not a number (zero
    /// over zero) makes a defect.
    pub fn class_of(&self, length_um: f64, width_um: f64) -> FindingClass {
        if length_um / width_um >= self.scratch_aspect {
            FindingClass::Scratch
        } else {
            FindingClass::Defect
        }
    }

    /// The zone to which a flaw belongs whose nearest point lies at this radius; `None` outside every
    /// zone. A point on a zone's outer circle belongs to that zone.
    pub fn zone_of(&self, inner_radius_um: f64) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.is_touched(inner_radius_um, inner_radius_um))
    }
}
