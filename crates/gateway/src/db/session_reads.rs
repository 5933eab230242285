//! The read of every session that starts: whether there is one. Those of several visitors are one statement.

use std::collections::{BTreeMap, BTreeSet};

use super::session::{COLUMNS, Session};
use super::together::{Batched, Statements};
use super::writer::Writer;

/// Looks for the sessions of these hashes.
pub(super) struct SessionReads {
    // What was written last is in the memory of the connection that wrote it.
    writer: Writer,
    find: Statements,
}

impl SessionReads {
    pub(super) fn new(writer: Writer) -> Self {
        let before = format!("SELECT {COLUMNS} FROM sessions WHERE hash IN (");
        Self { writer, find: Statements::new(&before, 1, |at| format!("${at}"), ")") }
    }

    /// Those that are there.
    pub(super) async fn find(&self, hashes: impl Iterator<Item = &String>) -> sqlx::Result<BTreeMap<String, Session>> {
        let hashes: BTreeSet<&String> = hashes.collect();
        let query = hashes.iter().fold(sqlx::query_as(self.find.of(hashes.len())), |query, hash| query.bind(*hash));
        let sessions: Vec<Session> = query.fetch_all(&mut *self.writer.acquire().await?).await?;
        Ok(sessions.into_iter().map(|session| (session.hash.clone(), session)).collect())
    }
}

impl Batched for SessionReads {
    /// A hash.
    type Item = String;
    type Outcome = Option<Session>;

    async fn run(&self, items: &[String]) -> sqlx::Result<Vec<Option<Session>>> {
        let found = self.find(items.iter()).await?;
        Ok(items.iter().map(|hash| found.get(hash).cloned()).collect())
    }
}
