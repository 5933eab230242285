//! The control API.

use std::time::{Duration, Instant};

use guestsync_sandbox::{Client, Options, Sandbox};
use serde_json::{Value, json};

use crate::common::{ATTRIBUTES, GUESTS, World, json_of, refused};

#[tokio::test]
async fn guests_show_profile_attributes_version_and_record() {
    let world = World::new().await;
    let id = world.guest().await;
    let never_written = world.control("guests").await["guests"][0].clone();
    assert_eq!((&never_written["attributes"], &never_written["version"]), (&json!({}), &json!(0)));
    world.set(&id, &json!({"a": 1})).send().await.unwrap();
    let guest = world.control("guests").await["guests"][0].clone();
    assert_eq!(guest["id"], id.as_str());
    assert_eq!((&guest["attributes"], &guest["version"]), (&json!({"a": 1}), &json!(1)));
    assert_eq!(guest["profile"]["email"], "jane.doe@example.com");
    assert_eq!(guest["record"]["attributes"]["crmTier"], "Enterprise");
    world.guest().await;
    assert_eq!(world.control("guests").await["guests"].as_array().unwrap().len(), 2);
    assert_eq!(world.control(&format!("guests?id={id}")).await["guests"], json!([guest]));
    assert_eq!(world.control("guests?id=unknown").await["guests"], json!([]));
}

#[tokio::test]
async fn requests_are_shown_with_their_answers() {
    let world = World::new().await;
    let guest = world.guest().await;
    let before = world.control("requests").await["next"].as_u64().unwrap();
    world.advance(Duration::from_millis(1500));
    world.set(&guest, &json!({"a": 1})).header("idempotency-key", "k").send().await.unwrap();
    world.set(&guest, &json!({"a": 1})).header("idempotency-key", "k").send().await.unwrap();
    let log = world.control(&format!("requests?after={before}")).await;
    assert_eq!(log["next"], before + 2);
    let [first, second] = log["requests"].as_array().unwrap().as_slice() else { panic!("two requests: {log}") };
    assert_eq!(first["seq"], before + 1);
    assert_eq!(first["at"], "2026-11-20T10:00:01.500Z");
    assert_eq!(first["method"], "POST");
    assert_eq!(first["path"], format!("{ATTRIBUTES}/{guest}/attributes"));
    assert_eq!(first["status"], 200);
    assert!(first["durationMs"].is_u64());
    assert_eq!(first["headers"]["idempotency-key"], "k");
    assert_eq!(first["headers"]["authorization"], "Bearer …");
    assert_eq!(first["body"], r#"{"attributes":{"a":1}}"#);
    assert_eq!(first["response"], r#"{"attributes":{"a":1},"version":1}"#);
    assert_eq!((&first["applied"], &second["applied"]), (&json!(true), &json!(false)));
    assert_eq!(world.control(&format!("requests?after={}", before + 2)).await["requests"], json!([]));
}

#[tokio::test]
async fn no_credential_is_ever_shown() {
    let world = World::new().await;
    let guest = world.guest().await;
    let path = format!("{GUESTS}/{guest}/tokens");
    let guest_token = json_of(world.post(&path, &json!({})).send().await.unwrap()).await;
    let basic = world.http.post(world.at("/oauth/token")).basic_auth("sandbox", Some("secret"));
    basic.form(&[("grant_type", "client_credentials")]).send().await.unwrap();
    let log = world.control("requests").await;
    assert_eq!(log["requests"].as_array().unwrap().len(), 4);
    let text = log.to_string();
    for credential in [world.token.as_str(), guest_token["token"].as_str().unwrap(), "=secret", "c2FuZGJveDpzZWNyZXQ"] {
        assert!(!text.contains(credential), "{text}");
    }
    assert_eq!(log["requests"][0]["body"], "grant_type=client_credentials&client_id=sandbox&client_secret=…");
}

#[tokio::test]
async fn a_request_without_an_answer_has_no_status() {
    let world = World::with_faults("[[rules]]\ncalls = ['A1']\nfirst = 1\neffect = { kind = 'lost' }").await;
    let guest = world.guest().await;
    assert!(world.set(&guest, &json!({"a": 1})).send().await.is_err());
    let log = world.control("requests").await;
    let last = log["requests"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["status"], &last["response"], &last["applied"]), (&Value::Null, &Value::Null, &json!(true)));
}

#[tokio::test]
async fn a_request_whose_client_gave_up_is_shown_too() {
    let world = World::with_faults("[[rules]]\ncalls = ['P2']\neffect = { kind = 'hang' }").await;
    let request = world.get("/api/v2/guests/x").timeout(Duration::from_millis(50));
    assert!(request.send().await.unwrap_err().is_timeout());
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let log = world.control("requests").await;
        let last = log["requests"].as_array().unwrap().last().unwrap();
        if last["path"] == "/api/v2/guests/x" {
            assert_eq!((&last["status"], &last["applied"]), (&Value::Null, &json!(false)));
            return;
        }
        assert!(Instant::now() < deadline, "the request was never written down");
    }
}

