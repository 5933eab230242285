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
    let mut run = Run::new(start, before);
    let mut checked = None;
    let mut spaces = true;
    loop {
        while run.extend(text, spaces) {
            if spaces && run.count.wrapping_sub(CHECKED) <= CARD - CHECKED && !tail && !before.is_ascii_alphabetic() {
                let kind = if card::is_number(&run) {
                    Some(Kind::Card)
                } else {
                    ssn::is_number(text, &run, region).then_some(Kind::Ssn)
                };
                if let Some(kind) = kind
                    && !text.goes_on(run.end)
                {
                    checked = Some((kind, run.end));
                }
            }
            let useless = spaces && (continues || (crowded && (run.signs != 0 || run.count > CARD)));
            if (run.count > CARD && checked.is_some()) || (useless && !may_become_checked(&run)) {
                break;
            }
        }
        if checked.is_some() {
            return checked;
        }
        let known = spaces && (continues || crowded);
        if !known && is_phone(text, &run, region, spaces) {
            return Some((Kind::Phone, run.end));
        }
        let spaced = run.has(sign::SPACE);
        if !spaces || (if continues { before != b' ' } else { !crowded && !spaced }) || start < text.crowded[0] {
            return None;
        }
        spaces = false;
        if spaced {
            run.cut();
        }
    }
}

/// Whether a run that was read to its end is a phone number. What begins within it, and so far before its end that there are too many
/// digits between, is none either.
fn is_phone(text: &mut Text, run: &Run, region: Option<Region>, spaces: bool) -> bool {
    text.crowded[usize::from(spaces)] = run.end.saturating_sub(run::longest(phone::MOST));
    phone::is_number(text, run, region)
}

/// Whether groups like these may, with others behind them, be a card or a social security number. Behind other digits, where
/// no phone number begins, no more groups are read than these.
const fn may_become_checked(run: &Run) -> bool {
    run.signs < sign::SLASH && matches!(run.shape, 3 | 4 | 0x32 | 0x44 | 0x46 | 0x444 | 0x4444)
}
