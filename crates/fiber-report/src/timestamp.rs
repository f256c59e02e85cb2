use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};

/// A moment in UTC to the second, written as RFC 3339: `2025-03-09T08:05:00Z`.
///
/// The reports read no clock; whoever wants a time in them passes it.
///
/// ```
/// use fiber_report::Timestamp;
///
/// assert_eq!(Timestamp::from_unix(1_741_507_500)?.to_string(), "2025-03-09T08:05:00Z");
/// # Ok::<(), fiber_report::ReportError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: u64,
}

/// 9999-12-31T23:59:59Z: RFC 3339 has four digits for the year.
const LAST: u64 = 253_402_300_799;

impl Timestamp {
    /// Seconds since the start of 1970.
    ///
    /// # Errors
    /// [`ReportError::Timestamp`](crate::ReportError::Timestamp) beyond the year 9999.
    pub fn from_unix(seconds: u64) -> Result<Self, crate::ReportError> {
        if seconds > LAST {
            return Err(crate::ReportError::Timestamp { seconds });
        }
        Ok(Self { seconds })
    }
}

impl From<SystemTime> for Timestamp {
    /// Cuts off fractions of a second; what lies outside 1970 to 9999 becomes the nearest end.
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { seconds: since.as_secs().min(LAST) }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, second) = (self.seconds / 86_400, self.seconds % 86_400);
        let (year, month, day) = date(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A moment in UTC to the second, as of RFC 3339.",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
        })
    }
}

/// Gregorian year, month and day of a day counted from 1970-01-01 as 0.
///
/// Years are taken to start in March, so that the leap day comes last and the months before it follow
/// one linear rule (153 days in five months).
fn date(days: u64) -> (u64, u64, u64) {
    const DAYS_TO_1970: u64 = 719_468; // from 0000-03-01
    const CYCLE: u64 = 146_097; // days in 400 years
    let days = days + DAYS_TO_1970;
    let (cycle, day_of_cycle) = (days / CYCLE, days % CYCLE);
    let leap_corrected =
        day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096;
    let year_of_cycle = leap_corrected / 365;
    let day_of_year =
        day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (400 * cycle + year_of_cycle + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn every_day_follows_the_one_before() {
        let leap =
            |y: u64| y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400));
        let mut expected = (1970, 1, 1);
        for days in 0..=LAST / 86_400 {
            assert_eq!(date(days), expected);
            let (year, month, day) = expected;
            let length = match month {
                2 => 28 + u64::from(leap(year)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (day < length, month) {
                (true, _) => (year, month, day + 1),
                (false, 12) => (year + 1, 1, 1),
                (false, _) => (year, month + 1, 1),
            };
        }
        assert_eq!(expected, (10_000, 1, 1));
    }

    #[test]
    fn known_moments_are_written_as_in_rfc_3339() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_827_696, "2000-02-29T12:34:56Z"),
            (LAST, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp::from_unix(seconds).unwrap().to_string(), text);
            let time = UNIX_EPOCH + Duration::from_millis(seconds * 1000 + 999);
            assert_eq!(Timestamp::from(time).to_string(), text);
        }
        assert_eq!(Timestamp::from(UNIX_EPOCH - Duration::from_secs(5)).seconds, 0);
    }

    #[test]
    fn five_digit_years_are_refused() {
        let error = Timestamp::from_unix(LAST + 1).unwrap_err();
        assert!(error.to_string().contains("253402300800"), "{error}");
    }
}
