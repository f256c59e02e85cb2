use std::path::Path;

use crate::text_file::read_text;
use crate::{Config, ConfigError};

impl Config {
    /// Reads and checks a configuration: JSON where the text begins with a brace, TOML elsewhere.
    ///
    /// # Errors
    /// [`ConfigError`]: the text is neither, a key is unknown or a value is mistyped or out of range.
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let config: Self = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| ConfigError::Syntax {
                line: error.line(),
                problem: without_place(&error.to_string()).to_owned(),
            })?
        } else {
            toml::from_str(text).map_err(|error| ConfigError::Syntax {
                line: error.span().map_or(0, |span| line_of(text, span.start)),
                problem: error.message().replace('\n', ", "),
            })?
        };
        config.validate()?;
        Ok(config)
    }

    /// Reads and checks a configuration file; see [`Config::from_text`].
    ///
    /// # Errors
    /// [`ConfigError`], with the file's path.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let text = read_text(path)?;
        Self::from_text(&text).map_err(|source| ConfigError::in_file(path, source))
    }
}

/// The message without `at line 1 column 2`, which the caller says itself.
fn without_place(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(problem, _)| problem)
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations_give_the_same() {
        let toml = "min_defect_size = 4\nprofile = 'own.toml'\n[severity_thresholds]\nHIGH = 0.8\n\
                    [limits]\nmax_width = 2000\n";
        let json = r#"{"min_defect_size": 4, "profile": "own.toml",
                       "severity_thresholds": {"HIGH": 0.8}, "limits": {"max_width": 2000}}"#;
        let config = Config::from_text(toml).expect("good TOML");
        assert_eq!(config, Config::from_text(json).expect("good JSON"));
        assert_eq!(config.severity_thresholds.high, 0.8);
        assert_eq!(config.severity_thresholds.low, 0.3);
        assert_eq!(Config::from_text("").expect("nothing set"), Config::default());
    }

    #[test]
    fn unknown_keys_are_named_with_their_line_and_the_known_ones() {
        for text in
            ["threads = 2\nmin_defect_sise = 3\n", "{\"threads\": 2,\n\"min_defect_sise\": 3}"]
        {
            let message = Config::from_text(text).expect_err("misspelt").to_string();
            assert!(message.starts_with("line 2: unknown field `min_defect_sise`"), "{message}");
            assert!(message.contains("`min_defect_size`"), "{message}");
            assert!(!message.contains('\n'), "{message}");
        }
        let nested = Config::from_text("[severity_thresholds]\nFATAL = 1").expect_err("unknown");
        assert!(nested.to_string().contains("`FATAL`"), "{nested}");
    }

    #[test]
    fn mistyped_and_broken_texts_are_refused_in_one_line() {
        for text in [
            "threads = 'two'",
            "threads = -1",
            "threads =",
            "[limits",
            "{\"threads\": 2",
            "{\"threads\": 1e3}",
            "cladding_um = nan",
            "\0",
        ] {
            let message = Config::from_text(text).expect_err(text).to_string();
            assert!(!message.contains('\n'), "{message}");
        }
    }
}
