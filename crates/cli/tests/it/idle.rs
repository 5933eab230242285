//! A gateway that has nothing to do leaves the disk alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sqlx::{AnyConnection, Connection, Row};

use crate::genesys::Genesys;
use crate::run::Server;
use crate::serve::client;

/// Longer than anything that a gateway does again and again of its own accord waits in between, the hourly purge aside.
const IDLE: Duration = Duration::from_millis(2_500);

/// How long a file is, and when it was written last.
type Written = (u64, SystemTime);

/// The files of a state directory. SQLite's `-shm` is memory that readers use too.
fn files(folder: &Path, found: &mut BTreeMap<PathBuf, Written>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let (path, metadata) = entry.map(|entry| (entry.path(), entry.metadata().unwrap())).unwrap();
        if metadata.is_dir() {
            files(&path, found);
        } else if !path.to_str().unwrap().ends_with("-shm") {
            found.insert(path, (metadata.len(), metadata.modified().unwrap()));
        }
    }
}

/// Changes with every commit of another connection.
async fn version(database: &mut AnyConnection) -> i64 {
    sqlx::query("PRAGMA data_version").fetch_one(database).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_without_requests_writes_nothing() {
    let genesys = Genesys::start().await;
    let gateway = tokio::task::block_in_place(|| Server::of(genesys.command(&["serve", "--port", "0"]).env("RUST_LOG", "warn")));
    let directory = genesys.folder.path().join("state");
    sqlx::any::install_default_drivers();
    let address = format!("sqlite://{}", directory.join("state.sqlite").display());
    let mut database = AnyConnection::connect(&address).await.unwrap();
    let mut seen = async || {
        let mut found = BTreeMap::new();
        files(&directory, &mut found);
        (version(&mut database).await, found)
    };
    let begin = async |session: &str| {
        let asked = serde_json::json!({"sessionId": session, "consentGiven": true, "consentType": "explicit"});
        let answer = client().post(format!("{}/api/webchat/init", gateway.base)).json(&asked).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    };
    begin("first").await;
    // What a request leaves behind, as the head of the audit's chain, is written within moments of it; nothing comes after that.
    let mut before = seen().await;
    let mut rounds = 0;
    loop {
        tokio::time::sleep(IDLE).await;
        let now = seen().await;
        if now == before {
            break;
        }
        rounds += 1;
        assert!(
            rounds < 4,
            "it still writes: {:?}",
            now.1.iter().filter(|(path, is)| before.1.get(*path) != Some(*is)).collect::<Vec<_>>()
        );
        before = now;
    }
    begin("second").await;
    let after = seen().await;
    assert!(after.0 != before.0 && after.1 != before.1, "what is written shows");
    database.close().await.unwrap();
    assert_eq!(gateway.stop("-TERM").0, 0);
}
