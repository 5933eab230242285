//! The word before a number that says what it is.

use super::text::{CALL, Text};

/// How far back a label may stand, in characters and in words.
const REACH: usize = 40;
const WORDS: usize = 4;

/// What the word before a number says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// Nothing, or nothing else.
    None,
    /// A phone number.
    Phone,
    /// Neither a phone number nor a personal identifier.
    Other,
}

/// Words before a phone number.
const PHONE: [u32; 14] = hashes([
    "phone",
    "telephone",
    "tel",
    "mobile",
    "mobil",
    "cell",
    "call",
    "fax",
    "sms",
    "whatsapp",
    "telefon",
    "telefone",
    "telefono",
    "fon",
]);
/// Words before a number that means nothing to anybody else.
const OTHER: [u32; 10] = hashes(["account", "card", "code", "id", "order", "part", "serial", "ticket", "token", "zip"]);
/// A word before a social security number: what stands before it no longer counts.
const SSN: u32 = hash(b"ssn");

/// The label closest before `start`.
pub(super) fn before(text: &Text, start: usize) -> Label {
    let mut word = 0;
    let mut words = 0;
    for back in 1..=REACH {
        let c = text.at(start.wrapping_sub(back));
        if c.is_ascii_alphabetic() {
            word = add(word, c);
            continue;
        }
        if c == CALL {
            return Label::Phone;
        }
        if word != 0 {
            if PHONE.contains(&word) {
                return Label::Phone;
            }
            if OTHER.contains(&word) {
                return Label::Other;
            }
            words += 1;
            if words == WORDS || word == SSN {
                break;
            }
            word = 0;
        }
        if c == 0 {
            break;
        }
    }
    Label::None
}

/// The hash of a word whose letters come from its last to its first, in either case. Words are compared by it: two words in the
/// lists never share one, and a stranger that did would be a label more.
const fn add(hash: u32, letter: u8) -> u32 {
    (hash.wrapping_mul(33) ^ (letter | 0x20) as u32).wrapping_add(1)
}

const fn hash(word: &[u8]) -> u32 {
    let mut hash = 0;
    let mut at = word.len();
    while at > 0 {
        at -= 1;
        hash = add(hash, word[at]);
    }
    hash
}

const fn hashes<const N: usize>(words: [&str; N]) -> [u32; N] {
    let mut hashes = [0; N];
    let mut at = 0;
    while at < N {
        hashes[at] = hash(words[at].as_bytes());
        at += 1;
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::{Label, Text, before};

    fn label(text: &str) -> Label {
        let text = Text::new(text);
        before(&text, text.len())
    }

    #[test]
    fn the_closest_word_that_says_something_counts() {
        assert_eq!(label("My phone number is "), Label::Phone);
        assert_eq!(label("TEL: "), Label::Phone);
        assert_eq!(label("Telefone "), Label::Phone);
        assert_eq!(label("电话："), Label::Phone);
        assert_eq!(label("account number: "), Label::Other);
        assert_eq!(label("card 123, phone "), Label::Phone);
        assert_eq!(label("call about order "), Label::Other);
        assert_eq!(label("call about my SSN "), Label::None);
    }

    #[test]
    fn words_too_far_away_or_only_like_a_label_say_nothing() {
        for text in ["", "recall ", "cellar ", "phone one two three four ", &format!("phone {}", " ".repeat(40))] {
            assert_eq!(label(text), Label::None, "{text}");
        }
    }
}
