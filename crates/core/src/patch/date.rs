//! RFC 3339 text of a moment.

use alloc::string::String;

use crate::Millis;

const DAY: Millis = 86_400_000;
/// 9999-12-31T23:59:59.999Z: the last moment with a year of four digits.
const LAST: Millis = 253_402_300_799_999;

/// A moment (milliseconds since 1970, UTC) as `2026-11-20T13:55:07.042Z`; what lies after the year 9999 is written as its end.
#[must_use]
pub fn rfc3339(moment: Millis) -> String {
    let moment = moment.min(LAST);
    let (days, in_day) = (moment / DAY, moment % DAY);
    let (year, month, day) = civil(days);
    let mut text = String::with_capacity(24);
    digits(&mut text, year, 4);
    text.push('-');
    digits(&mut text, month, 2);
    text.push('-');
    digits(&mut text, day, 2);
    text.push('T');
    digits(&mut text, in_day / 3_600_000, 2);
    text.push(':');
    digits(&mut text, in_day / 60_000 % 60, 2);
    text.push(':');
    digits(&mut text, in_day / 1_000 % 60, 2);
    text.push('.');
    digits(&mut text, in_day % 1_000, 3);
    text.push('Z');
    text
}

/// Year, month and day of the Gregorian calendar, from days since 1970-01-01.
///
/// Years are counted from March, so that the leap day is the last of its year; 400 of them have 146,097 days.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let (year, month) = if from_march < 10 { (0, from_march + 3) } else { (1, from_march - 9) };
    (era * 400 + year_of_era + year, month, day)
}

fn digits(out: &mut String, value: u64, width: u32) {
    for place in (0..width).rev() {
        out.push(char::from(b'0' + (value / 10u64.pow(place) % 10) as u8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_moments_read_as_they_should() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(rfc3339(4_107_542_399_999), "2100-02-28T23:59:59.999Z");
        assert_eq!(rfc3339(LAST), "9999-12-31T23:59:59.999Z");
        assert_eq!(rfc3339(u64::MAX), "9999-12-31T23:59:59.999Z");
    }

    proptest! {
        /// The day of the week, day, month and year against an independent formatter.
        #[test]
        fn an_independent_formatter_writes_the_same_date(seconds in 0u64..253_402_300_800) {
            let theirs = httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds));
            const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
            let month = MONTHS.iter().position(|m| *m == &theirs[8..11]).expect("a month") + 1;
            let expected = format!("{}-{month:02}-{}T{}.007Z", &theirs[12..16], &theirs[5..7], &theirs[17..25]);
            prop_assert_eq!(rfc3339(seconds * 1_000 + 7), expected);
        }
    }
}
