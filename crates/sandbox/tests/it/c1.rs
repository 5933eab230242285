//! C1: listing channels.

use serde_json::{Value, json};

use crate::c2::{PATH, channel};
use crate::common::{World, json_of, refused};

async fn world(names: &[&str]) -> World {
    let world = World::new().await;
    for name in names {
        assert_eq!(world.post(PATH, &channel(name)).send().await.unwrap().status(), 201);
    }
    world
}

fn names(page: &Value) -> Vec<&str> {
    page["entities"].as_array().unwrap().iter().map(|entity| entity["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_name_matches_as_a_prefix() {
    let world = world(&["Shop", "Shop DE", "shop", "Help"]).await;
    let page = json_of(world.get(&format!("{PATH}?name=Shop&pageSize=1")).send().await.unwrap()).await;
    assert_eq!((names(&page), &page["total"], &page["pageCount"]), (vec!["Shop"], &json!(2), &json!(2)));
    let next = page["nextUri"].as_str().unwrap();
    let page = json_of(world.get(next).send().await.unwrap()).await;
    assert_eq!((names(&page), &page["nextUri"]), (vec!["Shop DE"], &json!(null)));
}

#[tokio::test]
async fn names_are_decoded_and_found_again() {
    let world = world(&["Löwe & Söhne + 1"]).await;
    let page = json_of(world.get(&format!("{PATH}?name=L%C3%B6we%20%26+S")).send().await.unwrap()).await;
    assert_eq!(names(&page), ["Löwe & Söhne + 1"]);
}

#[tokio::test]
async fn no_match_is_not_found_and_no_channel_at_all_is_an_empty_list() {
    let world = world(&[]).await;
    refused(world.get(&format!("{PATH}?name=Shop")), 404, "not.found").await;
    let page = json_of(world.get(PATH).send().await.unwrap()).await;
    assert_eq!(page, json!({"entities": [], "pageSize": 25, "pageNumber": 1, "total": 0, "pageCount": 0}));
}
