//! The audit: every act leaves a record, none of them anything personal, and nobody takes one away unnoticed.

use std::io::BufReader;

use guestsync_gateway::Operator;
use guestsync_gateway::audit::chain::{Head, verify};
use naughty_strings::BLNS;
use reqwest::Method;
use reqwest::header::COOKIE;
use serde_json::{Value, json};

use crate::world::{Directory, Upstream, World};

fn text(directory: &Directory) -> String {
    std::fs::read_to_string(directory.path().join("audit.jsonl")).unwrap()
}

pub(crate) fn records(directory: &Directory) -> Vec<Value> {
    text(directory).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn head(directory: &Directory) -> Head {
    let operator = Operator::open(directory.path(), crate::world::database_of(directory).as_deref()).await.unwrap();
    operator.audit_heads().await.unwrap()[0].1.clone()
}

/// Words that break lines, markup, quotes, terminals or parsers.
const NAUGHTY: [&str; 12] =
    ["a\nb", "a\r\nb", "\u{2028}", "\0", "\u{1b}[2J", "\"},{\"", "</script>", "ﷺ", "\u{202e}canary", "%0a", "𝕏", "\u{7f}"];

#[tokio::test]
async fn every_act_has_its_record_and_the_chain_ends_at_the_head_in_the_database() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("canary-session").await;
    let capability = world.capability(&session).await;
    let path = format!("/api/v2/conversations/webmessaging/guests/{}/attributes", session.guest);
    let write = json!({"attributes": {"tier": "canary-gold", "vip": true, "visits": 3}});
    assert_eq!(world.genesys(Method::POST, &path, &capability).json(&write).send().await.unwrap().status(), 200);
    let patch = json!([{"op": "replace", "path": "/email", "value": "canary@example.org"}]);
    assert_eq!(world.patch(&session.guest, &capability, 1, &patch).await.status(), 200);
    let end = world.call(Method::DELETE, "/api/session").header(COOKIE, &session.cookie).send().await.unwrap();
    assert_eq!(end.status(), 204);
    let guest = session.guest.clone();
    let directory = world.stop().await;

    let records = records(&directory);
    let told: Vec<&str> = records.iter().map(|record| record["what"].as_str().unwrap()).collect();
    let acts = ["guest.create", "session.init", "capability.issue", "attributes.set", "profile.patch", "session.end"];
    assert_eq!(told, acts);
    assert_eq!(records[3]["keys"], json!(["tier", "vip", "visits"]));
    assert_eq!(records[3]["kinds"], json!(["string", "boolean", "number"]));
    assert_eq!((&records[4]["keys"], &records[4]["kinds"]), (&json!(["/email"]), &json!(["replace"])));
    assert!(records.iter().all(|record| record["outcome"] == "done" && record["who"] == records[0]["who"]));
    let text = text(&directory);
    assert!(!text.contains("canary") && !text.contains(&guest), "{text}");
    let head = head(&directory).await;
    assert_eq!(verify(BufReader::new(text.as_bytes()), None, Some(&head)), Ok(head.clone()));
    let shorter = text.trim_end().rsplit_once('\n').unwrap().0;
    assert_eq!(verify(shorter.as_bytes(), None, Some(&head)).unwrap_err().code(), "chain.truncated");
}

#[tokio::test]
async fn words_that_break_lines_make_one_record_each() {
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, "[limits]\nper_guest = 0", Directory::new()).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let path = format!("/api/v2/conversations/webmessaging/guests/{}/attributes", session.guest);
    let words: Vec<&str> = NAUGHTY.iter().chain(BLNS).copied().collect();
    assert!(words.len() > 500);
    for word in &words {
        let write = json!({"attributes": {*word: word}});
        assert!(world.genesys(Method::POST, &path, &capability).json(&write).send().await.unwrap().status().as_u16() < 500);
    }
    let directory = world.stop().await;
    let records = records(&directory);
    let writes: Vec<&Value> = records.iter().filter(|record| record["what"] == "attributes.set").collect();
    assert_eq!(writes.len(), words.len());
    for (record, word) in writes.iter().zip(&words) {
        let plain =
            !word.is_empty() && word.len() <= 64 && word.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:".contains(c));
        assert_eq!(record["keys"], json!([if plain { *word } else { "?" }]));
    }
    assert!(text(&directory).bytes().all(|b| b == b'\n' || (b' '..=b'~').contains(&b)));
    let head = head(&directory).await;
    assert_eq!(verify(text(&directory).as_bytes(), None, Some(&head)), Ok(head.clone()));
}

#[tokio::test]
async fn a_killed_gateway_goes_on_with_its_chain_and_half_a_line_does_not_break_it() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    world.session("abc").await;
    let directory = world.kill().await;
    let path = directory.path().join("audit.jsonl");
    let whole = text(&directory);
    std::fs::write(&path, format!("{whole}{{\"seq\":99,\"at\"")).unwrap();
    let world = World::with(&upstream, "", directory).await;
    world.session("def").await;
    let directory = world.stop().await;
    let after = text(&directory);
    assert!(after.starts_with(&whole));
    assert_eq!(verify(after.as_bytes(), None, Some(&head(&directory).await)).unwrap().seq, 4);
}

#[tokio::test]
async fn a_file_that_was_cut_short_shows_a_gap_for_good() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    world.session("abc").await;
    let directory = world.stop().await;
    let path = directory.path().join("audit.jsonl");
    let first = text(&directory).lines().next().unwrap().to_owned();
    std::fs::write(&path, format!("{first}\n")).unwrap();
    let world = World::with(&upstream, "", directory).await;
    world.session("def").await;
    let directory = world.stop().await;
    assert_eq!(verify(text(&directory).as_bytes(), None, None).unwrap_err().code(), "record.gap");
}
