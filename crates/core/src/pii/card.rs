//! Numbers of payment cards (ISO/IEC 7812): a known issuer with a length it uses, the Luhn check digit, and, where the digits stand
//! in groups, the groups that are printed on cards.

use super::run::{Run, sign};

/// Whether a run of digits is the number of a card. Its groups are separated by spaces, hyphens or dots, all the same; four groups
/// of four tell a card of any issuer.
pub(super) fn is_number(run: &Run) -> bool {
    let digits = run.digits();
    let printed = match run.signs {
        0 => true,
        sign::SPACE | sign::HYPHEN | sign::DOT => matches!(run.shape, 0x4441..=0x4444 | 0x4_4441..=0x4_4443 | 0x465 | 0x464),
        _ => false,
    };
    printed && passes_luhn(digits) && (is_issued(digits) || (run.shape == 0x4444 && digits.first() != Some(&0)))
}

/// What numbers begin with, from and to, and how many digits they have, from and to.
const ISSUED: [[u16; 4]; 21] = [
    [1000, 1999, 15, 15], // UATP
    [2131, 2131, 15, 15], // JCB
    [2200, 2204, 16, 19], // Mir
    [2221, 2720, 16, 16], // Mastercard
    [3000, 3059, 14, 19], // Diners Club
    [3095, 3095, 14, 19],
    [3400, 3499, 15, 15], // American Express
    [3528, 3589, 16, 19], // JCB
    [3600, 3699, 14, 19], // Diners Club
    [3700, 3799, 15, 15], // American Express
    [3800, 3999, 14, 19], // Diners Club
    [4000, 4999, 13, 13], // Visa
    [4000, 4999, 16, 16],
    [4000, 4999, 19, 19],
    [5000, 5099, 16, 19], // Maestro and other debit cards
    [5100, 5599, 16, 16], // Mastercard
    [5600, 5999, 16, 19], // Maestro
    [6000, 6999, 14, 19], // Discover, UnionPay, Maestro and others
    [8100, 8299, 16, 16], // UnionPay, RuPay
    [9400, 9499, 16, 16], // cards of Korea only
    [9792, 9792, 16, 16], // Troy
];

/// Whether an issuer gives out numbers that begin like this and have this length.
fn is_issued(number: &[u8]) -> bool {
    let begin = number.iter().take(4).fold(0, |all, digit| all * 10 + u16::from(*digit));
    let length = number.len() as u16;
    ISSUED
        .iter()
        .any(|[low, high, fewest, most]| begin.wrapping_sub(*low) <= high - low && length.wrapping_sub(*fewest) <= most - fewest)
}

fn passes_luhn(number: &[u8]) -> bool {
    let mut sum = 0;
    for (from_right, digit) in number.iter().rev().enumerate() {
        let doubled = u32::from(digit << (from_right & 1));
        sum += doubled - if doubled > 9 { 9 } else { 0 };
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
            ("2131", &[15]),
            ("94", &[16]),
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
            "7000 0000 0000 0005",
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
            "0000 0000 0000 0000",
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
