//! Which visitor is which guest.
//!
//! ```text
//!            claim           settle            a valid cookie came back        DELETE /api/session
//!  (no row) ──────► unseen, ────────► unseen, ─────────────────────────► bound ────────────────────► closed
//!                   no guest          guest
//! ```
//! While a session is unseen, a repeated `init` gets the same cookie: its answer may have been lost. Afterwards only a browser that
//! holds the cookie is that guest.

use guestsync_core::Millis;
use guestsync_genesys::call::{ConsentType, GuestId};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use super::Db;
use super::session_writes::{Claim, Settled};

/// Whether a browser has shown the cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Not yet.
    Unseen,
    /// It has.
    Bound,
    /// It has logged out: the cookie is void for ever.
    Closed,
}

/// One visitor's session.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) hash: String,
    pub(crate) consent_type: ConsentType,
    pub(crate) guest: Option<GuestId>,
    pub(crate) salt: String,
    pub(crate) state: State,
    /// Counts the guests that this session has had; above 0 where Genesys has forgotten one.
    pub(crate) generation: i64,
    pub(crate) renewed_at: Millis,
    /// What the CRM knew when the guest was asked for, encrypted; only until there is one.
    pub(crate) visitor: Option<String>,
}

impl FromRow<'_, AnyRow> for Session {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        let strange = |column: &str| sqlx::Error::ColumnDecode { index: column.into(), source: "unknown value".into() };
        let state = match row.try_get::<String, _>("state")?.as_str() {
            "unseen" => State::Unseen,
            "bound" => State::Bound,
            "closed" => State::Closed,
            _ => return Err(strange("state")),
        };
        let guest: Option<String> = row.try_get("guest")?;
        Ok(Self {
            hash: row.try_get("hash")?,
            consent_type: ConsentType::parse(&row.try_get::<String, _>("consent_type")?)
                .ok_or_else(|| strange("consent_type"))?,
            guest: guest.map(|text| GuestId::parse(&text).ok_or_else(|| strange("guest"))).transpose()?,
            salt: row.try_get("salt")?,
            state,
            generation: row.try_get("generation")?,
            renewed_at: row.try_get::<i64, _>("renewed_at")?.try_into().unwrap_or_default(),
            visitor: row.try_get("visitor")?,
        })
    }
}

/// What a session is read from.
pub(super) const COLUMNS: &str = "hash, consent_type, guest, salt, state, generation, renewed_at, visitor";
const BY_HASH: &str =
    "SELECT hash, consent_type, guest, salt, state, generation, renewed_at, visitor FROM sessions WHERE hash = $1";
const BY_GUEST: &str =
    "SELECT hash, consent_type, guest, salt, state, generation, renewed_at, visitor FROM sessions WHERE guest = $1";
const FORGET: &str = "UPDATE sessions SET guest = NULL, generation = generation + 1, state = 'unseen', salt = $3, visitor = NULL
    WHERE hash = $1 AND generation = $2";
const DESCRIBE: &str = "UPDATE sessions SET visitor = $3
    WHERE hash = $1 AND generation = $2 AND guest IS NULL AND visitor IS NULL";
const BIND: &str = "UPDATE sessions SET state = 'bound', renewed_at = $2 WHERE guest = $1 AND state <> 'closed'";
const CLOSE: &str = "UPDATE sessions SET state = 'closed', salt = $2 WHERE guest = $1";
const PURGE: &str = "DELETE FROM sessions WHERE renewed_at < $1";
const PURGE_FENCES: &str = "DELETE FROM fences WHERE guest NOT IN (SELECT guest FROM sessions WHERE guest IS NOT NULL)";

impl Db {
    /// The session of this hash.
    pub(crate) async fn session(&self, hash: &str) -> sqlx::Result<Option<Session>> {
        sqlx::query_as(BY_HASH).bind(hash).fetch_optional(&self.read).await
    }

    /// The session of this guest.
    pub(crate) async fn session_of(&self, guest: &GuestId) -> sqlx::Result<Option<Session>> {
        sqlx::query_as(BY_GUEST).bind(guest.as_str()).fetch_optional(&self.read).await
    }

    /// Writes a new session down before Genesys is asked, or finds the one that is there.
    pub(crate) async fn claim(&self, hash: &str, consent: ConsentType, salt: &str, now: Millis) -> sqlx::Result<Session> {
        loop {
            let claim = Claim { hash: hash.to_owned(), consent, salt: salt.to_owned(), now };
            if let Some(session) = self.claims.write(claim).await? {
                return Ok(session);
            }
        }
    }

    /// Writes the guest down that Genesys has made: the session with its guest, or nothing where it had one already.
    pub(crate) async fn settle(&self, session: &Session, guest: &GuestId) -> sqlx::Result<Option<Session>> {
        self.settled.write(Settled { session: session.clone(), guest: guest.clone() }).await
    }

    /// Writes down what the CRM knows before Genesys is asked for a guest, unless that was done already.
    pub(crate) async fn describe(&self, session: &Session, visitor: &str) -> sqlx::Result<()> {
        let query = sqlx::query(DESCRIBE).bind(&session.hash).bind(session.generation).bind(visitor);
        query.execute(&self.write).await.map(drop)
    }

    /// Genesys has forgotten the guest: the session starts over, with another cookie.
    pub(crate) async fn forget(&self, session: &Session, salt: &str) -> sqlx::Result<()> {
        let query = sqlx::query(FORGET).bind(&session.hash).bind(session.generation).bind(salt);
        query.execute(&self.write).await.map(drop)
    }

    /// A browser has shown the cookie.
    pub(crate) async fn bind(&self, guest: &GuestId, now: Millis) -> sqlx::Result<()> {
        sqlx::query(BIND).bind(guest.as_str()).bind(signed(now)).execute(&self.write).await.map(drop)
    }

    /// A browser has logged out.
    pub(crate) async fn close_session(&self, guest: &GuestId, salt: &str) -> sqlx::Result<()> {
        sqlx::query(CLOSE).bind(guest.as_str()).bind(salt).execute(&self.write).await.map(drop)
    }

    /// Removes sessions not renewed since `before`, and what belonged to their guests.
    pub(crate) async fn purge(&self, before: Millis) -> sqlx::Result<u64> {
        let mut transaction = self.write.begin().await?;
        let gone = sqlx::query(PURGE).bind(signed(before)).execute(&mut *transaction).await?.rows_affected();
        if gone > 0 {
            sqlx::query(PURGE_FENCES).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(gone)
    }
}

/// Milliseconds as the database has them.
pub(super) fn signed(ms: Millis) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}
