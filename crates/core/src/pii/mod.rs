//! Personal data in text: e-mail addresses, phone numbers, payment cards, IBANs, US social security numbers, IP addresses.
//!
//! ```text
//! text ─► Text (a byte a character) ─► e-mail pass ─► one pass for the rest ─► Findings ─► Policies, mask
//!                                           └── found characters are overwritten by marks ──┘
//! ```
//! A finding names a kind and a place, never the text. Every scanner is written by hand, looks at a bounded number of characters
//! around a place, and takes what can be checked (check digits, lengths, ranges, numbering plans) before what can only be guessed:
//! the time is linear in the text, whatever the text is. Nothing here knows a value's key: which keys are meant to carry such
//! values is for the caller to say.
//!
//! Sources: RFC 5322 and RFC 6531 as far as people use them, RFC 4291, ISO 13616, ISO/IEC 7812, ITU-T E.164, and the rules of the
//! US Social Security Administration.

mod card;
mod email;
mod findings;
mod iban;
mod ip;
mod kind;
mod label;
#[cfg(test)]
mod linear_time;
mod mask;
mod number;
mod phone;
mod policy;
mod run;
mod screen;
mod ssn;
mod text;
mod words;

pub use findings::{Finding, Findings};
pub use kind::{Kind, Kinds};
pub use mask::mask;
pub use phone::Region;
pub use policy::{Policies, Policy};
pub use screen::{Judgement, Screen};

use text::Text;

/// Finds personal data in `text`.
///
/// `region` is the country whose numbering plan judges phone numbers without a country code. Without one, such a number is found
/// where its form, the word before it, or its being the whole text tell what it is.
#[must_use]
pub fn scan(text: &str, region: Option<Region>) -> Findings {
    let mut chars = Text::new(text);
    search(&mut chars, region);
    chars.findings(text)
}

/// Marks all that is found. E-mail addresses come first: what stands before an `@` may look like anything else.
fn search(text: &mut Text, region: Option<Region>) {
    email::mark_all(text);
    let mut before = 0;
    let mut at = 0;
    while at < text.len() {
        let first = text.read(at);
        if let Some((kind, end)) = found(text, at, before, first, region) {
            text.mark(kind, at, end);
            at = end;
            before = text.before(at);
        } else {
            at += 1;
            before = first;
            // `A` and what comes after it, or 0, past which no label is looked for.
            if first.wrapping_sub(1) >= b'@' {
                text.word_end = at;
            }
        }
    }
}

/// What begins at `at` with the character `first`, behind the character `before`: its kind and where it ends.
fn found(text: &mut Text, at: usize, before: u8, first: u8, region: Option<Region>) -> Option<(Kind, usize)> {
    if !before.is_ascii_alphanumeric() {
        if first.is_ascii_alphabetic()
            && let Some(end) = iban::end(text, at)
        {
            return Some((Kind::Iban, end));
        }
        if (first.is_ascii_hexdigit() || first == b':')
            && let Some(end) = ip::end(text, at, before)
        {
            return Some((Kind::Ip, end));
        }
    }
    let number = matches!(first, b'0'..=b'9' | b'+' | b'(') && !before.is_ascii_digit() && before != b'+';
    if number { number::found(text, at, before, region) } else { None }
}
