//! The words before a number, of which one may say what it is.

use super::label::{Found, Label};
use super::text::{CALL, Text};

/// How far back a label may stand, in characters and in words.
const REACH: usize = 40;
const MOST: usize = 4;

/// The words, and what each says; behind the one before a social security number, what stands before it no longer counts.
const WORDS: [(&[u8], Label); 3] = [
    (
        b"phone telephone tel mobile mobil cell cellphone celular call dial fax hotline sms whatsapp handy telefon telefone telefono telefoon fon",
        Label::Phone,
    ),
    (
        b"account build card code id invoice isbn order part passport ref reference routing serial sku ticket token tracking version zip",
        Label::Other,
    ),
    (b"ssn", Label::None),
];

/// The label closest before `start`, to which the search has come.
pub(super) fn before(text: &Text, start: usize) -> Label {
    let mut found = text.label.get();
    if found.end != text.word_end {
        found = look(text, start);
        text.label.set(found);
    }
    if start > found.last { Label::None } else { found.label }
}

fn look(text: &Text, start: usize) -> Found {
    let mut found = Found { end: text.word_end, ..Found::NONE };
    let mut word = 0;
    let mut words = 0;
    for back in start - found.end + 1..=REACH {
        let c = text.read(start.wrapping_sub(back));
        if c.is_ascii_alphabetic() {
            word = add(word, c);
            continue;
        }
        // A letter alone has a hash below 128, and says nothing.
        let label = if c == CALL { Some(Label::Phone) } else { (word >= 128).then(|| said(word)).flatten() };
        words += usize::from(word != 0);
        word = 0;
        if let Some(label) = label {
            found.label = label;
        }
        if label.is_some() || words == MOST || c == 0 {
            found.last = start + REACH - back;
            break;
        }
    }
    found
}

/// What a word says.
fn said(word: u32) -> Option<Label> {
    let at = HASHES.binary_search_by_key(&(add(word, 0) >> 2), |hash| hash >> 2).ok()?;
    match HASHES.get(at)? & 3 {
        0 => Some(Label::None),
        1 => Some(Label::Phone),
        _ => Some(Label::Other),
    }
}

/// The hash of a word whose letters come from its last to its first, in either case. Words are compared by it: two words in the
/// lists never share one, and a stranger that did would be a label more. One more step at the end keeps the first letter out of the bits
/// that are cut off.
const fn add(hash: u32, letter: u8) -> u32 {
    (hash.wrapping_mul(33) ^ (letter | 0x20) as u32).wrapping_add(1)
}

/// The hashes in their order, each with what it says in its two lowest bits.
static HASHES: [u32; 41] = {
    let mut hashes = [0; 41];
    let (mut list, mut count) = (0, 0);
    while list < WORDS.len() {
        let (words, label) = WORDS[list];
        let mut at = words.len();
        while at > 0 {
            let mut hash = 0;
            while at > 0 && words[at - 1] != b' ' {
                at -= 1;
                hash = add(hash, words[at]);
            }
            hash = add(hash, 0) & !3 | label as u32;
            let mut place = count;
            while place > 0 && hashes[place - 1] > hash {
                hashes[place] = hashes[place - 1];
                place -= 1;
            }
            hashes[place] = hash;
            count += 1;
            at = at.saturating_sub(1);
        }
        list += 1;
    }
    hashes
};

#[cfg(test)]
mod tests {
    use super::{HASHES, Label, Text, before};

    fn label(text: &str) -> Label {
        let mut text = Text::new(text);
        text.word_end = text.len();
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
        for pair in HASHES.windows(2) {
            assert!(0 < pair[0] >> 2 && pair[0] >> 2 < pair[1] >> 2);
        }
    }

    #[test]
    fn words_too_far_away_or_only_like_a_label_say_nothing() {
        for text in ["", "recall ", "cellar ", "ball ", "hd ", "phone one two three four ", &format!("phone {}", " ".repeat(40))]
        {
            assert_eq!(label(text), Label::None, "{text}");
        }
    }
}
