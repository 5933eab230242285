//! US social security numbers: three, two and four digits, in the ranges that the Social Security Administration gives out. Those
//! that begin with 9 are individual taxpayer numbers of the same form.

use super::Region;
use super::label::{self, Label};
use super::text::Text;

/// Where the number that begins at `start` ends.
///
/// Its groups are separated by hyphens, dots or spaces. Written as 3-6, or as nine digits with a space or nothing on either side, it
/// is taken where US numbers are to be expected: with the region US, or with none.
pub(super) fn end(text: &Text, start: usize, region: Option<Region>) -> Option<usize> {
    if text.before(start).is_ascii_alphanumeric() || text.goes_back(start) {
        return None;
    }
    let mut at = start;
    let area = number(text, &mut at, 3)?;
    let separator = text.at(at);
    let grouped = matches!(separator, b'-' | b'.' | b' ');
    at += usize::from(grouped);
    let group = number(text, &mut at, 2)?;
    let split = grouped && text.at(at) == separator;
    at += usize::from(split);
    let serial = number(text, &mut at, 4)?;
    if text.goes_on(at) || area == 0 || area == 666 || group == 0 || serial == 0 || (area, group, serial) == (78, 5, 1120) {
        return None;
    }
    if !split {
        let clear = if grouped { separator == b'-' } else { stands_apart(text, start, at) };
        if !clear || region.is_some_and(|region| !region.is_north_american()) {
            return None;
        }
    }
    if separator != b'-' && label::before(text, start) != Label::None {
        return None;
    }
    Some(at)
}

/// Reads this many digits.
fn number(text: &Text, at: &mut usize, digits: usize) -> Option<u32> {
    let mut number = 0;
    for _ in 0..digits {
        let c = text.at(*at);
        if !c.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u32::from(c - b'0');
        *at += 1;
    }
    Some(number)
}

/// Whether a space or nothing is on either side.
fn stands_apart(text: &Text, start: usize, end: usize) -> bool {
    (start == 0 || text.before(start) == b' ') && (end == text.len() || text.at(end) == b' ')
}
