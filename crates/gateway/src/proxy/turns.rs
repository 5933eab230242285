//! One patch of a guest at a time: between reading the fences and having the answer, no other patch of this guest goes out, from this
//! gateway or, where the database is shared, from another.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use guestsync_core::Millis;
use guestsync_genesys::call::GuestId;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

use crate::clock;
use crate::db::Db;

/// A killed gateway holds a guest up for as long; whoever takes longer renews it.
const LEASE: Millis = 20_000;
/// How often one that waits for another gateway looks whether it is done.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// The guests that are being written, or were a moment ago.
pub(crate) struct Turns {
    /// What the turns are for: the leases' names begin with it.
    what: &'static str,
    db: Db,
    owner: String,
    lease: Millis,
    guests: Mutex<Guests>,
}

/// A guest's turn, to be given back.
pub(crate) struct Held {
    _here: OwnedMutexGuard<()>,
    /// The lease's name, where there is one.
    lease: Option<String>,
}

#[derive(Default)]
struct Guests {
    turns: BTreeMap<GuestId, Weak<Turn<()>>>,
    sweep_at: usize,
}

impl Turns {
    pub(crate) fn new(what: &'static str, db: Db, owner: String) -> Self {
        Self { what, db, owner, lease: LEASE, guests: Mutex::default() }
    }

    /// As [`Self::wait`], for so long; `None` where it was not this one's turn by then.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn wait_at_most(&self, guest: &GuestId, at_most: Duration) -> sqlx::Result<Option<Held>> {
        tokio::time::timeout(at_most, self.wait(guest)).await.ok().transpose()
    }

    /// Waits for this guest's turn; [`Self::give_back`] ends it.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn wait(&self, guest: &GuestId) -> sqlx::Result<Held> {
        let here = self.of(guest).lock_owned().await;
        if !self.db.is_shared() {
            return Ok(Held { _here: here, lease: None });
        }
        let name = format!("{}/{guest}", self.what);
        loop {
            let now = clock::now();
            if self.db.take_lease(&name, &self.owner, now, now + self.lease).await? {
                return Ok(Held { _here: here, lease: Some(name) });
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Does something in a turn, which lasts as long as that does.
    pub(crate) async fn during<T>(&self, held: &Held, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(Duration::from_millis(self.lease / 4)) => {}
            }
            // The work goes on meanwhile: both may wait for a connection. The renewal ends first: it must not come after the lease
            // was given back.
            let mut renewal = pin!(self.renew(held));
            tokio::select! {
                done = &mut work => {
                    renewal.await;
                    return done;
                }
                () = &mut renewal => {}
            }
        }
    }

    /// Somebody whose turn takes longer has it for a while more.
    pub(crate) async fn renew(&self, held: &Held) {
        if let Some(name) = &held.lease {
            let now = clock::now();
            // Where it cannot be renewed, whoever takes it meets the fences.
            _ = self.db.take_lease(name, &self.owner, now, now + self.lease).await;
        }
    }

    /// The turn is over. A lease that cannot be given back ends by itself.
    pub(crate) async fn give_back(&self, held: Held) {
        if let Some(name) = &held.lease {
            _ = self.db.give_lease_back(name, &self.owner).await;
        }
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
    use crate::db::fresh::Fresh;

    fn guest(n: u32) -> GuestId {
        GuestId::parse(&n.to_string()).unwrap()
    }

    #[tokio::test]
    async fn a_guest_waits_for_itself_and_for_no_other() {
        let fresh = Fresh::open().await;
        let turns = Turns::new("turn", fresh.db.clone(), "one".into());
        let first = turns.wait(&guest(1)).await.unwrap();
        let _other = turns.wait(&guest(2)).await.unwrap();
        assert!(turns.wait_at_most(&guest(1), Duration::from_millis(20)).await.unwrap().is_none());
        assert!(turns.of(&guest(1)).try_lock().is_err());
        turns.give_back(first).await;
        assert!(turns.of(&guest(1)).try_lock().is_ok());
    }

    #[tokio::test]
    async fn of_two_gateways_on_one_database_one_at_a_time_has_a_guests_turn() {
        let fresh = Fresh::open().await;
        if !fresh.db.is_shared() {
            return;
        }
        let (one, other) =
            (Turns::new("turn", fresh.db.clone(), "one".into()), Turns::new("turn", fresh.db.clone(), "other".into()));
        let held = one.wait(&guest(1)).await.unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(200), other.wait(&guest(1))).await.is_err());
        one.give_back(held).await;
        let held = other.wait(&guest(1)).await.unwrap();
        other.give_back(held).await;
    }

    #[tokio::test]
    async fn a_turn_lasts_as_long_as_what_is_done_in_it() {
        let fresh = Fresh::open().await;
        if !fresh.db.is_shared() {
            return;
        }
        let turns = |owner: &str| Turns { lease: 400, ..Turns::new("turn", fresh.db.clone(), owner.into()) };
        let (one, other) = (turns("one"), turns("other"));
        let held = one.wait(&guest(1)).await.unwrap();
        let waited = one.during(&held, other.wait_at_most(&guest(1), Duration::from_millis(1_200))).await.unwrap();
        assert!(waited.is_none());
        one.give_back(held).await;
        assert!(other.wait_at_most(&guest(1), Duration::from_secs(10)).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn guests_that_are_done_are_forgotten() {
        let fresh = Fresh::open().await;
        let turns = Turns::new("turn", fresh.db.clone(), "one".into());
        let held = turns.of(&guest(0)).lock_owned().await;
        for n in 1..10_000 {
            drop(turns.of(&guest(n)).lock_owned().await);
        }
        assert!(turns.guests.lock().unwrap().turns.len() <= 2_048);
        assert!(turns.of(&guest(0)).try_lock().is_err());
        drop(held);
    }
}
