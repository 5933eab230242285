//! Texts as one string: what a page hands across the boundary between JavaScript and wasm.
//!
//! ```text
//! 3,1,17,6,,4⏎set7preferredLanguagesen-UStier
//! ```
//! Their lengths with commas between, nothing for a text that is missing; a line feed; the texts. Lengths count UTF-16 code units,
//! because that is what `String.length` gives.

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::shared_str::SharedStr;
use crate::text::{cut, decimal};

/// Reads the texts one after the other.
#[derive(Debug, Clone)]
pub struct Flat<'a> {
    lengths: &'a str,
    texts: &'a str,
    ended: bool,
}

impl<'a> Flat<'a> {
    /// The texts of a string. One that the face has garbled (a bug there, not bad input) ends early.
    #[must_use]
    pub fn new(flat: &'a str) -> Self {
        let (lengths, texts) = cut(flat, b'\n').unwrap_or_default();
        Self { lengths, texts, ended: false }
    }

    /// Whether all have been read.
    #[must_use]
    pub const fn is_at_end(&self) -> bool {
        self.ended
    }

    /// The next text; `None` where it is missing.
    pub fn text(&mut self) -> Option<&'a str> {
        let Some((length, lengths)) = cut(self.lengths, b',') else {
            self.ended = true;
            // The last one is what is left: it is often the longest, and need not be read through.
            let length = core::mem::take(&mut self.lengths);
            return (!length.is_empty()).then_some(self.texts);
        };
        self.lengths = lengths;
        let (text, texts) = split(self.texts, decimal(length)?)?;
        self.texts = texts;
        Some(text)
    }

    /// The next text, to be kept.
    pub fn owned(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    /// The next text, to be kept and shared.
    pub fn shared(&mut self) -> Option<SharedStr> {
        self.text().map(SharedStr::from)
    }

    /// The next text, to be kept; empty where it is missing.
    pub fn string(&mut self) -> String {
        self.owned().unwrap_or_default()
    }

    /// The next text, a whole number; 0 where it is none.
    pub fn number(&mut self) -> u64 {
        self.text().and_then(decimal).unwrap_or_default()
    }
}

/// Splits after so many UTF-16 code units.
fn split(text: &str, units: u64) -> Option<(&str, &str)> {
    let mut left = units as usize;
    let mut at = 0;
    for byte in text.bytes() {
        // Bytes that begin a character; one of four bytes is two units.
        if byte & 0xc0 != 0x80 {
            if left == 0 {
                break;
            }
            left = left.checked_sub(1 + usize::from(byte >= 0xf0))?;
        }
        at += 1;
    }
    if left > 0 { None } else { text.split_at_checked(at) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the TypeScript face does.
    fn pack(texts: &[Option<String>]) -> String {
        let units = |text: &Option<String>| text.as_ref().map_or(String::new(), |text| text.encode_utf16().count().to_string());
        let lengths: Vec<String> = texts.iter().map(units).collect();
        let texts: String = texts.iter().flatten().map(String::as_str).collect();
        format!("{}\n{texts}", lengths.join(","))
    }

    proptest! {
        #[test]
        fn what_the_face_packed_is_read(texts in prop::collection::vec(any::<Option<String>>(), 1..6)) {
            let packed = pack(&texts);
            let mut flat = Flat::new(&packed);
            for text in &texts {
                prop_assert!(!flat.is_at_end());
                prop_assert_eq!(flat.owned(), text.clone());
            }
            prop_assert!(flat.is_at_end());
        }

        #[test]
        fn any_text_is_read_to_an_end_without_a_panic(text in any::<String>(), lengths in "[0-9,]{0,12}") {
            for packed in [text.clone(), format!("{lengths}\n{text}")] {
                let mut flat = Flat::new(&packed);
                while !flat.is_at_end() {
                    let _ = flat.text();
                }
            }
        }
    }

    #[test]
    fn a_character_is_never_cut_in_two() {
        assert_eq!(Flat::new("1,1\n\u{1f600}a").text(), None);
        assert_eq!(Flat::new("2,1\n\u{1f600}a").text(), Some("\u{1f600}"));
        assert_eq!(Flat::new("9,1\nshort").text(), None);
    }
}
