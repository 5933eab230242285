//! What a number without a country code looks like.

use super::super::run::{Run, sign};
use super::super::text::Text;
use super::super::words;
use super::region::{Region, is_north_american};
use super::{Label, Place, plans};

/// Three and four digits: a local number of North America.
const LOCAL: u32 = 0x34;

/// Whether a run of digits is a number without a country code.
///
/// A word such as "phone" before it is enough; a word such as "order" rules it out. Otherwise the region's plan decides, and where
/// no region is configured the form does: groups with brackets, a trunk prefix, or those of North America; and more readily if the
/// text is nothing but the number.
pub(super) fn is_number(text: &Text, run: &Run, place: &Place, region: Option<Region>) -> bool {
    let digits = run.digits();
    let [first, second, ..] = *digits else { return false };
    if digits.len() < 7 {
        return false;
    }
    let north_american = run.shape == 0x334 || (run.shape == 0x1334 && first == 1);
    if place.touched {
        return north_american;
    }
    let trunk = first == 0 && second != 0;
    let told = match words::before(text, run.start) {
        Label::Phone => !(run.shape == LOCAL && first == 1),
        Label::Other => false,
        Label::None if !north_american && (is_of_another_form(run) || (run.has(sign::SLASH) && !trunk)) => false,
        Label::None => match region {
            Some(region) => region.has(digits) && in_region(run, place, trunk, region),
            None => north_american || by_form(run, place, trunk),
        },
    };
    told && !is_date(run)
}

/// Whether it begins with a date of this century or the last one, or is two years of them.
fn is_date(run: &Run) -> bool {
    let mut shape = run.shape;
    while shape > 0xFFF {
        shape >>= 4;
    }
    let year = match shape {
        0x411 | 0x412 | 0x421 | 0x422 | 0x44 => 0,
        0x114 => 2,
        0x124 | 0x214 => 3,
        0x224 => 4,
        _ => return false,
    };
    let is_year = |at: usize| matches!(run.digits().get(at..at + 2), Some([1, 9] | [2, 0]));
    is_year(year) && (shape != 0x44 || is_year(4))
}

/// Whether the groups are those of something else: a decimal number or a version (one dot, or a dot and a single digit), a book (a
/// single digit at the end), a list of digits, a social security number out of range, a US postal code.
fn is_of_another_form(run: &Run) -> bool {
    run.singles > 1
        || run.shape & 15 == 1
        || (run.has(sign::DOT) && (run.singles > 0 || run.shape < 0x100))
        || (run.has(sign::HYPHEN) && matches!(run.shape, 0x324 | 0x54))
}

/// Whether a number of the region's lengths is one: alone, with the trunk prefix, or too long or too grouped to be something else.
fn in_region(run: &Run, place: &Place, trunk: bool, region: Region) -> bool {
    let told = run.count >= 9 || region.is_short();
    region.is_north_american() || trunk || if run.is_bare() { place.alone && told } else { place.alone || told }
}

/// Whether the form alone tells a number.
fn by_form(run: &Run, place: &Place, trunk: bool) -> bool {
    if run.is_bare() {
        return (trunk && matches!(run.count, 10 | 11)) || is_mobile(run.digits()) || (place.alone && is_plausible(run.digits()));
    }
    match run.count {
        8 => run.has(sign::BRACKET) || place.alone,
        9..=12 => trunk || run.has(sign::BRACKET) || place.alone,
        13 => place.alone,
        _ => place.alone && run.shape == LOCAL && run.digits().first() > Some(&1),
    }
}

/// Eleven digits that are a mobile number of China (13 to 19) or Russia (89).
fn is_mobile(digits: &[u8]) -> bool {
    digits.len() == 11 && matches!(digits, [1, 3..=9, ..] | [8, 9, ..])
}

/// Whether digits that are the whole text may be a number: one of North America, or a calling code and as many as it has. Digits
/// that count upwards stand in for a number.
fn is_plausible(digits: &[u8]) -> bool {
    let steps = digits.windows(2).filter(|pair| pair[0] + 1 == pair[1]).count();
    let long = match digits {
        [1, rest @ ..] => is_north_american(rest),
        _ => (11..=13).contains(&digits.len()) && plans::is_number(digits),
    };
    steps < 8 && (is_north_american(digits) || long)
}

