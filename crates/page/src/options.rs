//! The options of a page, as the face hands them over.

use guestsync_core::flat::Flat;
use guestsync_core::outbox::{Guest, Options, Ungranted};

/// Reads the options. In this order: the guest's id, or nothing and a fresh random session id; whether what is not granted is
/// dropped, whether the page resolves conflicts, whether it sends an event for each delivery (a text: yes, none: no); the most keys and milliseconds that wait for company; the
/// most keys of an update and of a guest, and bytes of a value; how many purposes follow; key and purpose in turn; how many of them
/// are stated; these, each with whether as granted; whether the browser's signal is on; how many it withdraws; these.
pub(crate) fn read(flat: &mut Flat<'_>) -> Options {
    let (known, session) = (flat.shared(), flat.shared());
    let guest = match known {
        Some(guest) => Guest::Known(guest),
        None => Guest::Session(session.unwrap_or_default()),
    };
    let mut options = Options::new(guest);
    if flat.text().is_some() {
        options.ungranted = Ungranted::Drop;
    }
    options.resolves = flat.text().is_some();
    options.hooks = flat.text().is_some();
    options.max_items = flat.number() as usize;
    options.max_delay = flat.number();
    options.limits.keys_per_update = flat.number() as usize;
    options.limits.keys_per_guest = flat.number() as usize;
    options.limits.value_bytes = flat.number() as usize;
    for _ in 0..flat.number() {
        if let (Some(key), Some(purpose)) = (flat.shared(), flat.shared()) {
            options.purposes.name(key, purpose);
        }
    }
    for _ in 0..flat.number() {
        let (purpose, granted) = (flat.shared(), flat.text().is_some());
        if let Some(purpose) = purpose {
            options.stated.push((purpose, granted));
        }
    }
    options.signals = flat.text().is_some();
    for _ in 0..flat.number() {
        if let Some(purpose) = flat.shared() {
            options.signalled.push(purpose);
        }
    }
    options
}
