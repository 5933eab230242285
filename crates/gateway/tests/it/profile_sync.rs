//! POST `/api/profile-sync` that no worker caught.

use reqwest::Method;

use crate::world::{Upstream, World, refusal};

#[tokio::test]
async fn a_form_that_was_not_sealed_is_refused_and_goes_nowhere() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let form = [("guestId", "g-1"), ("email", "canary@example.org")];
    let post = || world.call(Method::POST, "/api/profile-sync").form(&form);
    let answer = post().header("sec-fetch-site", "same-origin").header("origin", "null").send().await.unwrap();
    assert_eq!(refusal(answer).await, (403, "worker.required".into()));
    let answer = post().header("origin", &world.base).send().await.unwrap();
    assert_eq!(refusal(answer).await, (403, "worker.required".into()));
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "null"),
        ("origin", "https://evil.example"),
        ("x-none", "1"),
    ] {
        let answer = post().header(name, value).send().await.unwrap();
        assert_eq!(refusal(answer).await, (403, "origin.foreign".into()), "{name}: {value}");
    }
    assert!(upstream.requests().await.is_empty());
}
