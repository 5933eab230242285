//! The writes of new sessions: the guest of each, once Genesys has made it, and before that, where a CRM is asked, its claim. Those of
//! several sessions are one statement, whichever of the two each of them is.

use std::collections::BTreeMap;

use guestsync_genesys::call::GuestId;

use super::millis::signed;
use super::session::Session;
use super::session_reads::SessionReads;
use super::together::{Batched, Statements};
use super::writer::Writer;

/// Writes sessions down.
pub(super) struct SessionWrites {
    writer: Writer,
    write: Statements,
    reads: SessionReads,
}

impl SessionWrites {
    pub(super) fn new(writer: Writer) -> Self {
        let row = |at| {
            let [consent, guest, salt, generation, now] = [1, 2, 3, 4, 5].map(|n| at + n);
            format!("(${at}, ${consent}, ${guest}, ${salt}, 'unseen', ${generation}, ${now}, ${now})")
        };
        // A claim has no guest, so it changes no session that is there. Whoever settles may have seen none, and so have another salt.
        let write = Statements::new(
            "INSERT INTO sessions (hash, consent_type, guest, salt, state, generation, created_at, renewed_at) VALUES",
            6,
            row,
            "ON CONFLICT (hash) DO UPDATE SET guest = excluded.guest, salt = excluded.salt, consent_type = excluded.consent_type,
                visitor = NULL
             WHERE sessions.guest IS NULL AND sessions.generation = excluded.generation AND excluded.guest IS NOT NULL",
        );
        Self { reads: SessionReads::new(writer.clone()), writer, write }
    }
}

impl Batched for SessionWrites {
    /// The session as it is to be: with its guest, or without one where it is claimed.
    type Item = Session;
    /// The session as it is now. `None`: the one that was in the way of a claim has gone before it was read, or it has another guest.
    type Outcome = Option<Session>;

    async fn run(&self, items: &[Session]) -> sqlx::Result<Vec<Option<Session>>> {
        // One statement may write a row once; whoever settles comes before those who claim.
        let mut rows: BTreeMap<&String, &Session> = BTreeMap::new();
        for item in items {
            if item.guest.is_some() || !rows.contains_key(&item.hash) {
                rows.insert(&item.hash, item);
            }
        }
        let query = rows.values().fold(sqlx::query(self.write.of(rows.len())), |query, session| {
            let guest = session.guest.as_ref().map(GuestId::as_str);
            let query = query.bind(&session.hash).bind(session.consent_type.as_str()).bind(guest);
            query.bind(&session.salt).bind(session.generation).bind(signed(session.renewed_at))
        });
        let written = query.execute(&self.writer).await?.rows_affected();
        // Mostly all of them are; to be told which ones would cost a row each.
        if written == items.len() as u64 {
            return Ok(items.iter().cloned().map(Some).collect());
        }
        let found = self.reads.find(items.iter().map(|item| &item.hash)).await?;
        Ok(items.iter().map(|item| found.get(&item.hash).filter(|found| meets(found, item)).cloned()).collect())
    }
}

/// Whether a session that was there is what was asked for: any where it was claimed, else the one with this guest.
fn meets(found: &Session, wanted: &Session) -> bool {
    wanted.guest.is_none() || (found.guest == wanted.guest && found.generation == wanted.generation)
}
