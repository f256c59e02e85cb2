//! The TOML form of a profile: reading, and every check that makes a [`Profile`] trustworthy.

use serde::Deserialize;
use toml::Spanned;

use crate::error::GradingError;
use crate::profile::Profile;
use crate::rule::Rule;
use crate::zone::Zone;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    name: Spanned<String>,
    #[serde(default)]
    title: String,
    revision: Spanned<String>,
    source: Spanned<String>,
    confidence: u32,
    #[serde(default)]
    notes: Vec<String>,
    detection_floor_um: Spanned<f64>,
    scratch_aspect: Spanned<f64>,
    #[serde(default)]
    multi_fibre_zones: Vec<Spanned<String>>,
    zones: Spanned<Vec<ZoneFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ZoneFile {
    name: Spanned<String>,
    inner_um: Spanned<f64>,
    outer_um: Spanned<f64>,
    scratches: Spanned<String>,
    defects: Spanned<String>,
}

pub(crate) fn read(text: &str) -> Result<Profile, GradingError> {
    let file: ProfileFile = toml::from_str(text).map_err(|error| syntax_error(text, &error))?;
    let refuse = Refusal { text };

    refuse.unless_named("name", &file.name)?;
    refuse.unless_named("revision", &file.revision)?;
    refuse.unless_named("source", &file.source)?;
    let zones = read_zones(&refuse, &file.zones)?;

    let aspect = *file.scratch_aspect.get_ref();
    if !(aspect.is_finite() && aspect >= 1.0) {
        let problem = format!("is {aspect}, allowed: finite, 1 or more");
        return Err(refuse.at(&file.scratch_aspect, "scratch_aspect", problem));
    }
    let floor = *file.detection_floor_um.get_ref();
    check_detection_floor(floor, &zones).map_err(|allowed| {
        let problem = format!("is {floor}, allowed: {allowed}");
        refuse.at(&file.detection_floor_um, "detection_floor_um", problem)
    })?;
    for name in &file.multi_fibre_zones {
        if !zones.iter().any(|zone| zone.name == *name.get_ref()) {
            let problem = format!("no zone is named `{}`", name.get_ref());
            return Err(refuse.at(name, "multi_fibre_zones", problem));
        }
    }

    Ok(Profile {
        name: file.name.into_inner(),
        title: file.title,
        revision: file.revision.into_inner(),
        source: file.source.into_inner(),
        confidence: file.confidence,
        notes: file.notes,
        detection_floor_um: floor,
        scratch_aspect: aspect,
        multi_fibre_zones: file.multi_fibre_zones.into_iter().map(Spanned::into_inner).collect(),
        zones,
    })
}

/// Says what is allowed if the floor is out of range or would hide what a rule forbids.
pub(crate) fn check_detection_floor(floor_um: f64, zones: &[Zone]) -> Result<(), String> {
    let rules = zones.iter().flat_map(|zone| [&zone.scratches, &zone.defects]);
    let smallest = rules.filter_map(Rule::first_cut_um).fold(f64::INFINITY, f64::min);
    if floor_um.is_finite() && floor_um >= 0.0 && floor_um < smallest {
        return Ok(());
    }
    Err(if smallest.is_finite() {
        format!("0 or more and less than {smallest} um, the smallest size that the rules name")
    } else {
        "finite, 0 or more".into()
    })
}

