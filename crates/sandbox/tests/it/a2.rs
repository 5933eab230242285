//! A2: reading guest attributes.

use serde_json::json;

use crate::common::{ATTRIBUTES, World, json_of, refused};

#[tokio::test]
async fn attributes_come_with_their_version_and_etag() {
    let world = World::new().await;
    let guest = world.guest().await;
    world.set(&guest, &json!({"a": "b"})).send().await.unwrap();
    let answer = world.get(&format!("{ATTRIBUTES}/{guest}/attributes")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["etag"], "\"1\"");
    assert_eq!(json_of(answer).await, json!({"attributes": {"a": "b"}, "version": 1}));
}

#[tokio::test]
async fn a_guest_never_written_has_no_attributes_to_read() {
    let world = World::new().await;
    let guest = world.guest().await;
    refused(world.get(&format!("{ATTRIBUTES}/{guest}/attributes")), 404, "not.found").await;
    refused(world.get(&format!("{ATTRIBUTES}/nobody/attributes")), 404, "not.found").await;
}

#[tokio::test]
async fn a_reader_who_has_the_version_gets_a_304() {
    let world = World::new().await;
    let guest = world.guest().await;
    world.set(&guest, &json!({"a": "b"})).send().await.unwrap();
    let read = |tag: &'static str| world.get(&format!("{ATTRIBUTES}/{guest}/attributes")).header("if-none-match", tag).send();
    let answer = read("\"1\"").await.unwrap();
    assert_eq!(answer.status(), 304);
    assert_eq!(answer.headers()["etag"], "\"1\"");
    assert_eq!(answer.text().await.unwrap(), "");
    assert_eq!(read("\"2\"").await.unwrap().status(), 200);
}
