//! Inheritance from a Genesys whose groups stand deeper than anyone's should, on pages of one attribute each.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use axum::extract::{Path, Query};
use axum::routing::{get, post};
use axum::{Json, Router};
use guestsync_core::Sensitive;
use guestsync_gateway::meta::{Metadata, Warning};
use guestsync_genesys::{Client, Settings};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::world::Directory;

/// `group-0` is in `group-1` and so on without end; each has two attributes of its own, and defines `shared` anew.
async fn endless() -> url::Url {
    async fn token() -> Json<Value> {
        Json(json!({"access_token": "token", "token_type": "bearer", "expires_in": 3600}))
    }
    async fn group(Path(id): Path<String>) -> Json<Value> {
        let number: u32 = id["group-".len()..].parse().unwrap();
        Json(json!({"id": id, "name": id, "parentId": format!("group-{}", number + 1)}))
    }
    async fn attributes(Query(asked): Query<HashMap<String, String>>) -> Json<Value> {
        let (group, page) = (&asked["orgId"], asked["pageNumber"].parse::<usize>().unwrap());
        let name = [format!("{group}-a"), format!("{group}-b"), "shared".to_owned()][page - 1].clone();
        let entity = json!({"name": name, "type": "string", "description": group});
        Json(json!({"entities": [entity], "pageSize": 1, "pageNumber": page, "total": 3, "pageCount": 3}))
    }
    let router = Router::new()
        .route("/oauth/token", post(token))
        .route("/api/v2/groups/{id}", get(group))
        .route("/api/v2/customattributes", get(attributes));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    base.parse().unwrap()
}

#[tokio::test]
async fn the_walk_reads_all_pages_and_ends_after_32_groups_with_a_warning() {
    let base = endless().await;
    let token = base.join("/oauth/token").unwrap();
    let settings = Settings::new(base, token, "client".into(), Sensitive::new("secret".into()));
    let directory = Directory::new();
    let metadata = Metadata::new(Client::new(settings.clone(), None).unwrap(), &settings, directory.path());
    let inherited = metadata.inherited("group-0", false).await.unwrap();
    assert_eq!(inherited.warnings, [Warning::TooDeep]);
    let definitions: Vec<_> = inherited.definitions().collect();
    assert_eq!((definitions.len(), definitions[95].0, definitions[94].1.name()), (3 * 32, "group-31", "group-31-b"));
    // The nearest definition of a name counts.
    let rules = inherited.rules();
    assert_eq!(rules.find("shared").unwrap().shown()["description"], "group-0");
    assert!(rules.find("group-31-a").is_some() && rules.find("group-32-a").is_none());
}
