//! The two writes of every new session, made for several at once and on one connection: its claim before Genesys is asked, and its
//! guest afterwards.

use std::collections::{BTreeMap, BTreeSet};

use guestsync_core::Millis;
use guestsync_genesys::call::{ConsentType, GuestId};
use sqlx::AnyConnection;

use super::millis::signed;
use super::session::{COLUMNS, Session, State};
use super::together::{Statements, Write};
use super::writer::Writer;
use crate::failpoint;

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

/// What is written of a session.
pub(super) enum SessionWrite {
    Claim(Claim),
    Settled(Settled),
}

/// Writes sessions down.
pub(super) struct SessionWrites {
    writer: Writer,
    claims: Claims,
    settlements: Settlements,
}

impl SessionWrites {
    pub(super) fn new(writer: Writer) -> Self {
        Self { writer, claims: Claims::new(), settlements: Settlements::new() }
    }
}

impl Write for SessionWrites {
    type Item = SessionWrite;
    /// The session as it is now. `None`: the one that was in the way of a claim has gone before it was read, or what was settled has
    /// another guest.
    type Outcome = Option<Session>;

    async fn write(&self, items: &[SessionWrite]) -> sqlx::Result<Vec<Option<Session>>> {
        let (mut claims, mut settled) = (Vec::new(), Vec::new());
        for item in items {
            match item {
                SessionWrite::Claim(claim) => claims.push(claim),
                SessionWrite::Settled(guest) => settled.push(guest),
            }
        }
        // Taking a connection and giving it back costs as much as a statement.
        let connection = &mut *self.writer.acquire().await?;
        let mut claims = self.claims.write(connection, &claims).await?.into_iter();
        let mut settled = self.settlements.write(connection, &settled).await?.into_iter();
        let outcome = |item: &SessionWrite| match item {
            SessionWrite::Claim(_) => claims.next().flatten(),
            SessionWrite::Settled(_) => settled.next().flatten(),
        };
        Ok(items.iter().map(outcome).collect())
    }
}

/// Reads sessions by their hashes.
struct Find(Statements);

impl Find {
    fn new() -> Self {
        let before = format!("SELECT {COLUMNS} FROM sessions WHERE hash IN (");
        Self(Statements::new(&before, 1, |at| format!("${at}"), ")"))
    }

    async fn find(
        &self,
        connection: &mut AnyConnection,
        hashes: impl Iterator<Item = &String>,
    ) -> sqlx::Result<BTreeMap<String, Session>> {
        let hashes: BTreeSet<&String> = hashes.collect();
        let query = hashes.iter().fold(sqlx::query_as(self.0.of(hashes.len())), |query, hash| query.bind(*hash));
        let sessions: Vec<Session> = query.fetch_all(connection).await?;
        Ok(sessions.into_iter().map(|session| (session.hash.clone(), session)).collect())
    }
}

/// Writes new sessions down, and finds those that are there.
struct Claims {
    insert: Statements,
    find: Find,
}

impl Claims {
    fn new() -> Self {
        let row = |at| format!("(${at}, ${}, ${}, 'unseen', 0, ${now}, ${now})", at + 1, at + 2, now = at + 3);
        let insert = Statements::new(
            "INSERT INTO sessions (hash, consent_type, salt, state, generation, created_at, renewed_at) VALUES",
            4,
            row,
            "ON CONFLICT (hash) DO NOTHING",
        );
        Self { insert, find: Find::new() }
    }

    async fn write(&self, connection: &mut AnyConnection, items: &[&Claim]) -> sqlx::Result<Vec<Option<Session>>> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        // One statement may write a row once.
        let mut seen = BTreeSet::new();
        let firsts: Vec<&Claim> = items.iter().copied().filter(|claim| seen.insert(&claim.hash)).collect();
        let query = firsts.iter().fold(sqlx::query(self.insert.of(firsts.len())), |query, claim| {
            let now = signed(claim.now);
            query.bind(&claim.hash).bind(claim.consent.as_str()).bind(&claim.salt).bind(now)
        });
        // Mostly all of them are new; to be told which ones would cost a row each.
        let written = query.execute(&mut *connection).await?.rows_affected();
        failpoint::pass();
        if written == items.len() as u64 {
            return Ok(items.iter().map(|claim| Some(claim.session())).collect());
        }
        let sessions = self.find.find(connection, items.iter().map(|claim| &claim.hash)).await?;
        Ok(items.iter().map(|claim| sessions.get(&claim.hash).cloned()).collect())
    }
}

/// A session that has its guest now.
pub(super) struct Settled {
    pub(super) session: Session,
    pub(super) guest: GuestId,
}

/// Writes guests of sessions down.
struct Settlements {
    update: Statements,
    find: Find,
}

impl Settlements {
    fn new() -> Self {
        let update = Statements::new(
            "WITH new (hash, guest, generation) AS (VALUES",
            3,
            |at| format!("(${at}, ${}, CAST(${} AS BIGINT))", at + 1, at + 2),
            ") UPDATE sessions SET guest = new.guest, visitor = NULL FROM new
             WHERE sessions.hash = new.hash AND sessions.guest IS NULL AND sessions.generation = new.generation",
        );
        Self { update, find: Find::new() }
    }

    async fn write(&self, connection: &mut AnyConnection, items: &[&Settled]) -> sqlx::Result<Vec<Option<Session>>> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let query = items.iter().fold(sqlx::query(self.update.of(items.len())), |query, settled| {
            query.bind(&settled.session.hash).bind(settled.guest.as_str()).bind(settled.session.generation)
        });
        let written = query.execute(&mut *connection).await?.rows_affected();
        failpoint::pass();
        if written == items.len() as u64 {
            // Without a guest nothing else of a session changes but its generation, and that was looked at.
            let session =
                |settled: &&Settled| Session { guest: Some(settled.guest.clone()), visitor: None, ..settled.session.clone() };
            return Ok(items.iter().map(|settled| Some(session(settled))).collect());
        }
        let sessions = self.find.find(connection, items.iter().map(|settled| &settled.session.hash)).await?;
        let its = |settled: &&Settled| {
            let is_its = |session: &&Session| {
                session.guest.as_ref() == Some(&settled.guest) && session.generation == settled.session.generation
            };
            sessions.get(&settled.session.hash).filter(is_its).cloned()
        };
        Ok(items.iter().map(its).collect())
    }
}
