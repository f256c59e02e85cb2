use fiber_grading::Verdict;
use serde::Serialize;

/// The verdict on a face in a word or two.
///
/// With an acceptance profile its verdict counts; that a face which does not fail is abnormal is said beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Headline {
    /// The words, such as `FAIL`, `PASS, ABNORMAL` or, without a profile, `NORMAL`.
    pub words: &'static str,
    /// How to take them.
    pub tone: Tone,
}

/// Whether a verdict is good news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// The face is in order.
    Good,
    /// A person should look.
    Doubtful,
    /// The face is not in order.
    Bad,
    /// The image does not allow a judgement.
    Open,
}

impl Headline {
    pub(crate) fn of(verdict: Option<Verdict>, is_anomalous: bool) -> Self {
        let (words, tone) = match (verdict, is_anomalous) {
            (Some(Verdict::Pass), false) => ("PASS", Tone::Good),
            (Some(Verdict::Pass), true) => ("PASS, ABNORMAL", Tone::Doubtful),
            (Some(Verdict::Marginal), false) => ("MARGINAL", Tone::Doubtful),
            (Some(Verdict::Marginal), true) => ("MARGINAL, ABNORMAL", Tone::Doubtful),
            (Some(Verdict::Ungradable), false) => ("UNGRADABLE", Tone::Open),
            (Some(Verdict::Ungradable), true) => ("UNGRADABLE, ABNORMAL", Tone::Open),
            (Some(Verdict::Fail), _) => ("FAIL", Tone::Bad),
            (None, false) => ("NORMAL", Tone::Good),
            (None, true) => ("ABNORMAL", Tone::Bad),
        };
        Self { words, tone }
    }
}
