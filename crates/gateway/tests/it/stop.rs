//! The word to stop.

use guestsync_gateway::Gateway;

use crate::world::{Upstream, World, configuration, wanted};

#[tokio::test]
async fn what_is_in_hand_when_the_gateway_is_told_to_stop_is_finished() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    upstream.faults("[[rules]]\ncalls = [\"G1\"]\nfirst = 1\neffect = { kind = \"delay\", ms = 1500 }").await;
    let request = world.post("/api/webchat/init", &wanted("abc"));
    let answer = tokio::spawn(request.send());
    while upstream.requests().await.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    world.stop().await;
    assert_eq!(answer.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn where_the_database_is_a_file_one_gateway_serves_at_a_time() {
    let upstream = Upstream::start().await;
    let world = World::in_files(&upstream).await;
    let config = configuration(Some(&upstream), "", &world.directory);
    let error = Gateway::open(config).await.err().unwrap().to_string();
    assert!(error.starts_with("another gateway serves from "), "{error}");
    let directory = world.stop().await;
    Gateway::open(configuration(Some(&upstream), "", &directory)).await.unwrap();
}
