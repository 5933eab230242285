//! Phone numbers: with a country code by ITU-T E.164, without one by the region's numbering plan or by their form.
//!
//! - [`run`]: digits and what may stand between them;
//! - [`plans`]: the calling codes, how many digits follow them, and whose they are;
//! - [`national`]: what a number without a country code has to look like.

mod national;
mod plans;
mod region;
mod run;

pub use region::Region;

use super::label::{self, Label};
use super::text::{LETTER, Text};
use run::Run;

/// Where a number stands.
struct Place {
    /// It is the whole text, but for spaces.
    alone: bool,
    /// A letter touches it.
    touched: bool,
    /// What the word before it says.
    label: Label,
}

/// Finds phone numbers from the front of a text to its end.
pub(super) struct Scanner {
    region: Option<Region>,
    /// Where the last run of digits that was no number as a whole ends.
    run_end: usize,
}

impl Scanner {
    pub(super) const fn new(region: Option<Region>) -> Self {
        Self { region, run_end: 0 }
    }

    /// Where the number that begins at `at` ends. Called for each place in turn.
    ///
    /// Digits and separators are taken together as far as they go; if that is no number, what stands between two spaces may be one.
    pub(super) fn next(&mut self, text: &Text, at: usize) -> Option<usize> {
        let before = text.before(at);
        if !(text.at(at).is_ascii_digit() || matches!(text.at(at), b'+' | b'(')) || before.is_ascii_digit() {
            return None;
        }
        if at < self.run_end && before != b' ' {
            return None;
        }
        if at >= self.run_end {
            let whole = Run::read(text, at, true);
            self.run_end = whole.end;
            if let Some(end) = self.judge(text, &whole) {
                return Some(end);
            }
        }
        self.judge(text, &Run::read(text, at, false))
    }

    fn judge(&self, text: &Text, run: &Run) -> Option<usize> {
        let digits = run.digits()?;
        if digits.len() < 6 || run.is_date() {
            return None;
        }
        let place = place(text, run)?;
        let found = run.international(digits).map_or_else(
            || national::is_number(run, digits, &place, self.region),
            |number| (!place.touched && plans::is_number(number)) || place.label == Label::Phone,
        );
        found.then_some(run.end)
    }
}

/// Where a run stands; `None` where its neighbours say that it is no number: a formula, a time, a name with digits in it.
fn place(text: &Text, run: &Run) -> Option<Place> {
    let before = text.before(run.start);
    let next = text.at(run.end);
    let behind = text.at(run.end + 1);
    let joined = matches!(next, b'-' | b'.' | b'/' | b':' | b',') && (behind.is_ascii_digit() || (next == b'-' && is_letter(behind)));
    let formula = matches!(next, b'=' | b'*' | b'%') || matches!(before, b'=' | b'*' | b'$' | b'+') || (run.plus && before == b')');
    let tail = matches!(before, b'-' | b'#' | b'/' | b'.') && run.is_bare();
    let list = before == b',' && text.before(run.start - 1).is_ascii_digit();
    if joined || formula || tail || list {
        return None;
    }
    let extended = has_extension(text, run.end);
    let touched = (is_letter(before) && !run.plus) || (is_letter(next) && !extended);
    let alone = extended
        || run.start < 4
            && run.end + 4 > text.len()
            && (0..run.start).chain(run.end..text.len()).all(|at| text.at(at).is_ascii_whitespace());
    Some(Place { alone, touched, label: label::before(text, run.start) })
}

fn is_letter(c: u8) -> bool {
    c.is_ascii_alphabetic() || c == LETTER || c == b'_'
}

/// Whether an extension follows: `x12`, `x 12`, `ext. 12`.
fn has_extension(text: &Text, end: usize) -> bool {
    let at = end + usize::from(text.at(end) == b' ');
    match text.at(at) | 0x20 {
        b'x' => text.at(at + 1 + usize::from(text.at(at + 1) == b' ')).is_ascii_digit(),
        b'e' => text.at(at + 1) | 0x20 == b'x' && text.at(at + 2) | 0x20 == b't',
        _ => false,
    }
}
