//! G3: reading guests.

use serde_json::json;

use crate::common::{GUESTS, World, jane, json_of, refused};

#[tokio::test]
async fn a_guest_reads_as_it_was_made() {
    let world = World::new().await;
    let made = json_of(world.post(GUESTS, &jane()).send().await.unwrap()).await;
    let path = format!("{GUESTS}/{}", made["id"].as_str().unwrap());
    assert_eq!(json_of(world.get(&path).send().await.unwrap()).await, made);
}

#[tokio::test]
async fn name_and_email_are_those_of_the_profile() {
    let world = World::new().await;
    let guest = world.guest().await;
    let sealed = json!([{"op": "replace", "path": "/email", "value": "sealed"}, {"op": "remove", "path": "/name"}]);
    assert_eq!(world.patch(&guest, &sealed).send().await.unwrap().status(), 200);
    let record = json_of(world.get(&format!("{GUESTS}/{guest}")).send().await.unwrap()).await;
    assert_eq!((&record["email"], &record["name"]), (&json!("sealed"), &json!(null)));
}

#[tokio::test]
async fn an_unknown_guest_is_not_found() {
    let world = World::new().await;
    refused(world.get(&format!("{GUESTS}/nobody")), 404, "not.found").await;
}
