//! The word to stop.

use crate::world::{Upstream, World, wanted};

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
