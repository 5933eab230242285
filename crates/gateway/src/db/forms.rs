//! Sealed forms that wait for Genesys.
//!
//! ```text
//!            put, due a moment later          claim: due_at = end of the lease          taken
//!  (no row) ────────────────────────► waiting ─────────────────────────────► (an attempt) ─────► (no row)
//!                                        ▲                                        │ failed: due_at by the retry table
//!                                        └────────────────────────────────────────┤
//!                                                                                 │ refused for good
//!                                                           dead ◄────────────────┘
//! ```
//! What a row says and when it goes is the core's to decide: it writes and removes rows, several in one transaction. A gateway that is
//! killed leaves its rows to the others when they are due again.

use guestsync_core::Millis;
use guestsync_genesys::call::GuestId;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, FromRow, Row};

use super::Db;
use super::millis::signed;

/// Forms that one guest may have waiting.
const MOST_OF_GUEST: i64 = 100;
/// Bytes of those.
const MOST_BYTES_OF_GUEST: i64 = 4 * 1_024 * 1_024;
/// Forms that may wait in all.
const MOST: i64 = 20_000;
/// Bytes of those.
const MOST_BYTES: i64 = 256 * 1_024 * 1_024;

/// A row.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: String,
    /// Attempts so far.
    pub(crate) attempts: i64,
    pub(crate) pause: Option<String>,
    /// Encrypted.
    pub(crate) value: String,
}

/// A form as the operator sees it.
#[derive(Debug, Clone)]
pub struct Form {
    /// Whose.
    pub guest: String,
    /// Whether Genesys has refused it for good.
    pub dead: bool,
    /// Attempts so far.
    pub attempts: i64,
    /// Why it was refused: a status and a stable code.
    pub failure: Option<String>,
    /// When it came, milliseconds since 1970.
    pub created_at: i64,
}

/// How many forms there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) waiting: i64,
    pub(crate) dead: i64,
    /// When the oldest that waits came.
    pub(crate) oldest: Option<i64>,
}

/// A row to be written, or removed where there is no value.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) id: String,
    /// Encrypted.
    pub(crate) value: Option<String>,
}

impl FromRow<'_, AnyRow> for Stored {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            attempts: row.try_get("attempts")?,
            pause: row.try_get("pause")?,
            value: row.try_get("value")?,
        })
    }
}

