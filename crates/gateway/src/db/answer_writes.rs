//! The two writes of every keyed request, made for several at once: that it runs, and what it was answered. One guest's answers have
//! room for so many and so much; then the oldest go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use guestsync_core::Millis;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::answer::{Begun, KEPT_FOR};
use super::together::{Batched, Statements};
use super::writer::Writer;

/// How long a request counts as running; longer than any takes.
pub(super) const LEASE: Millis = 60 * 1_000;
/// Answers of one guest that are kept, and their bytes.
pub(super) const MOST_ANSWERS: i64 = 200;
const MOST_BYTES: i64 = 4_000_000;
/// What one guest may add, and how many bytes, before its oldest answers are looked for.
const UNSEEN_ANSWERS: i64 = 50;
const UNSEEN_BYTES: i64 = 1_000_000;
/// Guests whose additions are counted at most.
const COUNTED: usize = 10_000;

/// A request that is about to run.
pub(super) struct Begin {
    pub(super) id: String,
    pub(super) request: String,
    pub(super) guest: String,
    pub(super) now: i64,
}

/// Writes down which requests run.
pub(super) struct Begins {
    writer: Writer,
    insert: Statements,
    find: Statements,
}

impl Begins {
    pub(super) fn new(writer: Writer) -> Self {
        let after = format!(
            "ON CONFLICT (id) DO UPDATE SET request = excluded.request, answer = NULL, bytes = NULL, at = excluded.at
             WHERE answers.at < excluded.at - {KEPT_FOR}
                OR (answers.answer IS NULL AND answers.request = excluded.request AND answers.at < excluded.at - {LEASE})
             RETURNING id"
        );
        let row = |at| format!("(${at}, ${}, ${}, ${})", at + 1, at + 2, at + 3);
        let insert = Statements::new("INSERT INTO answers (id, request, guest, at) VALUES", 4, row, &after);
        let find = Statements::new("SELECT id, request, answer FROM answers WHERE id IN (", 1, |at| format!("${at}"), ")");
        Self { writer, insert, find }
    }

    async fn insert(&self, rows: &[&Begin]) -> sqlx::Result<BTreeSet<String>> {
        let query = rows.iter().fold(sqlx::query(self.insert.of(rows.len())), |query, begin| {
            query.bind(&begin.id).bind(&begin.request).bind(&begin.guest).bind(begin.now)
        });
        query.fetch_all(&self.writer).await?.iter().map(|row| row.try_get("id")).collect()
    }

    async fn find(&self, rows: &[&Begin]) -> sqlx::Result<BTreeMap<String, (String, Option<String>)>> {
        if rows.is_empty() {
            return Ok(BTreeMap::new());
        }
        let query = rows.iter().fold(sqlx::query(self.find.of(rows.len())), |query, begin| query.bind(&begin.id));
        let found = |row: &AnyRow| Ok((row.try_get("id")?, (row.try_get("request")?, row.try_get("answer")?)));
        query.fetch_all(&self.writer).await?.iter().map(found).collect()
    }
}

impl Batched for Begins {
    type Item = Begin;
    /// `None`: the row that was in the way has gone before it was read.
    type Outcome = Option<Begun>;

    async fn run(&self, items: &[Begin]) -> sqlx::Result<Vec<Option<Begun>>> {
        // One statement may write a row once: of several under one key the first runs.
        let mut seen = BTreeSet::new();
        let (firsts, mut others): (Vec<&Begin>, Vec<&Begin>) = items.iter().partition(|begin| seen.insert(&begin.id));
        let mut inserted = self.insert(&firsts).await?;
        others.extend(firsts.iter().filter(|begin| !inserted.contains(&begin.id)));
        let found = self.find(&others).await?;
        let outcome = |begin: &Begin| {
            if inserted.remove(&begin.id) {
                return Some(Begun::Run);
            }
            let (request, answer) = found.get(&begin.id)?;
            if *request != begin.request {
                return Some(Begun::Mismatch);
            }
            Some(answer.clone().map_or(Begun::Running, Begun::Kept))
        };
        Ok(items.iter().map(outcome).collect())
    }
}

/// An answer to be kept.
pub(super) struct Keep {
    pub(super) id: String,
    pub(super) request: String,
    pub(super) guest: String,
    pub(super) answer: String,
    pub(super) now: i64,
}

/// Keeps answers.
pub(super) struct Keeps {
    writer: Writer,
    update: Statements,
    trim: Statements,
    /// What each guest has added since its oldest answers were looked for: their number, and their bytes.
    added: Mutex<BTreeMap<String, (i64, i64)>>,
}

impl Keeps {
    pub(super) fn new(writer: Writer) -> Self {
        let row = |at| format!("(${at}, ${}, ${}, CAST(${} AS BIGINT), CAST(${} AS BIGINT))", at + 1, at + 2, at + 3, at + 4);
        let update = Statements::new(
            "WITH new (id, request, answer, bytes, at) AS (VALUES",
            5,
            row,
            ") UPDATE answers SET answer = new.answer, bytes = new.bytes, at = new.at FROM new
             WHERE answers.id = new.id AND answers.request = new.request",
        );
        let after = format!(
            ") AND answer IS NOT NULL WINDOW newest AS (PARTITION BY guest ORDER BY at DESC, id)) AS ranked
             WHERE place > {MOST_ANSWERS} OR (place > 1 AND total > {MOST_BYTES}))"
        );
        let before = "DELETE FROM answers WHERE id IN (SELECT id FROM (SELECT id, ROW_NUMBER() OVER newest AS place,
             SUM(bytes) OVER newest AS total FROM answers WHERE guest IN (";
        let trim = Statements::new(before, 1, |at| format!("${at}"), &after);
        Self { writer, update, trim, added: Mutex::default() }
    }

    /// The guests of these answers that have added enough to be looked at.
    fn grown(&self, items: &[Keep]) -> Vec<String> {
        let mut added = self.added.lock().unwrap_or_else(PoisonError::into_inner);
        if added.len() > COUNTED {
            added.clear();
        }
        let mut grown = Vec::new();
        for keep in items {
            let (answers, bytes) = added.entry(keep.guest.clone()).or_default();
            (*answers, *bytes) = (*answers + 1, *bytes + length(&keep.answer));
            if *answers >= UNSEEN_ANSWERS || *bytes >= UNSEEN_BYTES {
                added.remove(&keep.guest);
                grown.push(keep.guest.clone());
            }
        }
        grown
    }
}

impl Batched for Keeps {
    type Item = Keep;
    type Outcome = ();

    async fn run(&self, items: &[Keep]) -> sqlx::Result<Vec<()>> {
        let query = items.iter().fold(sqlx::query(self.update.of(items.len())), |query, keep| {
            query.bind(&keep.id).bind(&keep.request).bind(&keep.answer).bind(length(&keep.answer)).bind(keep.now)
        });
        query.execute(&self.writer).await?;
        let grown = self.grown(items);
        if !grown.is_empty() {
            let query = grown.iter().fold(sqlx::query(self.trim.of(grown.len())), |query, guest| query.bind(guest));
            if let Err(error) = query.execute(&self.writer).await {
                tracing::warn!(%error, "the oldest answers of a guest stay for now");
            }
        }
        Ok(vec![(); items.len()])
    }
}

fn length(answer: &str) -> i64 {
    i64::try_from(answer.len()).unwrap_or(i64::MAX)
}