#[tokio::test]
async fn long_bodies_are_shown_in_part() {
    let world = World::new().await;
    let guest = world.guest().await;
    world.patch(&guest, &json!([{"op": "add", "path": "/a", "value": "x".repeat(200_000)}])).send().await.unwrap();
    let log = world.control("requests").await;
    let last = log["requests"].as_array().unwrap().last().unwrap();
    assert_eq!(last["body"].as_str().unwrap().len(), 64 * 1024);
    assert_eq!(last["response"].as_str().unwrap().len(), 64 * 1024);
}

#[tokio::test]
async fn the_request_log_keeps_the_last_thousand() {
    let options = Options { rate: guestsync_sandbox::RateLimit::NONE, ..Options::default() };
    let world = World::with(options).await;
    for _ in 0..1_001 {
        world.get("/api/v2/guests/x").send().await.unwrap();
    }
    let log = world.control("requests").await;
    assert_eq!(log["requests"].as_array().unwrap().len(), 1_000);
    assert_eq!((&log["requests"][0]["seq"], &log["next"]), (&json!(3), &json!(1_002)));
}

#[tokio::test]
async fn effects_list_each_write_once_and_in_order() {
    let world = World::new().await;
    let (one, other) = (world.guest().await, world.guest().await);
    world.set(&one, &json!({"b": 1, "a": 2})).header("idempotency-key", "k").send().await.unwrap();
    world.set(&one, &json!({"b": 1, "a": 2})).header("idempotency-key", "k").send().await.unwrap();
    world.set(&other, &json!({"c": 3})).send().await.unwrap();
    world.patch(&one, &json!([{"op": "replace", "path": "/phone", "value": "sealed"}])).send().await.unwrap();
    world.patch(&one, &json!([{"op": "test", "path": "/phone", "value": "sealed"}])).send().await.unwrap();
    let effects = world.control(&format!("effects?guest={one}")).await;
    assert_eq!(
        effects["effects"],
        json!([
            {"seq": 1, "call": "G1", "guest": one, "keys": [], "values": {}, "idempotencyKey": null},
            {"seq": 3, "call": "A1", "guest": one, "keys": ["a", "b"], "values": {"a": 2, "b": 1}, "version": 1, "idempotencyKey": "k"},
            {"seq": 5, "call": "P1", "guest": one, "keys": ["/phone"], "values": {"/phone": "sealed"}, "idempotencyKey": null},
        ])
    );
    let later = world.control("effects?after=3").await;
    assert_eq!(later["effects"].as_array().unwrap().iter().map(|effect| &effect["seq"]).collect::<Vec<_>>(), [4, 5]);
    assert_eq!(later["next"], 5);
}

#[tokio::test]
async fn faults_are_shown_as_they_were_set() {
    let world = World::new().await;
    assert_eq!(world.control("faults").await, json!({"rules": []}));
    let plan = json!({"seed": 3, "rules": [{"name": "burst", "calls": ["A1"], "skip": 1, "first": 2, "probability": 0.5,
        "effect": {"kind": "status", "status": 429, "retryAfter": {"date": 3}}}]});
    world.put_faults(&plan).await;
    assert_eq!(world.control("faults").await, plan);
}

#[tokio::test]
async fn a_bad_fault_plan_is_refused_and_the_old_one_stays() {
    let world = World::new().await;
    let put = |plan: Value| world.http.put(world.at("/_sandbox/faults")).json(&plan);
    refused(put(json!({"rules": [{"calls": ["Z9"], "effect": {"kind": "reset"}}]})), 400, "faults.call").await;
    refused(put(json!({"rule": []})), 400, "faults.syntax").await;
    assert_eq!(world.control("faults").await, json!({"rules": []}));
}

#[tokio::test]
async fn a_reset_empties_everything_but_the_tokens() {
    let world = World::with_faults("[[rules]]\ncalls = ['P2']\neffect = { kind = 'reset' }").await;
    let guest = world.guest().await;
    world.set(&guest, &json!({"a": 1})).header("idempotency-key", "k").send().await.unwrap();
    let answer = world.http.post(world.at("/_sandbox/reset")).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    for (path, list) in [("guests", "guests"), ("requests", "requests"), ("effects", "effects"), ("faults", "rules")] {
        assert_eq!(world.control(path).await[list], json!([]));
    }
    let answer = world.get(&format!("/api/v2/guests/{guest}")).send().await.unwrap();
    assert_eq!(answer.status(), 404, "the token still works");
    assert_eq!(answer.headers()["inin-ratelimit-count"], "1");
    refused(world.set(&guest, &json!({"a": 1})).header("idempotency-key", "k"), 404, "not.found").await;
}

#[tokio::test]
async fn the_control_router_serves_nothing_else() {
    let sandbox = Sandbox::new(Options { clients: vec![Client::with_all_scopes("a", "b")], ..Options::default() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, sandbox.control_router()).await });
    let world = World::new().await;
    assert_eq!(world.http.get(format!("{url}/_sandbox/guests")).send().await.unwrap().status(), 200);
    assert_eq!(world.http.post(format!("{url}/oauth/token")).send().await.unwrap().status(), 404);
}
