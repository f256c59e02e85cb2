use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::error::GradingError;

/// How many flaws of which sizes a zone may hold, in the notation of the published tables.
///
/// A rule is `free`, `none`, or clauses in rising order of size, separated by commas. A clause is an
/// allowance (`free`, `none`, or a count followed by `of`) and a range in micrometres:
///
/// | clause | sizes |
/// |---|---|
/// | `< 2 free`, `<= 3 free` | from the end of the clause before, or 0, up to the bound |
/// | `5 of 2-5` | both ends included |
/// | `4 of <= 5`, `5 of < 5` | from the end of the clause before, or 0, up to the bound |
/// | `none > 5`, `none >= 10`, `3 of > 5` | everything above; last clause |
///
/// Sizes below the first clause are free. The clauses have to join without overlap or gap and the last
/// one has to be open, so that every size falls under exactly one of them; a rule that does not is refused.
///
/// ```
/// use fiber_grading::Rule;
///
/// let rule: Rule = "< 2 free, 5 of 2-5, none > 5".parse()?;
/// assert_eq!(rule.allowed(1.99), None);
/// assert_eq!(rule.allowed(2.0), Some(5));
/// assert_eq!(rule.allowed(5.0), Some(5));
/// assert_eq!(rule.allowed(5.01), Some(0));
/// assert!("< 2 free, 5 of < 5, none > 5".parse::<Rule>().is_err()); // 5 itself has no limit
/// # Ok::<(), fiber_grading::GradingError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Partition of the sizes from 0 up; only the last limit has no upper cut.
    limits: Vec<Limit>,
}

/// One interval of sizes and how many flaws it may hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limit {
    lower: Option<Cut>,
    upper: Option<Cut>,
    /// `None`: any number.
    pub(crate) allowed: Option<u32>,
}

/// A place between two sizes: just below `at_um`, or just above it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cut {
    at_um: f64,
    above: bool,
}

impl Cut {
    fn lies_above(self, size_um: f64) -> bool {
        size_um < self.at_um || (size_um == self.at_um && self.above)
    }
}

impl Rule {
    /// How many flaws of this size's interval the zone may hold; `None` where the number is free.
    ///
    /// A size that is not a number falls under the strictest end, the last interval.
    pub fn allowed(&self, size_um: f64) -> Option<u32> {
        self.limits[self.index_of(size_um)].allowed
    }

    /// The limits in rising order of size.
    pub(crate) fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// Which limit a size falls under.
    pub(crate) fn index_of(&self, size_um: f64) -> usize {
        let holds = |limit: &Limit| limit.upper.is_none_or(|cut| cut.lies_above(size_um));
        self.limits.iter().position(holds).unwrap_or(self.limits.len() - 1)
    }

    /// The smallest size at which the rule changes.
    pub(crate) fn first_cut_um(&self) -> Option<f64> {
        self.limits[0].upper.map(|cut| cut.at_um)
    }
}

impl Limit {
    /// The interval as a table shows it, such as `2-5`, `> 5` or `all`.
    pub(crate) fn sizes(&self) -> String {
        match (self.lower, self.upper) {
            (None, None) => "all".into(),
            (None, Some(upper)) => below(upper),
            (Some(lower), None) => above(lower),
            (Some(lower), Some(upper)) if !lower.above && upper.above => {
                format!("{}-{}", lower.at_um, upper.at_um)
            }
            (Some(lower), Some(upper)) => format!("{} and {}", above(lower), below(upper)),
        }
    }
}

fn below(cut: Cut) -> String {
    format!("{} {}", if cut.above { "<=" } else { "<" }, cut.at_um)
}

