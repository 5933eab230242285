//! S5: groups.

use serde_json::{Value, json};

use crate::common::{World, json_of, refused};

async fn group(world: &World, id: &str) -> Value {
    json_of(world.get(&format!("/api/v2/groups/{id}")).send().await.unwrap()).await
}

#[tokio::test]
async fn the_tree_is_five_deep() {
    let world = World::new().await;
    let mut id = "acme-emea-dach-support-tier1".to_owned();
    let mut chain = Vec::new();
    loop {
        let group = group(&world, &id).await;
        assert_eq!(group["id"], id.as_str());
        assert!(group["name"].is_string());
        chain.push(id);
        let Some(parent) = group["parentId"].as_str() else { break };
        id = parent.to_owned();
    }
    assert_eq!(chain.len(), 5);
    assert_eq!(group(&world, "acme").await, json!({"id": "acme", "name": "Acme", "parentId": null}));
}

#[tokio::test]
async fn some_parents_lead_in_a_circle_or_nowhere() {
    let world = World::new().await;
    assert_eq!(group(&world, "acme-ring-a").await["parentId"], "acme-ring-b");
    assert_eq!(group(&world, "acme-ring-b").await["parentId"], "acme-ring-a");
    let lost = group(&world, "acme-lost").await["parentId"].as_str().unwrap().to_owned();
    refused(world.get(&format!("/api/v2/groups/{lost}")), 404, "not.found").await;
    let closed = group(&world, "acme-confidential-team").await["parentId"].as_str().unwrap().to_owned();
    refused(world.get(&format!("/api/v2/groups/{closed}")), 403, "not.authorized").await;
}
