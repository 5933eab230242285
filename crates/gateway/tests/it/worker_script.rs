//! GET `/sw.js`.

use crate::world::{Directory, Upstream, World};

#[tokio::test]
async fn the_kill_switch_serves_a_worker_that_removes_itself() {
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, "[worker]\nkill = true", Directory::new()).await;
    let answer = world.get("/sw.js").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(answer.headers()["cache-control"], "no-cache");
    assert_eq!(answer.headers()["content-security-policy"], "script-src 'self' 'wasm-unsafe-eval'");
    assert!(answer.headers().get("service-worker-allowed").is_none());
    let script = answer.text().await.unwrap();
    assert!(script.contains("registration.unregister()") && !script.contains("guestsyncWorker"));
}