fn above(cut: Cut) -> String {
    format!("{} {}", if cut.above { ">" } else { ">=" }, cut.at_um)
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The tables write "none > 3", not "<= 3 free, none > 3".
        let implied = self.limits.len() == 2 && self.limits[0].allowed.is_none();
        for (i, limit) in self.limits.iter().enumerate().skip(usize::from(implied)) {
            if i > usize::from(implied) {
                f.write_str(", ")?;
            }
            let sizes = match (limit.lower, limit.upper) {
                (None, None) => String::new(),
                (Some(lower), Some(upper)) if lower.above || !upper.above => below(upper),
                _ => limit.sizes(),
            };
            let text = match limit.allowed {
                None => format!("{sizes} free"),
                Some(0) => format!("none {sizes}"),
                Some(count) if sizes.is_empty() => format!("{count} of >= 0"),
                Some(count) => format!("{count} of {sizes}"),
            };
            f.write_str(text.trim())?;
        }
        Ok(())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Rule {
    type Err = GradingError;

    fn from_str(rule: &str) -> Result<Self, Self::Err> {
        parse(rule).map_err(|problem| GradingError::Rule { rule: rule.into(), problem })
    }
}

fn parse(rule: &str) -> Result<Rule, String> {
    let whole = |allowed| vec![Limit { lower: None, upper: None, allowed }];
    match rule.trim() {
        "free" => return Ok(Rule { limits: whole(None) }),
        "none" => return Ok(Rule { limits: whole(Some(0)) }),
        _ => {}
    }
    let mut limits: Vec<Limit> = Vec::new();
    for clause in rule.split(',').map(str::trim) {
        let (allowed, range) = split_allowance(clause)?;
        let (lower, upper) = parse_range(range)?;
        let end = match limits.last() {
            None => None,
            Some(Limit { upper: None, .. }) => {
                return Err(format!("`{clause}` follows a clause without upper bound"));
            }
            Some(last) => last.upper,
        };
        // `>= 0` starts where everything starts: nothing lies below it.
        let lower = lower.filter(|cut| *cut != Cut { at_um: 0.0, above: false });
        let start = match (end, lower) {
            (None, None) => None,
            (None, Some(lower)) => {
                limits.push(Limit { lower: None, upper: Some(lower), allowed: None });
                Some(lower)
            }
            (Some(end), None) => Some(end),
            (Some(end), Some(lower)) if end == lower => Some(end),
            (Some(end), Some(lower)) => {
                return Err(format!(
                    "`{clause}` starts at {} um but the clause before ends at {} um: \
                     sizes would fall under both or neither",
                    above(lower),
                    below(end)
                ));
            }
        };
        if let (Some(start), Some(upper)) = (start, upper)
            && !(start.at_um < upper.at_um
                || (start.at_um == upper.at_um && !start.above && upper.above))
        {
            return Err(format!("`{clause}` holds no size"));
        }
        limits.push(Limit { lower: start, upper, allowed });
    }
    match limits.last().and_then(|limit| limit.upper) {
        Some(end) => Err(format!("sizes beyond {} um have no limit", below(end))),
        None => Ok(Rule { limits }),
    }
}

fn split_allowance(clause: &str) -> Result<(Option<u32>, &str), String> {
    if let Some(range) = clause.strip_suffix("free") {
        return Ok((None, range));
    }
    if let Some(range) = clause.strip_prefix("none") {
        return Ok((Some(0), range));
    }
    let unclear =
        || format!("`{clause}` is no clause; expected e.g. `< 2 free`, `5 of 2-5` or `none > 5`");
    let (count, range) = clause.split_once("of").ok_or_else(unclear)?;
    Ok((Some(count.trim().parse().map_err(|_| unclear())?), range))
}

fn parse_range(range: &str) -> Result<(Option<Cut>, Option<Cut>), String> {
    let range = range.trim();
    let cut = |text: &str, above| Ok::<_, String>(Some(Cut { at_um: parse_size(text)?, above }));
    if let Some(bound) = range.strip_prefix("<=") {
        Ok((None, cut(bound, true)?))
    } else if let Some(bound) = range.strip_prefix('<') {
        Ok((None, cut(bound, false)?))
    } else if let Some(bound) = range.strip_prefix(">=") {
        Ok((cut(bound, false)?, None))
    } else if let Some(bound) = range.strip_prefix('>') {
        Ok((cut(bound, true)?, None))
    } else if let Some((from, to)) = range.split_once('-') {
        Ok((cut(from, false)?, cut(to, true)?))
    } else {
        Err(format!("`{range}` is no range; expected e.g. `< 2`, `<= 5`, `2-5`, `> 5` or `>= 10`"))
    }
}

fn parse_size(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match text.parse::<f64>() {
        Ok(size) if plain && size.is_finite() => Ok(size),
        _ => Err(format!("`{text}` is no size in um; expected a plain number, 0 or more")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn problem(text: &str) -> String {
        match text.parse::<Rule>() {
            Ok(rule) => panic!("`{text}` was read as {rule:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_published_form_keeps_its_meaning_and_its_text() {
        let none = Some(0);
        type Case = (f64, Option<u32>);
        let table: [(&str, &[Case]); 7] = [
            ("free", &[(0.0, None), (1e6, None)]),
            ("none", &[(0.0, none), (1e6, none)]),
            ("none > 3", &[(2.9, None), (3.0, None), (3.1, none)]),
            ("none >= 10", &[(9.9, None), (10.0, none), (10.1, none)]),
            (
                "< 2 free, 5 of 2-5, none > 5",
                &[(1.9, None), (2.0, Some(5)), (5.0, Some(5)), (5.1, none)],
            ),
            ("4 of <= 5, none > 5", &[(0.0, Some(4)), (5.0, Some(4)), (5.1, none)]),
            (
                "< 20 free, 5 of 20-30, none > 30",
                &[(19.9, None), (20.0, Some(5)), (30.0, Some(5)), (30.1, none)],
            ),
        ];
        for (text, cases) in table {
            let rule = rule(text);
            assert_eq!(rule.to_string(), text);
            for &(size, allowed) in cases {
                assert_eq!(rule.allowed(size), allowed, "`{text}` at {size}");
            }
        }
    }

    #[test]
    fn continued_and_open_clauses_read_back_as_written() {
        for text in [
            "1 of 2-5, 3 of <= 10, none > 10",
            "<= 1 free, 2 of < 4, 3 of >= 4",
            "2 of >= 0",
            "<= 2 free, 5 of < 5, 1 of 5-6, none > 6",
        ] {
            let first = rule(text);
            assert_eq!(rule(&first.to_string()), first, "`{text}` was written as `{first}`");
        }
        assert_eq!(rule("1 of 2-5, 3 of <= 10, none > 10").allowed(5.5), Some(3));
        assert_eq!(rule("2 of >= 0").allowed(0.0), Some(2));
        assert_eq!(rule("  none>3 "), rule("none > 3"));
    }

    #[test]
    fn interval_labels_say_which_ends_belong() {
        let labels = |text| rule(text).limits().iter().map(Limit::sizes).collect::<Vec<_>>();
        assert_eq!(labels("none"), ["all"]);
        assert_eq!(labels("< 2 free, 5 of 2-5, none > 5"), ["< 2", "2-5", "> 5"]);
        assert_eq!(labels("<= 2 free, 5 of < 5, none >= 5"), ["<= 2", "> 2 and < 5", ">= 5"]);
    }

    #[test]
    fn gaps_overlaps_and_open_ends_are_refused() {
        assert!(problem("< 2 free, 5 of < 5, none > 5").contains("both or neither"));
        assert!(problem("5 of 2-5, none > 4").contains("both or neither"));
        assert!(problem("5 of 2-5, 3 of 5-10, none > 10").contains("both or neither"));
        assert!(problem("5 of 2-5").contains("beyond <= 5 um"));
        assert!(problem("none > 5, none > 6").contains("without upper bound"));
        assert!(problem("5 of 5-2, none > 2").contains("holds no size"));
        assert!(problem("< 2 free, 3 of < 2, none >= 2").contains("holds no size"));
    }

    #[test]
    fn malformed_rules_are_refused() {
        for text in
            ["", "some", "5 of", "-1 of 2-5, none > 5", "none 5", "free > 5 none", "5 of 2--5"]
        {
            problem(text);
        }
        for size in ["nan", "inf", "-3", "1e3", "", "3um"] {
            assert!(problem(&format!("none > {size}")).contains("no size"), "{size}");
        }
        assert!(problem("99999999999 of <= 5, none > 5").contains("no clause"));
    }

    #[test]
    fn a_size_that_is_no_number_meets_the_last_limit() {
        assert_eq!(rule("none > 3").allowed(f64::NAN), Some(0));
    }
}
