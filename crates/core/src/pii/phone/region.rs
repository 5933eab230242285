//! The country whose numbering plan judges numbers without a country code.

use super::plans;

/// A country, by the numbering plan it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region(u8);

impl Region {
    /// The country of this ISO 3166-1 code, two capital letters; `None` where it is not known to have a numbering plan.
    #[must_use]
    pub fn named(country: &str) -> Option<Self> {
        let letters: [u8; 2] = country.as_bytes().try_into().ok()?;
        let plan = plans::of(letters).filter(|_| letters[0].is_ascii_uppercase())?;
        Some(Self(plan as u8))
    }

    /// Whether it belongs to the North American Numbering Plan.
    pub(in crate::pii) const fn is_north_american(self) -> bool {
        self.0 == 0
    }

    /// Whether its numbers have eight digits at most.
    pub(super) fn is_short(self) -> bool {
        (0..9).any(|digits| plans::fits(self.0.into(), digits)) && !(9..16).any(|digits| plans::fits(self.0.into(), digits))
    }

    /// Whether a number, as dialled within the country, belongs to its plan.
    pub(super) fn has(self, digits: &[u8]) -> bool {
        let plan = usize::from(self.0);
        if self.is_north_american() {
            return is_north_american(if let [1, rest @ ..] = digits { rest } else { digits });
        }
        // The trunk prefix: 0 nearly everywhere, 8 in the plan of Russia.
        let trunk = if plan == plans::RUSSIA { 8 } else { 0 };
        let national = digits.len() - usize::from(digits.first() == Some(&trunk));
        plans::fits(plan, national) || plans::fits(plan, digits.len())
    }
}

/// Whether ten digits are a number of the North American Numbering Plan: neither area nor exchange begins with 0 or 1.
pub(super) fn is_north_american(digits: &[u8]) -> bool {
    matches!(digits, [2..=9, _, _, 2..=9, _, _, _, _, _, _])
}

#[cfg(test)]
mod tests {
    use super::Region;

    fn has(country: &str, digits: &str) -> bool {
        Region::named(country).unwrap().has(&digits.bytes().map(|c| c - b'0').collect::<Vec<_>>())
    }

    #[test]
    fn regions_are_named_by_two_capital_letters() {
        assert!(Region::named("US").is_some_and(Region::is_north_american));
        assert!(Region::named("JM").is_some_and(Region::is_north_american));
        assert!(!Region::named("DE").unwrap().is_north_american());
        for name in ["", "U", "us", "USA", "--", "ZZ", "Ü"] {
            assert_eq!(Region::named(name), None);
        }
    }

    #[test]
    fn numbers_are_judged_as_dialled_within_the_country() {
        assert!(has("US", "2025550143") && has("US", "12025550143"));
        assert!(!has("US", "2021550143") && !has("US", "1025550143") && !has("US", "202555014"));
        assert!(has("GB", "02079460018") && has("RU", "84955550143") && has("FR", "0155501234") && has("IT", "0655501234"));
        assert!(!has("FR", "01555012") && !has("DK", "212345678"));
    }
}
