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
const PHONE: [u32; 20] = listed::<20>(
    b"phone telephone tel mobile mobil cell cellphone celular call dial fax hotline sms whatsapp handy telefon telefone telefono telefoon fon",
);
/// Words before a number that is neither a phone number nor a personal identifier of ours.
const OTHER: [u32; 20] = listed::<20>(
    b"account build card code id invoice isbn order part passport ref reference routing serial sku ticket token tracking version zip",
);
/// A word before a social security number: what stands before it no longer counts.
const SSN: u32 = listed::<1>(b"ssn")[0];

/// The label closest before `start`.
pub(super) fn before(text: &Text, start: usize) -> Label {
    let mut word = 0;
    let mut words = 0;
    for back in 1..=REACH {
        let c = text.read(start.wrapping_sub(back));
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

/// The hashes of words with a space between them.
const fn listed<const N: usize>(text: &[u8]) -> [u32; N] {
    let mut hashes = [0; N];
    let mut word = 0;
    let mut at = text.len();
    while at > 0 {
        at -= 1;
        if text[at] == b' ' {
            word += 1;
        } else {
            hashes[word] = add(hashes[word], text[at]);
        }
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::{Label, OTHER, PHONE, SSN, Text, before};

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
    fn no_two_words_share_a_hash() {
        let all: Vec<u32> = PHONE.into_iter().chain(OTHER).chain([SSN]).collect();
        for (at, hash) in all.iter().enumerate() {
            assert!(*hash != 0 && !all[..at].contains(hash));
        }
    }

    #[test]
    fn words_too_far_away_or_only_like_a_label_say_nothing() {
        for text in ["", "recall ", "cellar ", "phone one two three four ", &format!("phone {}", " ".repeat(40))] {
            assert_eq!(label(text), Label::None, "{text}");
        }
    }
}
