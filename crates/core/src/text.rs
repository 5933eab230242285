//! Small things done with text, written so that a wasm build carries no searcher, no formatter and no panic for them.

use alloc::string::String;

/// Appends a digit, of up to 16.
pub(crate) fn digit(out: &mut String, digit: u64) {
    // A text of one character would be copied by a call of the engine, which costs as much as all the digits of a number.
    let digit = (digit & 15) as u8;
    out.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
}

/// Appends a number in lower-case hexadecimal.
pub(crate) fn hex(out: &mut String, value: u64, digits: u32) {
    for at in (0..digits).rev() {
        digit(out, value >> (at * 4));
    }
}

/// The first characters of a text, so many at most.
pub(crate) fn head(text: &str, most: usize) -> &str {
    let mut begins = text.bytes().enumerate().filter(|(_, byte)| byte & 0xc0 != 0x80);
    begins.nth(most).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// Whether there is a control character in a text: one below the blank, DEL, or one of U+0080 to U+009F.
pub(crate) fn has_control(text: &str) -> bool {
    let mut before = 0;
    text.bytes().any(|byte| byte < b' ' || byte == 0x7f || (core::mem::replace(&mut before, byte) == 0xc2 && byte < 0xa0))
}

/// What is before and after the first `at`; `None` where there is none.
pub(crate) fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let length = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..length)?, text.get(length + 1..)?))
}

/// A whole number in decimal: 1 to 15 digits and nothing else.
#[must_use]
pub fn decimal(text: &str) -> Option<u64> {
    if text.len() > 15 { None } else { whole(text) }
}

/// A number of up to 64 bits in decimal: digits and nothing else.
#[must_use]
pub fn whole(text: &str) -> Option<u64> {
    let mut number: u64 = 0;
    for byte in text.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        // A checked multiplication would be one of 128 bits.
        if number > u64::MAX / 10 {
            return None;
        }
        number = (number * 10).checked_add(u64::from(byte - b'0'))?;
    }
    if text.is_empty() { None } else { Some(number) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cut_is_what_the_standard_library_splits_once(text in "[a/é]{0,6}") {
            prop_assert_eq!(cut(&text, b'/'), text.split_once('/'));
        }

        #[test]
        fn a_number_in_hexadecimal_is_what_the_formatter_writes(number in any::<u64>()) {
            let mut text = String::new();
            hex(&mut text, number, 16);
            prop_assert_eq!(text, format!("{number:016x}"));
        }

        #[test]
        fn characters_are_counted_and_judged_as_the_standard_library_does(text in "[\u{0}-\u{ff}\u{7ff}-\u{802}😀]{0,8}", most in 0usize..9) {
            prop_assert_eq!(head(&text, most), text.chars().take(most).collect::<String>());
            prop_assert_eq!(has_control(&text), text.chars().any(char::is_control));
        }

        #[test]
        fn a_number_of_64_bits_is_read_and_no_greater_one(number in any::<u64>(), digit in 0u8..10) {
            prop_assert_eq!(whole(&number.to_string()), Some(number));
            let longer = format!("{number}{digit}");
            prop_assert_eq!(whole(&longer), longer.parse().ok());
        }

        #[test]
        fn whole_numbers_are_read(number in 0u64..1_000_000_000_000_000) {
            prop_assert_eq!(decimal(&number.to_string()), Some(number));
        }
    }

    #[test]
    fn what_is_no_whole_number_is_refused() {
        for text in ["", "+1", "-1", " 1", "1.5", "1e3", "NaN", "１", "1000000000000000"] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
    }
}
