use std::path::PathBuf;

use fiber_defects::{DetectOptions, SeverityThresholds};
use fiber_geometry::LocateOptions;
use fiber_image::{Limits, sha256_hex};
use serde::{Deserialize, Serialize};

use crate::ConfigError;

/// Everything that can be set.
///
/// Every key may be left out of a file; unknown ones are refused. [`Config::validate`] checks the values,
/// and whatever takes a configuration calls it.
///
/// ```
/// use fiber_inspect::Config;
///
/// let config = Config::from_text("confidence_threshold = 0.5\nprofile = 'ipc-8497-1-sm'")?;
/// assert_eq!((config.confidence_threshold, config.min_defect_size), (0.5, 10));
///
/// let error = Config::from_text(r#"{"confidence_threshold": 1.5}"#).unwrap_err();
/// assert_eq!(error.to_string(), "confidence_threshold is 1.5, allowed is 0 to 1");
/// # Ok::<(), fiber_inspect::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The reference model; in a folder, its file [`Config::KNOWLEDGE_BASE_FILE`]. None by default.
    pub knowledge_base_path: Option<PathBuf>,
    /// Least pixels that stand out of the noise because of a defect, scratches apart, or that a region of the map has; 10
    /// by default. A defect's own area, to about half its height, may be smaller.
    pub min_defect_size: usize,
    /// Largest area of a region or a dig in input pixels; 5000 by default. A larger dig is contamination.
    pub max_defect_size: usize,
    /// Scores from which a defect is called critical, high, medium, low, negligible.
    pub severity_thresholds: SeverityThresholds,
    /// Defects with a lower confidence are not reported; 0.3 by default.
    pub confidence_threshold: f64,
    /// Learned thresholds lie at least this many standard deviations above the mean score of good faces;
    /// 2.5 by default. Takes effect when a model is learned.
    pub anomaly_threshold_multiplier: f64,
    /// Whether the command line draws figures; `true` by default. In the library
    /// [`ReportOptions`](crate::ReportOptions) say so.
    pub enable_visualization: bool,
    /// Diameter of the cladding in micrometres, from which the scale follows; 125 by default.
    pub cladding_um: f64,
    /// Width over height of a round object in pixels, where the camera's is known; else it is measured.
    pub pixel_aspect: Option<f64>,
    /// Acceptance profile: the name of a built-in one or a file. None by default.
    pub profile: Option<String>,
    /// Share of good faces that a learned threshold may call abnormal; 0.01 by default. Takes effect when
    /// a model is learned.
    pub false_alarm_rate: f64,
    /// Threads that the command line works on; all cores where it is left out. In the library [`Workers`](crate::Workers)
    /// and [`Occasion::threading`](crate::Occasion::threading) say so. The results are the same for any number.
    pub threads: Option<usize>,
    /// How large an input may be, for whoever reads it.
    pub limits: Limits,
    /// What an image must offer to be graded.
    pub image_quality: QualityLimits,
}

/// What an image must offer to be graded by an acceptance profile.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QualityLimits {
    /// Largest rise distance of the cladding's rim in micrometres; 6 by default.
    pub max_focus_rise_um: f64,
    /// Largest share of pixels at the brightest level; 0.2 by default.
    pub max_saturated_share: f64,
    /// Smallest share of the contact zone in view; 0.98 by default.
    pub min_contact_zone_coverage: f64,
}

impl Default for QualityLimits {
    fn default() -> Self {
        Self { max_focus_rise_um: 6.0, max_saturated_share: 0.2, min_contact_zone_coverage: 0.98 }
    }
}

impl Default for Config {
    fn default() -> Self {
        let LocateOptions { cladding_um, pixel_aspect, .. } = LocateOptions::default();
        let DetectOptions { min_area_px, max_area_px, min_confidence, .. } =
            DetectOptions::default();
        Self {
            knowledge_base_path: None,
            min_defect_size: min_area_px,
            max_defect_size: max_area_px,
            severity_thresholds: SeverityThresholds::default(),
            confidence_threshold: min_confidence,
            anomaly_threshold_multiplier: 2.5,
            enable_visualization: true,
            cladding_um,
            pixel_aspect,
            profile: None,
            false_alarm_rate: 0.01,
            threads: None,
            limits: Limits::default(),
            image_quality: QualityLimits::default(),
        }
    }
}

