//! The two writes of every new session: its claim before Genesys is asked, and its guest afterwards. Those of several sessions are one
//! statement, whichever of the two each of them is.

use std::collections::{BTreeMap, BTreeSet};

use guestsync_core::Millis;
use guestsync_genesys::call::{ConsentType, GuestId};

use super::millis::signed;
use super::session::{COLUMNS, Session, State};
use super::together::{Statements, Write};
use super::writer::Writer;

/// A session to be.
pub(super) struct Claim {
    pub(super) hash: String,
    pub(super) consent: ConsentType,
    pub(super) salt: String,
    pub(super) now: Millis,
}

impl Claim {
    /// The session as it is after nothing but its claim.
    fn session(&self) -> Session {
        Session {
            hash: self.hash.clone(),
            consent_type: self.consent,
            guest: None,
            salt: self.salt.clone(),
            state: State::Unseen,
            generation: 0,
            renewed_at: self.now,
            visitor: None,
        }
    }
}

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
    Claim(Claim),
    Settled(Settled),
}

impl SessionWrite {
    fn hash(&self) -> &String {
        match self {
            Self::Claim(claim) => &claim.hash,
            Self::Settled(settled) => &settled.session.hash,
        }
    }

    /// The session as it is where this was written.
    fn session(&self) -> Session {
        match self {
            Self::Claim(claim) => claim.session(),
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
    find: Statements,
}

impl SessionWrites {
    pub(super) fn new(writer: Writer) -> Self {
        let row = |at| {
            let [consent, guest, salt, generation, now] = [1, 2, 3, 4, 5].map(|n| at + n);
            format!("(${at}, ${consent}, ${guest}, ${salt}, 'unseen', ${generation}, ${now}, ${now})")
        };
        // A claim has no guest, so it changes no session that is there.
        let write = Statements::new(
            "INSERT INTO sessions (hash, consent_type, guest, salt, state, generation, created_at, renewed_at) VALUES",
            6,
            row,
            "ON CONFLICT (hash) DO UPDATE SET guest = excluded.guest, visitor = NULL
             WHERE sessions.guest IS NULL AND sessions.generation = excluded.generation AND excluded.guest IS NOT NULL",
        );
        let before = format!("SELECT {COLUMNS} FROM sessions WHERE hash IN (");
        Self { writer, write, find: Statements::new(&before, 1, |at| format!("${at}"), ")") }
    }

    /// The sessions of these hashes that are there.
    async fn find(&self, items: &[SessionWrite]) -> sqlx::Result<BTreeMap<String, Session>> {
        let hashes: BTreeSet<&String> = items.iter().map(SessionWrite::hash).collect();
        let query = hashes.iter().fold(sqlx::query_as(self.find.of(hashes.len())), |query, hash| query.bind(*hash));
        let sessions: Vec<Session> = query.fetch_all(&mut *self.writer.acquire().await?).await?;
        Ok(sessions.into_iter().map(|session| (session.hash.clone(), session)).collect())
    }
}

impl Write for SessionWrites {
    type Item = SessionWrite;
    /// The session as it is now. `None`: the one that was in the way of a claim has gone before it was read, or what was settled has
    /// another guest.
    type Outcome = Option<Session>;

    async fn write(&self, items: &[SessionWrite]) -> sqlx::Result<Vec<Option<Session>>> {
        // One statement may write a row once; whoever settles comes before those who claim.
        let mut rows: BTreeMap<&String, &SessionWrite> = BTreeMap::new();
        for item in items {
            if matches!(item, SessionWrite::Settled(_)) || !rows.contains_key(item.hash()) {
                rows.insert(item.hash(), item);
            }
        }
        let query = rows.values().fold(sqlx::query(self.write.of(rows.len())), |query, item| match item {
            SessionWrite::Claim(Claim { hash, consent, salt, now }) => {
                query.bind(hash).bind(consent.as_str()).bind(None::<&str>).bind(salt).bind(0_i64).bind(signed(*now))
            }
            SessionWrite::Settled(Settled { session, guest }) => {
                let query = query.bind(&session.hash).bind(session.consent_type.as_str()).bind(guest.as_str());
                query.bind(&session.salt).bind(session.generation).bind(signed(session.renewed_at))
            }
        });
        let written = query.execute(&self.writer).await?.rows_affected();
        // Mostly all of them are; to be told which ones would cost a row each.
        if written == items.len() as u64 {
            return Ok(items.iter().map(|item| Some(item.session())).collect());
        }
        let found = self.find(items).await?;
        Ok(items.iter().map(|item| found.get(item.hash()).filter(|found| item.is_met_by(found)).cloned()).collect())
    }
}
