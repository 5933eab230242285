//! What a page gives to be set, before it is checked.

use super::Value;
use crate::shared_str::SharedStr;

/// A value as it was given: one of the three types, or something that cannot be an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Of an allowed type.
    Value(Value),
    /// A number that is not finite.
    NotFinite,
    /// Of an allowed type, with personal data of a kind that is blocked in it: the value itself was left behind.
    Blocked,
    /// Of another type.
    OtherType,
}

impl Given {
    /// From its type's letter and what JavaScript makes of it as text: `s` string, `n` number, `b` boolean, `p` what personal data is blocked
    /// in, `x` anything else.
    #[must_use]
    pub fn from_typed(typed: &str) -> Self {
        match Value::from_typed(typed) {
            Some(value) => Self::Value(value),
            None => match typed.as_bytes().first() {
                Some(b'n') => Self::NotFinite,
                Some(b'p') => Self::Blocked,
                _ => Self::OtherType,
            },
        }
    }
}

/// One key and what was given for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The attribute's key.
    pub key: SharedStr,
    /// What was given.
    pub given: Given,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_an_attribute_is_told_apart() {
        assert_eq!(Given::from_typed("sNaN"), Given::Value(Value::text("NaN")));
        for typed in ["n1.5e-7", "btrue", "bfalse"] {
            assert!(matches!(Given::from_typed(typed), Given::Value(value) if value.typed() == typed));
        }
        assert_eq!(Given::from_typed("nNaN"), Given::NotFinite);
        assert_eq!(Given::from_typed("n-Infinity"), Given::NotFinite);
        assert_eq!(Given::from_typed("p"), Given::Blocked);
        for other in ["xobject", "bother", "", "é"] {
            assert_eq!(Given::from_typed(other), Given::OtherType);
        }
    }
}
