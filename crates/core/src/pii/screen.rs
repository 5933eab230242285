//! What is done about personal data in an attribute: it is flagged, masked or refused, by kind.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Kinds, Policies, Policy, Region, mask, scan};

/// How values are looked through.
#[derive(Debug, Clone)]
pub struct Screen {
    /// What happens to each kind.
    pub policies: Policies,
    /// Keys that are meant to carry such values: they are not looked at.
    pub allow: Vec<String>,
    /// Whose numbering plan judges phone numbers without a country code.
    pub region: Option<Region>,
    /// Longer values are refused anyway: they are not looked at.
    pub value_bytes: usize,
}

/// What a look at a value came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What was found.
    pub kinds: Kinds,
    /// Whether the update is to be refused.
    pub blocked: bool,
    /// What takes the value's place.
    pub masked: Option<String>,
}

impl Screen {
    /// Looks a value through; `None` where nothing is found.
    #[must_use]
    pub fn judge(&self, key: &str, text: &str) -> Option<Judgement> {
        if self.allow.iter().any(|allowed| allowed == key) || text.len() > self.value_bytes {
            return None;
        }
        let findings = scan(text, self.region);
        if findings.is_empty() {
            return None;
        }
        let kinds = findings.kinds();
        let hidden = kinds.and(self.policies.with(Policy::Mask));
        Some(Judgement {
            kinds,
            blocked: !kinds.and(self.policies.with(Policy::Block)).is_empty(),
            masked: (!hidden.is_empty()).then(|| mask(text, &findings, hidden)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    fn screen(policies: &[(Kind, Policy)]) -> Screen {
        let mut screen = Screen { policies: Policies::default(), allow: Vec::new(), region: None, value_bytes: 256 };
        for (kind, policy) in policies {
            screen.policies.set(*kind, *policy);
        }
        screen
    }

    fn only(kind: Kind, blocked: bool, masked: Option<&str>) -> Option<Judgement> {
        Some(Judgement { kinds: [kind].into_iter().collect(), blocked, masked: masked.map(String::from) })
    }

    #[test]
    fn a_finding_is_flagged_and_the_value_kept_where_nothing_else_is_said() {
        assert_eq!(screen(&[]).judge("note", "write to ada@example.org"), only(Kind::Email, false, None));
    }

    #[test]
    fn where_nothing_is_found_nothing_is_said() {
        assert_eq!(screen(&[(Kind::Email, Policy::Block)]).judge("note", "gold"), None);
    }

    #[test]
    fn a_masked_kind_gives_way_to_its_name_and_others_stay() {
        let judged = screen(&[(Kind::Email, Policy::Mask)]).judge("note", "ada@example.org at 192.0.2.7").expect("found");
        assert_eq!(judged.masked.as_deref(), Some("[email] at 192.0.2.7"));
        assert_eq!(judged.kinds, [Kind::Email, Kind::Ip].into_iter().collect());
    }

    #[test]
    fn a_blocked_kind_refuses_the_update() {
        assert_eq!(screen(&[(Kind::Card, Policy::Block)]).judge("note", "4111 1111 1111 1111"), only(Kind::Card, true, None));
    }

    #[test]
    fn a_key_that_is_meant_to_carry_such_values_is_not_looked_at() {
        let mut screen = screen(&[(Kind::Email, Policy::Block)]);
        screen.allow.push("email".to_owned());
        assert_eq!(screen.judge("email", "ada@example.org"), None);
    }

    #[test]
    fn a_value_that_is_too_long_to_be_taken_is_not_looked_at() {
        let mut screen = screen(&[(Kind::Email, Policy::Mask)]);
        screen.value_bytes = "ada@example.org".len();
        assert!(screen.judge("note", "ada@example.org").is_some());
        assert_eq!(screen.judge("note", "ada@example.org!"), None);
    }
}
