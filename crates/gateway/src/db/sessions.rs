//! Which visitor is which guest.
//!
//! ```text
//!     claim, where a CRM is asked            settle            a valid cookie came back        DELETE /api/session
//!  (no row) ──────► unseen, no guest ────────► unseen, ─────────────────────────► bound ────────────────────► closed
//!     └──────────────────────────────────────► guest
//! ```
//! What Genesys is asked for a session follows from the visitor's hash, and with it the `Idempotency-Key`, so that whoever asks again
//! gets the same guest. What a CRM knows may be another thing the next time: it needs a row to be written down in.
//!
//! While a session is unseen, a repeated `init` gets the same cookie: its answer may have been lost. Afterwards only a browser that
//! holds the cookie is that guest.

use guestsync_core::Millis;
use guestsync_genesys::call::GuestId;

use super::Db;
use super::millis::signed;
use super::session::Session;

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
    /// The session of this guest.
    pub(crate) async fn session_of(&self, guest: &GuestId) -> sqlx::Result<Option<Session>> {
        sqlx::query_as(BY_GUEST).bind(guest.as_str()).fetch_optional(&self.read).await
    }

    /// The session of this hash. Those that several requests look for are looked for together.
    pub(crate) async fn session(&self, hash: &str) -> sqlx::Result<Option<Session>> {
        self.session_reads.run(hash.to_owned()).await
    }

    /// Writes a new session down before Genesys is asked, or finds the one that is there.
    pub(crate) async fn claim(&self, new: Session) -> sqlx::Result<Session> {
        loop {
            if let Some(session) = self.session_writes.run(new.clone()).await? {
                return Ok(session);
            }
        }
    }

    /// Writes the guest down that Genesys has made: the session with its guest, or nothing where it had one already.
    pub(crate) async fn settle(&self, session: &Session, guest: &GuestId) -> sqlx::Result<Option<Session>> {
        // Without a guest nothing else of a session changes but its generation, which is looked at.
        self.session_writes.run(Session { guest: Some(guest.clone()), visitor: None, ..session.clone() }).await
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
        self.write.commit(transaction).await?;
        Ok(gone)
    }
}