#[cfg(test)]
mod tests {
    use super::super::super::{Kind, Region, scan};

    fn is_found(text: &str, region: Option<&str>) -> bool {
        scan(text, region.and_then(Region::named)).iter().any(|finding| finding.kind == Kind::Phone)
    }

    #[track_caller]
    fn all(found: bool, region: Option<&str>, texts: &[&str]) {
        for text in texts {
            assert_eq!(is_found(text, region), found, "{text}");
        }
    }

    #[test]
    fn in_a_sentence_the_form_tells_a_number() {
        all(
            true,
            None,
            &[
                "I am at (202) 555-0143 now",
                "I am at 202-555-0143 now",
                "I am at 202.555.0143 now",
                "I am at 1 202 555 0143 now",
                "at202-555-0143now",
                "I am at 020 7946 0018 now",
                "I am at (030) 23125000 now",
                "I am at 030/23125 000 now",
                "I am at 01 99 00 12 34 now",
                "I am at 02079460018 now",
                "I am at 13800138000 now",
                "I am at 89161234567 now",
            ],
        );
        all(
            false,
            None,
            &["I am at 555-0143 now", "I am at 7946 0018 now", "I am at 2025550143 now", "I saw 12 34 56 78 90 of them"],
        );
    }

    #[test]
    fn a_word_before_it_tells_a_number() {
        let numbers = ["555-0143", "7946 0018", "2025550143", "79460018", "2.0.2.5.5.5.0", "219099998"];
        for number in numbers {
            all(true, None, &[&format!("Call me on {number}."), &format!("电话{number}")]);
            all(false, None, &[&format!("Account number {number}.")]);
        }
        all(false, None, &["phone 155-0143", "phone 123456", "phone 2024-01-31"]);
    }

    #[test]
    fn alone_less_is_needed() {
        all(
            true,
            None,
            &[
                "555-0143",
                " 7946 0018\n",
                "2025550143",
                "12025550143",
                "442079460018",
                "95 12 34 56",
                "2025550143 x12",
                "2025550143 ext. 12",
            ],
        );
        all(
            false,
            None,
            &[
                "79460018",
                "1234567890",
                "23456789012",
                "1712345678",
                "1712345678901",
                "20240131",
                "155-0143",
                "94105-1234",
                "212345",
            ],
        );
    }

    #[test]
    fn dates_decimals_versions_and_books_are_no_numbers() {
        for text in [
            "2024-01-31",
            "2024/1/31",
            "31.01.2024",
            "1/31/2024",
            "31-1-1999",
            "2024-01-31 08:15",
            "2019 - 2024",
            "1234567.89",
            "40.71280123",
            "10.15.7.1234",
            "192.0.2.256",
            "0-306-40615-2",
            "978-3-16-148410-0",
            "1 2 3 4 5 6 7 8 9",
            "666-12-3456",
            "13/99 00 12 34",
            "12/34/56/78",
        ] {
            all(false, None, &[text, &format!("see {text} there")]);
        }
    }

    #[test]
    fn a_region_knows_its_own_numbers() {
        all(
            true,
            Some("US"),
            &["2025550143", "I am at 2025550143 now", "I am at 202 555 0143 now", "I am at 1-202-555-0143 now"],
        );
        all(false, Some("US"), &["1025550143", "202 155 0143", "020 7946 0018", "555-0143"]);
        all(true, Some("DK"), &["20123456", "I am at 20 12 34 56 now"]);
        all(true, Some("DE"), &["030 231250", "030231250", "I am at 030 231250 now", "I am at 0302312500 now", "231250 00"]);
        all(false, Some("DE"), &["2312500", "between 2020 5000 and", "I saw 23125000 now"]);
        all(false, Some("FR"), &["01 99 00 12", "I am at 199001234 now"]);
    }
}
