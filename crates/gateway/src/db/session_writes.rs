//! The writes of new sessions: the guest of each, once Genesys has made it, and before that, where a CRM is asked, its claim. Those of
//! several sessions are one statement, whichever of the two each of them is.

use std::collections::BTreeMap;

use guestsync_genesys::call::GuestId;

use super::millis::signed;
use super::session::Session;
use super::session_reads::SessionReads;
use super::together::{Batched, Statements};
use super::writer::Writer;

/// A session that has its guest now.
pub(super) struct Settled {
    pub(super) session: Session,
    pub(super) guest: GuestId,
}

impl Settled {
    /// The session as it is after that: without a guest nothing else of a session changes but its generation, and that was looked at.
    fn session(&self) -> Session {
        Session { guest: Some(self.guest.clone()), visitor: None, ..self.session.clone() }
    }
}

/// What is written of a session.
pub(super) enum SessionWrite {
    /// It is about to be.
    Claim(Session),
    Settled(Settled),
}

impl SessionWrite {
    fn hash(&self) -> &String {
        match self {
            Self::Claim(session) => &session.hash,
            Self::Settled(settled) => &settled.session.hash,
        }
    }

    /// The session as it is where this was written.
    fn session(&self) -> Session {
        match self {
            Self::Claim(session) => session.clone(),
            Self::Settled(settled) => settled.session(),
        }
    }

    /// Whether a session that was there is what this asked for: any where it was claimed, else the one with this guest.
    fn is_met_by(&self, found: &Session) -> bool {
        match self {
            Self::Claim(_) => true,
            Self::Settled(Settled { session, guest }) => {
                found.guest.as_ref() == Some(guest) && found.generation == session.generation
            }
        }
    }
}

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
    type Item = SessionWrite;
    /// The session as it is now. `None`: the one that was in the way of a claim has gone before it was read, or what was settled has
    /// another guest.
    type Outcome = Option<Session>;

    async fn run(&self, items: &[SessionWrite]) -> sqlx::Result<Vec<Option<Session>>> {
        // One statement may write a row once; whoever settles comes before those who claim.
        let mut rows: BTreeMap<&String, &SessionWrite> = BTreeMap::new();
        for item in items {
            if matches!(item, SessionWrite::Settled(_)) || !rows.contains_key(item.hash()) {
                rows.insert(item.hash(), item);
            }
        }
        let query = rows.values().fold(sqlx::query(self.write.of(rows.len())), |query, item| {
            let (session, guest) = match item {
                SessionWrite::Claim(session) => (session, None),
                SessionWrite::Settled(Settled { session, guest }) => (session, Some(guest.as_str())),
            };
            let query = query.bind(&session.hash).bind(session.consent_type.as_str()).bind(guest);
            query.bind(&session.salt).bind(session.generation).bind(signed(session.renewed_at))
        });
        let written = query.execute(&self.writer).await?.rows_affected();
        // Mostly all of them are; to be told which ones would cost a row each.
        if written == items.len() as u64 {
            return Ok(items.iter().map(|item| Some(item.session())).collect());
        }
        let found = self.reads.find(items.iter().map(SessionWrite::hash)).await?;
        Ok(items.iter().map(|item| found.get(item.hash()).filter(|found| item.is_met_by(found)).cloned()).collect())
    }
}
