//! `Idempotency-Key`.

use std::time::Duration;

use guestsync_sandbox::{Client, Options};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::common::{ATTRIBUTES, GUESTS, World, jane, json_of, refused};

const KEY: &str = "idempotency-key";

async fn send(request: RequestBuilder) -> (u16, Option<String>, bool, Value) {
    let answer: Response = request.send().await.unwrap();
    let etag = answer.headers().get("etag").map(|etag| etag.to_str().unwrap().to_owned());
    let replayed = answer.headers().contains_key("idempotent-replayed");
    (answer.status().as_u16(), etag, replayed, json_of(answer).await)
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_has_no_effect() {
    let world = World::new().await;
    let guest = world.guest().await;
    let set = || world.set(&guest, &json!({"n": 1})).header(KEY, "k1");
    let (status, etag, replayed, body) = send(set()).await;
    assert_eq!((status, etag.as_deref(), replayed), (200, Some("\"1\""), false));
    world.set(&guest, &json!({"n": 2})).send().await.unwrap();
    assert_eq!(send(set()).await, (200, etag, true, body));
    assert_eq!(world.control("guests").await["guests"][0]["attributes"], json!({"n": 2}));
    assert_eq!(world.effects(&guest).await, ["G1", "A1", "A1"]);
}

#[tokio::test]
async fn creating_and_patching_have_keys_too() {
    let world = World::new().await;
    let create = || world.post(GUESTS, &jane()).header(KEY, "create");
    let (first, second) = (send(create()).await, send(create()).await);
    assert_eq!((first.0, &first.3), (201, &second.3));
    let guest = first.3["id"].as_str().unwrap();
    let patch = || world.patch(guest, &json!([{"op": "add", "path": "/log", "value": 1}])).header(KEY, "patch");
    let (first, second) = (send(patch()).await, send(patch()).await);
    assert_eq!((first.0, &first.3), (200, &second.3));
    assert_eq!(world.effects(guest).await, ["G1", "P1"]);
    assert_eq!(world.control("guests").await["guests"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_stands_for_body_path_method_and_preconditions() {
    let world = World::new().await;
    let guest = world.guest().await;
    let other = world.guest().await;
    let set = |guest: &str, value: u32| world.set(guest, &json!({"n": value})).header(KEY, "k").header("if-none-match", "*");
    assert_eq!(send(set(&guest, 1)).await.0, 200);
    refused(set(&guest, 2), 422, "idempotency.mismatch").await;
    refused(set(&other, 1), 422, "idempotency.mismatch").await;
    refused(world.set(&guest, &json!({"n": 1})).header(KEY, "k"), 422, "idempotency.mismatch").await;
    refused(set(&guest, 1).header("if-match", "\"1\""), 422, "idempotency.mismatch").await;
    refused(world.patch(&guest, &json!([])).header(KEY, "k"), 422, "idempotency.mismatch").await;
    assert_eq!(send(set(&guest, 1)).await.0, 200);
}

#[tokio::test]
async fn a_final_refusal_is_kept_with_its_body() {
    let world = World::new().await;
    let set = || world.set("nobody", &json!({"n": 1})).header(KEY, "k");
    let (first, second) = (send(set()).await, send(set()).await);
    assert_eq!((first.0, first.2, second.0, second.2), (404, false, 404, true));
    assert_eq!(first.3["code"], second.3["code"]);
    let guest = world.guest().await;
    let broken = || world.set(&guest, &json!({"n": []})).header(KEY, "other");
    let (first, second) = (send(broken()).await, send(broken()).await);
    assert_eq!((first.0, second.0, second.2), (400, 400, true));
    assert_eq!(first.3["details"], second.3["details"]);
}

#[tokio::test]
async fn too_large_and_out_of_scope_are_final_as_well() {
    let world = World::new().await;
    let guest = world.guest().await;
    let large = |value: &str| world.set(&guest, &json!({"n": value.repeat(600_000)})).header(KEY, "k");
    assert_eq!(send(large("a")).await.0, 413);
    assert!(send(large("a")).await.2);
    refused(large("b"), 422, "idempotency.mismatch").await;
    let token = world.token_for("sandbox", "secret", Some("guest:write")).await;
    let set = || {
        let request = world.http.post(world.at(&format!("{ATTRIBUTES}/{guest}/attributes"))).bearer_auth(&token);
        request.json(&json!({"attributes": {"n": 1}})).header(KEY, "k2")
    };
    assert_eq!(send(set()).await.0, 403);
    let answer = set().send().await.unwrap();
    assert!(answer.headers().contains_key("idempotent-replayed") && answer.headers().contains_key("www-authenticate"));
}

#[tokio::test]
async fn a_conflict_is_never_kept() {
    let world = World::new().await;
    let guest = world.guest().await;
    let set = || world.set(&guest, &json!({"n": 1})).header(KEY, "k").header("if-match", "\"1\"");
    refused(set(), 409, "request.conflict").await;
    world.set(&guest, &json!({"n": 0})).send().await.unwrap();
    let (status, _, replayed, body) = send(set()).await;
    assert_eq!((status, replayed, &body["version"]), (200, false, &json!(2)));
}

#[tokio::test]
async fn faults_and_refused_tokens_are_never_kept() {
    let world = World::new().await;
    let guest = world.guest().await;
    let set = |token: &str| {
        let request = world.http.post(world.at(&format!("{ATTRIBUTES}/{guest}/attributes"))).bearer_auth(token);
        request.json(&json!({"attributes": {"n": 1}})).header(KEY, "k")
    };
    for status in [401, 408, 409, 412, 422, 425, 429, 500, 503] {
        let rule = json!({"calls": ["A1"], "first": 1, "effect": {"kind": "status", "status": status}});
        world.put_faults(&json!({"rules": [rule]})).await;
        assert_eq!(send(set(&world.token)).await.0, status);
    }
    assert_eq!(send(set("nonsense")).await.0, 401);
    let (status, _, replayed, _) = send(set(&world.token)).await;
    assert_eq!((status, replayed), (200, false));
}

#[tokio::test]
async fn a_lost_answer_is_there_for_the_repeat() {
    let world = World::with_faults("[[rules]]\ncalls = ['A1']\nfirst = 1\neffect = { kind = 'lost' }").await;
    let guest = world.guest().await;
    let set = || world.set(&guest, &json!({"n": 1})).header(KEY, "k");
    assert!(set().send().await.is_err());
    let (status, _, replayed, body) = send(set()).await;
    assert_eq!((status, replayed, &body["version"]), (200, true, &json!(1)));
    assert_eq!(world.effects(&guest).await, ["G1", "A1"]);
}

#[tokio::test]
async fn a_repeat_of_a_request_that_still_runs_is_told_so() {
    let world = World::with_faults("[[rules]]\ncalls = ['A1']\neffect = { kind = 'delay', ms = 500 }").await;
    let guest = world.guest().await;
    let set = || send(world.set(&guest, &json!({"n": 1})).header(KEY, "k"));
    let (one, other) = tokio::join!(set(), set());
    let (ran, refused) = if one.0 == 200 { (one, other) } else { (other, one) };
    assert_eq!((ran.0, ran.2), (200, false));
    assert_eq!((refused.0, &refused.3["code"]), (409, &json!("idempotency.in.progress")));
    assert!(set().await.2, "afterwards the answer is there");
    assert_eq!(world.effects(&guest).await, ["G1", "A1"]);
}

#[tokio::test]
async fn an_answer_is_kept_for_24_hours() {
    let world = World::with(Options { token_lifetime: 1_000_000, ..Options::default() }).await;
    let guest = world.guest().await;
    let set = || send(world.set(&guest, &json!({"n": 1})).header(KEY, "k"));
    set().await;
    world.advance(Duration::from_secs(24 * 60 * 60) - Duration::from_millis(1));
    assert!(set().await.2);
    world.advance(Duration::from_millis(1));
    let (status, _, replayed, body) = set().await;
    assert_eq!((status, replayed, &body["version"]), (200, false, &json!(2)));
}

#[tokio::test]
async fn a_key_belongs_to_its_client() {
    let other = Client::with_all_scopes("other", "s");
    let world = World::with(Options { clients: vec![other], ..Options::default() }).await;
    let guest = world.guest().await;
    assert_eq!(send(world.set(&guest, &json!({"n": 1})).header(KEY, "k")).await.0, 200);
    let token = world.token_for("other", "s", None).await;
    let request = world.http.post(world.at(&format!("{ATTRIBUTES}/{guest}/attributes"))).bearer_auth(token);
    let (status, _, replayed, body) = send(request.json(&json!({"attributes": {"n": 2}})).header(KEY, "k")).await;
    assert_eq!((status, replayed, &body["version"]), (200, false, &json!(2)));
}

#[tokio::test]
async fn a_key_must_be_one_header_of_visible_ascii() {
    let world = World::new().await;
    let guest = world.guest().await;
    for key in ["", "a b", "é", &"x".repeat(256)] {
        refused(world.set(&guest, &json!({"n": 1})).header(KEY, key), 400, "bad.request").await;
    }
    refused(world.set(&guest, &json!({"n": 1})).header(KEY, "a").header(KEY, "b"), 400, "bad.request").await;
    assert_eq!(send(world.set(&guest, &json!({"n": 1})).header(KEY, "x".repeat(255))).await.0, 200);
}

#[tokio::test]
async fn calls_without_keys_take_no_notice() {
    let world = World::new().await;
    let guest = world.guest().await;
    let path = format!("{GUESTS}/{guest}/tokens");
    let first = send(world.post(&path, &json!({})).header(KEY, "k")).await;
    let second = send(world.post(&path, &json!({})).header(KEY, "k")).await;
    assert_ne!(first.3["token"], second.3["token"]);
}
