//! A table in SQLite or PostgreSQL: one row for each hash.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use guestsync_core::Sensitive;
use serde_json::Value;
use sqlx::any::{AnyPoolOptions, AnyRow, install_default_drivers};
use sqlx::{AnyPool, AssertSqlSafe, Row};

use super::{Connector, CrmError, Failure, Known, Map};

/// The table.
pub(super) struct Table {
    pool: AnyPool,
    query: Arc<str>,
    members: Vec<&'static str>,
}

impl Table {
    /// Names of table and columns are checked identifiers. Connects at the first lookup.
    pub(super) fn new(address: &Sensitive<String>, table: &str, key: &str, columns: &Map) -> Result<Self, CrmError> {
        install_default_drivers();
        let options = AnyPoolOptions::new().max_connections(4).acquire_timeout(Duration::from_secs(10));
        let pool = options.connect_lazy(address.expose()).map_err(|_| CrmError)?;
        let listed = columns.values().map(String::as_str).collect::<Vec<_>>().join(", ");
        let query = format!("SELECT {listed} FROM {table} WHERE {key} = $1 LIMIT 1").into();
        Ok(Self { pool, query, members: columns.keys().copied().collect() })
    }

    async fn select(&self, hash: &str) -> Result<Option<Known>, Failure> {
        let query = sqlx::query(AssertSqlSafe(Arc::clone(&self.query))).bind(hash);
        // The driver's text may repeat a value.
        let row = query.fetch_optional(&self.pool).await.map_err(|_| Failure::Unreachable)?;
        let values = |row: AnyRow| Known::new(self.members.iter().enumerate().map(|(n, member)| (*member, value(&row, n))));
        Ok(row.map(values))
    }
}

impl Connector for Table {
    fn find<'a>(&'a self, hash: &'a str) -> Pin<Box<dyn Future<Output = Result<Option<Known>, Failure>> + Send + 'a>> {
        Box::pin(self.select(hash))
    }
}

/// Text or a whole number; whatever else a column holds is not known.
fn value(row: &AnyRow, column: usize) -> Value {
    let text = row.try_get::<Option<String>, _>(column).ok().flatten().map(Value::from);
    let number = || row.try_get::<Option<i64>, _>(column).ok().flatten().map(Value::from);
    text.or_else(number).unwrap_or_default()
}
