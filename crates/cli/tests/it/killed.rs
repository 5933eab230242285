//! A gateway that is killed while a thousand sessions begin, and another one on what it left.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::run::{Folder, Server};
use crate::serve::client;

const SESSIONS: usize = 1_000;

/// Asks for all sessions at once; what was answered before `enough` were.
async fn begin(base: &str, enough: usize) -> BTreeMap<usize, String> {
    let http = client();
    let mut asked = JoinSet::new();
    for n in 0..SESSIONS {
        let body = json!({"sessionId": format!("session-{n}"), "consentGiven": true, "consentType": "explicit"});
        let request = http.post(format!("{base}/api/webchat/init")).json(&body);
        asked.spawn(async move {
            let answer = request.send().await.ok().filter(|answer| answer.status() == 200)?;
            Some((n, answer.json::<Value>().await.ok()?["guestId"].as_str()?.to_owned()))
        });
    }
    let mut answered = BTreeMap::new();
    while let Some(one) = asked.join_next().await {
        answered.extend(one.unwrap());
        if answered.len() == enough {
            break;
        }
    }
    answered
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_cold_sessions_ask_for_one_token_and_none_that_was_answered_is_lost_or_doubled() {
    let folder = Folder::new();
    let sandbox = Server::quiet(&["sandbox", "--port", "0", "--rate", "0", "--client-secret", "secret"]);
    let file = format!("[genesys]\nbase_url = \"{}\"\nclient_id = \"sandbox\"\nclient_secret = \"secret\"", sandbox.base);
    std::fs::write(folder.path().join("guestsync.toml"), file).unwrap();
    let (config, state) = (folder.join("guestsync.toml"), folder.join("state"));
    let start = || Server::quiet(&["serve", "--config", &config, "--port", "0", "--state-dir", &state]);

    let gateway = start();
    let before = begin(&gateway.base, SESSIONS / 3).await;
    gateway.kill();
    assert_eq!(before.len(), SESSIONS / 3, "it was killed in the middle");

    let gateway = start();
    let after = begin(&gateway.base, SESSIONS).await;
    assert_eq!(after.len(), SESSIONS);
    for (session, guest) in &before {
        assert_eq!(after[session], *guest);
    }
    let guests: Value = client().get(format!("{}/_sandbox/guests", sandbox.base)).send().await.unwrap().json().await.unwrap();
    let made: BTreeSet<&str> = guests["guests"].as_array().unwrap().iter().map(|guest| guest["id"].as_str().unwrap()).collect();
    let told: BTreeSet<&str> = after.values().map(String::as_str).collect();
    assert_eq!(made, told, "each session has a guest of its own, and nobody else was made");
    let metrics = client().get(format!("{}/metrics", gateway.base)).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("guestsync_upstream_tokens_total 0\n"), "the second gateway had the first one's token: {metrics}");
}