impl Config {
    /// The file that [`Config::knowledge_base_path`] stands for where it is a folder.
    pub const KNOWLEDGE_BASE_FILE: &str = "fiber_anomaly_kb.json";

    /// Accepts the values, or names the first key out of its range.
    ///
    /// # Errors
    /// [`ConfigError::Value`].
    pub fn validate(&self) -> Result<(), ConfigError> {
        let share = |value: f64| (0.0..=1.0).contains(&value);
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let aspect = self.pixel_aspect.unwrap_or(1.0);
        let quality = &self.image_quality;
        let SeverityThresholds { critical, high, medium, low, negligible } =
            self.severity_thresholds;
        let mut checks = vec![
            (
                "cladding_um",
                self.cladding_um,
                (1.0..=2000.0).contains(&self.cladding_um),
                "1 to 2000",
            ),
            ("pixel_aspect", aspect, (0.2..=5.0).contains(&aspect), "0.2 to 5"),
            (
                "confidence_threshold",
                self.confidence_threshold,
                share(self.confidence_threshold),
                SHARE,
            ),
            (
                "anomaly_threshold_multiplier",
                self.anomaly_threshold_multiplier,
                (0.0..=1000.0).contains(&self.anomaly_threshold_multiplier),
                "0 to 1000",
            ),
            (
                "false_alarm_rate",
                self.false_alarm_rate,
                self.false_alarm_rate > 0.0 && self.false_alarm_rate < 1.0,
                "above 0 and below 1",
            ),
            (
                "image_quality.max_focus_rise_um",
                quality.max_focus_rise_um,
                positive(quality.max_focus_rise_um),
                "finite and above 0",
            ),
            (
                "image_quality.max_saturated_share",
                quality.max_saturated_share,
                share(quality.max_saturated_share),
                SHARE,
            ),
            (
                "image_quality.min_contact_zone_coverage",
                quality.min_contact_zone_coverage,
                share(quality.min_contact_zone_coverage),
                SHARE,
            ),
        ];
        let levels = [
            ("severity_thresholds.NEGLIGIBLE", negligible),
            ("severity_thresholds.LOW", low),
            ("severity_thresholds.MEDIUM", medium),
            ("severity_thresholds.HIGH", high),
            ("severity_thresholds.CRITICAL", critical),
        ];
        let mut below = 0.0;
        for (key, level) in levels {
            let rises = share(level) && level >= below;
            checks.push((key, level, rises, "0 to 1 and no lower than the level below it"));
            below = level;
        }
        for (key, value, holds, allowed) in checks {
            if !holds {
                return Err(ConfigError::value(key, value, allowed));
            }
        }
        if self.min_defect_size > self.max_defect_size {
            let allowed = format!("at most max_defect_size, {}", self.max_defect_size);
            return Err(ConfigError::value("min_defect_size", self.min_defect_size, allowed));
        }
        if let Some(threads) = self.threads.filter(|t| !(1..=MOST_THREADS).contains(t)) {
            return Err(ConfigError::value("threads", threads, format!("1 to {MOST_THREADS}")));
        }
        Ok(())
    }

    /// SHA-256 of what decides the results: the configuration as JSON without the keys that only say
    /// where things lie, what is drawn and how many threads work.
    #[must_use]
    pub fn sha256(&self) -> String {
        let decisive = Self {
            knowledge_base_path: None,
            profile: None,
            threads: None,
            enable_visualization: true,
            ..self.clone()
        };
        let json = serde_json::to_vec(&decisive).expect("string keys and plain values are JSON");
        sha256_hex(&json)
    }

    pub(crate) fn locate_options(&self) -> LocateOptions {
        LocateOptions {
            cladding_um: self.cladding_um,
            pixel_aspect: self.pixel_aspect,
            ..LocateOptions::default()
        }
    }
}

