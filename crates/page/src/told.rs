//! What the face tells, as inputs of the outbox.

use alloc::boxed::Box;
use alloc::vec::Vec;

use guestsync_core::Sensitive;
use guestsync_core::attribute::{Given, Update, Value};
use guestsync_core::clock::Clock;
use guestsync_core::flat::Flat;
use guestsync_core::journal::{Row, Table};
use guestsync_core::outbox::{Answer, Durability, Hint, Input};
use guestsync_core::shared_str::SharedStr;
use guestsync_core::text::decimal;

use crate::code::Tell;

/// The input of a message, whose name is read already; `None` for a word that means nothing.
pub(crate) fn input(name: Tell, flat: &mut Flat<'_>) -> Option<Input> {
    Some(match name {
        Tell::Tick => Input::Tick,
        Tell::Grant => Input::Grant { call: id(flat), purpose: flat.shared()?, repeated: flat.text().is_some() },
        Tell::Withdraw => Input::Withdraw { call: id(flat), purpose: flat.shared()? },
        Tell::Logout => Input::Logout { call: id(flat), fresh: flat.shared()? },
        Tell::Flush => Input::Flush { call: id(flat), timeout: flat.number() },
        Tell::Online => Input::Online,
        Tell::Offline => Input::Offline,
        Tell::Hidden => Input::Hidden,
        Tell::Visible => Input::Visible,
        Tell::Resumed => Input::Resumed,
        Tell::Close => Input::Close,
        Tell::Leaving => Input::Leaving(rows(flat)),
        Tell::Loaded => Input::Loaded { load: id(flat), rows: rows(flat) },
        Tell::LoadFailed => Input::LoadFailed { load: id(flat) },
        Tell::Stored => Input::Stored { store: id(flat), durability: durability(flat.text()) },
        Tell::StoreFailed => Input::StoreFailed { store: id(flat), reason: refusal(flat.text()?) },
        Tell::Changed => Input::Changed(hint(flat.text()?)?),
        Tell::LockGranted => Input::LockGranted,
        Tell::LockLost => Input::LockLost,
        Tell::Peeked => Input::Peeked { until: flat.text().and_then(decimal) },
        Tell::Token => Input::Token {
            guest: flat.shared()?,
            value: Sensitive::new(flat.owned()?),
            asked_at: flat.number(),
            expires_in: Some(flat.number() as f64 / 1_000.0),
        },
        Tell::TokenFailed => Input::TokenFailed { guest: flat.shared()?, answer: answer(flat) },
        Tell::Started => Input::Started { session: flat.shared()?, guest: flat.shared()? },
        Tell::StartFailed => Input::StartFailed { session: flat.shared()?, fresh: flat.shared()?, answer: answer(flat) },
        Tell::Answered => Input::Response { send: id(flat), answer: answer(flat) },
        Tell::SendFailed => Input::SendFailed { send: id(flat) },
        Tell::Resolved => Input::Resolved { send: id(flat), values: decisions(flat) },
        // These are read elsewhere.
        Tell::Sets | Tell::Metrics => return None,
    })
}

/// The number of a call, or of what was asked for.
fn id(flat: &mut Flat<'_>) -> u32 {
    flat.number() as u32
}

/// A journal of the page's own may say anything, or nothing: that promises no more than memory.
fn durability(word: Option<&str>) -> Durability {
    match word {
        Some("disk") => Durability::Disk,
        Some("tab") => Durability::Tab,
        Some("beside") => Durability::Beside,
        _ => Durability::Memory,
    }
}

fn refusal(word: &str) -> &'static str {
    match word {
        "quota" => "quota",
        "blocked" => "blocked",
        _ => "failed",
    }
}

fn hint(word: &str) -> Option<Hint> {
    match word {
        "consent" => Some(Hint::Consent),
        "state" => Some(Hint::State),
        moment => Clock::from_text(moment).map(Hint::Records),
    }
}

/// The next of the calls of a task.
pub(crate) fn set(flat: &mut Flat<'_>) -> Input {
    let call = id(flat);
    let mut updates = Vec::new();
    for _ in 0..flat.number() / 2 {
        if flat.is_at_end() {
            break;
        }
        let key = flat.shared().unwrap_or_default();
        updates.push(Update { key, given: Given::from_typed(flat.text().unwrap_or_default()) });
    }
    Input::Set { call, updates }
}

/// Table, key, value, …
pub(crate) fn rows(flat: &mut Flat<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    while !flat.is_at_end() {
        if let (Some(table), Some(key), Some(value)) = (flat.text().and_then(Table::of), flat.shared(), flat.shared()) {
            rows.push(Row { table, key, value });
        }
    }
    rows
}

fn answer(flat: &mut Flat<'_>) -> Box<Answer> {
    let mut answer = Box::new(Answer {
        status: flat.number() as u16,
        code: flat.shared(),
        message: flat.shared(),
        etag: flat.shared(),
        pause: flat.number(),
        ..Answer::default()
    });
    for _ in 0..flat.number() {
        if flat.is_at_end() {
            break;
        }
        if let Some(field) = flat.shared() {
            answer.fields.push(field);
        }
    }
    while !flat.is_at_end() {
        if let (Some(key), Some(value)) = (flat.shared(), flat.text().and_then(Value::from_typed)) {
            answer.attributes.push((key, value));
        }
    }
    answer
}

fn decisions(flat: &mut Flat<'_>) -> Vec<(SharedStr, Option<Value>)> {
    let mut decisions = Vec::new();
    while !flat.is_at_end() {
        if let (Some(key), typed) = (flat.shared(), flat.text()) {
            decisions.push((key, typed.and_then(Value::from_typed)));
        }
    }
    decisions
}
