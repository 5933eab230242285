//! GET `/.well-known/jwks.json`.

use serde_json::json;

use crate::world::{Upstream, World, json_of};

#[tokio::test]
async fn the_key_set_has_one_public_key_and_survives_a_restart() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let answer = world.get("/.well-known/jwks.json").await;
    assert_eq!(answer.headers()["cache-control"], "public, max-age=300");
    let set = json_of(answer).await;
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    let members: Vec<_> = keys[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    for (name, value) in [("kty", "EC"), ("crv", "P-256"), ("use", "enc"), ("alg", "ECDH-ES")] {
        assert_eq!(keys[0][name], json!(value));
    }
    let world = World::with(&upstream, "", world.stop().await).await;
    assert_eq!(json_of(world.get("/.well-known/jwks.json").await).await, set);
}
