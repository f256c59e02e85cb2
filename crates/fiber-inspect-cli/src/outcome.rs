use std::process::ExitCode;

/// How a call ended, from good to bad; that of several parts is the worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Everything was done and every face is in order.
    #[default]
    Pass,
    /// No face fails, but one could not be judged, or not for certain.
    Unjudged,
    /// A face fails or is abnormal.
    Fail,
    /// Something could not be done.
    Error,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Pass => 0,
            Outcome::Fail => 1,
            Outcome::Error => 2,
            Outcome::Unjudged => 3,
        })
    }
}
