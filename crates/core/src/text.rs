//! Small things done with text, written so that a wasm build carries no searcher, no formatter and no panic for them.

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
        number = number.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
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
