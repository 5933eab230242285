//! What a killed gateway leaves on disk.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use sqlx::{Connection, Row};

use crate::run::run;

pub(crate) async fn database_is_whole(directory: &Path) {
    sqlx::any::install_default_drivers();
    let address = format!("sqlite://{}", directory.join("state.sqlite").display());
    let mut database = sqlx::AnyConnection::connect(&address).await.unwrap();
    for check in ["PRAGMA integrity_check", "PRAGMA foreign_key_check"] {
        let rows = sqlx::query(check).fetch_all(&mut database).await.unwrap();
        let said: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert!(said.iter().all(|line| line == "ok"), "{said:?}");
    }
    database.close().await.unwrap();
}

fn file(directory: &Path) -> String {
    directory.join("audit.jsonl").to_str().unwrap().to_owned()
}

/// The chain holds; a gateway has begun before, so that half a line at the end is gone.
pub(crate) fn audit_is_whole(directory: &Path) {
    let ran = run(&["audit", "verify", &file(directory)], "");
    assert_eq!(ran.code, 0, "{ran:?}");
}

pub(crate) fn audit_ends_at_its_head(directory: &Path) {
    let heads = run(&["audit", "head", "--state-dir", directory.to_str().unwrap()], "");
    let head = heads.stdout.trim().split_once("  ").unwrap().1.to_owned();
    let ran = run(&["audit", "verify", &file(directory), "--head", &head], "");
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// Every write that was answered has its record.
pub(crate) fn audit_tells_of(directory: &Path, keys: &BTreeSet<String>) {
    let text = std::fs::read_to_string(file(directory)).unwrap();
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let writes = records.filter(|record| record["what"] == "attributes.set" && record["outcome"] == "done");
    let told: BTreeSet<String> = writes.map(|record| record["keys"][0].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, *keys);
}
