//! The text as the scanners see it: one byte a character, digits and separators of all scripts made ASCII.
//!
//! What a scanner takes is overwritten by marks, so that no other scanner takes it, and the marks become the findings at the end.

use super::{Findings, Kind};

/// A letter of a script with spaces between words, other than ASCII: Latin, Greek, Cyrillic, …
pub(super) const LETTER: u8 = 0x80;
/// Any other character above ASCII.
pub(super) const OTHER: u8 = 0x81;
/// Punctuation and symbols above ASCII.
const SYMBOL: u8 = 0x82;
/// A Han character that stands in the words for "phone" (话, 話) and so labels the number behind it.
pub(super) const CALL: u8 = 0x83;
/// The first character of a match; the kind is added.
const FIRST: u8 = 0xA0;
/// A further character of a match.
const FURTHER: u8 = 0xAF;

/// Where the decimal digits of other scripts begin: Arabic, Persian, Devanagari, Bengali, Thai.
const ZEROS: [u32; 5] = [0x660, 0x6F0, 0x966, 0x9E6, 0xE50];

/// A text, a byte a character. Reading past its ends gives 0.
pub(super) struct Text {
    chars: Vec<u8>,
    #[cfg(test)]
    reads: core::cell::Cell<u64>,
}

impl Text {
    pub(super) fn new(text: &str) -> Self {
        Self {
            chars: text.chars().map(simplify).collect(),
            #[cfg(test)]
            reads: core::cell::Cell::new(0),
        }
    }

    /// How many characters.
    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    /// The character at `at`.
    pub(super) fn at(&self, at: usize) -> u8 {
        #[cfg(test)]
        self.reads.set(self.reads.get() + 1);
        self.chars.get(at).copied().unwrap_or(0)
    }

    /// The character before `at`.
    pub(super) fn before(&self, at: usize) -> u8 {
        self.at(at.wrapping_sub(1))
    }

    /// Whether the number before `end` goes on behind it: with a letter, a digit, or a separator and one of them.
    pub(super) fn goes_on(&self, end: usize) -> bool {
        let next = self.at(end);
        next.is_ascii_alphanumeric() || (matches!(next, b'-' | b'.' | b'_') && self.at(end + 1).is_ascii_digit())
    }

    /// Whether the number at `start` is the tail of something longer: a separator and a digit or letter stand before it.
    pub(super) fn goes_back(&self, start: usize) -> bool {
        matches!(self.before(start), b'-' | b'.' | b'_') && self.before(start.wrapping_sub(1)).is_ascii_alphanumeric()
    }

    /// Takes the characters from `start` to `end` as a match.
    pub(super) fn mark(&mut self, kind: Kind, start: usize, end: usize) {
        if let Some(chars) = self.chars.get_mut(start..end) {
            chars.fill(FURTHER);
        }
        if let Some(first) = self.chars.get_mut(start) {
            *first = FIRST + kind as u8;
        }
    }

    /// The marks, as places in the text that this was made from.
    pub(super) fn findings(&self, text: &str) -> Findings {
        let mut findings = Findings::default();
        for ((start, c), mark) in text.char_indices().zip(&self.chars) {
            let end = start + c.len_utf8();
            if *mark == FURTHER {
                findings.stretch(end);
            } else if let Some(kind) = Kind::ALL.get(usize::from(mark.wrapping_sub(FIRST))) {
                findings.push(*kind, start..end);
            }
        }
        findings
    }

    /// How many characters were read since this was made.
    #[cfg(test)]
    pub(super) fn reads(&self) -> u64 {
        self.reads.get()
    }
}

fn simplify(c: char) -> u8 {
    let code = c as u32;
    if code < 0x80 {
        return code as u8;
    }
    if let Some(zero) = ZEROS.iter().find(|zero| code.wrapping_sub(**zero) < 10) {
        return b'0' + (code - zero) as u8;
    }
    match code {
        0xAA | 0xB5 | 0xBA | 0xC0..=0x58F => LETTER,
        // Full-width forms of ASCII.
        0xFF01..=0xFF5E => (code - 0xFEE0) as u8,
        0xA0 | 0x2000..=0x200A | 0x202F | 0x205F | 0x3000 => b' ',
        // Hyphens, dashes, minus signs, and the long-vowel mark that Japanese numbers use for one.
        0x2010..=0x2015 | 0x2212 | 0x30FC => b'-',
        0x8BDD | 0x8A71 => CALL,
        ..0xC0 | 0x2000..=0x206F | 0x3001..=0x303F | 0xFE00..=0xFE6F => SYMBOL,
        _ => OTHER,
    }
}