fn read_zones(
    refuse: &Refusal<'_>,
    files: &Spanned<Vec<ZoneFile>>,
) -> Result<Vec<Zone>, GradingError> {
    let mut zones: Vec<Zone> = Vec::new();
    for (i, file) in files.get_ref().iter().enumerate() {
        let key = |field: &str| format!("zones[{i}].{field}");
        refuse.unless_named(&key("name"), &file.name)?;
        if zones.iter().any(|zone| zone.name == *file.name.get_ref()) {
            let problem = format!("a second zone is named `{}`", file.name.get_ref());
            return Err(refuse.at(&file.name, &key("name"), problem));
        }
        let (inner_um, outer_um) = (*file.inner_um.get_ref(), *file.outer_um.get_ref());
        let start = zones.last().map_or(0.0, |zone| zone.outer_um);
        if !(inner_um.is_finite() && inner_um >= 0.0) {
            let problem = format!("is {inner_um}, allowed: finite, 0 or more");
            return Err(refuse.at(&file.inner_um, &key("inner_um"), problem));
        }
        if inner_um < start {
            let problem = format!(
                "is {inner_um} but the zone before ends at {start}: zones go outwards without overlap"
            );
            return Err(refuse.at(&file.inner_um, &key("inner_um"), problem));
        }
        if !(outer_um.is_finite() && outer_um > inner_um) {
            let problem = format!("is {outer_um}, allowed: finite, more than inner_um, {inner_um}");
            return Err(refuse.at(&file.outer_um, &key("outer_um"), problem));
        }
        zones.push(Zone {
            name: file.name.get_ref().clone(),
            inner_um,
            outer_um,
            scratches: refuse.unless_rule(&key("scratches"), &file.scratches)?,
            defects: refuse.unless_rule(&key("defects"), &file.defects)?,
        });
    }
    if zones.is_empty() {
        return Err(refuse.at(files, "zones", "a profile needs at least one zone".into()));
    }
    Ok(zones)
}

/// Makes errors that name the line of a value.
struct Refusal<'a> {
    text: &'a str,
}

impl Refusal<'_> {
    fn at<T>(&self, value: &Spanned<T>, key: &str, problem: String) -> GradingError {
        let line = line_of(self.text, value.span().start);
        GradingError::ProfileFile { line, key: key.into(), problem }
    }

    /// Names end up in reports and on terminals: one printable line.
    fn unless_named(&self, key: &str, value: &Spanned<String>) -> Result<(), GradingError> {
        let name = value.get_ref();
        if name.trim().is_empty() {
            return Err(self.at(value, key, "is empty".into()));
        }
        if name.chars().any(char::is_control) {
            return Err(self.at(value, key, "holds a control character".into()));
        }
        Ok(())
    }

    fn unless_rule(&self, key: &str, value: &Spanned<String>) -> Result<Rule, GradingError> {
        value
            .get_ref()
            .parse()
            .map_err(|error: GradingError| self.at(value, key, error.to_string()))
    }
}

