//! P1: patching profiles.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::common::{PROFILES, World, json_of, refused};

#[tokio::test]
async fn a_patch_answers_with_the_whole_profile() {
    let world = World::new().await;
    let guest = world.guest().await;
    world.advance(Duration::from_secs(1));
    let operations = json!([
        {"op": "test", "path": "/phone", "value": null},
        {"op": "replace", "path": "/phone", "value": "eyJhbGciOiJFQ0RILUVTIn0..a.b.c"},
        {"op": "add", "path": "/tags", "value": ["a"]},
        {"op": "add", "path": "/tags/-", "value": "c"},
        {"op": "add", "path": "/tags/1", "value": "b"},
        {"op": "copy", "from": "/tags", "path": "/x~1y"},
        {"op": "move", "from": "/x~1y/0", "path": "/first"},
        {"op": "remove", "path": "/x~1y"},
    ]);
    let answer = world.patch(&guest, &operations).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let expected = json!({
        "id": guest, "name": "Jane", "email": "jane.doe@example.com", "phone": "eyJhbGciOiJFQ0RILUVTIn0..a.b.c",
        "lastUpdated": "2026-11-20T10:00:01.000Z", "tags": ["a", "b", "c"], "first": "a",
    });
    assert_eq!(json_of(answer).await, expected);
    assert_eq!(world.control("guests").await["guests"][0]["profile"], expected);
}

#[tokio::test]
async fn a_patch_may_write_last_updated_itself() {
    let world = World::new().await;
    let guest = world.guest().await;
    world.advance(Duration::from_secs(1));
    let operations = json!([{"op": "replace", "path": "/lastUpdated", "value": "2020-01-01T00:00:00.000Z"}]);
    let answer = world.patch(&guest, &operations).send().await.unwrap();
    assert_eq!(json_of(answer).await["lastUpdated"], "2020-01-01T00:00:00.000Z");
}

#[tokio::test]
async fn the_failing_operation_is_named_and_nothing_of_the_patch_is_applied() {
    let world = World::new().await;
    let guest = world.guest().await;
    let before = world.control("guests").await;
    for (second, problem) in [
        (json!({"op": "remove", "path": "/nothing"}), "patch.path.invalid 1"),
        (json!({"op": "replace", "path": "/nothing", "value": 1}), "patch.path.invalid 1"),
        (json!({"op": "add", "path": "/a/b", "value": 1}), "patch.path.invalid 1"),
        (json!({"op": "test", "path": "/name", "value": "Joe"}), "patch.test.failed 1"),
        (json!({"op": "spam", "path": "/name"}), "patch.operation.malformed 1"),
        (json!({"op": "add", "path": "/name"}), "patch.operation.malformed 1"),
        (json!({"op": "add", "path": "name", "value": 1}), "patch.operation.malformed 1"),
        (json!("add"), "patch.operation.malformed 1"),
        (json!({"op": "move", "from": "/name", "path": "/name/a"}), "patch.path.invalid 1"),
    ] {
        let operations = json!([{"op": "replace", "path": "/email", "value": "changed"}, second]);
        assert_eq!(refused(world.patch(&guest, &operations), 400, "bad.request").await, [problem]);
    }
    assert_eq!(world.control("guests").await, before);
    assert_eq!(world.effects(&guest).await, ["G1"]);
}

#[tokio::test]
async fn the_id_stays_and_the_profile_stays_an_object() {
    let world = World::new().await;
    let guest = world.guest().await;
    for operation in [
        json!({"op": "replace", "path": "/id", "value": "other"}),
        json!({"op": "remove", "path": "/id"}),
        json!({"op": "replace", "path": "", "value": []}),
        json!({"op": "replace", "path": "", "value": "text"}),
        json!({"op": "remove", "path": ""}),
    ] {
        refused(world.patch(&guest, &json!([operation])), 400, "bad.request").await;
    }
    let whole = json!([{"op": "replace", "path": "", "value": {"id": guest}}]);
    assert_eq!(json_of(world.patch(&guest, &whole).send().await.unwrap()).await, json!({"id": guest}));
}

#[tokio::test]
async fn only_the_media_type_of_json_patch_is_taken() {
    let world = World::new().await;
    let guest = world.guest().await;
    let patch = |media_type: &'static str| {
        world.request(Method::PATCH, &format!("{PROFILES}/{guest}")).header("content-type", media_type).body("[]")
    };
    for media_type in ["application/json", "application/merge-patch+json", "text/plain", "application/json-patch"] {
        refused(patch(media_type), 415, "unsupported.media.type").await;
    }
    assert_eq!(patch("application/json-patch+json; charset=utf-8").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn what_is_no_array_is_refused() {
    let world = World::new().await;
    let guest = world.guest().await;
    refused(world.patch(&guest, &json!({"op": "add"})), 400, "bad.request").await;
    let broken = world.request(Method::PATCH, &format!("{PROFILES}/{guest}"));
    refused(broken.header("content-type", "application/json-patch+json").body("[{"), 400, "bad.request").await;
}

#[tokio::test]
async fn an_unknown_guest_is_not_found() {
    let world = World::new().await;
    refused(world.patch("nobody", &json!([])), 404, "not.found").await;
}

#[tokio::test]
async fn a_refused_value_is_not_repeated() {
    let world = World::new().await;
    let guest = world.guest().await;
    let operations = json!([{"op": "test", "path": "/email", "value": "canary-7f3a"}]);
    let text = world.patch(&guest, &operations).send().await.unwrap().text().await.unwrap();
    assert!(!text.contains("canary-7f3a") && !text.contains("jane.doe"), "{text}");
}