const SHARE: &str = "0 to 1";
/// More threads than any machine has cores; each one costs memory.
const MOST_THREADS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_file_has_all_settings_at_their_defaults() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/config.toml");
        let text = std::fs::read_to_string(path).expect("the example");
        assert_eq!(Config::from_text(&text).expect("legal"), Config::default());
        // Those that have no default too.
        let set: String = text
            .lines()
            .map(|line| line.strip_prefix("# ").unwrap_or(line))
            .filter(|line| line.contains(" = ") || line.starts_with('['))
            .fold(String::new(), |text, line| text + line + "\n");
        let all = Config::from_text(&set).expect("legal");
        assert!(all.knowledge_base_path.is_some() && all.pixel_aspect.is_some());
        assert!(all.profile.is_some() && all.threads.is_some());
    }

    #[test]
    fn the_defaults_are_those_that_callers_know() {
        let config = Config::default();
        config.validate().expect("the defaults are in range");
        assert_eq!(config.knowledge_base_path, None);
        assert_eq!((config.min_defect_size, config.max_defect_size), (10, 5000));
        assert_eq!((config.confidence_threshold, config.anomaly_threshold_multiplier), (0.3, 2.5));
        assert!(config.enable_visualization);
        assert_eq!((config.cladding_um, config.threads), (125.0, None));
    }

    #[test]
    fn every_value_out_of_range_is_refused_by_its_key() {
        type Change = fn(&mut Config, f64);
        let cases: [(&str, &[f64], Change); 12] = [
            ("cladding_um", &[0.0, -1.0, 1e9], |c, v| c.cladding_um = v),
            ("pixel_aspect", &[0.0, 6.0], |c, v| c.pixel_aspect = Some(v)),
            ("confidence_threshold", &[-0.1, 1.1], |c, v| c.confidence_threshold = v),
            ("anomaly_threshold_multiplier", &[-1.0], |c, v| c.anomaly_threshold_multiplier = v),
            ("false_alarm_rate", &[0.0, 1.0], |c, v| c.false_alarm_rate = v),
            ("image_quality.max_focus_rise_um", &[0.0], |c, v| {
                c.image_quality.max_focus_rise_um = v;
            }),
            ("image_quality.max_saturated_share", &[-0.1, 1.1], |c, v| {
                c.image_quality.max_saturated_share = v;
            }),
            ("image_quality.min_contact_zone_coverage", &[-0.1, 1.1], |c, v| {
                c.image_quality.min_contact_zone_coverage = v;
            }),
            ("severity_thresholds.NEGLIGIBLE", &[-0.1], |c, v| {
                c.severity_thresholds.negligible = v;
            }),
            ("severity_thresholds.LOW", &[0.0], |c, v| c.severity_thresholds.low = v),
            ("severity_thresholds.MEDIUM", &[0.2], |c, v| c.severity_thresholds.medium = v),
            ("severity_thresholds.CRITICAL", &[0.6, 1.1], |c, v| {
                c.severity_thresholds.critical = v;
            }),
        ];
        for (key, values, change) in cases {
            for &bad in values.iter().chain(&[f64::NAN, f64::INFINITY]) {
                let mut config = Config::default();
                change(&mut config, bad);
                let refused = config.validate().expect_err(key);
                assert!(
                    matches!(&refused, ConfigError::Value { key: k, .. } if k == key),
                    "{key} = {bad}: {refused}"
                );
            }
        }
    }

    #[test]
    fn counts_out_of_range_are_refused() {
        let sizes = Config { min_defect_size: 6000, ..Config::default() };
        assert_eq!(
            sizes.validate().expect_err("smallest above largest").to_string(),
            "min_defect_size is 6000, allowed is at most max_defect_size, 5000"
        );
        for threads in [0, MOST_THREADS + 1] {
            let config = Config { threads: Some(threads), ..Config::default() };
            assert!(config.validate().is_err());
        }
    }

    #[test]
    fn the_hash_tells_what_decides_results() {
        let plain = Config::default();
        let same = Config { threads: Some(7), enable_visualization: false, ..Config::default() };
        let other = Config { confidence_threshold: 0.4, ..Config::default() };
        assert_eq!(plain.sha256(), same.sha256());
        assert_ne!(plain.sha256(), other.sha256());
    }
}
