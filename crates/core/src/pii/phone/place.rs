//! What stands around a number.

use super::super::run::{Run, sign};
use super::super::text::{LETTER, Text};

/// Where a number stands.
pub(super) struct Place {
    /// It is the whole text, but for spaces; or an extension follows it.
    pub(super) alone: bool,
    /// A letter touches it.
    pub(super) touched: bool,
}

impl Place {
    /// Where a run of digits stands; `None` if its neighbours say that it is no number: a formula, a time, a name with digits in it.
    pub(super) fn of(text: &Text, run: &Run) -> Option<Self> {
        let before = run.before;
        let next = text.at(run.end);
        let goes_on = match next {
            b'-' => text.at(run.end + 1).is_ascii_alphanumeric(),
            b'.' | b'/' | b':' | b',' => text.is_digit(run.end + 1),
            b'=' | b'*' | b'%' => true,
            _ => false,
        };
        let goes_back = match before {
            b'=' | b'*' | b'$' => true,
            b'-' | b'#' | b'/' | b'.' => run.is_bare(),
            b')' | b'+' => run.has(sign::PLUS),
            b',' => text.before(run.start - 1).is_ascii_digit(),
            _ => false,
        };
        // Brackets around the whole number are not part of it.
        let opens = !run.has(sign::BRACKET) && text.at(run.start) == b'(';
        if goes_on || goes_back || opens {
            return None;
        }
        let extended = has_extension(text, run.end, next);
        Some(Self {
            alone: extended || (run.start < 4 && is_alone(text, run)),
            touched: (is_letter(before) && !run.has(sign::PLUS)) || (is_letter(next) && !extended),
        })
    }
}

/// Whether nothing but a few spaces is on either side.
fn is_alone(text: &Text, run: &Run) -> bool {
    let mut start = run.start;
    let mut end = run.end;
    for _ in 0..3 {
        start -= usize::from(text.before(start).is_ascii_whitespace());
        end += usize::from(text.at(end).is_ascii_whitespace());
    }
    start == 0 && end == text.len()
}

fn is_letter(c: u8) -> bool {
    c.is_ascii_alphabetic() || c == LETTER || c == b'_'
}

/// Whether an extension follows: `x12`, `x 12`, `ext. 12`.
fn has_extension(text: &Text, end: usize, next: u8) -> bool {
    let at = end + usize::from(next == b' ');
    match text.at(at) | 0x20 {
        b'x' => text.is_digit(at + 1) || (text.at(at + 1) == b' ' && text.is_digit(at + 2)),
        b'e' => text.at(at + 1) | 0x20 == b'x' && text.at(at + 2) | 0x20 == b't',
        _ => false,
    }
}
