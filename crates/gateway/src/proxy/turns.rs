//! One patch of a guest at a time: between reading the fences and having the answer, no other patch of this guest goes out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use guestsync_genesys::call::GuestId;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// The guests that are being written, or were a moment ago.
#[derive(Default)]
pub(crate) struct Turns {
    guests: Mutex<Guests>,
}

#[derive(Default)]
struct Guests {
    turns: BTreeMap<GuestId, Weak<Turn<()>>>,
    sweep_at: usize,
}

impl Turns {
    /// Waits for this guest's turn and holds it until the guard is dropped.
    pub(crate) async fn wait(&self, guest: &GuestId) -> OwnedMutexGuard<()> {
        self.of(guest).lock_owned().await
    }

    fn of(&self, guest: &GuestId) -> Arc<Turn<()>> {
        let mut guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = guests.turns.get(guest).and_then(Weak::upgrade) {
            return turn;
        }
        if guests.turns.len() >= guests.sweep_at {
            guests.turns.retain(|_, turn| turn.strong_count() > 0);
            guests.sweep_at = (2 * guests.turns.len()).max(1_024);
        }
        let turn = Arc::new(Turn::new(()));
        guests.turns.insert(guest.clone(), Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guest(n: u32) -> GuestId {
        GuestId::parse(&n.to_string()).unwrap()
    }

    #[tokio::test]
    async fn a_guest_waits_for_itself_and_for_no_other() {
        let turns = Turns::default();
        let first = turns.wait(&guest(1)).await;
        let _other = turns.wait(&guest(2)).await;
        assert!(turns.of(&guest(1)).try_lock().is_err());
        drop(first);
        assert!(turns.of(&guest(1)).try_lock().is_ok());
    }

    #[tokio::test]
    async fn guests_that_are_done_are_forgotten() {
        let turns = Turns::default();
        let held = turns.wait(&guest(0)).await;
        for n in 1..10_000 {
            drop(turns.wait(&guest(n)).await);
        }
        assert!(turns.guests.lock().unwrap().turns.len() <= 2_048);
        assert!(turns.of(&guest(0)).try_lock().is_err());
        drop(held);
    }
}
