//! The word to stop.

use std::time::Duration;

use guestsync_gateway::Gateway;
use reqwest::Method;
use serde_json::json;

use crate::audit::records;
use crate::world::{Upstream, World, configuration, wanted};

#[tokio::test]
async fn what_is_in_hand_when_the_gateway_is_told_to_stop_is_finished() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    upstream.faults("[[rules]]\ncalls = [\"G1\"]\nfirst = 1\neffect = { kind = \"delay\", ms = 1500 }").await;
    let request = world.post("/api/webchat/init", &wanted("abc"));
    let answer = tokio::spawn(request.send());
    while upstream.requests().await.is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    world.stop().await;
    assert_eq!(answer.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn a_write_that_genesys_took_is_told_of_although_its_asker_has_gone_and_the_gateway_is_told_to_stop() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    upstream.faults("[[rules]]\ncalls = [\"A1\", \"P1\"]\nfirst = 2\neffect = { kind = \"delay\", ms = 1500 }").await;
    let attributes = format!("/api/v2/conversations/webmessaging/guests/{}/attributes", session.guest);
    let set = world.genesys(Method::POST, &attributes, &capability).json(&json!({"attributes": {"tier": 1}}));
    let patch = world
        .genesys(Method::PATCH, &format!("/api/v2/guests/{}", session.guest), &capability)
        .header("content-type", "application/json-patch+json")
        .header("guestsync-seq", 1)
        .body(json!([{"op": "replace", "path": "/email", "value": "a"}]).to_string());
    let before = upstream.arrived();
    let asked = [(set, "key-1"), (patch, "key-2")]
        .map(|(request, key)| tokio::spawn(request.header("idempotency-key", key).timeout(Duration::from_secs(20)).send()));
    while upstream.arrived() < before + 2 {
        assert!(asked.iter().all(|request| !request.is_finished()), "both are on their way");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for request in asked {
        request.abort();
        assert!(request.await.unwrap_err().is_cancelled());
    }
    let directory = world.stop().await;
    let told = records(&directory);
    for what in ["attributes.set", "profile.patch"] {
        let outcomes: Vec<_> = told.iter().filter(|record| record["what"] == what).map(|record| &record["outcome"]).collect();
        assert_eq!(outcomes, ["done"], "{what}");
    }
}

#[tokio::test]
async fn where_the_database_is_a_file_one_gateway_serves_at_a_time() {
    let upstream = Upstream::start().await;
    let world = World::in_files(&upstream).await;
    let config = configuration(Some(&upstream), "", &world.directory);
    let error = Gateway::open(config).await.err().unwrap().to_string();
    assert!(error.starts_with("another gateway serves from "), "{error}");
    let directory = world.stop().await;
    Gateway::open(configuration(Some(&upstream), "", &directory)).await.unwrap();
}
