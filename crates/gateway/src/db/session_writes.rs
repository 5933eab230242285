//! The two writes of every new session, made for several at once: its claim before Genesys is asked, and its guest afterwards.

use std::collections::{BTreeMap, BTreeSet};

use guestsync_core::Millis;
use guestsync_genesys::call::{ConsentType, GuestId};
use sqlx::{AnyPool, Row};

use super::millis::signed;
use super::session::{COLUMNS, Session, State};
use super::together::{Statements, Write};

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

/// Writes new sessions down, and finds those that are there.
pub(super) struct Claims {
    pool: AnyPool,
    insert: Statements,
    find: Statements,
}

impl Claims {
    pub(super) fn new(pool: AnyPool) -> Self {
        let row = |at| format!("(${at}, ${}, ${}, 'unseen', 0, ${now}, ${now})", at + 1, at + 2, now = at + 3);
        let insert = Statements::new(
            "INSERT INTO sessions (hash, consent_type, salt, state, generation, created_at, renewed_at) VALUES",
            4,
            row,
            "ON CONFLICT (hash) DO NOTHING RETURNING hash",
        );
        let before = format!("SELECT {COLUMNS} FROM sessions WHERE hash IN (");
        Self { pool, insert, find: Statements::new(&before, 1, |at| format!("${at}"), ")") }
    }

    async fn insert(&self, rows: &[&Claim]) -> sqlx::Result<BTreeSet<String>> {
        let query = rows.iter().fold(sqlx::query(self.insert.of(rows.len())), |query, claim| {
            let now = signed(claim.now);
            query.bind(&claim.hash).bind(claim.consent.as_str()).bind(&claim.salt).bind(now)
        });
        query.fetch_all(&self.pool).await?.iter().map(|row| row.try_get("hash")).collect()
    }

    async fn find(&self, hashes: &[&str]) -> sqlx::Result<Vec<Session>> {
        if hashes.is_empty() {
            return Ok(Vec::new());
        }
        let query = hashes.iter().fold(sqlx::query_as(self.find.of(hashes.len())), |query, hash| query.bind(*hash));
        query.fetch_all(&self.pool).await
    }
}

impl Write for Claims {
    type Item = Claim;
    /// `None`: the session that was in the way has gone before it was read.
    type Outcome = Option<Session>;

    async fn write(&self, items: &[Claim]) -> sqlx::Result<Vec<Option<Session>>> {
        // One statement may write a row once.
        let mut seen = BTreeSet::new();
        let firsts: Vec<&Claim> = items.iter().filter(|claim| seen.insert(&claim.hash)).collect();
        let inserted = self.insert(&firsts).await?;
        let is_new = |claim: &&Claim| inserted.contains(&claim.hash);
        let others: Vec<&str> = firsts.iter().filter(|claim| !is_new(claim)).map(|claim| claim.hash.as_str()).collect();
        let mut sessions = self.find(&others).await?;
        sessions.extend(firsts.into_iter().filter(is_new).map(Claim::session));
        let sessions: BTreeMap<&str, &Session> = sessions.iter().map(|session| (session.hash.as_str(), session)).collect();
        Ok(items.iter().map(|claim| sessions.get(claim.hash.as_str()).map(|session| (*session).clone())).collect())
    }
}

/// A session that has its guest now.
pub(super) struct Settled {
    pub(super) session: Session,
    pub(super) guest: GuestId,
}

/// Writes guests of sessions down.
pub(super) struct Settlements {
    pool: AnyPool,
    statements: Statements,
}

impl Settlements {
    pub(super) fn new(pool: AnyPool) -> Self {
        let statements = Statements::new(
            "WITH new (hash, guest, generation) AS (VALUES",
            3,
            |at| format!("(${at}, ${}, CAST(${} AS BIGINT))", at + 1, at + 2),
            ") UPDATE sessions SET guest = new.guest, visitor = NULL FROM new
             WHERE sessions.hash = new.hash AND sessions.guest IS NULL AND sessions.generation = new.generation
             RETURNING sessions.guest AS guest",
        );
        Self { pool, statements }
    }
}

impl Write for Settlements {
    type Item = Settled;
    type Outcome = Option<Session>;

    async fn write(&self, items: &[Settled]) -> sqlx::Result<Vec<Option<Session>>> {
        let query = items.iter().fold(sqlx::query(self.statements.of(items.len())), |query, settled| {
            query.bind(&settled.session.hash).bind(settled.guest.as_str()).bind(settled.session.generation)
        });
        let rows = query.fetch_all(&self.pool).await?;
        let written: BTreeSet<String> = rows.iter().map(|row| row.try_get("guest")).collect::<sqlx::Result<_>>()?;
        // Without a guest nothing else of a session changes but its generation, and that was looked at.
        let outcome = |settled: &Settled| {
            let session = Session { guest: Some(settled.guest.clone()), visitor: None, ..settled.session.clone() };
            written.contains(settled.guest.as_str()).then_some(session)
        };
        Ok(items.iter().map(outcome).collect())
    }
}
