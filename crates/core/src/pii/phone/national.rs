//! What a number without a country code looks like.

use super::region::{Region, is_north_american};
use super::run::Run;
use super::{Label, Place, plans};

/// Whether a run of digits is a number without a country code.
///
/// A word such as "phone" before it is enough; a word such as "order" rules it out. Otherwise the region's plan decides, and where
/// no region is configured the form does: groups with brackets, a trunk prefix, or those of North America; and more readily if the
/// text is nothing but the number.
pub(super) fn is_number(run: &Run, digits: &[u8], place: &Place, region: Option<Region>) -> bool {
    let north_american = run.shape == 0x334 || (run.shape == 0x1334 && digits[0] == 1);
    if place.touched {
        return north_american;
    }
    match place.label {
        // Three and four digits are a local number of North America, where none begins with 1.
        Label::Phone => return digits.len() >= 7 && !(run.shape == 0x34 && digits[0] == 1),
        Label::Other => return false,
        Label::None => {}
    }
    let decimal = run.dot && run.shape < 0x100;
    let trunk = digits[0] == 0 && digits[1] != 0;
    if decimal || (run.slash && !trunk && !north_american) {
        return false;
    }
    if let Some(region) = region {
        return region.has(digits) && (place.alone || !run.is_bare() || digits.len() > 9);
    }
    let length = digits.len();
    if run.is_bare() {
        (trunk && matches!(length, 10 | 11)) || is_mobile(digits) || (place.alone && is_plausible(digits))
    } else {
        north_american
            || (trunk && (9..=12).contains(&length))
            || (run.brackets && (8..=12).contains(&length))
            || (place.alone && ((8..=13).contains(&length) && run.shape != 0x54 || (run.shape == 0x34 && digits[0] > 1)))
    }
}

/// Eleven digits that are a mobile number of China (13 to 19) or Russia (89).
fn is_mobile(digits: &[u8]) -> bool {
    digits.len() == 11 && matches!(digits, [1, 3..=9, ..] | [8, 9, ..])
}

/// Whether digits that are the whole text may be a number: one of North America, or a calling code and as many as it has. Digits
/// that count upwards stand in for a number.
fn is_plausible(digits: &[u8]) -> bool {
    let steps = digits.windows(2).filter(|pair| (pair[0] + 1) % 10 == pair[1]).count();
    let long = match digits {
        [1, rest @ ..] => is_north_american(rest),
        _ => (11..=13).contains(&digits.len()) && plans::is_number(digits),
    };
    steps < 8 && (is_north_american(digits) || long)
}