impl FromRow<'_, AnyRow> for Form {
    fn from_row(row: &AnyRow) -> sqlx::Result<Self> {
        Ok(Self {
            guest: row.try_get("guest")?,
            dead: row.try_get::<String, _>("state")? == "dead",
            attempts: row.try_get("attempts")?,
            failure: row.try_get("failure")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

const OF_GUEST: &str = "SELECT id, attempts, pause, value FROM forms WHERE guest = $1 ORDER BY id";
const PUT: &str = "INSERT INTO forms (guest, id, state, attempts, due_at, created_at, bytes, value, pause)
    VALUES ($1, $2, 'waiting', 0, $3, $4, $5, $6, $7)
    ON CONFLICT (guest, id) DO UPDATE SET bytes = excluded.bytes, value = excluded.value";
const REMOVE: &str = "DELETE FROM forms WHERE guest = $1 AND id = $2";
const ROOM: &str = "SELECT COUNT(*) AS number, CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes,
    (SELECT COUNT(*) FROM forms WHERE guest = $1) AS own,
    (SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM forms WHERE guest = $1) AS own_bytes FROM forms";
const PAUSE: &str = "UPDATE forms SET pause = $2 WHERE guest = $1 AND state = 'waiting'";
const IS_DUE: &str = "SELECT 1 FROM forms WHERE state = 'waiting' AND due_at <= $1 LIMIT 1";
const LATER: &str = "UPDATE forms SET due_at = $2, attempts = attempts + $3 WHERE guest = $1 AND state = 'waiting'";
const NOW: &str = "UPDATE forms SET due_at = $1 WHERE state = 'waiting' AND due_at > $1";
const DEAD: &str = "UPDATE forms SET state = 'dead', failure = $3 WHERE guest = $1 AND id = $2 AND state = 'waiting'";
const COUNT: &str = "SELECT state, COUNT(*) AS number, MIN(created_at) AS oldest FROM forms GROUP BY state";
const LIST: &str = "SELECT guest, state, attempts, failure, created_at FROM forms ORDER BY created_at, guest, id";
const PURGE: &str = "DELETE FROM forms WHERE state = $1 AND created_at < $2";

impl Db {
    /// A guest's rows, in their order.
    pub(crate) async fn forms_of(&self, guest: &GuestId) -> sqlx::Result<Vec<Stored>> {
        sqlx::query_as(OF_GUEST).bind(guest.as_str()).fetch_all(&self.read).await
    }

    /// Whether there is room for another form of a guest's.
    pub(crate) async fn has_room_for_form(&self, guest: &GuestId) -> sqlx::Result<bool> {
        let row = sqlx::query(ROOM).bind(guest.as_str()).fetch_one(&self.read).await?;
        let below = |name, most| Ok::<_, sqlx::Error>(row.try_get::<i64, _>(name)? < most);
        Ok(below("own", MOST_OF_GUEST)?
            && below("own_bytes", MOST_BYTES_OF_GUEST)?
            && below("number", MOST)?
            && below("bytes", MOST_BYTES)?)
    }

    /// Writes all of these in their order, or nothing; what is new is `due` then, unless whoever wrote it says something else before.
    /// `pause` is the guest's.
    pub(crate) async fn change_forms(
        &self,
        guest: &GuestId,
        changes: &[Change],
        pause: Option<&str>,
        now: Millis,
        due: Millis,
    ) -> sqlx::Result<()> {
        let change = |change: &Change| match change.value.clone() {
            Some(value) => {
                let bytes = i64::try_from(value.len()).unwrap_or(i64::MAX);
                let query = sqlx::query(PUT).bind(guest.as_str().to_owned()).bind(change.id.clone()).bind(signed(due));
                query.bind(signed(now)).bind(bytes).bind(value).bind(pause.map(str::to_owned))
            }
            None => sqlx::query(REMOVE).bind(guest.as_str().to_owned()).bind(change.id.clone()),
        };
        // Mostly it is one, which is a transaction by itself.
        if let [only] = changes {
            return change(only).execute(&self.write).await.map(drop);
        }
        let mut transaction = self.write.begin().await?;
        for one in changes {
            change(one).execute(&mut *transaction).await?;
        }
        self.write.commit(transaction).await
    }

    /// Notes for how long nothing of a guest's is to be sent.
    pub(crate) async fn pause_forms(&self, guest: &GuestId, pause: &str) -> sqlx::Result<()> {
        sqlx::query(PAUSE).bind(guest.as_str()).bind(pause).execute(&self.write).await.map(drop)
    }

    /// Claims guests of whom something is due, all that waits of each, until the lease ends. Two gateways may get the same guest: its
    /// turn decides.
    pub(crate) async fn claim_forms(&self, most: i64, now: Millis, lease_ends: Millis) -> sqlx::Result<Vec<String>> {
        if sqlx::query(IS_DUE).bind(signed(now)).fetch_optional(&self.read).await?.is_none() {
            return Ok(Vec::new());
        }
        let statement = format!(
            "UPDATE forms SET due_at = $1 WHERE state = 'waiting' AND guest IN
                (SELECT guest FROM forms WHERE state = 'waiting' AND due_at <= $2 ORDER BY due_at, guest, id LIMIT $3 {})
             RETURNING guest",
            self.skip_locked()
        );
        let query = sqlx::query(AssertSqlSafe(statement)).bind(signed(lease_ends)).bind(signed(now)).bind(most);
        let rows = query.fetch_all(&self.write).await?;
        let mut guests = rows.iter().map(|row| row.try_get("guest")).collect::<sqlx::Result<Vec<String>>>()?;
        guests.sort_unstable();
        guests.dedup();
        Ok(guests)
    }

    /// What waits of a guest's is due then; `tried`: an attempt was made.
    pub(crate) async fn forms_wait(&self, guest: &GuestId, due: Millis, tried: bool) -> sqlx::Result<()> {
        let query = sqlx::query(LATER).bind(guest.as_str()).bind(signed(due)).bind(i64::from(tried));
        query.execute(&self.write).await.map(drop)
    }

    /// What a process that is gone had claimed is due at once, where no other has claimed anything. (A pause is a row's own.)
    pub(crate) async fn release_forms(&self, now: Millis) -> sqlx::Result<()> {
        if self.is_shared() {
            return Ok(());
        }
        sqlx::query(NOW).bind(signed(now)).execute(&self.write).await.map(drop)
    }

    /// Genesys has refused a form for good.
    pub(crate) async fn form_died(&self, guest: &GuestId, id: &str, failure: &str) -> sqlx::Result<()> {
        sqlx::query(DEAD).bind(guest.as_str()).bind(id).bind(failure).execute(&self.write).await.map(drop)
    }

    /// How many wait, how many were refused, and since when.
    pub(crate) async fn count_forms(&self) -> sqlx::Result<Count> {
        let mut count = Count::default();
        for row in sqlx::query(COUNT).fetch_all(&self.read).await? {
            let number = row.try_get("number")?;
            if row.try_get::<String, _>("state")? == "dead" {
                count.dead = number;
            } else {
                (count.waiting, count.oldest) = (number, row.try_get("oldest")?);
            }
        }
        Ok(count)
    }

    /// All forms that wait or were refused, oldest first.
    pub(crate) async fn list_forms(&self) -> sqlx::Result<Vec<Form>> {
        sqlx::query_as(LIST).fetch_all(&self.read).await
    }

    /// Removes what was refused, or waits, since before these moments.
    pub(crate) async fn purge_forms(&self, dead: Millis, waiting: Millis) -> sqlx::Result<()> {
        for (state, before) in [("dead", dead), ("waiting", waiting)] {
            sqlx::query(PURGE).bind(state).bind(signed(before)).execute(&self.write).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::fresh::Fresh;

    fn put(id: &str, value: &str) -> Change {
        Change { id: id.into(), value: Some(value.into()) }
    }

    #[tokio::test]
    async fn rows_change_together_and_in_their_order() {
        let fresh = Fresh::open().await;
        let (db, guest) = (&fresh.db, GuestId::parse("g-1").unwrap());
        db.change_forms(&guest, &[put("a", "1"), put("b", "2")], None, 1_000, 2_000).await.unwrap();
        let gone = Change { id: "b".into(), value: None };
        db.change_forms(&guest, &[gone, put("b", "3"), put("a", "4")], None, 5_000, 6_000).await.unwrap();
        let rows = db.forms_of(&guest).await.unwrap();
        let rows: Vec<_> = rows.iter().map(|row| (row.id.as_str(), row.value.as_str())).collect();
        assert_eq!(rows, [("a", "4"), ("b", "3")]);
        assert!(db.forms_of(&GuestId::parse("g-2").unwrap()).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_guest_is_claimed_once_with_all_that_waits_until_the_lease_ends_or_it_is_said_when() {
        let fresh = Fresh::open().await;
        let (db, one, two) = (&fresh.db, GuestId::parse("g-1").unwrap(), GuestId::parse("g-2").unwrap());
        db.change_forms(&one, &[put("a", "1"), put("b", "2")], None, 1_000, 2_000).await.unwrap();
        db.change_forms(&two, &[put("a", "1")], None, 1_000, 3_000).await.unwrap();
        assert!(db.claim_forms(9, 1_999, 9_000).await.unwrap().is_empty());
        assert_eq!(db.claim_forms(9, 2_000, 9_000).await.unwrap(), ["g-1"]);
        assert_eq!(db.claim_forms(9, 8_999, 12_000).await.unwrap(), ["g-2"]);
        assert_eq!(db.claim_forms(9, 9_000, 12_000).await.unwrap(), ["g-1"]);
        db.forms_wait(&one, 10_000, true).await.unwrap();
        db.form_died(&one, "a", "422 nothing").await.unwrap();
        assert_eq!(db.claim_forms(9, 10_000, 20_000).await.unwrap(), ["g-1"]);
        assert_eq!(db.forms_of(&one).await.unwrap().iter().map(|row| row.attempts).collect::<Vec<_>>(), [1, 1]);
        assert_eq!(db.count_forms().await.unwrap(), Count { waiting: 2, dead: 1, oldest: Some(1_000) });
        db.purge_forms(1_001, 1_000).await.unwrap();
        assert_eq!(db.count_forms().await.unwrap(), Count { waiting: 2, dead: 0, oldest: Some(1_000) });
    }

    #[tokio::test]
    async fn one_guest_cannot_fill_the_table_and_all_together_cannot_either() {
        let fresh = Fresh::open().await;
        let (db, guest) = (&fresh.db, GuestId::parse("g-1").unwrap());
        let rows: Vec<_> = (0..MOST_OF_GUEST).map(|n| put(&n.to_string(), "")).collect();
        db.change_forms(&guest, &rows[1..], None, 1, 1).await.unwrap();
        assert!(db.has_room_for_form(&guest).await.unwrap());
        db.change_forms(&guest, &rows[..1], None, 1, 1).await.unwrap();
        assert!(!db.has_room_for_form(&guest).await.unwrap());
        let other = GuestId::parse("g-2").unwrap();
        assert!(db.has_room_for_form(&other).await.unwrap());
        let insert = "INSERT INTO forms (guest, id, state, attempts, due_at, created_at, bytes, value) VALUES ('g-3', $1, 'waiting', 0, 1, 1, $2, '')";
        sqlx::query(insert).bind("large").bind(MOST_BYTES).execute(&db.write).await.unwrap();
        assert!(!db.has_room_for_form(&other).await.unwrap());
    }
}
