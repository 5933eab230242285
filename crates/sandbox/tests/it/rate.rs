//! The rate limit and its headers.

use std::time::Duration;

use guestsync_sandbox::{Client, Options, RateLimit};
use reqwest::Response;

use crate::common::{PROFILES, World, refused};

fn header(answer: &Response, name: &str) -> String {
    answer.headers()[name].to_str().unwrap().to_owned()
}

fn limit(answer: &Response) -> (String, String, String) {
    (header(answer, "inin-ratelimit-count"), header(answer, "inin-ratelimit-allowed"), header(answer, "inin-ratelimit-reset"))
}

async fn read(world: &World) -> Response {
    world.get(&format!("{PROFILES}/x")).send().await.unwrap()
}

fn options(requests: u32) -> Options {
    Options { rate: RateLimit { requests, window: Duration::from_secs(60) }, ..Options::default() }
}

#[tokio::test]
async fn the_default_is_300_a_minute() {
    let world = World::new().await;
    for n in 1..=300 {
        assert_eq!(limit(&read(&world).await), (n.to_string(), "300".into(), "60".into()));
    }
    assert_eq!(read(&world).await.status(), 429);
}

#[tokio::test]
async fn a_full_window_refuses_until_it_ends() {
    let world = World::with(options(2)).await;
    assert_eq!(read(&world).await.status(), 404);
    world.advance(Duration::from_millis(17_500));
    assert_eq!(limit(&read(&world).await), ("2".into(), "2".into(), "43".into()));
    let refusal = read(&world).await;
    assert_eq!(limit(&refusal), ("2".into(), "2".into(), "43".into()));
    assert_eq!(header(&refusal, "retry-after"), "43");
    refused(world.get(&format!("{PROFILES}/x")), 429, "too.many.requests.retry.after").await;
    world.advance(Duration::from_millis(42_499));
    assert_eq!(read(&world).await.status(), 429);
    world.advance(Duration::from_millis(1));
    assert_eq!(limit(&read(&world).await), ("1".into(), "2".into(), "60".into()));
}

#[tokio::test]
async fn a_client_has_one_window_for_all_its_tokens() {
    let other = Client::with_all_scopes("other", "s");
    let world = World::with(Options { clients: vec![other], ..options(1) }).await;
    assert_eq!(read(&world).await.status(), 404);
    let again = world.token_for("sandbox", "secret", None).await;
    let request = |token: &str| world.http.get(world.at(&format!("{PROFILES}/x"))).bearer_auth(token).send();
    assert_eq!(request(&again).await.unwrap().status(), 429);
    let other = world.token_for("other", "s", None).await;
    assert_eq!(request(&other).await.unwrap().status(), 404);
}

#[tokio::test]
async fn without_a_limit_nothing_is_refused_and_the_headers_still_count() {
    let world = World::with(Options { rate: RateLimit::NONE, ..Options::default() }).await;
    for _ in 0..400 {
        assert_eq!(read(&world).await.status(), 404);
    }
    assert_eq!(limit(&read(&world).await), ("401".into(), "2147483647".into(), "60".into()));
}

#[tokio::test]
async fn requests_without_a_valid_token_have_the_headers_but_do_not_count() {
    let world = World::with(options(1)).await;
    for _ in 0..3 {
        let answer = world.http.get(world.at(&format!("{PROFILES}/x"))).send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(limit(&answer), ("0".into(), "1".into(), "60".into()));
    }
    assert_eq!(read(&world).await.status(), 404);
}

#[tokio::test]
async fn a_missing_scope_counts() {
    let world = World::with(options(1)).await;
    let token = world.token_for("sandbox", "secret", Some("guest:write")).await;
    let request = || world.http.get(world.at("/api/v2/webchat/v1/guests/x")).bearer_auth(&token);
    refused(request(), 403, "app.not.authorized.for.scope").await;
    refused(request(), 429, "too.many.requests.retry.after").await;
}

fn with_call_limit(all: u32, call: &str, requests: u32) -> Options {
    let limit = RateLimit { requests, window: Duration::from_secs(20) };
    Options { call_rates: [(call.to_owned(), limit)].into(), ..options(all) }
}

async fn list(world: &World) -> Response {
    world.get("/api/v2/webmessaging/channels").send().await.unwrap()
}

#[tokio::test]
async fn a_call_with_a_limit_of_its_own_is_refused_alone_and_tells_of_its_own_window() {
    let world = World::with(with_call_limit(100, "P2", 2)).await;
    for n in 1..=2 {
        assert_eq!(limit(&read(&world).await), (n.to_string(), "2".into(), "20".into()));
    }
    let refusal = read(&world).await;
    assert_eq!(limit(&refusal), ("2".into(), "2".into(), "20".into()));
    assert_eq!((refusal.status().as_u16(), header(&refusal, "retry-after")), (429, "20".into()));
    let body: serde_json::Value = refusal.json().await.unwrap();
    let reached = serde_json::json!({"namespace": "external.contacts", "key": "p2.rate.per.minute", "value": 2});
    assert_eq!((&body["limit"], &body["code"]), (&reached, &"too.many.requests.retry.after".into()));
    // What its own limit refused counts for the client.
    assert_eq!(limit(&list(&world).await), ("4".into(), "100".into(), "60".into()));
    world.advance(Duration::from_secs(20));
    assert_eq!(limit(&read(&world).await), ("1".into(), "2".into(), "20".into()));
}

#[tokio::test]
async fn a_full_window_of_the_client_refuses_every_call_and_says_that_it_is_the_clients() {
    let world = World::with(with_call_limit(2, "P2", 5)).await;
    assert_eq!((list(&world).await.status().as_u16(), read(&world).await.status().as_u16()), (200, 404));
    let refusal = read(&world).await;
    assert_eq!(limit(&refusal), ("2".into(), "2".into(), "60".into()));
    let body: serde_json::Value = refusal.json().await.unwrap();
    assert_eq!((&body["limit"]["namespace"], &body["limit"]["value"]), (&"platform.api".into(), &2.into()));
    world.advance(Duration::from_secs(60));
    assert_eq!(limit(&read(&world).await).0, "1", "what the client's window refused did not count for the call");
}
