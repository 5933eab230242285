//! S2: listing attributes.

use serde_json::{Value, json};

use crate::common::{World, json_of, refused};

const PATH: &str = "/api/v2/customattributes";

async fn list(world: &World, path: &str) -> Value {
    json_of(world.get(path).send().await.unwrap()).await
}

fn names(page: &Value) -> Vec<&str> {
    page["entities"].as_array().unwrap().iter().map(|entity| entity["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn three_hundred_attributes_come_by_pages_linked_to_each_other() {
    let world = World::new().await;
    let mut next = Some(format!("{PATH}?orgId=acme&pageSize=100"));
    let mut seen = Vec::new();
    let mut pages = 0;
    while let Some(uri) = next {
        let page = list(&world, &uri).await;
        pages += 1;
        assert_eq!((&page["pageSize"], &page["pageNumber"]), (&json!(100), &json!(pages)));
        assert_eq!((&page["total"], &page["pageCount"]), (&json!(300), &json!(3)));
        seen.extend(names(&page).into_iter().map(str::to_owned));
        next = page["nextUri"].as_str().map(str::to_owned);
    }
    assert_eq!(pages, 3);
    assert_eq!((seen.len(), seen[0].as_str(), seen[299].as_str()), (300, "crm_ticket_id", "attribute_0299"));
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 300);
}

#[tokio::test]
async fn a_group_lists_what_it_defines_itself() {
    let world = World::new().await;
    for (group, own) in [
        ("acme-emea-dach", "crm_ticket_priority"),
        ("acme-emea-dach-support-tier1", "crm_channel_source"),
        ("acme-ring-a", "ring_a"),
    ] {
        assert_eq!(names(&list(&world, &format!("{PATH}?orgId={group}")).await), [own]);
    }
}

#[tokio::test]
async fn without_an_id_it_is_the_organisation_and_new_attributes_come_last() {
    let world = World::new().await;
    world.post(PATH, &json!({"name": "new_one", "type": "date"})).send().await.unwrap();
    let page = list(&world, &format!("{PATH}?pageNumber=13")).await;
    assert_eq!((names(&page), &page["total"], &page["nextUri"]), (vec!["new_one"], &json!(301), &json!(null)));
    assert_eq!(names(&list(&world, &format!("{PATH}?pageNumber=14")).await), [""; 0]);
}

#[tokio::test]
async fn unknown_and_forbidden_groups_are_told_apart() {
    let world = World::new().await;
    refused(world.get(&format!("{PATH}?orgId=nowhere")), 404, "not.found").await;
    refused(world.get(&format!("{PATH}?orgId=acme-confidential")), 403, "not.authorized").await;
}

#[tokio::test]
async fn pages_out_of_range_are_refused() {
    let world = World::new().await;
    for (query, field) in [("pageSize=101", "pageSize"), ("pageSize=0", "pageSize"), ("pageNumber=x", "pageNumber")] {
        let details = refused(world.get(&format!("{PATH}?{query}")), 400, "constraint.validation").await;
        assert_eq!(details, [format!("invalid.query.param.value {field}")]);
    }
    assert_eq!(list(&world, &format!("{PATH}?pageNumber=18446744073709551615")).await["entities"], json!([]));
}
