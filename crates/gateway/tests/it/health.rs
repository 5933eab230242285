//! GET `/healthz` and `/readyz`, and what is not there.

use serde_json::json;

use crate::world::{Upstream, World, json_of, refusal};

#[tokio::test]
async fn a_gateway_that_can_work_says_so() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    assert_eq!(world.get("/healthz").await.text().await.unwrap(), "ok");
    let answer = world.get("/readyz").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(json_of(answer).await, json!({"status": "ready"}));
}

#[tokio::test]
async fn what_is_not_there_is_not_found_whatever_it_is_called() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    for path in
        ["/nothing", "/../Cargo.toml", "/%2e%2e/Cargo.toml", "/guestsync/../../Cargo.toml", "/.env", "/_sandbox/guests", "/api"]
    {
        assert_eq!(refusal(world.get(path).await).await, (404, "not.found".into()), "{path}");
    }
}

#[tokio::test]
async fn every_answer_has_an_id_and_no_two_the_same() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let id = async |path| world.get(path).await.headers()["x-request-id"].to_str().unwrap().to_owned();
    let (one, two) = (id("/healthz").await, id("/nothing").await);
    assert!(one.len() == 16 && two.len() == 16 && one != two);
}
