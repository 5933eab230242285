//! A1: writing guest attributes.

use guestsync_sandbox::{AttributeLimits, Options};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::common::{ATTRIBUTES, World, json_of, refused};

#[tokio::test]
async fn attributes_merge_and_each_write_makes_a_new_version() {
    let world = World::new().await;
    let guest = world.guest().await;
    let first = world.set(&guest, &json!({"tier": 3, "vip": true})).send().await.unwrap();
    assert_eq!(first.status(), 200);
    assert_eq!(first.headers()["etag"], "\"1\"");
    assert_eq!(json_of(first).await, json!({"attributes": {"tier": 3, "vip": true}, "version": 1}));
    let second = world.set(&guest, &json!({"tier": 4.5, "lang": "en-US"})).send().await.unwrap();
    assert_eq!(second.headers()["etag"], "\"2\"");
    assert_eq!(json_of(second).await, json!({"attributes": {"tier": 4.5, "vip": true, "lang": "en-US"}, "version": 2}));
}

#[tokio::test]
async fn a_stale_version_is_a_conflict_and_changes_nothing() {
    let world = World::new().await;
    let guest = world.guest().await;
    let set = |value: u32| world.set(&guest, &json!({"n": value}));
    refused(set(0).header("if-match", "\"1\""), 409, "request.conflict").await;
    assert_eq!(set(1).header("if-none-match", "*").send().await.unwrap().status(), 200);
    refused(set(2).header("if-none-match", "*"), 409, "request.conflict").await;
    assert_eq!(set(3).header("if-match", "\"1\"").send().await.unwrap().status(), 200);
    refused(set(4).header("if-match", "\"1\""), 409, "request.conflict").await;
    refused(set(5).header("if-match", "2"), 400, "bad.request").await;
    let now = world.get(&format!("{ATTRIBUTES}/{guest}/attributes")).send().await.unwrap();
    assert_eq!(json_of(now).await, json!({"attributes": {"n": 3}, "version": 2}));
    assert_eq!(world.effects(&guest).await, ["G1", "A1", "A1"]);
}

#[tokio::test]
async fn only_flat_strings_booleans_and_numbers_are_taken() {
    let world = World::new().await;
    let guest = world.guest().await;
    for value in [json!(null), json!([]), json!({"a": 1})] {
        let details = refused(world.set(&guest, &json!({"good": 1, "bad": value})), 400, "constraint.validation").await;
        assert_eq!(details, ["attribute.value.type attributes.bad"]);
    }
    assert_eq!(
        refused(world.set(&guest, &json!({"": 1})), 400, "constraint.validation").await,
        ["attribute.key.empty attributes."]
    );
    for whole in [json!([]), json!("a"), json!(null)] {
        assert_eq!(refused(world.set(&guest, &whole), 400, "constraint.validation").await, ["field.type attributes"]);
    }
    assert_eq!(refused(world.set(&guest, &json!({})), 400, "constraint.validation").await, ["field.value attributes"]);
    assert_eq!(world.effects(&guest).await, ["G1"]);
}

