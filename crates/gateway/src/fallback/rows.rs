//! One guest's rows of the machine's journal, in the database: encrypted under the state key, although the values in them are sealed.

use std::collections::BTreeSet;

use guestsync_core::Millis;
use guestsync_core::clock::Clock;
use guestsync_core::journal::{Row, Table, Write};
use guestsync_core::profile::{CLOCK_ROW, Letter, PAUSE_ROW};
use guestsync_genesys::call::GuestId;

use crate::app::App;
use crate::clock;
use crate::db::forms::Change;

/// A new row is left to its own request for so long; should the process end before, it is due then.
const FIRST: Millis = 5_000;

/// Why rows were not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowsError {
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Key(#[from] crate::keys::KeyError),
    #[error("as many forms wait as may")]
    Full,
}

/// One guest's rows.
pub(super) struct Rows {
    guest: GuestId,
    /// Those that are there, as far as is known.
    ids: BTreeSet<String>,
    /// What Genesys has asked for: a row that comes later has to know it too, because those before it may go.
    pause: Option<String>,
    /// The most attempts that were made for any of them.
    pub(super) attempts: u32,
}

impl Rows {
    pub(super) fn of(guest: GuestId) -> Self {
        Self { guest, ids: BTreeSet::new(), pause: None, attempts: 0 }
    }

    pub(super) const fn guest(&self) -> &GuestId {
        &self.guest
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// All of them; what comes next is later than whatever was sent for the guest.
    pub(super) async fn load(&mut self, app: &App) -> sqlx::Result<Vec<Row>> {
        let mut rows = Vec::new();
        if let Some(newest) = app.db.newest_fence(&self.guest).await? {
            let value = Clock::from_sequence(u64::try_from(newest).unwrap_or_default()).to_text();
            rows.push(Row { table: Table::Forms, key: CLOCK_ROW.into(), value });
        }
        let stored = app.db.forms_of(&self.guest).await?;
        self.pause = stored.iter().find_map(|row| row.pause.clone()).or_else(|| self.pause.take());
        if let Some(pause) = self.pause.clone() {
            rows.push(Row { table: Table::Forms, key: PAUSE_ROW.into(), value: pause.into() });
        }
        self.attempts = stored.iter().map(|row| row.attempts).max().and_then(|most| u32::try_from(most).ok()).unwrap_or_default();
        self.ids.clear();
        for row in stored {
            let plain = app.keys.state.decrypt(&self.place(&row.id), &row.value);
            match plain.and_then(|plain| String::from_utf8(plain.to_vec()).ok()) {
                Some(value) => rows.push(Row { table: Table::Forms, key: (*row.id).into(), value: value.into() }),
                None => tracing::error!("a form was kept under another state key: it stays until it is too old"),
            }
            self.ids.insert(row.id);
        }
        Ok(rows)
    }

    /// Writes all of these or nothing.
    pub(super) async fn write(&mut self, app: &App, writes: &[Write]) -> Result<(), RowsError> {
        let mut changes = Vec::new();
        let mut pause: Option<String> = None;
        for Write { key, value, .. } in writes {
            match &**key {
                // The fences know.
                CLOCK_ROW => {}
                PAUSE_ROW => pause = value.as_deref().map(str::to_owned),
                _ => changes.push(self.change(app, key, value.as_deref())?),
            }
        }
        let grows = changes.iter().all(|change| change.value.is_some() && !self.ids.contains(&change.id));
        if !changes.is_empty() {
            if grows && !app.db.has_room_for_form(&self.guest).await? {
                return Err(RowsError::Full);
            }
            let now = clock::now();
            app.db.change_forms(&self.guest, &changes, self.pause.as_deref(), now, now + FIRST).await?;
        }
        for change in changes {
            if change.value.is_some() {
                self.ids.insert(change.id);
            } else {
                self.ids.remove(&change.id);
            }
        }
        if let Some(pause) = pause {
            app.db.pause_forms(&self.guest, &pause).await?;
            self.pause = Some(pause);
        }
        Ok(())
    }

    /// What is left: these letters, to be tried after a while or never again.
    pub(super) async fn rest(&self, app: &App, letters: &[Letter], again_in: Millis, tried: bool) -> sqlx::Result<()> {
        for letter in letters.iter().filter(|letter| letter.status != 0) {
            app.db.form_died(&self.guest, &letter.key, &format!("{} {}", letter.status, letter.code)).await?;
        }
        app.db.forms_wait(&self.guest, clock::now().saturating_add(again_in), tried).await
    }

    fn change(&self, app: &App, id: &str, value: Option<&str>) -> Result<Change, crate::keys::KeyError> {
        let value = value.map(|value| app.keys.state.encrypt(&self.place(id), value.as_bytes())).transpose()?;
        Ok(Change { id: id.to_owned(), value })
    }

    fn place(&self, id: &str) -> String {
        format!("form/{id}")
    }
}
