//! Writing JSON text (RFC 8259). There is no reader: the browser and serde have one.

use alloc::string::String;

use crate::text::{digit, hex};

/// Appends `text` as a JSON string, quotes included.
///
/// Only what must be escaped is escaped; other characters stay as UTF-8. Strings of the same content have the same bytes.
pub fn string(out: &mut String, text: &str) {
    *out += "\"";
    // What needs no escape is copied in one piece.
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(text.get(from..at).unwrap_or_default());
        from = at + 1;
        match byte {
            b'\n' => *out += "\\n",
            b'\r' => *out += "\\r",
            b'\t' => *out += "\\t",
            b'"' | b'\\' => {
                *out += "\\";
                from = at;
            }
            _ => {
                *out += "\\u";
                hex(out, byte.into(), 4);
            }
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    *out += "\"";
}

/// Appends a whole number in decimal.
pub fn integer(out: &mut String, value: u64) {
    if value >= 10 {
        integer(out, value / 10);
    }
    digit(out, value % 10);
}

/// Whether `text` is a JSON number (RFC 8259 §6).
#[must_use]
pub fn is_number(text: &str) -> bool {
    let rest = &mut text.as_bytes();
    takes(rest, b'-');
    let begins_with_zero = rest.first() == Some(&b'0');
    let whole = digits(rest);
    whole > 0
        && (whole == 1 || !begins_with_zero)
        && (!takes(rest, b'.') || digits(rest) > 0)
        && (!(takes(rest, b'e') || takes(rest, b'E')) || {
            let _sign = takes(rest, b'+') || takes(rest, b'-');
            digits(rest) > 0
        })
        && rest.is_empty()
}

/// Takes this byte off, if it comes next.
fn takes(rest: &mut &[u8], wanted: u8) -> bool {
    match *rest {
        [next, tail @ ..] if *next == wanted => {
            *rest = tail;
            true
        }
        _ => false,
    }
}

/// Takes the digits off, and says how many.
fn digits(rest: &mut &[u8]) -> usize {
    let before = rest.len();
    while let [b'0'..=b'9', tail @ ..] = *rest {
        *rest = tail;
    }
    before - rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `None` where serde_json does not say: it stops at a number that overflows a float, whatever comes after.
    fn is_json_number(text: &str) -> Option<bool> {
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value) => Some(value.is_number()),
            Err(error) => (!error.to_string().starts_with("number out of range")).then_some(false),
        }
    }

    proptest! {
        #[test]
        fn an_independent_parser_reads_back_what_was_written(text in any::<String>(), n in any::<u64>()) {
            let mut out = String::new();
            string(&mut out, &text);
            prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
            let mut out = String::new();
            integer(&mut out, n);
            prop_assert_eq!(out, n.to_string());
        }

        #[test]
        fn numbers_are_judged_like_an_independent_parser_judges_them(text in "-?[0-9.eE+-]{0,8}") {
            if let Some(theirs) = is_json_number(&text) {
                prop_assert_eq!(is_number(&text), theirs);
            }
        }

        #[test]
        fn every_finite_float_as_javascript_prints_it_is_a_number(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
            prop_assert!(is_number(&serde_json::to_string(&value).unwrap()));
        }
    }
}
