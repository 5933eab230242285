//! Sizes and shapes of request bodies.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{ATTRIBUTES, GUESTS, PROFILES, World, refused};

#[tokio::test]
async fn a_body_of_512000_bytes_is_read_and_one_more_is_too_large() {
    let world = World::new().await;
    let guest = world.guest().await;
    let sized = |bytes: usize| {
        let frame = r#"[{"op":"add","path":"/a","value":""}]"#.len();
        json!([{"op": "add", "path": "/a", "value": "x".repeat(bytes - frame)}])
    };
    assert_eq!(sized(512_000).to_string().len(), 512_000);
    assert_eq!(world.patch(&guest, &sized(512_000)).send().await.unwrap().status(), 200);
    refused(world.patch(&guest, &sized(512_001)), 413, "request.entity.too.large").await;
    refused(world.patch(&guest, &sized(5_000_000)), 413, "request.entity.too.large").await;
    refused(world.set(&guest, &json!({"a": "x".repeat(512_001)})), 413, "request.entity.too.large").await;
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(|n| json!(n)),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop_oneof!["/[a-z~/01-]{0,8}", "[a-z]{0,8}"].prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("attributes".to_owned()),
        Just("name".to_owned()),
        Just("consentGiven".to_owned()),
        Just("op".to_owned()),
        Just("path".to_owned()),
        Just("value".to_owned()),
        Just("from".to_owned()),
        any::<String>(),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..6).prop_map(Value::from_iter),
        ]
    })
}

fn operation() -> impl Strategy<Value = Value> {
    let op = prop::sample::select(vec!["add", "remove", "replace", "move", "copy", "test"]);
    let pointer = || {
        prop::sample::select(vec!["", "/", "/email", "/name", "/a", "/a/-", "/a/0", "/a/01", "/a/b", "/~0~1", "/~2", "x", "/id"])
    };
    (op, pointer(), pointer(), any_json())
        .prop_map(|(op, path, from, value)| json!({"op": op, "path": path, "from": from, "value": value}))
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => any_json().prop_map(|value| value.to_string().into_bytes()),
        3 => prop::collection::vec(operation(), 0..12).prop_map(|operations| Value::from(operations).to_string().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..200),
        1 => any::<String>().prop_map(String::into_bytes),
    ]
}

#[test]
fn no_body_makes_the_sandbox_fail() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let options = guestsync_sandbox::Options { rate: guestsync_sandbox::RateLimit::NONE, ..Default::default() };
    let (world, guest) = runtime.block_on(async {
        let world = World::with(options).await;
        let guest = world.guest().await;
        (world, guest)
    });
    let targets = [
        (Method::POST, format!("{ATTRIBUTES}/{guest}/attributes"), "application/json"),
        (Method::POST, GUESTS.to_owned(), "application/json"),
        (Method::POST, format!("{GUESTS}/{guest}/tokens"), "application/json"),
        (Method::PATCH, format!("{PROFILES}/{guest}"), "application/json-patch+json"),
        (Method::POST, "/api/v2/customattributes".to_owned(), "application/json"),
        (Method::POST, "/api/v2/customattributes/batch".to_owned(), "application/json"),
        (Method::POST, "/api/v2/analytics/conversations/details/query".to_owned(), "application/json"),
        (Method::POST, "/api/v2/webmessaging/channels".to_owned(), "application/json"),
        (Method::POST, "/oauth/token".to_owned(), "application/x-www-form-urlencoded"),
    ];
    let mut runner = TestRunner::new(Config { cases: 600, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&(0..targets.len(), body()), |(target, body)| {
        let (method, path, media_type) = &targets[target];
        let request = world.request(method.clone(), path).header("content-type", *media_type).body(body);
        let answer = runtime.block_on(request.send()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(answer.status().as_u16() < 500, "{}", answer.status());
        Ok(())
    });
    outcome.unwrap();
}
