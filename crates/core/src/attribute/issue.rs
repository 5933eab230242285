//! What can be wrong with an update, found all at once.

use alloc::vec::Vec;

use super::{Given, Update, Value};
use crate::shared_str::SharedStr;
use crate::text::{has_control, head};

/// Limits of guest attributes. The defaults are the Guest API's.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Keys in one update.
    pub keys_per_update: usize,
    /// Keys of one guest.
    pub keys_per_guest: usize,
    /// Bytes of UTF-8 in one key.
    pub key_bytes: usize,
    /// Bytes of UTF-8 in one value.
    pub value_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { keys_per_update: 100, keys_per_guest: 1024, key_bytes: 128, value_bytes: 256 }
    }
}

/// A rule that an update broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The update names no key.
    UpdateEmpty,
    /// More keys than one update may have.
    UpdateTooManyKeys,
    /// The guest would have more keys than a guest may have.
    GuestTooManyKeys,
    /// The key is empty.
    KeyEmpty,
    /// The key is longer than allowed.
    KeyTooLong,
    /// The key holds a control character.
    KeyControl,
    /// The key is one that prototype pollution uses.
    KeyReserved,
    /// The value is neither string, number nor boolean.
    ValueType,
    /// The value is a number, but not a finite one.
    ValueNotFinite,
    /// The value is longer than allowed.
    ValueTooLong,
    /// The value holds personal data of a kind that is blocked.
    ValueBlocked,
}

impl Code {
    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UpdateEmpty => "update.empty",
            Self::UpdateTooManyKeys => "update.too_many_keys",
            Self::GuestTooManyKeys => "guest.too_many_keys",
            Self::KeyEmpty => "key.empty",
            Self::KeyTooLong => "key.too_long",
            Self::KeyControl => "key.control",
            Self::KeyReserved => "key.reserved",
            Self::ValueType => "value.type",
            Self::ValueNotFinite => "value.not_finite",
            Self::ValueTooLong => "value.too_long",
            Self::ValueBlocked => "value.blocked",
        }
    }
}

/// One broken rule, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The key, cut to 64 characters; empty where the update as a whole is meant.
    pub key: SharedStr,
    /// Which rule.
    pub code: Code,
}

/// Whether prototype pollution uses this name.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    matches!(name, "__proto__" | "constructor" | "prototype")
}

/// Splits an update into what may be stored, or everything that is wrong with it.
///
/// `known` tells whether the guest already has a key, `count` how many it has.
///
/// # Errors
/// All broken rules, in the order of the update.
pub fn check(
    updates: Vec<Update>,
    limits: &Limits,
    count: usize,
    known: &dyn Fn(&SharedStr) -> bool,
) -> Result<Vec<(SharedStr, Value)>, Vec<Issue>> {
    let mut issues = Vec::new();
    let mut whole = |code| issues.push(Issue { key: SharedStr::default(), code });
    if updates.is_empty() {
        whole(Code::UpdateEmpty);
    }
    if updates.len() > limits.keys_per_update {
        whole(Code::UpdateTooManyKeys);
    }
    let new = updates.iter().filter(|u| !known(&u.key)).count();
    if new > 0 && count + new > limits.keys_per_guest {
        whole(Code::GuestTooManyKeys);
    }
    let mut checked = Vec::with_capacity(updates.len());
    for Update { key, given } in updates {
        let mut at = |code| issues.push(Issue { key: head(&key, 64).into(), code });
        if key.is_empty() {
            at(Code::KeyEmpty);
        }
        if key.len() > limits.key_bytes {
            at(Code::KeyTooLong);
        }
        if has_control(&key) {
            at(Code::KeyControl);
        }
        if is_reserved(&key) {
            at(Code::KeyReserved);
        }
        match given {
            Given::Value(value) if value.bytes() <= limits.value_bytes => checked.push((key, value)),
            Given::Value(_) => at(Code::ValueTooLong),
            Given::NotFinite => at(Code::ValueNotFinite),
            Given::Blocked => at(Code::ValueBlocked),
            Given::OtherType => at(Code::ValueType),
        }
    }
    if issues.is_empty() { Ok(checked) } else { Err(issues) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(key: &str, value: &str) -> Update {
        Update { key: key.into(), given: Given::Value(Value::text(value)) }
    }

    fn codes(updates: Vec<Update>) -> Vec<(String, &'static str)> {
        check(updates, &Limits::default(), 0, &|_| false)
            .expect_err("something is wrong")
            .into_iter()
            .map(|issue| (issue.key.to_string(), issue.code.as_str()))
            .collect()
    }

    #[test]
    fn all_problems_of_an_update_are_told_at_once() {
        let updates = vec![
            text("", "a"),
            text("tier", &"é".repeat(129)),
            Update { key: "size".into(), given: Given::NotFinite },
            Update { key: "cart".into(), given: Given::OtherType },
            Update { key: "note".into(), given: Given::Blocked },
            text("__proto__", "x"),
            text("a\u{0}b", "x"),
            text("fine", "x"),
        ];
        assert_eq!(
            codes(updates),
            [
                (String::new(), "key.empty"),
                ("tier".into(), "value.too_long"),
                ("size".into(), "value.not_finite"),
                ("cart".into(), "value.type"),
                ("note".into(), "value.blocked"),
                ("__proto__".into(), "key.reserved"),
                ("a\u{0}b".into(), "key.control"),
            ]
        );
    }

    #[test]
    fn the_limits_count_bytes_of_utf_8_and_are_reached_exactly() {
        let limits = Limits::default();
        assert!(check(vec![text("k", &"é".repeat(128))], &limits, 0, &|_| false).is_ok());
        assert!(check(vec![text(&"k".repeat(128), "v")], &limits, 0, &|_| false).is_ok());
        assert_eq!(codes(vec![text(&"k".repeat(129), "v")]), [("k".repeat(64), "key.too_long")]);
    }

    #[test]
    fn a_guest_with_all_its_keys_takes_updates_of_them_only() {
        let limits = Limits { keys_per_guest: 2, ..Limits::default() };
        let known = |key: &SharedStr| *key == "a" || *key == "b";
        assert!(check(vec![text("a", "1"), text("b", "2")], &limits, 2, &known).is_ok());
        let issues = check(vec![text("a", "1"), text("c", "2")], &limits, 2, &known).expect_err("one key too many");
        assert_eq!(issues[0].code, Code::GuestTooManyKeys);
    }

    #[test]
    fn an_empty_update_and_one_of_too_many_keys_are_refused() {
        assert_eq!(codes(vec![]), [(String::new(), "update.empty")]);
        let many = (0..101).map(|i| text(&format!("k{i}"), "v")).collect();
        assert_eq!(codes(many), [(String::new(), "update.too_many_keys")]);
    }
}
