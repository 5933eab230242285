//! A database for one test, gone at its end: SQLite, or PostgreSQL where `GUESTSYNC_TEST_POSTGRES` has an address.

use std::path::PathBuf;

use super::Db;

/// A database with a directory beside it.
pub(crate) struct Fresh {
    pub(crate) db: Db,
    pub(crate) directory: PathBuf,
}

impl Fresh {
    pub(crate) async fn open() -> Self {
        let name = crate::text::hex(&getrandom::u64().unwrap().to_be_bytes());
        let directory = std::env::temp_dir().join(format!("guestsync-db-{name}"));
        crate::keys::files::private_directory(&directory).unwrap();
        let db = match std::env::var("GUESTSYNC_TEST_POSTGRES") {
            Ok(server) => {
                sqlx::any::install_default_drivers();
                let pool = sqlx::AnyPool::connect(&server).await.unwrap();
                sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE test_{name}"))).execute(&pool).await.unwrap();
                pool.close().await;
                let (server, _) = server.rsplit_once('/').unwrap();
                Db::connect(&format!("{server}/test_{name}")).await.unwrap()
            }
            Err(_) => Db::open(&directory.join(super::FILE)).await.unwrap(),
        };
        Self { db, directory }
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.directory);
    }
}
