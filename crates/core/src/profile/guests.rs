//! Capabilities and field keys, per guest, in memory only.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

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
    guests: Vec<Guest>,
}

#[derive(Debug)]
struct Guest {
    id: String,
    token: Lifecycle,
    key: FieldKey,
    /// What was asked for before (monotonic) is not its own.
    since: Millis,
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

impl Guest {
    fn forget(&mut self, now: Now) {
        (self.token, self.key, self.since) = (Lifecycle::new(), FieldKey::Missing, now.mono);
    }
}

impl Guests {
    /// A form of this guest comes in; `busy` tells which guests have forms on their way. Nothing is held for the others any longer.
    pub(super) fn enter(&mut self, now: Now, guest: &str, busy: impl Fn(&str) -> bool) {
        if self.guests.len() >= MAX_IDLE && self.find(guest).is_none() {
            self.guests.retain(|guest| busy(&guest.id));
        }
        for other in self.guests.iter_mut().filter(|other| other.id != guest && !busy(&other.id)) {
            other.forget(now);
        }
        self.make(guest);
    }

    fn find(&mut self, id: &str) -> Option<&mut Guest> {
        self.guests.iter_mut().find(|guest| guest.id == id)
    }

    fn make(&mut self, id: &str) -> &mut Guest {
        let at = self.guests.iter().position(|guest| guest.id == id).unwrap_or_else(|| {
            self.guests.push(Guest { id: id.to_owned(), token: Lifecycle::new(), key: FieldKey::Missing, since: 0 });
            self.guests.len() - 1
        });
        &mut self.guests[at]
    }

    /// Asks for the guest's capability.
    pub(super) fn ask(&mut self, now: Now, guest: &str) -> Ask {
        self.make(guest).token.ask(now.mono)
    }

    /// A capability came.
    pub(super) fn token_came(&mut self, guest: &str, asked_at: Millis, value: Sensitive<String>, expires_in: Option<f64>) {
        if let Some(guest) = self.find(guest).filter(|guest| asked_at >= guest.since) {
            guest.token.came(asked_at, value, expires_in);
        }
    }

    /// No capability came.
    pub(super) fn token_failed(&mut self, guest: &str) {
        if let Some(guest) = self.find(guest) {
            guest.token.failed();
        }
    }

    /// The capability of this generation was refused.
    pub(super) fn token_refused(&mut self, guest: &str, generation: u64) {
        if let Some(guest) = self.find(guest) {
            guest.token.rejected(generation);
        }
    }

    /// The guest's own key, or that there is none.
    pub(super) fn key(&mut self, now: Now, guest: &str) -> &mut FieldKey {
        let key = &mut self.make(guest).key;
        if matches!(key, FieldKey::Held { until, .. } if *until <= now.mono) {
            *key = FieldKey::Missing;
        }
        key
    }

    /// The guest's own key came.
    pub(super) fn key_came(&mut self, now: Now, guest: &str, key: SharedKey, fresh_for: Option<Millis>) {
        if let Some(guest) = self.find(guest) {
            let until = now.mono.saturating_add(fresh_for.unwrap_or(USUAL_FRESH).min(USUAL_FRESH));
            guest.key = FieldKey::Held { key, until };
        }
    }

    /// Who was heard of.
    pub(super) fn ids(&self) -> Vec<String> {
        self.guests.iter().map(|guest| guest.id.clone()).collect()
    }

    /// Nothing of a guest is remembered but when its session ended.
    pub(super) fn forget(&mut self, now: Now, guest: &str) {
        self.make(guest).forget(now);
    }

    /// The guest's own key did not come, or it is used up.
    pub(super) fn key_failed(&mut self, guest: &str) {
        if let Some(guest) = self.find(guest) {
            guest.key = FieldKey::Missing;
        }
    }
}
