//! GET `/sw.js`.

use reqwest::Method;

use crate::world::{Directory, Upstream, World, refusal};

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

/// As a browser asks for a script that is to become a worker.
#[tokio::test]
async fn no_other_path_can_become_a_worker_and_no_answer_widens_a_scope() {
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, "[worker]\nkill = true", Directory::new()).await;
    let ask = async |path: &str| world.call(Method::GET, path).header("service-worker", "script").send().await.unwrap();
    for path in [
        "/",
        "/guestsync/sw.js",
        "/guestsync/guestsync.js",
        "/.well-known/jwks.json",
        "/healthz",
        "/openapi.json",
        "/uploads/sw.js",
        "/sw.js/",
        "//sw.js",
        "/SW.js",
        "/%73w.js",
        "/api/profile-sync",
        "/genesys/api/v2/guests/g-1",
    ] {
        let answer = ask(path).await;
        assert!(answer.headers().get("service-worker-allowed").is_none(), "{path}");
        assert_eq!(refusal(answer).await, (403, "worker.path".into()), "{path}");
        let other = world.get(path).await;
        assert!(other.headers().get("service-worker-allowed").is_none(), "{path}");
        assert!(!other.text().await.unwrap().contains("worker.path"), "{path}");
    }
    let answer = ask("/sw.js?v=2").await;
    assert!(answer.status() == 200 && answer.headers().get("service-worker-allowed").is_none());
}
