//! P2: reading profiles.

use serde_json::json;

use crate::common::{PROFILES, World, json_of, refused};

#[tokio::test]
async fn a_profile_has_all_its_members_from_the_start() {
    let world = World::new().await;
    let guest = world.guest().await;
    let profile = json_of(world.get(&format!("{PROFILES}/{guest}")).send().await.unwrap()).await;
    let expected = json!({
        "id": guest, "name": "Jane", "email": "jane.doe@example.com", "phone": null, "lastUpdated": "2026-11-20T10:00:00.000Z",
    });
    assert_eq!(profile, expected);
}

#[tokio::test]
async fn an_unknown_guest_is_not_found() {
    let world = World::new().await;
    refused(world.get(&format!("{PROFILES}/nobody")), 404, "not.found").await;
}
