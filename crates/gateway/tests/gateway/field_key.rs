//! POST `/api/field-key`.

use base64ct::{Base64UrlUnpadded, Encoding};
use reqwest::Method;
use serde_json::Value;

use crate::world::{Session, Upstream, World, json_of, refusal};

async fn key(world: &World, session: &Session) -> Value {
    let capability = world.capability(session).await;
    let answer = world.call(Method::POST, "/api/field-key").bearer_auth(capability).send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    json_of(answer).await
}

#[tokio::test]
async fn each_guest_has_a_key_of_its_own_that_survives_a_restart() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let (one, two) = (world.session("one").await, world.session("two").await);
    let (first, second) = (key(&world, &one).await, key(&world, &two).await);
    assert_eq!(Base64UrlUnpadded::decode_vec(first["key"].as_str().unwrap()).unwrap().len(), 32);
    assert_ne!(first["key"], second["key"]);
    assert_eq!(first["kid"], second["kid"]);
    assert!(first["expiresAt"].as_str().unwrap().ends_with('Z'));
    let world = World::with(&upstream, "", world.stop().await).await;
    assert_eq!(key(&world, &one).await["key"], first["key"]);
}

#[tokio::test]
async fn without_a_capability_there_is_no_key() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("one").await;
    let answer = world.call(Method::POST, "/api/field-key").header("cookie", &session.cookie).send().await.unwrap();
    assert_eq!(refusal(answer).await, (401, "bad.credentials".into()));
}
