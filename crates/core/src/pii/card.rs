//! Numbers of payment cards (ISO/IEC 7812): a known issuer with a length it uses, the Luhn check digit, and, where the digits stand
//! in groups, the groups that are printed on cards.

use super::text::Text;

/// The most digits of a number.
const MAX: usize = 19;

/// Where the card number that begins at `start` ends. Its groups are separated by spaces, hyphens or dots, all the same.
pub(super) fn end(text: &Text, start: usize) -> Option<usize> {
    if text.before(start).is_ascii_alphanumeric() || text.goes_back(start) {
        return None;
    }
    let mut digits = [0; MAX];
    let mut count = 0;
    let mut group = 0;
    let mut shape = 0;
    let mut separator = 0;
    let mut at = start;
    let mut found = None;
    loop {
        let c = text.at(at);
        if c.is_ascii_digit() {
            *digits.get_mut(count)? = c - b'0';
            count += 1;
            group += 1;
            at += 1;
            continue;
        }
        shape = shape << 8 | group;
        let number = &digits[..count];
        if is_printed(shape) && is_issued(number) && passes_luhn(number) && !text.goes_on(at) {
            found = Some(at);
        }
        let next_group = matches!(c, b' ' | b'-' | b'.') && (separator == 0 || separator == c) && text.at(at + 1).is_ascii_digit();
        if !next_group || shape > 0x0404_0404 {
            return found;
        }
        separator = c;
        group = 0;
        at += 1;
    }
}

/// Whether groups of these lengths, a byte each, are those of a card: one of all, fours with a shorter last one, 4-6-5, or 4-6-4.
fn is_printed(shape: u64) -> bool {
    matches!(shape, 13..=19 | 0x0404_0401..=0x0404_0404 | 0x04_0404_0401..=0x04_0404_0403 | 0x04_0605 | 0x04_0604)
}

/// Whether an issuer gives out numbers that begin like this and have this length.
fn is_issued(number: &[u8]) -> bool {
    let begin = number.iter().take(4).fold(0, |all, digit| all * 10 + u32::from(*digit));
    let lengths = match begin {
        // UATP, American Express.
        1000..=1999 | 3400..=3499 | 3700..=3799 => 15..=15,
        // Mastercard; UnionPay and RuPay; Troy.
        2221..=2720 | 5100..=5599 | 8100..=8299 | 9792 => 16..=16,
        // Visa.
        4000..=4999 => return matches!(number.len(), 13 | 16 | 19),
        // Mir, JCB, Maestro and other debit cards.
        2200..=2204 | 3528..=3589 | 5000..=5099 | 5600..=5999 => 16..=19,
        // Diners Club; Discover, UnionPay, Maestro and others.
        3000..=3059 | 3095 | 3600..=3699 | 3800..=3999 | 6000..=6999 => 14..=19,
        _ => return false,
    };
    lengths.contains(&number.len())
}

fn passes_luhn(number: &[u8]) -> bool {
    let mut sum = 0;
    for (from_right, digit) in number.iter().rev().enumerate() {
        let doubled = digit << (from_right & 1);
        sum += u32::from(doubled - if doubled > 9 { 9 } else { 0 });
    }
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, scan};
    use super::passes_luhn;

    fn found(text: &str) -> Vec<&str> {
        let findings = scan(text, None);
        findings.iter().filter(|f| f.kind == Kind::Card).map(|f| &text[f.range.clone()]).collect()
    }

    /// A number that begins like this, with zeros up to the length and the check digit.
    fn made(begin: &str, length: usize) -> String {
        let number = format!("{begin:0<width$}", width = length - 1);
        let passes = |last: &char| {
            let digits: Vec<u8> = format!("{number}{last}").bytes().map(|c| c - b'0').collect();
            passes_luhn(&digits)
        };
        format!("{number}{}", ('0'..='9').find(passes).unwrap())
    }

    #[test]
    fn the_number_printed_in_the_standard_passes_and_no_neighbour_does() {
        assert!(passes_luhn(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 3]));
        for last in [0, 1, 2, 4, 5, 6, 7, 8, 9] {
            assert!(!passes_luhn(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1, last]));
        }
    }

    #[test]
    fn issuers_are_known_with_their_lengths() {
        for (begin, lengths) in [
            ("1220", [15].as_slice()),
            ("2221", &[16]),
            ("2720", &[16]),
            ("2201", &[16, 17, 18, 19]),
            ("34", &[15]),
            ("37", &[15]),
            ("305", &[14, 15, 16, 17, 18, 19]),
            ("3530", &[16, 17, 18, 19]),
            ("4", &[13, 16, 19]),
            ("51", &[16]),
            ("55", &[16]),
            ("5018", &[16, 17, 18, 19]),
            ("6011", &[14, 15, 16, 17, 18, 19]),
            ("8171", &[16]),
            ("9792", &[16]),
            ("2721", &[]),
            ("2220", &[]),
            ("32", &[]),
            ("7", &[]),
            ("0", &[]),
        ] {
            for length in 11..=21 {
                let number = made(begin, length);
                let expected: &[&str] = if lengths.contains(&length) { &[&number] } else { &[] };
                assert_eq!(found(&number), expected, "{begin} with {length} digits");
            }
        }
    }

    #[test]
    fn groups_are_those_printed_on_cards() {
        for number in [
            "5105 1051 0510 5100",
            "5105-1051-0510-5100",
            "5105.1051.0510.5100",
            "3782-822463-10005",
            "3782 8224 6310 005",
            "3852-000002-3237",
            "4000 0000 0000 0000 006",
        ] {
            assert_eq!(found(number), [number]);
        }
        for text in [
            "51051051-0510-5100",
            "5105 1051-0510 5100",
            "5105  1051 0510 5100",
            "510 5105 1051 05100",
            "5105/1051/0510/5100",
            "378282-246310005",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_stands_around_a_number_is_not_part_of_it() {
        assert_eq!(found("card 5105 1051 0510 5100 12/29 123"), ["5105 1051 0510 5100"]);
        assert_eq!(found("5105105105105100, 3782 822463 10005"), ["5105105105105100", "3782 822463 10005"]);
        assert_eq!(found("卡号5105105105105100。"), ["5105105105105100"]);
        for text in ["x5105105105105100", "5105105105105100x", "0-5105105105105100", "5105105105105100-1", "5105105105105101"] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
