//! US social security numbers: three, two and four digits, in the ranges that the Social Security Administration gives out. Those
//! that begin with 9 are individual taxpayer numbers of the same form.

use super::Region;
use super::label::Label;
use super::run::{Run, sign};
use super::text::Text;
use super::words;

/// Whether a run of digits is such a number.
///
/// Its groups are separated by hyphens, dots or spaces. Written as 3-6, or as nine digits with a space or nothing on either side, it
/// is taken where US numbers are to be expected: with the region US, or with none.
pub(super) fn is_number(text: &Text, run: &Run, region: Option<Region>) -> bool {
    let here = region.is_none_or(Region::is_north_american);
    let form = match (run.shape, run.signs) {
        (0x324, sign::HYPHEN) => true,
        (0x324, sign::DOT | sign::SPACE) => words::before(text, run.start) == Label::None,
        (0x36, sign::HYPHEN) => here,
        (9, 0) => here && stands_apart(text, run) && words::before(text, run.start) == Label::None,
        _ => false,
    };
    form && is_given(run.digits().iter().fold(0, |all, digit| all * 10 + u32::from(*digit)))
}

/// Whether a number may have been given out: no group of it is zero, the first is not 666, and it is not the one of the wallets.
const fn is_given(number: u32) -> bool {
    !matches!(number / 1_000_000, 0 | 666)
        && !(number / 10_000).is_multiple_of(100)
        && !number.is_multiple_of(10_000)
        && number != 78_051_120
}

/// Whether a space or nothing is on either side.
fn stands_apart(text: &Text, run: &Run) -> bool {
    matches!(run.before, 0 | b' ') && matches!(text.at(run.end), 0 | b' ')
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Region, scan};

    fn found_in<'a>(text: &'a str, region: Option<&str>) -> Vec<&'a str> {
        let findings = scan(text, region.and_then(Region::named));
        findings.iter().filter(|f| f.kind == Kind::Ssn).map(|f| &text[f.range.clone()]).collect()
    }

    #[test]
    fn numbers_are_found_with_hyphens_dots_and_spaces() {
        for number in ["219-09-9998", "219.09.9998", "219 09 9998", "001-02-0003", "899-99-9999", "912-70-1234"] {
            assert_eq!(found_in(number, None), [number]);
            assert_eq!(found_in(&format!("Her SSN is {number}, she says."), Some("DE")), [number]);
        }
        assert_eq!(found_in("219-09-9998 and 219-09-9997", None), ["219-09-9998", "219-09-9997"]);
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for text in ["000-09-9998", "666-09-9998", "219-00-9998", "219-09-0000", "078-05-1120"] {
            assert_eq!(found_in(text, None), [""; 0], "{text}");
        }
    }

    #[test]
    fn other_groups_separators_and_neighbours_are_refused() {
        for text in [
            "219-09.9998",
            "219--09-9998",
            "219/09/9998",
            "21-909-9998",
            "219-099-998",
            "1219-09-9998",
            "219-09-99987",
            "x219-09-9998",
            "219-09-9998x",
            "4-219-09-9998",
            "219-09-9998-4",
        ] {
            assert_eq!(found_in(text, None), [""; 0], "{text}");
        }
    }

    #[test]
    fn nine_digits_are_taken_only_where_us_numbers_are_expected_and_nothing_touches_them() {
        for region in [None, Some("US")] {
            assert_eq!(found_in("219099998", region), ["219099998"]);
            assert_eq!(found_in("It is 219099998 she says", region), ["219099998"]);
            assert_eq!(found_in("219-099998", region), ["219-099998"]);
        }
        for text in ["219099998", "219-099998"] {
            assert_eq!(found_in(text, Some("FR")), [""; 0]);
        }
        for text in ["(219099998)", "219099998,", "#219099998"] {
            assert_eq!(found_in(text, None), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_label_that_says_otherwise_is_believed_unless_there_are_hyphens() {
        for text in ["token 219 09 9998", "order number 219099998", "phone 219 09 9998"] {
            assert_eq!(found_in(text, None), [""; 0], "{text}");
        }
        assert_eq!(found_in("order 219-09-9998", None), ["219-09-9998"]);
    }
}
