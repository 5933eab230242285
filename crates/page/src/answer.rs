//! Answers and rows, as the face hands them over.

use guestsync_core::attribute::{Given, Value, flat};
use guestsync_core::journal::{Row, Table};
use guestsync_core::outbox::Answer;
use js_sys::Array;

/// Status, code, message, `ETag`, `Retry-After`, `Date`, attributes (as one flat call), then the fields that the error names.
pub(crate) fn answer(status: u16, parts: &Array) -> Answer {
    let text = |at| parts.get(at).as_string();
    let mut attributes = Vec::new();
    for update in text(5).as_deref().and_then(flat::decode).unwrap_or_default() {
        if let Given::Value(value) = update.given {
            attributes.push((update.key, value));
        }
    }
    let mut fields = Vec::new();
    for at in 6..parts.length() {
        fields.extend(text(at));
    }
    let (code, message, etag, retry_after, date) = (text(0), text(1), text(2), text(3), text(4));
    Answer { status, code, message, fields, etag, retry_after, date, attributes }
}

/// Table, key, value, table, key, value, …
pub(crate) fn rows(flat: &Array) -> Vec<Row> {
    let mut rows = Vec::new();
    for at in (0..flat.length()).step_by(3) {
        let text = |at| flat.get(at).as_string();
        if let (Some(table), Some(key), Some(value)) = (text(at), text(at + 1), text(at + 2))
            && let Some(table) = table.chars().next().and_then(Table::of)
        {
            rows.push(Row { table, key, value });
        }
    }
    rows
}

/// Key, type letter (or null: theirs stays), value, …
pub(crate) fn decisions(flat: &Array) -> Vec<(String, Option<Value>)> {
    let mut decisions = Vec::new();
    for at in (0..flat.length()).step_by(3) {
        let text = |at| flat.get(at).as_string();
        let Some(key) = text(at) else { continue };
        match (text(at + 1), text(at + 2)) {
            (None, _) => decisions.push((key, None)),
            (Some(letter), Some(value)) => {
                if let Some(value) = letter.chars().next().and_then(|letter| Value::from_parts(letter, &value)) {
                    decisions.push((key, Some(value)));
                }
            }
            _ => {}
        }
    }
    decisions
}
