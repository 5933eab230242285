//! E-mail addresses (RFC 5321 §4.1.2, RFC 6531), as people write them.
//!
//! The local part is what stands before the `@`: letters of any script, digits and the signs that are in use. `/`, `=`, quotes and
//! brackets end it, because in text they more often stand around an address than in one. The domain has at least two labels, and
//! its last one begins like a top-level domain: two letters, or `xn--`.

use super::text::{LETTER, OTHER, Text};
use super::{Kind, text};

/// Marks every e-mail address in the text.
pub(super) fn mark_all(text: &mut Text) {
    let mut from = 0;
    while let Some(sign) = text.find(b'@', from) {
        let local = local_start(text, from, sign);
        from = sign + 1;
        if let Some(start) = local
            && let Some(end) = domain_end(text, from)
        {
            text.mark(Kind::Email, start, end);
            from = end;
        }
    }
}

/// Where the local part that ends at `sign` begins, not before `from`: it is not empty, and its dots stand between other characters.
fn local_start(text: &Text, from: usize, sign: usize) -> Option<usize> {
    let mut start = sign;
    let mut behind = b'.';
    while start > from {
        let c = text.read(start - 1);
        // Scripts without spaces: the address begins where the ASCII does.
        let spaceless = matches!(c, OTHER | text::CALL) && behind < 0x80 && start < sign;
        if spaceless || !is_local(c) || (c == b'.' && is_ellipsis(text, start)) {
            break;
        }
        if c == b'.' && behind == b'.' {
            return None;
        }
        behind = c;
        start -= 1;
    }
    (behind != b'.').then_some(start)
}

fn is_local(c: u8) -> bool {
    c.is_ascii_alphanumeric()
        || is_foreign(c)
        || matches!(c, b'.' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'?' | b'^' | b'_' | b'~')
}

fn is_in_label(c: u8) -> bool {
    c.is_ascii_alphanumeric() || is_foreign(c) || c == b'-'
}

fn is_foreign(c: u8) -> bool {
    matches!(c, LETTER | OTHER | text::CALL)
}

/// Whether three dots end before `at`.
fn is_ellipsis(text: &Text, at: usize) -> bool {
    (1..4).all(|back| text.at(at.wrapping_sub(back)) == b'.')
}

/// Where the domain that begins at `start` ends.
fn domain_end(text: &Text, start: usize) -> Option<usize> {
    let mut found = None;
    let mut label = start;
    loop {
        let mut end = label;
        while is_in_label(text.read(end)) {
            end += 1;
        }
        if end == label {
            return found;
        }
        if label > start {
            found = top_level_end(text, label, end).or(found);
        }
        if text.at(end) != b'.' {
            return found;
        }
        label = end + 1;
    }
}

/// Where the top-level domain with which a label begins ends. What follows without a space is not part of it: digits, or the words
/// of a script without spaces.
fn top_level_end(text: &Text, start: usize, end: usize) -> Option<usize> {
    let ascii = text.read(start).is_ascii();
    let mut at = start;
    while at < end {
        let c = text.read(at);
        if !(if ascii { c.is_ascii_alphabetic() || c == LETTER } else { is_foreign(c) }) {
            break;
        }
        at += 1;
    }
    if at < start + 2 {
        return None;
    }
    let encoded = (0..4).all(|i| text.at(start + i).to_ascii_lowercase() == b"xn--"[i]);
    Some(if encoded { end } else { at })
}

#[cfg(test)]
mod tests {
    use super::super::scan;

    /// What is found in `text`, each match in brackets.
    fn shown(text: &str) -> String {
        let mut out = String::new();
        let mut from = 0;
        for finding in &scan(text, None) {
            assert_eq!(finding.kind.name(), "email");
            out += &format!("{}<{}>", &text[from..finding.range.start], &text[finding.range.clone()]);
            from = finding.range.end;
        }
        out + &text[from..]
    }

    #[test]
    fn addresses_are_found_with_all_that_belongs_to_them() {
        for address in [
            "ada@example.org",
            "Ada.Lovelace+analytical_engine-1@mail.Example.co.uk",
            "o'hara@example.ie",
            "100%25@example.com",
            "ada@xn--mnchen-3ya.xn--vermgensberater-ctb",
            "andré@exämple.fr",
            "βῆτα@εξ.ελ",
            "例@例え.テスト",
        ] {
            assert_eq!(shown(address), format!("<{address}>"));
        }
    }

    #[test]
    fn what_stands_around_an_address_is_not_part_of_it() {
        assert_eq!(shown("Ask (ada@example.org)."), "Ask (<ada@example.org>).");
        assert_eq!(shown("<a href=\"mailto:ada@example.org\">"), "<a href=\"mailto:<ada@example.org>\">");
        assert_eq!(shown("{\"to\":\"to=ada@example.org\"}"), "{\"to\":\"to=<ada@example.org>\"}");
        assert_eq!(shown("Well...ada@example.org, bob@example.org"), "Well...<ada@example.org>, <bob@example.org>");
        assert_eq!(shown("请写信给ada@example.org谢谢"), "请写信给<ada@example.org>谢谢");
        assert_eq!(shown("ada@example.org2024"), "<ada@example.org>2024");
        assert_eq!(shown("a@b@example.org"), "a@<b@example.org>");
    }

    #[test]
    fn an_at_sign_alone_makes_no_address() {
        for text in [
            "ada@localhost",
            "@ada.example.org",
            "see https://example.org/@ada.lovelace/notes",
            "ada@",
            "5 @ 9.99",
            "ada..l@example.org",
            ".ada@example.org",
            "ada.@example.org",
            "left-pad@1.3.0",
            "ada@-",
            "ada@example.",
            "ada@example..org",
            "@@@@",
        ] {
            assert_eq!(shown(text), text);
        }
    }
}
