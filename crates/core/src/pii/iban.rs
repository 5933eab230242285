//! IBANs (ISO 13616): a country, two check digits (ISO 7064, MOD 97-10), and as many characters as that country has.

use super::text::Text;

/// The countries with their lengths: those of the registry, and those that use the form without being in it.
const COUNTRIES: &[u8] = b"\
    AD\x18AE\x17AL\x1CAO\x19AT\x14AZ\x1CBA\x14BE\x10BF\x1CBG\x16BH\x16BI\x1BBJ\x1CBR\x1DBY\x1CCF\x1BCG\x1BCH\x15CI\x1CCM\x1B\
    CR\x16CV\x19CY\x1CCZ\x18DE\x16DJ\x1BDK\x12DO\x1CDZ\x1AEE\x14EG\x1DES\x18FI\x12FK\x12FO\x12FR\x1BGA\x1BGB\x16GE\x16GI\x17\
    GL\x12GQ\x1BGR\x1BGT\x1CGW\x19HN\x1CHR\x15HU\x1CIE\x16IL\x17IQ\x17IR\x1AIS\x1AIT\x1BJO\x1EKM\x1BKW\x1EKZ\x14LB\x1CLC\x20\
    LI\x15LT\x14LU\x14LV\x15LY\x19MA\x1CMC\x1BMD\x18ME\x16MG\x1BMK\x13ML\x1CMN\x14MR\x1BMT\x1FMU\x1EMZ\x19NE\x1CNI\x1CNL\x12\
    NO\x0FOM\x17PK\x18PL\x1CPS\x1DPT\x19QA\x1DRO\x18RS\x16RU\x21SA\x18SC\x1FSD\x12SE\x18SI\x13SK\x18SM\x1BSN\x1CSO\x17ST\x19\
    SV\x1CTD\x1BTG\x1CTL\x17TN\x18TR\x1AUA\x1DVA\x16VG\x18XK\x14YE\x1E";

/// The lengths by the places of a country's letters in the alphabet; 0: that is no country with IBANs.
static LENGTHS: [u8; 26 * 26] = {
    let mut lengths = [0; 26 * 26];
    let mut at = 0;
    while at < COUNTRIES.len() {
        let [first, second] = [COUNTRIES[at] - b'A', COUNTRIES[at + 1] - b'A'];
        lengths[first as usize * 26 + second as usize] = COUNTRIES[at + 2];
        at += 3;
    }
    lengths
};

/// Where the IBAN that begins with a letter at `start`, not within a word, ends. Its characters may stand in groups, with a space or a hyphen between them; all its
/// letters are capitals, or none.
pub(super) fn end(text: &Text, start: usize) -> Option<usize> {
    let country = [text.at(start), text.at(start + 1)];
    if !text.is_digit(start + 2) {
        return None;
    }
    let length = length(country)?;
    let first_letter = b'A' | country[0] & 0x20;
    let mut sum = 0;
    let mut end = None;
    // The check digits and what they stand behind come last in the sum.
    for (from, places) in [(start + 4, length - 4), (start, 4)] {
        let mut at = from;
        for _ in 0..places {
            let mut c = text.read(at);
            if matches!(c, b' ' | b'-') {
                at += 1;
                c = text.read(at);
            }
            at += 1;
            let digit = c.wrapping_sub(b'0');
            let letter = c.wrapping_sub(first_letter);
            sum = match digit {
                0..=9 => sum * 10 + u32::from(digit),
                _ if letter < 26 => sum * 100 + u32::from(letter) + 10,
                _ => return None,
            };
            // Kept small without a division, which takes longer than all the rest: 2^16 is 61 modulo 97.
            sum = (sum & 0xFFFF) + (sum >> 16) * 61;
        }
        end = end.or(Some(at));
    }
    let end = end?;
    (sum % 97 == 1 && !text.at(end).is_ascii_alphanumeric()).then_some(end)
}

/// How many characters an IBAN of this country has.
fn length(country: [u8; 2]) -> Option<u8> {
    let [first, second] = country.map(|c| usize::from((c | 0x20).wrapping_sub(b'a')));
    if second > 25 {
        return None;
    }
    LENGTHS.get(first * 26 + second).copied().filter(|length| *length > 0)
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, scan};
    use super::COUNTRIES;

    fn found(text: &str) -> Vec<&str> {
        let findings = scan(text, None);
        findings.iter().filter(|f| f.kind == Kind::Iban).map(|f| &text[f.range.clone()]).collect()
    }

    /// An IBAN of this country with digits only, its check digits computed by the definition.
    fn made(country: &str, length: usize) -> String {
        let rest: String = "12345678901234567890123456789012".chars().take(length - 4).collect();
        let number = country.bytes().fold(rest.clone(), |all, c| format!("{all}{}", c - b'A' + 10)) + "00";
        let left = number.bytes().fold(0, |sum, c| (sum * 10 + u32::from(c - b'0')) % 97);
        format!("{country}{:02}{rest}", 98 - left)
    }

    #[test]
    fn every_country_has_its_length() {
        assert_eq!(COUNTRIES.len() % 3, 0);
        for entry in COUNTRIES.chunks_exact(3) {
            let country = core::str::from_utf8(&entry[..2]).unwrap();
            let length = usize::from(entry[2]);
            assert!((15..=33).contains(&length), "{country}");
            let iban = made(country, length);
            assert_eq!(found(&iban), [iban.as_str()]);
            assert_eq!(found(&made(country, length - 1)), [""; 0], "{country} one short");
            assert_eq!(found(&made(country, length + 1)), [""; 0], "{country} one long");
        }
    }

    #[test]
    fn groups_letters_and_lower_case_are_read() {
        for iban in ["GB33 BUKB 2020 1555 5555 55", "GB33-BUKB-2020-1555-5555-55", "gb33bukb20201555555555"] {
            assert_eq!(found(iban), [iban]);
        }
        assert_eq!(found("to GB33 BUKB 2020 1555 5555 55 by Friday"), ["GB33 BUKB 2020 1555 5555 55"]);
    }

    #[test]
    fn a_wrong_check_digit_case_country_or_neighbour_is_refused() {
        for text in [
            "GB33BUKB20201555555556",
            "GB33 bUKB 2020 1555 5555 55",
            "ZZ33BUKB20201555555555",
            "GB33/BUKB/2020/1555/5555/55",
            "GB33  BUKB20201555555555",
            "XGB33BUKB20201555555555",
            "GB33BUKB202015555555551",
            "GB33BUKB2020",
            "GB",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
