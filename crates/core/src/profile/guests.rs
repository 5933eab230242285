//! Capabilities and field keys, per guest, in memory only.

use std::collections::{BTreeMap, BTreeSet};

use crate::seal::SharedKey;
use crate::token::{Ask, Lifecycle};
use crate::{Millis, Now, Sensitive};

/// Guests that are remembered while none of their forms is on its way.
const MAX_IDLE: usize = 16;
/// How long a field key serves that states nothing.
const USUAL_FRESH: Millis = 3_600_000;

/// What is held for each guest.
#[derive(Debug, Default)]
pub(super) struct Guests {
    guests: BTreeMap<String, Guest>,
}

#[derive(Debug, Default)]
struct Guest {
    token: Lifecycle,
    key: FieldKey,
}

/// The guest's own key (`shared` mode).
#[derive(Debug, Default)]
pub(super) enum FieldKey {
    /// It has to be asked for.
    #[default]
    Missing,
    /// It was asked for, with the capability of this generation.
    Fetching { generation: u64 },
    /// It serves until a moment (monotonic).
    Held { key: SharedKey, until: Millis },
}

impl Guests {
    /// A form of this guest comes in; `busy` are the guests with forms on their way.
    pub(super) fn enter<'a>(&mut self, guest: &str, busy: impl Iterator<Item = &'a str>) {
        if self.guests.len() >= MAX_IDLE && !self.guests.contains_key(guest) {
            let busy: BTreeSet<&str> = busy.collect();
            self.guests.retain(|id, _| busy.contains(id.as_str()));
        }
        self.guests.entry(guest.to_owned()).or_default();
    }

    /// Asks for the guest's capability.
    pub(super) fn ask(&mut self, now: Now, guest: &str) -> Ask {
        self.guests.entry(guest.to_owned()).or_default().token.ask(now.mono)
    }

    /// A capability came.
    pub(super) fn token_came(&mut self, guest: &str, asked_at: Millis, value: Sensitive<String>, expires_in: Option<f64>) {
        if let Some(guest) = self.guests.get_mut(guest) {
            guest.token.fetched(asked_at, value, expires_in);
        }
    }

    /// No capability came.
    pub(super) fn token_failed(&mut self, guest: &str) {
        if let Some(guest) = self.guests.get_mut(guest) {
            guest.token.failed();
        }
    }

    /// The capability of this generation was refused.
    pub(super) fn token_refused(&mut self, guest: &str, generation: u64) {
        if let Some(guest) = self.guests.get_mut(guest) {
            guest.token.rejected(generation);
        }
    }

    /// The guest's own key, or that there is none.
    pub(super) fn key(&mut self, now: Now, guest: &str) -> &mut FieldKey {
        let key = &mut self.guests.entry(guest.to_owned()).or_default().key;
        if matches!(key, FieldKey::Held { until, .. } if *until <= now.mono) {
            *key = FieldKey::Missing;
        }
        key
    }

    /// The guest's own key came.
    pub(super) fn key_came(&mut self, now: Now, guest: &str, key: SharedKey, fresh_for: Option<Millis>) {
        if let Some(guest) = self.guests.get_mut(guest) {
            let until = now.mono.saturating_add(fresh_for.unwrap_or(USUAL_FRESH).min(USUAL_FRESH));
            guest.key = FieldKey::Held { key, until };
        }
    }

    /// The guest's own key did not come, or it is used up.
    pub(super) fn key_failed(&mut self, guest: &str) {
        if let Some(guest) = self.guests.get_mut(guest) {
            guest.key = FieldKey::Missing;
        }
    }
}
