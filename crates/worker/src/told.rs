//! What the face tells, as inputs of the machine.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use guestsync_core::Sensitive;
use guestsync_core::flat::Flat;
use guestsync_core::journal::{Row, Table};
use guestsync_core::profile::{Entry, Given, Input, Listed, MAX_FIELDS, Unreadable, Upstream};
use guestsync_core::seal::{Agreement, Entropy, PublicPoint, SharedKey};
use guestsync_core::text::decimal;
use zeroize::Zeroizing;

use crate::code::Tell;

/// Bytes of a point in uncompressed form.
const POINT: usize = 65;

/// The input of a message, whose name is read already; `None` where it is not of its form.
pub(crate) fn input(name: Tell, flat: &mut Flat<'_>, secret: &[u8]) -> Option<Input> {
    Some(match name {
        Tell::Submitted => {
            let ((form, navigation), mut seed) = (self::form(flat), Zeroizing::new(secret.try_into().ok()?));
            Input::Submitted { form, navigation, entries: entries(flat), entropy: Entropy::from_seed(&mut seed) }
        }
        Tell::Unreadable => {
            let (form, navigation) = self::form(flat);
            let why = if flat.text().is_some() { Unreadable::TooLarge } else { Unreadable::Malformed };
            Input::Unreadable { form, navigation, why }
        }
        Tell::Prepare => Input::Prepare,
        Tell::KeysFailed => Input::KeysFailed { online: flag(flat) },
        Tell::Agreed => {
            let key_id = flat.string();
            match agreement(&key_id, secret) {
                Some(agreement) => Input::Agreed(agreement),
                None => Input::AgreeFailed { key_id },
            }
        }
        Tell::AgreeFailed => Input::AgreeFailed { key_id: flat.string() },
        Tell::Token => Input::Token {
            guest: flat.string(),
            value: Sensitive::new(flat.string()),
            asked_at: flat.number(),
            expires_in: Some(flat.number() as f64 / 1_000.0),
        },
        Tell::TokenFailed => Input::TokenFailed { guest: flat.string(), answer: answer(flat) },
        Tell::FieldKey => {
            let guest = flat.string();
            match secret.try_into() {
                Ok(mut key) => Input::FieldKey {
                    guest,
                    key: SharedKey::new(&mut key),
                    fresh_for: Some(flat.number()).filter(|left| *left > 0),
                },
                Err(_) => Input::FieldKeyFailed { guest, answer: Upstream::default() },
            }
        }
        Tell::FieldKeyFailed => Input::FieldKeyFailed { guest: flat.string(), answer: answer(flat) },
        Tell::Answered => Input::Response { send: id(flat), answer: answer(flat) },
        Tell::SendFailed => Input::SendFailed { send: id(flat), unsent: flag(flat) },
        Tell::LockGranted => Input::LockGranted,
        Tell::Loaded => Input::Loaded { load: id(flat), rows: rows(flat) },
        Tell::LoadFailed => Input::LoadFailed { load: id(flat) },
        Tell::Stored => Input::Stored { store: id(flat) },
        Tell::StoreFailed => Input::StoreFailed { store: id(flat) },
        Tell::Wake => Input::Wake { page: flag(flat) },
        Tell::ConsentChanged => Input::ConsentChanged,
        Tell::Status => Input::Status { ask: id(flat) },
        Tell::Retry => Input::Retry { key: flat.string() },
        Tell::Discard => Input::Discard { key: flat.string() },
        Tell::Logout => Input::Logout { guest: flat.string() },
        Tell::Deadline => Input::Deadline,
        // These are read elsewhere.
        Tell::Open | Tell::Arrived | Tell::Keys => return None,
    })
}

/// The number of a form, and whether the browser navigates to its answer.
pub(crate) fn form(flat: &mut Flat<'_>) -> (u32, bool) {
    (id(flat), flag(flat))
}

/// A text: yes; none: no.
pub(crate) fn flag(flat: &mut Flat<'_>) -> bool {
    flat.text().is_some()
}

/// The number of something asked for.
fn id(flat: &mut Flat<'_>) -> u32 {
    flat.number() as u32
}

/// Names and values in turn, each value with its type's letter before it; none for nothing.
fn entries(flat: &mut Flat<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    while !flat.is_at_end() && entries.len() <= MAX_FIELDS {
        let name = flat.owned().unwrap_or_default();
        let given = match flat.text() {
            None => Given::Nothing,
            Some("b") => Given::Flag(false),
            Some("b1") => Given::Flag(true),
            Some("f") => Given::File,
            Some(typed) => match typed.strip_prefix('s') {
                Some(text) => Given::Text(Sensitive::new(text.to_owned())),
                None => Given::Other,
            },
        };
        entries.push(Entry { name, given });
    }
    entries
}

/// `kid`, `kty`, `crv`, `use`, `alg` of a key.
pub(crate) fn listed(flat: &mut Flat<'_>) -> Listed {
    let (id, kind, curve) = (flat.owned(), flat.owned(), flat.owned());
    Listed { id, kind, curve, usage: flat.owned(), algorithm: flat.owned() }
}

/// Our point in uncompressed form, and the 32 bytes that were agreed on.
fn agreement(key_id: &str, secret: &[u8]) -> Option<Agreement> {
    let (point, agreed) = secret.split_at_checked(POINT)?;
    let point = PublicPoint::from_uncompressed(point).ok()?;
    Agreement::new(key_id, point, &mut agreed.try_into().ok()?).ok()
}

/// Status (0: there was none), code, the wait asked for, the server's time, `Guestsync-Seq`.
fn answer(flat: &mut Flat<'_>) -> Upstream {
    let status = flat.number() as u16;
    let code = flat.owned();
    let (pause, date) = (flat.text().and_then(decimal), flat.text().and_then(decimal));
    Upstream { status, code, pause, date, sequence: flat.text().and_then(guestsync_core::text::whole) }
}

/// Whether it is a decision, key, value, …
fn rows(flat: &mut Flat<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    while !flat.is_at_end() {
        let table = if flag(flat) { Table::Consent } else { Table::Forms };
        if let (Some(key), Some(value)) = (flat.owned(), flat.owned()) {
            rows.push(Row { table, key: key.into(), value: value.into() });
        }
    }
    rows
}
