use thiserror::Error;

/// Why a profile or a set of findings cannot be used.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum GradingError {
    /// No built-in profile has this name.
    #[error("no built-in profile is named `{name}` (known: {known})")]
    UnknownProfile {
        /// The name that was asked for.
        name: String,
        /// The names that exist, separated by commas.
        known: String,
    },
    /// A profile file is malformed or contradicts itself.
    #[error("profile, line {line}: {key}: {problem}")]
    ProfileFile {
        /// Line of the file, counted from 1.
        line: usize,
        /// The key at fault, or the text of the line where the key is not known.
        key: String,
        /// What is wrong, with the value and the allowed range.
        problem: String,
    },
    /// A profile cannot be written as TOML.
    #[error("profile `{name}` cannot be written as TOML: {problem}")]
    ProfileText {
        /// Name of the profile.
        name: String,
        /// What the writer said.
        problem: String,
    },
    /// A rule does not follow the notation of [`Rule`](crate::Rule).
    #[error("rule `{rule}`: {problem}")]
    Rule {
        /// The whole text of the rule.
        rule: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A number lies outside its allowed range.
    #[error("{parameter} is {value}, allowed: {allowed}")]
    Parameter {
        /// Name of the parameter; for a finding, with its id.
        parameter: String,
        /// The value that was passed.
        value: f64,
        /// The allowed range.
        allowed: String,
    },
    /// Two findings of one fibre carry the same id, so a reason could not cite one of them.
    #[error("two findings have the id `{id}`")]
    DuplicateId {
        /// The repeated id.
        id: String,
    },
    /// The profile has no rules for multi-fibre ferrules.
    #[error("profile `{name}` names no zones for multi-fibre ferrules")]
    NoMultiFibreZones {
        /// Name of the profile.
        name: String,
    },
    /// A ferrule without fibres was passed.
    #[error("a ferrule needs at least one fibre")]
    NoFibres,
}
