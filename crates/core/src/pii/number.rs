//! Numbers told from each other: cards and social security numbers by what can be checked, phone numbers by what is left.

use super::run::{self, Run, sign};
use super::text::Text;
use super::{Kind, Region, card, phone, ssn};

/// The fewest digits of a number that can be checked: those of a social security number.
const CHECKED: usize = 9;
/// And the most: those of the longest card number.
const CARD: usize = 19;

/// The number that begins with a digit, `+` or `(` at `start`, behind `before`: its kind and where it ends.
///
/// Groups of digits are read as far as a number may go. The first ones may be a card or a social security number whatever follows
/// them; a phone number is all of them, or, where that is none, those before the first space.
pub(super) fn found(text: &mut Text, start: usize, before: u8, region: Option<Region>) -> Option<(Kind, usize)> {
    let continues = run::continues(text, start);
    // The tail of something longer: a separator and a digit or letter stand before it.
    let tail = matches!(before, b'-' | b'.' | b'_') && text.at(start.wrapping_sub(2)).is_ascii_alphanumeric();
    if continues && tail {
        return None;
    }
    let crowded = start < text.crowded[1];
    let mut run = Run::new(start);
    let mut checked = None;
    while run.extend(text, true) {
        if run.count >= CHECKED && !tail && !before.is_ascii_alphabetic() {
            let kind =
                if card::is_number(&run) { Some(Kind::Card) } else { ssn::is_number(text, &run, region).then_some(Kind::Ssn) };
            if let Some(kind) = kind
                && !text.goes_on(run.end)
            {
                checked = Some((kind, run.end));
            }
        }
        let useless = continues || (crowded && run.signs != 0);
        if (run.count > CARD && checked.is_some()) || (useless && !may_become_checked(run.shape)) {
            break;
        }
    }
    if checked.is_some() {
        return checked;
    }
    if continues {
        if before != b' ' {
            return None;
        }
    } else if !crowded {
        if is_phone(text, &run, region, true) {
            return Some((Kind::Phone, run.end));
        }
        if !run.has(sign::SPACE) {
            return None;
        }
    }
    if start < text.crowded[0] {
        return None;
    }
    run = Run::new(start);
    while run.extend(text, false) {}
    is_phone(text, &run, region, false).then_some((Kind::Phone, run.end))
}

/// Whether a run that was read to its end is a phone number. What begins within it, and so far before its end that there are too many
/// digits between, is none either.
fn is_phone(text: &mut Text, run: &Run, region: Option<Region>, spaces: bool) -> bool {
    text.crowded[usize::from(spaces)] = run.end.saturating_sub(run::longest(phone::MOST));
    phone::is_number(text, run, region)
}

/// Whether groups of these lengths may, with others behind them, be a card or a social security number. Behind other digits, where
/// no phone number begins, no more groups are read than these.
const fn may_become_checked(shape: u32) -> bool {
    matches!(shape, 3 | 4 | 0x32 | 0x44 | 0x46 | 0x444 | 0x4444)
}