#[tokio::test]
async fn numbers_must_be_finite() {
    let world = World::new().await;
    let guest = world.guest().await;
    for number in ["1e999", "NaN", "Infinity"] {
        let request = world
            .request(Method::POST, &format!("{ATTRIBUTES}/{guest}/attributes"))
            .header("content-type", "application/json")
            .body(format!(r#"{{"attributes":{{"n":{number}}}}}"#));
        refused(request, 400, "bad.request").await;
    }
}

#[tokio::test]
async fn the_limits_are_exact() {
    let world = World::new().await;
    let guest = world.guest().await;
    let keys = |from: usize, count: usize| -> Value {
        (from..from + count).map(|n| (format!("k{n}"), json!(n))).collect::<Map<_, _>>().into()
    };
    let too_many = refused(world.set(&guest, &keys(0, 101)), 400, "constraint.validation").await;
    assert_eq!(too_many, ["attributes.keys.per.update attributes"]);
    for from in (0..1000).step_by(100) {
        assert_eq!(world.set(&guest, &keys(from, 100)).send().await.unwrap().status(), 200);
    }
    let too_many = refused(world.set(&guest, &keys(1000, 25)), 400, "constraint.validation").await;
    assert_eq!(too_many, ["attributes.keys.per.guest attributes"]);
    assert_eq!(world.set(&guest, &keys(990, 34)).send().await.unwrap().status(), 200, "1024 in all");

    assert_eq!(world.set(&guest, &json!({"k0": "é".repeat(128)})).send().await.unwrap().status(), 200, "256 bytes");
    let long = refused(world.set(&guest, &json!({"k0": "a".repeat(257)})), 400, "constraint.validation").await;
    assert_eq!(long, ["attribute.value.bytes attributes.k0"]);
}

#[tokio::test]
async fn the_limits_can_be_others() {
    let limits = AttributeLimits { keys_per_update: 1, keys_per_guest: 2, value_bytes: 3 };
    let world = World::with(Options { limits, ..Options::default() }).await;
    let body = json!({"name": "A", "email": "a@b.cd", "consentGiven": true, "consentType": "implicit"});
    let guest = json_of(world.post("/api/v2/webchat/v1/guests", &body).send().await.unwrap()).await;
    let guest = guest["id"].as_str().unwrap();
    refused(world.set(guest, &json!({"a": 1, "b": 2})), 400, "constraint.validation").await;
    refused(world.set(guest, &json!({"a": "abcd"})), 400, "constraint.validation").await;
    assert_eq!(world.set(guest, &json!({"a": "abc"})).send().await.unwrap().status(), 200);
    assert_eq!(world.set(guest, &json!({"b": 123})).send().await.unwrap().status(), 200);
    refused(world.set(guest, &json!({"c": 1})), 400, "constraint.validation").await;
}

#[tokio::test]
async fn a_guest_must_exist() {
    let world = World::new().await;
    refused(world.set("9b2f0a1c-0000-4000-8000-000000000000", &json!({"a": 1})), 404, "not.found").await;
    refused(world.set("%FF", &json!({"a": 1})), 404, "not.found").await;
}

#[tokio::test]
async fn the_body_must_be_what_the_contract_lists() {
    let world = World::new().await;
    let guest = world.guest().await;
    let path = format!("{ATTRIBUTES}/{guest}/attributes");
    assert_eq!(refused(world.post(&path, &json!({})), 400, "constraint.validation").await, ["field.missing attributes"]);
    let details = refused(world.post(&path, &json!({"attributes": {"a": 1}, "consentFlags": {}})), 400, "constraint.validation");
    assert_eq!(details.await, ["field.unknown consentFlags"]);
    refused(world.post(&path, &json!([])), 400, "bad.request").await;
    let plain = world.request(Method::POST, &path).header("content-type", "text/plain").body("{}");
    refused(plain, 415, "unsupported.media.type").await;
    refused(world.request(Method::POST, &path).body("{}"), 415, "unsupported.media.type").await;
    let broken = world.request(Method::POST, &path).header("content-type", "application/json").body("{\"attributes\":");
    refused(broken, 400, "bad.request").await;
    let packed = world.post(&path, &json!({"attributes": {"a": 1}})).header("content-encoding", "gzip");
    refused(packed, 415, "unsupported.media.type").await;
}

#[tokio::test]
async fn a_refusal_never_repeats_a_value() {
    let world = World::new().await;
    let guest = world.guest().await;
    let canary = "canary-7f3a@example.com";
    let long = format!("{canary}{}", "x".repeat(300));
    for attributes in [json!({"a": [canary]}), json!({"a": long}), json!(canary)] {
        let text = world.set(&guest, &attributes).send().await.unwrap().text().await.unwrap();
        assert!(!text.contains(canary), "{text}");
    }
}

#[tokio::test]
async fn attributes_given_at_creation_stay_on_the_record() {
    let world = World::new().await;
    let guest = world.guest().await;
    refused(world.get(&format!("{ATTRIBUTES}/{guest}/attributes")), 404, "not.found").await;
    let answer = world.set(&guest, &json!({"crmTier": "Gold"})).header("if-none-match", "*").send().await.unwrap();
    assert_eq!(json_of(answer).await, json!({"attributes": {"crmTier": "Gold"}, "version": 1}));
    let record = json_of(world.get(&format!("/api/v2/webchat/v1/guests/{guest}")).send().await.unwrap()).await;
    assert_eq!(record["attributes"]["crmTier"], "Enterprise");
}
