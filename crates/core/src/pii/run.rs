//! Groups of digits and what may stand between them.

use super::label::Label;
use super::text::Text;
use super::words;

/// The most digits that are kept: those of the longest card number.
const MAX: usize = 19;
/// How many digits are read of what has too many for any number, so that those who begin behind its start need not read it again.
const AHEAD: usize = 128;
/// The most digits with which a run is given up before its end.
const EARLY: usize = 10;
/// The most characters between two groups.
const GAP: usize = 4;

/// What stands before or between the groups of a run, a bit each.
pub(super) mod sign {
    /// A space, unless it stands behind a bracket.
    pub(in super::super) const SPACE: u8 = 1;
    /// A hyphen.
    pub(in super::super) const HYPHEN: u8 = 2;
    /// A dot.
    pub(in super::super) const DOT: u8 = 4;
    /// A slash.
    pub(in super::super) const SLASH: u8 = 8;
    /// A bracket that closes.
    pub(in super::super) const BRACKET: u8 = 16;
    /// A `+` before the first group.
    pub(in super::super) const PLUS: u8 = 32;
    /// More than one character between two groups.
    pub(in super::super) const WIDE: u8 = 64;
}

/// Groups of digits, read one after the other.
#[derive(Default)]
pub(super) struct Run {
    pub(super) start: usize,
    /// The character before it.
    pub(super) before: u8,
    /// Behind the last digit.
    pub(super) end: usize,
    /// Which [`sign`]s there are.
    pub(super) signs: u8,
    /// The lengths of the groups, half a byte each, the last one lowest; of more than eight groups the last eight.
    pub(super) shape: u32,
    /// How many digits.
    pub(super) count: usize,
    /// `end`, `signs`, `shape`, `count` and `singles` as they were before the first space.
    tight: (usize, u8, u32, usize, usize),
    /// How many groups of one digit.
    pub(super) singles: usize,
    digits: [u8; MAX],
}

impl Run {
    /// An empty run.
    pub(super) fn new(start: usize, before: u8) -> Self {
        Self { start, before, end: start, ..Self::default() }
    }

    /// Reads one more group; false if there is none, or if with these digits no number can come of it. Unless `spaces`, a space ends the
    /// run, but behind a bracket.
    pub(super) fn extend(&mut self, text: &Text, spaces: bool) -> bool {
        if self.count > AHEAD || self.is_hopeless(text) {
            return false;
        }
        let mut at = self.end;
        let mut signs = 0;
        let mut last = 0;
        let mut c = text.read(at);
        while !c.is_ascii_digit() {
            if at == self.end + GAP {
                return false;
            }
            // A dot stands right before a digit, and no bracket behind its like.
            signs |= match c {
                b' ' if signs & sign::BRACKET != 0 || self.count == 0 => 0,
                b' ' if spaces => sign::SPACE,
                b'-' => sign::HYPHEN,
                b'.' if text.read(at + 1).is_ascii_digit() => sign::DOT,
                b'/' => sign::SLASH,
                b'(' if last != c => 0,
                b')' if last != c => sign::BRACKET,
                b'+' if self.count == 0 => sign::PLUS,
                _ => return false,
            };
            last = c;
            at += 1;
            c = text.read(at);
        }
        if at > self.end + 1 {
            signs |= sign::WIDE;
        }
        let first = at;
        while c.is_ascii_digit() {
            if let Some(slot) = self.digits.get_mut(self.count + at - first) {
                *slot = c - b'0';
            }
            at += 1;
            c = text.read(at);
        }
        if signs & !self.signs & sign::SPACE != 0 {
            self.tight = (self.end, self.signs, self.shape, self.count, self.singles);
        }
        let digits = at - first;
        self.singles += usize::from(digits == 1);
        self.count += digits;
        self.shape = self.shape << 4 | digits.min(15) as u32;
        self.signs |= signs;
        self.end = at;
        true
    }

    /// Whether it is no number whatever follows: single digits with something between them, without a country code or a word that says
    /// "phone" before them. With more digits it is read on, for what it then says of those who begin within it.
    fn is_hopeless(&self, text: &Text) -> bool {
        self.signs != 0
            && !self.has(sign::PLUS)
            && self.singles > 1
            && self.count.wrapping_sub(3) <= EARLY - 3
            && !matches!(self.digits, [0, 0, 1..=9, ..])
            && words::before(text, self.start) != Label::Phone
    }

    /// Takes back what was read from the first space on.
    pub(super) fn cut(&mut self) {
        (self.end, self.signs, self.shape, self.count, self.singles) = self.tight;
    }

    /// The digits; none if they are more than can be kept.
    pub(super) fn digits(&self) -> &[u8] {
        self.digits.get(..self.count).unwrap_or_default()
    }

    /// Whether one of these [`sign`]s is there.
    pub(super) const fn has(&self, signs: u8) -> bool {
        self.signs & signs != 0
    }

    /// Whether it is one group of digits.
    pub(super) const fn is_bare(&self) -> bool {
        self.shape < 16
    }
}

/// The most characters that a run of so many digits has.
pub(super) const fn longest(digits: usize) -> usize {
    digits * (GAP + 1)
}

/// Whether digits and what may stand between two groups come before `start`.
pub(super) fn continues(text: &Text, start: usize) -> bool {
    for at in (start.saturating_sub(GAP)..start).rev() {
        let c = text.read(at);
        if c.is_ascii_digit() {
            return true;
        }
        if !matches!(c, b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'+') || (c == b'.' && text.at(at + 1) == b' ') {
            return false;
        }
    }
    false
}