/// The reader's own error as line, source text and cause: it does not name keys itself.
fn syntax_error(text: &str, error: &toml::de::Error) -> GradingError {
    const SHOWN: usize = 60;
    let line = line_of(text, error.span().map_or(0, |span| span.start));
    let source = text.lines().nth(line - 1).unwrap_or_default().trim();
    let key = match source.chars().count() {
        0 => "file".into(),
        1..=SHOWN => format!("`{source}`"),
        _ => format!("`{}...`", source.chars().take(SHOWN).collect::<String>()),
    };
    let problem = error.message().lines().collect::<Vec<_>>().join("; ");
    GradingError::ProfileFile { line, key, problem }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"name = "own"
revision = "1"
source = "drawing 7"
confidence = 1
detection_floor_um = 0.5
scratch_aspect = 3.0
multi_fibre_zones = ["A"]
[[zones]]
name = "A"
inner_um = 0
outer_um = 25
scratches = "none"
defects = "none"
[[zones]]
name = "B"
inner_um = 30
outer_um = 120
scratches = "none > 3"
defects = "< 2 free, 5 of 2-5, none > 5"
"#;

    fn refusal(from: &str, to: &str) -> (usize, String, String) {
        assert!(SOUND.contains(from), "{from}");
        match read(&SOUND.replacen(from, to, 1)) {
            Err(GradingError::ProfileFile { line, key, problem }) => {
                assert!(!problem.contains('\n'), "{problem}");
                (line, key, problem)
            }
            other => panic!("{to}: {other:?}"),
        }
    }

    #[test]
    fn a_sound_file_is_read() {
        let profile = read(SOUND).unwrap();
        assert_eq!(profile.zones().len(), 2);
        assert_eq!(profile.zone_of(14.0).map(|zone| &zone.name), None);
        assert_eq!(profile.multi_fibre().unwrap().zones().len(), 1);
        assert_eq!(read(&profile.to_toml().unwrap()).unwrap(), profile);
    }

    #[test]
    fn each_bad_value_is_refused_with_line_and_key() {
        for (from, to, line, key, problem) in [
            ("name = \"own\"", "name = \" \"", 1, "name", "is empty"),
            ("name = \"own\"", "name = \"a\\nb\"", 1, "name", "control character"),
            ("revision = \"1\"", "revision = \"\"", 2, "revision", "is empty"),
            ("\"drawing 7\"", "\"\"", 3, "source", "is empty"),
            ("um = 0.5", "um = -0.5", 5, "detection_floor_um", "is -0.5, allowed: 0 or more and"),
            ("um = 0.5", "um = nan", 5, "detection_floor_um", "is NaN"),
            ("um = 0.5", "um = 2.0", 5, "detection_floor_um", "less than 2 um"),
            ("aspect = 3.0", "aspect = 0.9", 6, "scratch_aspect", "is 0.9, allowed: finite, 1 or"),
            ("aspect = 3.0", "aspect = inf", 6, "scratch_aspect", "is inf"),
            ("aspect = 3.0", "aspect = nan", 6, "scratch_aspect", "is NaN"),
            ("[\"A\"]", "[\"Q\"]", 7, "multi_fibre_zones", "no zone is named `Q`"),
            ("inner_um = 0", "inner_um = -1", 10, "zones[0].inner_um", "is -1"),
            ("inner_um = 0", "inner_um = nan", 10, "zones[0].inner_um", "is NaN"),
            ("outer_um = 25", "outer_um = 0", 11, "zones[0].outer_um", "more than inner_um, 0"),
            ("outer_um = 25", "outer_um = inf", 11, "zones[0].outer_um", "is inf"),
            ("\"none\"", "\"nothing\"", 12, "zones[0].scratches", "no clause"),
            ("inner_um = 30", "inner_um = 24", 16, "zones[1].inner_um", "before ends at 25"),
            ("name = \"B\"", "name = \"A\"", 15, "zones[1].name", "second zone is named `A`"),
            ("5 of 2-5, none > 5", "5 of 2-5", 19, "zones[1].defects", "have no limit"),
        ] {
            let (at, named, why) = refusal(from, to);
            assert_eq!((at, named.as_str()), (line, key), "{to}: {why}");
            assert!(why.contains(problem), "{to}: {why}");
        }
    }

    #[test]
    fn each_bad_key_and_type_is_refused_with_its_line() {
        for (from, to, line, key, problem) in [
            ("confidence = 1", "confidence = -1", 4, "`confidence = -1`", "invalid value"),
            (
                "confidence = 1",
                "confidence = \"high\"",
                4,
                "`confidence = \"high\"`",
                "invalid type",
            ),
            ("inner_um = 0", "inner_um = \"0\"", 10, "`inner_um = \"0\"`", "invalid type"),
            ("confidence = 1", "confidance = 1", 4, "`confidance = 1`", "unknown field"),
            ("outer_um = 120", "outer_nm = 120", 17, "`outer_nm = 120`", "unknown field"),
            ("outer_um = 120\n", "", 14, "`[[zones]]`", "missing field `outer_um`"),
            ("confidence = 1\n", "", 1, "`name = \"own\"`", "missing field `confidence`"),
            ("confidence = 1", "confidence =", 4, "`confidence =`", ""),
            (
                "confidence = 1",
                "confidence = 1\nconfidence = 2",
                5,
                "`confidence = 2`",
                "duplicate",
            ),
        ] {
            let (at, named, why) = refusal(from, to);
            assert_eq!((at, named.as_str()), (line, key), "{to}: {why}");
            assert!(why.contains(problem), "{to}: {why}");
        }
    }

    #[test]
    fn files_without_zones_or_content_are_refused() {
        let head = SOUND.split("multi_fibre").next().unwrap();
        let error = read(&format!("{head}zones = []\n")).unwrap_err();
        assert_eq!(error.to_string(), "profile, line 7: zones: a profile needs at least one zone");
        assert!(read("").unwrap_err().to_string().contains("line 1: file: missing field"));
        assert!(read("\u{feff}\0[").is_err());
    }
}
