//! Personal data in what the page sets: flagged, masked or refused, by kind.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::Outbox;
use super::output::Event;
use crate::attribute::{Code, Limits, Value};
use crate::pii::{self, Kind, Policies, Policy, Region};
use crate::sorted::Sorted;

/// How values are looked through.
#[derive(Debug, Clone, Default)]
pub struct Screen {
    /// What happens to each kind.
    pub policies: Policies,
    /// Keys that are meant to carry such values: they are not looked at.
    pub allow: Sorted<()>,
    /// Whose numbering plan judges phone numbers without a country code.
    pub region: Option<Region>,
}

/// What was found in one update.
#[derive(Debug, Default)]
pub(super) struct Screened {
    /// Key, kind and what happened to it.
    pub(super) findings: Vec<(String, Kind, Policy)>,
    /// The keys whose values were changed.
    pub(super) masked: Vec<String>,
}

impl Screen {
    /// Looks a value through: masks it, notes what was found, or gives the rule that it breaks.
    pub(super) fn judge(&self, limits: &Limits, key: &str, value: &mut Value, seen: &mut Screened) -> Option<Code> {
        let (Value::Text(text) | Value::Number(text)) = &*value else { return None };
        if self.allow.contains(key) {
            return None;
        }
        let findings = pii::scan(text, self.region);
        let kinds = findings.kinds();
        for kind in kinds.iter() {
            seen.findings.push((key.to_owned(), kind, self.policies.get(kind)));
        }
        let has = |policy| kinds.and(self.policies.with(policy));
        if !has(Policy::Block).is_empty() {
            return Some(Code::ValueBlocked);
        }
        let hidden = has(Policy::Mask);
        if !hidden.is_empty() {
            let masked = pii::mask(text, &findings, hidden);
            if masked.len() > limits.value_bytes {
                return Some(Code::ValueTooLong);
            }
            *value = Value::Text(masked);
            seen.masked.push(key.to_owned());
        }
        None
    }
}

impl Outbox {
    /// Tells what was found: keys and kinds, never values.
    pub(super) fn tell_findings(&mut self, findings: &[(String, Kind, Policy)]) {
        for (key, kind, policy) in findings {
            self.accounts.findings += 1;
            self.event(Event::Finding { key: key.clone(), kind: *kind, policy: *policy });
        }
    }
}
