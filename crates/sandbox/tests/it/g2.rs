//! G2: tokens of guests.

use reqwest::Method;
use serde_json::json;

use crate::common::{GUESTS, World, json_of, refused};

#[tokio::test]
async fn a_guest_gets_a_token_for_an_hour() {
    let world = World::new().await;
    let guest = world.guest().await;
    let path = format!("{GUESTS}/{guest}/tokens");
    let answer = world.post(&path, &json!({})).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let first = json_of(answer).await;
    assert_eq!(first["expires_at"], "2026-11-20T11:00:00.000Z");
    assert_eq!(first.as_object().unwrap().len(), 2);
    let second = json_of(world.post(&path, &json!({})).send().await.unwrap()).await;
    assert_ne!(first["token"], second["token"]);
}

#[tokio::test]
async fn an_unknown_guest_gets_none() {
    let world = World::new().await;
    refused(world.post(&format!("{GUESTS}/nobody/tokens"), &json!({})), 404, "not.found").await;
}

#[tokio::test]
async fn the_body_must_be_an_empty_object() {
    let world = World::new().await;
    let guest = world.guest().await;
    let path = format!("{GUESTS}/{guest}/tokens");
    assert_eq!(refused(world.post(&path, &json!({"a": 1})), 400, "constraint.validation").await, ["field.unknown a"]);
    refused(world.post(&path, &json!([])), 400, "bad.request").await;
    let empty = world.request(Method::POST, &path).header("content-type", "application/json");
    refused(empty, 400, "bad.request").await;
    refused(world.request(Method::POST, &path), 415, "unsupported.media.type").await;
}

#[tokio::test]
async fn the_token_opens_no_upstream_call() {
    let world = World::new().await;
    let guest = world.guest().await;
    let token = json_of(world.post(&format!("{GUESTS}/{guest}/tokens"), &json!({})).send().await.unwrap()).await;
    let request = world.http.get(world.at(&format!("{GUESTS}/{guest}"))).bearer_auth(token["token"].as_str().unwrap());
    refused(request, 401, "bad.credentials").await;
}
