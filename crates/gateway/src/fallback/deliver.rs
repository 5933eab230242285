//! Makes later attempts of what is due, until it is told to stop: each guest's by one gateway at a time. After one that came to nothing
//! there is one at a time, each after a longer delay, until one comes to something: an outage is not met with all that waits.

use std::sync::Arc;
use std::time::Duration;

use guestsync_core::Millis;
use guestsync_core::profile::Input;
use guestsync_core::retry::Policy;
use guestsync_genesys::call::GuestId;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::asker::Asker;
use super::shell::Shell;
use crate::app::App;
use crate::clock;

/// Guests whose forms are under way at once.
const AT_ONCE: usize = 8;
/// How often what is due is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// What was claimed by a gateway that is gone is due again after so long.
const LEASE: Millis = 15_000;
/// Whose turn it is not by then has another one sending.
const TURN: Duration = Duration::from_secs(1);

/// Attempts in a row that came to nothing, and when there is another one.
#[derive(Default)]
struct Outage {
    failures: u32,
    until: Option<Instant>,
}

impl Outage {
    fn tried(&mut self, is_done: bool) {
        if is_done {
            *self = Self::default();
        } else {
            let wait = Policy::SERVER.delay(self.failures, getrandom::u64().unwrap_or_default());
            self.failures = self.failures.saturating_add(1);
            self.until = Some(Instant::now() + Duration::from_millis(wait));
        }
    }

    fn room(&self) -> usize {
        match self.until {
            Some(until) if Instant::now() < until => 0,
            Some(_) => 1,
            None => AT_ONCE,
        }
    }
}

/// Delivers until `stop` says so and what is under way has ended.
pub(crate) async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut under_way = JoinSet::new();
    let mut outage = Outage::default();
    loop {
        let room = outage.room().saturating_sub(under_way.len());
        if room > 0 && !*stop.borrow() {
            for guest in claim(&app, room).await {
                under_way.spawn(attempt(Arc::clone(&app), guest));
            }
        }
        if *stop.borrow() {
            while under_way.join_next().await.is_some() {}
            return;
        }
        tokio::select! {
            Some(tried) = under_way.join_next() => {
                if let Ok(Some(is_done)) = tried {
                    outage.tried(is_done);
                }
            }
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn claim(app: &App, room: usize) -> Vec<GuestId> {
    let now = clock::now();
    match app.db.claim_forms(i64::try_from(room).unwrap_or(1), now, now + LEASE).await {
        Ok(guests) => guests.iter().filter_map(|guest| GuestId::parse(guest)).collect(),
        Err(error) => {
            tracing::warn!(%error, "the forms that wait cannot be read");
            Vec::new()
        }
    }
}

/// Sends what waits of a guest's forms; whether all of it is done, `None` where another one does it.
async fn attempt(app: Arc<App>, guest: GuestId) -> Option<bool> {
    let seed = getrandom::u64().ok()?;
    let held = app.form_turns.wait_at_most(&guest, TURN).await.ok()??;
    let mut shell = Shell::new(app, Some(guest), Asker::Gateway, seed);
    shell.held = Some(held);
    Some(shell.run(Input::Wake { page: false }).await)
}
