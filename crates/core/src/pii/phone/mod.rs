//! Phone numbers: with a country code by ITU-T E.164, without one by the region's numbering plan or by their form.
//!
//! - [`plans`]: the calling codes, how many digits follow them, and whose they are;
//! - [`national`]: what a number without a country code has to look like;
//! - [`place`]: what stands around it.

mod national;
mod place;
mod plans;
mod region;

pub use region::Region;

use super::label::Label;
use super::run::{Run, sign};
use super::text::Text;
use super::words;
use place::Place;

/// The fewest digits of a phone number.
pub(super) const FEWEST: usize = 6;
/// The most digits of a number: E.164 §6.1.
pub(super) const MOST: usize = 15;

/// Whether a run of digits is a phone number.
pub(super) fn is_number(text: &Text, run: &Run, region: Option<Region>) -> bool {
    let digits = run.digits();
    if digits.len().wrapping_sub(FEWEST) > MOST - FEWEST {
        return false;
    }
    let Some(place) = Place::of(text, run) else { return false };
    let international = match digits {
        _ if run.has(sign::PLUS) => Some(digits),
        [0, 0, number @ ..] => Some(number),
        _ => None,
    };
    match international {
        Some(number) => (!place.touched && plans::is_number(number)) || words::before(text, run.start) == Label::Phone,
        None => national::is_number(text, run, &place, region),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Region, scan};

    fn found_in<'a>(text: &'a str, region: Option<&str>) -> Vec<&'a str> {
        let findings = scan(text, region.and_then(Region::named));
        findings.iter().filter(|f| f.kind == Kind::Phone).map(|f| &text[f.range.clone()]).collect()
    }

    #[test]
    fn numbers_with_a_country_code_are_found_however_they_are_written() {
        for number in [
            "+442079460018",
            "+44 20 7946 0018",
            "+44 (0)20 7946 0018",
            "+44 (0) 20-7946-0018",
            "(+44) 20 7946 0018",
            "+1 (202) 555-0143",
            "+1-202-555-0143",
            "+1.202.555.0143",
            "0044 20 7946 0018",
            "00 44 2079460018",
            "+49 30/23125 000",
            "+33 1 99 00 12 34",
            "+39 06 5550 1234",
            "+61 491 570 006",
            "+4 4 2 0 7 9 4 6 0 0 1 8",
            "0 0 4 4 2 0 7 9 4 6 0 0 1 8",
            "＋４４ ２０ ７９４６ ００１８",
            "+٤٤ ٢٠ ٧٩٤٦ ٠٠١٨",
        ] {
            assert_eq!(found_in(number, None), [number]);
            assert_eq!(found_in(&format!("Ring {number}, or write."), Some("FR")), [number]);
        }
    }

    #[test]
    fn a_country_code_has_so_many_digits_behind_it() {
        for text in [
            "+44",
            "+44 20 79",
            "+1 202 555 014",
            "+1 202 555 0143 1",
            "+999 20 7946 0018",
            "+0 20 7946 0018",
            "+210 20 7946 0018",
        ] {
            assert_eq!(found_in(&format!("see {text} there"), None), [""; 0], "{text}");
        }
    }

    #[test]
    fn brackets_around_a_number_are_not_part_of_it() {
        assert_eq!(found_in("(+44 20 7946 0018)", None), ["+44 20 7946 0018"]);
        assert_eq!(found_in("Office (020 7946 0018), or ((202) 555-0143)", None), ["020 7946 0018", "(202) 555-0143"]);
        assert_eq!(found_in("in all (1234 5678) of them", None), [""; 0]);
    }

    #[test]
    fn two_numbers_side_by_side_are_two() {
        assert_eq!(found_in("020-7946-0018 020-7946-0019", None), ["020-7946-0018", "020-7946-0019"]);
        assert_eq!(found_in("02079460018 02079460019 02079460020", None), ["02079460018", "02079460019", "02079460020"]);
        assert_eq!(found_in("+44 20 7946 0018, +44 20 7946 0019", None), ["+44 20 7946 0018", "+44 20 7946 0019"]);
    }

    #[test]
    fn formulas_times_names_and_parts_of_something_longer_are_no_numbers() {
        for text in [
            "+44 20 7946 0018:30",
            "020 7946 0018=7",
            "x=020 7946 0018",
            "$020 7946 0018",
            "020-7946-0018-B",
            "A02079460018",
            "02079460018th",
            "-02079460018",
            "#02079460018",
            "id/02079460018",
            "7,020 7946 0018",
            "020 7946 0018 7946 0018",
            "2+44 20 7946 0018",
        ] {
            assert_eq!(found_in(text, None), [""; 0], "{text}");
        }
    }
}
