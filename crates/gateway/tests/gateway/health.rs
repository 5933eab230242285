//! GET `/healthz` and `/readyz`, and what is not there.

use serde_json::json;

use crate::world::{Upstream, World, database_of, json_of, refusal};

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
async fn a_gateway_whose_database_is_gone_says_that_it_is_not_ready_and_that_it_lives() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let Some(address) = database_of(&world.directory) else { return };
    // Nobody gets a connection any more, as where the server or the network is gone.
    let (server, name) = address.rsplit_once('/').unwrap();
    let pool = sqlx::PgPool::connect(&format!("{server}/postgres")).await.unwrap();
    for statement in [
        format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"),
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&pool).await.unwrap();
    }
    let answer = world.get("/readyz").await;
    assert_eq!(answer.status(), 503);
    assert_eq!(json_of(answer).await, json!({"status": "unready"}));
    assert_eq!(world.get("/healthz").await.status(), 200);
    let back = format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true");
    sqlx::query(sqlx::AssertSqlSafe(back)).execute(&pool).await.unwrap();
    assert_eq!(world.get("/readyz").await.status(), 200);
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

#[tokio::test]
async fn metrics_tell_requests_upstream_calls_and_queues_and_nothing_of_a_guest() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("canary-session").await;
    world.get("/canary/path").await;
    let answer = world.get("/metrics").await;
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = answer.text().await.unwrap();
    for line in [
        "guestsync_request_duration_seconds_count{method=\"POST\",route=\"/api/webchat/init\",status=\"200\"} 1",
        "guestsync_upstream_duration_seconds_count{call=\"G1\",status=\"201\"} 1",
        "guestsync_upstream_duration_seconds_count{call=\"G2\",status=\"200\"} 1",
        "guestsync_upstream_tokens_total 1",
        "guestsync_webhooks{state=\"waiting\"} 0",
        "guestsync_jobs_open 0",
        "guestsync_upstream_budget{state=\"used\"} 2",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    assert!(!text.contains("canary") && !text.contains(&session.guest));
}
