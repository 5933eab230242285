//! The text as the scanners see it: one byte a character, digits and separators of all scripts made ASCII.
//!
//! What a scanner takes is overwritten by marks, so that no other scanner takes it, and the marks become the findings at the end.

use alloc::vec::Vec;
use core::cell::Cell;

use super::label::Found;
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

/// A text, a byte a character. Reading past its ends gives 0.
pub(super) struct Text {
    chars: Vec<u8>,
    /// Between here and where the search is, no word ends.
    pub(super) word_end: usize,
    pub(super) label: Cell<Found>,
    /// Up to these places a number that goes on over spaces, or ends at them, is known to have too many digits for a phone number.
    pub(super) crowded: [usize; 2],
    marked: bool,
    #[cfg(test)]
    reads: Cell<u64>,
}

impl Text {
    pub(super) fn new(text: &str) -> Self {
        let ascii = text.bytes().position(|byte| byte >= 0x80).unwrap_or(text.len());
        let mut chars = Vec::with_capacity(text.len());
        let (plain, rest) = text.split_at_checked(ascii).unwrap_or_default();
        chars.extend_from_slice(plain.as_bytes());
        for c in rest.chars() {
            chars.push(simplify(c));
        }
        Self {
            chars,
            word_end: 0,
            label: Cell::new(Found::NONE),
            crowded: [0; 2],
            marked: false,
            #[cfg(test)]
            reads: Cell::new(0),
        }
    }

    /// How many characters.
    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    /// Where the next `wanted` is, not before `from`.
    pub(super) fn find(&self, wanted: u8, from: usize) -> Option<usize> {
        Some(from + self.chars.get(from..)?.iter().position(|c| *c == wanted)?)
    }

    /// The character at `at`. Called in a hundred places, which the page downloads: not inlined there.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(super) fn at(&self, at: usize) -> u8 {
        self.read(at)
    }

    /// The same for the few loops that most characters pass through.
    #[inline]
    pub(super) fn read(&self, at: usize) -> u8 {
        #[cfg(test)]
        self.reads.set(self.reads.get() + 1);
        self.chars.get(at).copied().unwrap_or(0)
    }

    /// Whether a decimal digit is at `at`.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(super) fn is_digit(&self, at: usize) -> bool {
        self.at(at).is_ascii_digit()
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

    /// Takes the characters from `start` to `end` as a match.
    pub(super) fn mark(&mut self, kind: Kind, start: usize, end: usize) {
        self.marked = true;
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
        if !self.marked {
            return findings;
        }
        let mut marks = self.chars.iter();
        let mut inside = false;
        for (at, byte) in text.bytes().enumerate() {
            if byte & 0xC0 == 0x80 {
                continue;
            }
            let mark = marks.next().copied().unwrap_or(0);
            if inside && mark != FURTHER {
                findings.close(at);
            }
            let first = Kind::ALL.get(usize::from(mark.wrapping_sub(FIRST)));
            inside = mark == FURTHER || first.is_some();
            if let Some(kind) = first {
                findings.open(*kind, at..text.len());
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

/// What characters above ASCII are made, by their codes from and to; the first entry that has a code counts. Those that are made
/// `0` or `!` are made what follows it, in order.
const FORMS: [(u16, u16, u8); 23] = [
    (0x660, 0x669, b'0'),   // Arabic
    (0x6F0, 0x6F9, b'0'),   // Persian
    (0x966, 0x96F, b'0'),   // Devanagari
    (0x9E6, 0x9EF, b'0'),   // Bengali
    (0xE50, 0xE59, b'0'),   // Thai
    (0xFF01, 0xFF5E, b'!'), // full-width forms
    (0xA0, 0xA0, b' '),
    (0x2000, 0x200A, b' '),
    (0x202F, 0x202F, b' '),
    (0x205F, 0x205F, b' '),
    (0x3000, 0x3000, b' '),
    (0x2010, 0x2015, b'-'),
    (0x2212, 0x2212, b'-'),
    (0x30FC, 0x30FC, b'-'), // the long-vowel mark, which Japanese numbers use for a hyphen
    (0x8BDD, 0x8BDD, CALL),
    (0x8A71, 0x8A71, CALL),
    (0xAA, 0xAA, LETTER),
    (0xB5, 0xB5, LETTER),
    (0xBA, 0xBA, LETTER),
    (0xC0, 0x58F, LETTER), // Latin, Greek, Cyrillic, Armenian
    (0x80, 0xBF, SYMBOL),
    (0x2000, 0x206F, SYMBOL),
    (0x3001, 0x303F, SYMBOL),
];

fn simplify(c: char) -> u8 {
    let code = c as u32;
    if code < 0x80 {
        return code as u8;
    }
    for (low, high, form) in FORMS {
        if (u32::from(low)..=u32::from(high)).contains(&code) {
            return if matches!(form, b'0' | b'!') { form + (code - u32::from(low)) as u8 } else { form };
        }
    }
    OTHER
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::{CALL, LETTER, OTHER, SYMBOL, Text};

    fn chars(text: &str) -> Vec<u8> {
        let text = Text::new(text);
        (0..text.len()).map(|at| text.at(at)).collect()
    }

    #[test]
    fn digits_and_separators_of_all_scripts_become_ascii() {
        for digits in ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "๐๑๒๓๔๕๖๗๘๙", "０１２３４５６７８９"]
        {
            assert_eq!(chars(digits), b"0123456789");
        }
        assert_eq!(chars("＋１\u{a0}（２）\u{2011}３−４ー５\u{202f}６．ａ＠ｂ"), b"+1 (2)-3-4-5 6.a@b");
    }

    #[test]
    fn other_characters_are_told_apart_by_class() {
        assert_eq!(chars("éβж"), [LETTER; 3]);
        assert_eq!(chars("«»…。，"), [SYMBOL, SYMBOL, SYMBOL, SYMBOL, b',']);
        assert_eq!(chars("电话😀"), [OTHER, CALL, OTHER]);
        assert_eq!(chars("話\u{10ffff}"), [CALL, OTHER]);
    }

    #[test]
    fn past_its_ends_there_is_nothing() {
        let text = Text::new("a");
        assert_eq!((text.before(0), text.at(1), text.at(usize::MAX), text.before(1)), (0, 0, 0, b'a'));
    }

    #[test]
    fn marks_become_findings_at_byte_offsets() {
        let source = "é1é2é34";
        let mut text = Text::new(source);
        text.mark(Kind::Ip, 1, 2);
        text.mark(Kind::Card, 2, 4);
        text.mark(Kind::Email, 5, 7);
        let findings: Vec<_> = text.findings(source).iter().map(|f| (f.kind, f.range.clone())).collect();
        assert_eq!(findings, [(Kind::Ip, 2..3), (Kind::Card, 3..6), (Kind::Email, 8..10)]);
    }
}
