//! Cross-origin calls.

use reqwest::Method;
use reqwest::header::HeaderMap;

use crate::world::{Directory, Upstream, World};

const LISTED: &str = "https://www.shop.example";

async fn preflight(world: &World, origin: &str) -> HeaderMap {
    let request = world.call(Method::OPTIONS, "/genesys/api/v2/guests/g-1").header("origin", origin);
    let request =
        request.header("access-control-request-method", "PATCH").header("access-control-request-headers", "authorization");
    request.send().await.unwrap().headers().clone()
}

#[tokio::test]
async fn listed_origins_are_named_exactly_and_others_never() {
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, &format!("[cors]\norigins = [\"{LISTED}\"]"), Directory::new()).await;
    let headers = preflight(&world, LISTED).await;
    assert_eq!(headers["access-control-allow-origin"], LISTED);
    assert_eq!(headers["access-control-allow-credentials"], "true");
    assert_eq!(headers["access-control-allow-methods"], "GET,POST,PATCH,DELETE");
    assert_eq!(
        headers["access-control-allow-headers"],
        "authorization,content-type,if-match,if-none-match,idempotency-key,guestsync-seq"
    );
    assert_eq!(headers["vary"], "origin");
    for origin in [
        "https://evil.example",
        "null",
        "http://www.shop.example",
        "https://www.shop.example.evil.example",
        "https://shop.example",
        "*",
    ] {
        let headers = preflight(&world, origin).await;
        assert!(headers.get("access-control-allow-origin").is_none(), "{origin}");
        assert_eq!(headers["vary"], "origin");
    }
    let answer = world.call(Method::GET, "/.well-known/jwks.json").header("origin", LISTED).send().await.unwrap();
    assert_eq!(answer.headers()["access-control-expose-headers"], "etag,retry-after,date,guestsync-seq");
}

#[tokio::test]
async fn without_a_list_no_origin_is_named() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    for origin in [LISTED, &world.base] {
        let headers = preflight(&world, origin).await;
        assert!(!headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{headers:?}");
    }
}
