//! A channel that is there, beside one that is wanted.

use guestsync_genesys::call::ExistingChannel;
use serde_json::Value;

use super::channel::Channel;

/// What a lookup by exact name has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// No channel of this name.
    Nothing,
    /// One with the very definition that is wanted.
    Same(String),
    /// One of which the list says too little to tell.
    Unstated(String),
    /// One with another definition.
    Different,
    /// More than one.
    Several,
}

/// Looks for a wanted channel's name, byte by byte, among the channels of a list.
pub(super) fn find<'a>(wanted: &Channel, list: impl IntoIterator<Item = &'a ExistingChannel>) -> Found {
    let mut named = list.into_iter().filter(|existing| existing.name == wanted.name);
    match (named.next(), named.next()) {
        (None, _) => Found::Nothing,
        (Some(existing), None) => compare(wanted, existing),
        (Some(first), Some(second)) if first.id == second.id => compare(wanted, first),
        _ => Found::Several,
    }
}

fn compare(wanted: &Channel, existing: &ExistingChannel) -> Found {
    let wanted = serde_json::to_value(wanted).expect("texts, flags and lists always serialise");
    let stated = Value::Object(existing.members.clone());
    match agree(&wanted, Some(&stated), "") {
        Some(true) => Found::Same(existing.id.clone()),
        Some(false) => Found::Different,
        None => Found::Unstated(existing.id.clone()),
    }
}

/// Whether what is stated is what is wanted; `None` where too little is stated. Members that nobody asked for do not count, except
/// among custom attributes. The order of origins says nothing.
fn agree(wanted: &Value, stated: Option<&Value>, name: &str) -> Option<bool> {
    let stated = stated?;
    match (wanted, stated) {
        (Value::Object(wanted), Value::Object(stated)) => {
            let exact = name != "customAttributes" || wanted.len() == stated.len();
            let verdicts: Vec<_> = wanted.iter().map(|(name, member)| agree(member, stated.get(name), name)).collect();
            if !exact || verdicts.contains(&Some(false)) {
                Some(false)
            } else {
                verdicts.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
            }
        }
        (Value::Array(wanted), Value::Array(stated)) => {
            Some(wanted.len() == stated.len() && wanted.iter().all(|item| stated.contains(item)))
        }
        _ => Some(wanted == stated),
    }
}
