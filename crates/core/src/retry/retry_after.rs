//! `Retry-After` (RFC 9110 §10.2.3): seconds, or one of the three HTTP-date forms of §5.6.7.

use crate::Millis;

/// The longest wait that a server can ask for; more counts as this much.
pub const CEILING: Millis = 6 * 60 * 60 * 1_000;

/// The wait that a `Retry-After` field asks for, in milliseconds from `now` (milliseconds since 1970, UTC), at most [`CEILING`].
///
/// `None` where the value is neither form. A date that is not in the future is a wait of 0: the caller then waits its own base
/// delay. Dates are compared with `now`, so `now` should be the server's clock (its `Date` field) where that is known.
#[must_use]
pub fn retry_after(value: &str, now: Millis) -> Option<Millis> {
    let value = value.trim_ascii();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        let longer = |n: u64, digit: u8| (n * 10 + u64::from(digit - b'0')).min(CEILING);
        return Some((value.bytes().fold(0, longer) * 1_000).min(CEILING));
    }
    let date = http_date(value, now)?;
    Some(date.saturating_sub(now).min(CEILING))
}

/// An HTTP-date as milliseconds since 1970; `None` before 1970 or where it is none.
///
/// `now` decides the century of the two-digit years of RFC 850: a date that appears to be more than 50 years in the future is in
/// the past (§5.6.7).
#[must_use]
pub fn http_date(value: &str, now: Millis) -> Option<Millis> {
    let (day_name, rest) = value.split_at_checked(value.bytes().position(|byte| matches!(byte, b',' | b' '))?)?;
    let is_short = day_name.len() == 3 && DAYS.iter().any(|day| day.starts_with(day_name));
    let is_long = DAYS.contains(&day_name);
    let fields = match rest.len() {
        26 if is_short => read(", dd mmm yyyy hh:nn:ss GMT", rest)?,
        24 if is_long => in_this_age(read(", dd-mmm-yy hh:nn:ss GMT", rest)?, now),
        21 if is_short => read(" mmm _d hh:nn:ss yyyy", rest)?,
        _ => return None,
    };
    fields.to_millis()
}

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&[u8; 3]; 12] = [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

#[derive(Default)]
struct Fields {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Fields {
    fn to_millis(&self) -> Option<Millis> {
        let leap = self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let days_in_month = match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        // 60: a leap second.
        if self.year < 1970 || self.day == 0 || self.day > days_in_month || self.hour > 23 || self.minute > 59 || self.second > 60
        {
            return None;
        }
        let days = days_before(self.year, self.month) + self.day - 1;
        Some(((days * 24 + self.hour) * 60 + self.minute) * 60_000 + self.second * 1_000)
    }
}

/// Days from 1970-01-01 to the first of a month, in the Gregorian calendar.
fn days_before(year: u64, month: u64) -> u64 {
    // Years that begin in March put the leap day last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 - 719_468
}

/// Reads a text of this form: `d`, `y`, `h`, `n` and `s` are digits of day, year, hour, minute and second, `_` is such a digit of the
/// day or a blank, `mmm` is the month's name, and everything else is itself.
fn read(form: &str, text: &str) -> Option<Fields> {
    let mut fields = Fields::default();
    let mut month = 0;
    for (wanted, byte) in form.bytes().zip(text.bytes()) {
        let field = match wanted {
            b'd' => &mut fields.day,
            b'y' => &mut fields.year,
            b'h' => &mut fields.hour,
            b'n' => &mut fields.minute,
            b's' => &mut fields.second,
            b'_' if byte != b' ' => &mut fields.day,
            b'_' => continue,
            b'm' => {
                month = month << 8 | u32::from(byte);
                continue;
            }
            _ if wanted == byte => continue,
            _ => return None,
        };
        if !byte.is_ascii_digit() {
            return None;
        }
        *field = *field * 10 + u64::from(byte - b'0');
    }
    let is_month = |[a, b, c]: &&[u8; 3]| u32::from_be_bytes([0, *a, *b, *c]) == month;
    fields.month = MONTHS.iter().position(is_month)? as u64 + 1;
    Some(fields)
}

/// Puts a two-digit year into its century. No clock is right that shows more digits than a date has.
fn in_this_age(fields: Fields, now: Millis) -> Fields {
    let this_year = (1970 + now / 31_556_952_000).min(9_999);
    let mut year = this_year - this_year % 100 + fields.year;
    if year > this_year + 50 {
        year -= 100;
    }
    Fields { year, ..fields }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 1994-11-06T08:49:37Z, the example of RFC 9110 §5.6.7.
    const EXAMPLE: Millis = 784_111_777_000;
    const NOW: Millis = 1_795_000_000_000;

    #[test]
    fn the_three_forms_of_the_rfc_are_the_same_moment() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(http_date(text, NOW), Some(EXAMPLE), "{text}");
        }
    }

    #[test]
    fn seconds_are_seconds_and_the_ceiling_is_six_hours() {
        assert_eq!(retry_after("0", NOW), Some(0));
        assert_eq!(retry_after(" 120\t", NOW), Some(120_000));
        assert_eq!(retry_after("21601", NOW), Some(CEILING));
        assert_eq!(retry_after("99999999999999999999999999", NOW), Some(CEILING));
    }

    #[test]
    fn a_date_waits_until_then_and_a_past_date_not_at_all() {
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", EXAMPLE - 5_000), Some(5_000));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", EXAMPLE), Some(0));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", NOW), Some(0));
        assert_eq!(retry_after("Sun, 06 Nov 2094 08:49:37 GMT", NOW), Some(CEILING));
    }

    #[test]
    fn what_is_neither_form_is_refused() {
        for text in [
            "",
            " ",
            "-1",
            "+1",
            "1.5",
            "1e3",
            "0x10",
            "soon",
            "1, 2",
            "１２",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "sun, 06 nov 1994 08:49:37 gmt",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 29 Feb 2023 00:00:00 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1969 00:00:00 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "1994-11-06T08:49:37Z",
            "Sun,06 Nov 1994 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994",
            ",",
            "Sun,",
            "Mon ",
        ] {
            assert_eq!(retry_after(text, NOW), None, "{text:?}");
        }
    }

    #[test]
    fn two_digit_years_more_than_fifty_years_ahead_are_in_the_past() {
        // NOW is in 2026.
        let year = |text| http_date(text, NOW).map(|ms| 1970 + ms / 31_556_952_000);
        assert_eq!(year("Wednesday, 01-Jul-76 00:00:00 GMT"), Some(2076));
        assert_eq!(year("Friday, 01-Jul-77 00:00:00 GMT"), Some(1977));
    }

    #[test]
    fn a_clock_of_no_year_that_a_date_can_have_is_no_reason_to_fail() {
        let days = |now| http_date("Sunday, 06-Nov-44 08:49:37 GMT", now).map(|ms| ms / 86_400_000);
        assert_eq!(days(u64::MAX), days(253_402_300_000_000));
    }

    proptest! {
        #[test]
        fn any_text_is_answered_without_a_panic(text in any::<String>(), now in any::<u64>()) {
            let _ = retry_after(&text, now);
        }

        #[test]
        fn an_independent_formatter_is_read_back(seconds in 0u64..7_258_118_400) {
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            prop_assert_eq!(http_date(&httpdate::fmt_http_date(time), NOW), Some(seconds * 1_000));
        }
    }
}
