//! Digits and what may stand between them.

use super::super::text::Text;

/// The most digits of a number: E.164 §6.1.
const MAX: usize = 15;
/// The most characters between two groups.
const GAP: usize = 4;

/// Digits with separators between them, as far as they go.
#[derive(Default)]
pub(super) struct Run {
    pub(super) start: usize,
    /// Behind its last digit.
    pub(super) end: usize,
    /// Whether a `+` stands before it.
    pub(super) plus: bool,
    /// Whether one of its groups is in brackets.
    pub(super) brackets: bool,
    /// Whether one of its separators is a slash.
    pub(super) slash: bool,
    /// Whether one of its separators is a dot.
    pub(super) dot: bool,
    /// The lengths of its groups, half a byte each, the last one lowest.
    pub(super) shape: u64,
    digits: [u8; MAX],
    count: usize,
}

impl Run {
    /// The run that begins at `start`; with no space between its groups, but for one behind a bracket, unless `spaces`.
    pub(super) fn read(text: &Text, start: usize, spaces: bool) -> Self {
        let mut run = Self { start, end: start, ..Self::default() };
        let mut at = start;
        while at < start + GAP && matches!(text.at(at), b'+' | b'(' | b' ') {
            run.plus |= text.at(at) == b'+';
            run.brackets |= text.at(at) == b'(';
            at += 1;
        }
        while text.at(at).is_ascii_digit() {
            run.end = run.group(text, at);
            at = run.gap(text, run.end, spaces);
        }
        run
    }

    /// Takes a group of digits; returns where it ends.
    fn group(&mut self, text: &Text, start: usize) -> usize {
        let mut at = start;
        while text.at(at).is_ascii_digit() {
            if let Some(slot) = self.digits.get_mut(self.count) {
                *slot = text.at(at) - b'0';
            }
            self.count += 1;
            at += 1;
        }
        self.shape = self.shape << 4 | (at - start).min(15) as u64;
        at
    }

    /// Skips what stands between two groups; returns where the next one begins, or where none does.
    fn gap(&mut self, text: &Text, start: usize, spaces: bool) -> usize {
        let mut at = start;
        let (mut brackets, mut slash, mut dot) = (false, false, false);
        while at < start + GAP {
            match text.at(at) {
                c @ (b'(' | b')') if text.at(at + 1) != c => brackets = true,
                b'/' => slash = true,
                b'.' if text.at(at + 1).is_ascii_digit() => dot = true,
                b'-' => {}
                b' ' if spaces || brackets => {}
                _ => break,
            }
            at += 1;
        }
        if text.at(at).is_ascii_digit() {
            self.brackets |= brackets;
            self.slash |= slash;
            self.dot |= dot;
        }
        at
    }

    /// Its digits, if they are no more than a number may have.
    pub(super) fn digits(&self) -> Option<&[u8]> {
        self.digits.get(..self.count)
    }

    /// The digits behind a `+`, or behind `00`.
    pub(super) fn international<'a>(&self, digits: &'a [u8]) -> Option<&'a [u8]> {
        if self.plus { Some(digits) } else { digits.strip_prefix(&[0, 0]) }
    }

    /// Whether it is one group of digits.
    pub(super) const fn is_bare(&self) -> bool {
        self.shape < 16
    }

    /// Whether it begins with a date of this century or the last one, or is two years of them.
    pub(super) fn is_date(&self) -> bool {
        if self.plus {
            return false;
        }
        let is_year = |at: usize| matches!(self.digits.get(at..at + 2), Some([1, 9] | [2, 0]));
        let mut shape = self.shape;
        while shape > 0xFFF {
            shape >>= 4;
        }
        match shape {
            0x411 | 0x412 | 0x421 | 0x422 => is_year(0),
            0x44 => is_year(0) && is_year(4),
            0x114 => is_year(2),
            0x124 | 0x214 => is_year(3),
            0x224 => is_year(4),
            _ => false,
        }
    }
}
