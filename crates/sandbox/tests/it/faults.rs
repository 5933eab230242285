//! Every effect of the fault plan, as a client sees it.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use guestsync_sandbox::{Client, Effect, FaultPlan, Options, Rule, Sandbox};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::common::{PROFILES, World, json_of, refused};

async fn world(effect: Value) -> World {
    let world = World::new().await;
    world.put_faults(&json!({"rules": [{"calls": ["A1", "P2"], "first": 1, "effect": effect}]})).await;
    world
}

/// Sends a write by hand and gives what comes back: bytes, or how the connection ended.
async fn raw_write(world: &World, guest: &str) -> Result<Vec<u8>, ErrorKind> {
    let body = r#"{"attributes":{"n":1}}"#;
    let request = format!(
        "POST /api/v2/conversations/webmessaging/guests/{guest}/attributes HTTP/1.1\r\nhost: sandbox\r\n\
         authorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        world.token,
        body.len()
    );
    raw(world.url.strip_prefix("http://").unwrap(), &request).await
}

async fn raw(address: &str, request: &str) -> Result<Vec<u8>, ErrorKind> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.map_err(|error| error.kind())?;
    Ok(received)
}

#[tokio::test]
async fn a_status_has_its_usual_code_or_the_one_given() {
    let world = world(json!({"kind": "status", "status": 503})).await;
    let guest = world.guest().await;
    let set = || world.set(&guest, &json!({"n": 1}));
    refused(set(), 503, "service.unavailable").await;
    world.put_faults(&json!({"rules": [{"effect": {"kind": "status", "status": 422, "code": "odd.value"}}]})).await;
    refused(set(), 422, "odd.value").await;
    assert_eq!(world.effects(&guest).await, ["G1"]);
}

#[tokio::test]
async fn a_fault_carries_the_headers_of_every_answer() {
    let world = world(json!({"kind": "status", "status": 429, "retryAfter": 7})).await;
    let guest = world.guest().await;
    let answer = world.set(&guest, &json!({"n": 1})).send().await.unwrap();
    assert_eq!(answer.headers()["retry-after"], "7");
    assert_eq!(answer.headers()["inin-ratelimit-count"], "1", "the client's own window");
    assert!(answer.headers().contains_key("inin-correlation-id"));
}

#[tokio::test]
async fn retry_after_can_be_a_date_or_any_text_or_missing() {
    let world = World::new().await;
    let guest = world.guest().await;
    for (retry_after, expected) in [
        (json!({"date": 5}), Some("Fri, 20 Nov 2026 10:00:05 GMT")),
        (json!({"date": -60}), Some("Fri, 20 Nov 2026 09:59:00 GMT")),
        (json!({"text": "soon"}), Some("soon")),
        (json!(0), Some("0")),
        (json!(null), None),
    ] {
        let effect = json!({"kind": "status", "status": 429, "retryAfter": retry_after});
        world.put_faults(&json!({"rules": [{"effect": effect}]})).await;
        let answer = world.set(&guest, &json!({"n": 1})).send().await.unwrap();
        assert_eq!(answer.headers().get("retry-after").map(|value| value.to_str().unwrap()), expected);
    }
}

#[tokio::test]
async fn a_delay_holds_the_answer_up() {
    let world = world(json!({"kind": "delay", "ms": 80})).await;
    let guest = world.guest().await;
    let started = Instant::now();
    assert_eq!(world.set(&guest, &json!({"n": 1})).send().await.unwrap().status(), 200);
    assert!(started.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn a_slow_write_happens_even_if_its_client_has_gone() {
    let world = world(json!({"kind": "delay", "ms": 100})).await;
    let guest = world.guest().await;
    let answer = world.set(&guest, &json!({"n": 1})).timeout(Duration::from_millis(40)).send().await;
    assert!(answer.unwrap_err().is_timeout());
    let deadline = Instant::now() + Duration::from_secs(10);
    while world.effects(&guest).await != ["G1", "A1"] {
        assert!(Instant::now() < deadline, "the write never happened");
    }
}

#[tokio::test]
async fn a_reset_drops_the_connection_before_anything_happens() {
    let world = world(json!({"kind": "reset"})).await;
    let guest = world.guest().await;
    assert_eq!(raw_write(&world, &guest).await, Err(ErrorKind::ConnectionReset));
    assert_eq!(world.effects(&guest).await, ["G1"]);
    assert_eq!(world.set(&guest, &json!({"n": 1})).send().await.unwrap().status(), 200, "only once");
}

#[tokio::test]
async fn a_lost_answer_follows_a_real_write() {
    let world = world(json!({"kind": "lost"})).await;
    let guest = world.guest().await;
    assert_eq!(raw_write(&world, &guest).await, Err(ErrorKind::ConnectionReset));
    assert_eq!(world.effects(&guest).await, ["G1", "A1"]);
}

#[tokio::test]
async fn a_hanging_request_never_answers_and_never_happens() {
    let world = world(json!({"kind": "hang"})).await;
    let guest = world.guest().await;
    let answer = world.set(&guest, &json!({"n": 1})).timeout(Duration::from_millis(50)).send().await;
    assert!(answer.unwrap_err().is_timeout());
    assert_eq!(world.effects(&guest).await, ["G1"]);
    assert_eq!(world.set(&guest, &json!({"n": 1})).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_conflict_looks_like_another_writer() {
    let world = world(json!({"kind": "conflict"})).await;
    let guest = world.guest().await;
    refused(world.set(&guest, &json!({"n": 1})), 409, "request.conflict").await;
    assert_eq!(world.set(&guest, &json!({"n": 1})).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_rejected_token_stays_rejected_and_a_new_one_works() {
    let mut world = world(json!({"kind": "reject-token"})).await;
    let guest = world.guest().await;
    refused(world.set(&guest, &json!({"n": 1})), 401, "bad.credentials").await;
    refused(world.set(&guest, &json!({"n": 1})), 401, "bad.credentials").await;
    world.token = world.token_for("sandbox", "secret", None).await;
    assert_eq!(world.set(&guest, &json!({"n": 1})).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn token_requests_can_fail_too() {
    let world = World::with_faults("[[rules]]\ncalls = ['O1']\neffect = { kind = 'status', status = 500 }").await;
    let form = [("grant_type", "client_credentials"), ("client_id", "sandbox"), ("client_secret", "secret")];
    refused(world.http.post(world.at("/oauth/token")).form(&form), 500, "internal.server.error").await;
}

#[tokio::test]
async fn rules_choose_by_method_and_path() {
    let world = World::new().await;
    let guest = world.guest().await;
    let rule = json!({"method": "PATCH", "path": "/api/v2/guests/*", "effect": {"kind": "status", "status": 502}});
    world.put_faults(&json!({"rules": [rule]})).await;
    assert_eq!(world.get(&format!("{PROFILES}/{guest}")).send().await.unwrap().status(), 200);
    refused(world.patch(&guest, &json!([])), 502, "bad.gateway").await;
}

#[tokio::test]
async fn the_control_api_is_never_made_to_fail() {
    let world = World::with_faults("[[rules]]\neffect = { kind = 'reset' }").await;
    assert!(world.get("/api/v2/guests/x").send().await.is_err());
    assert_eq!(world.control("guests").await, json!({"guests": []}));
}

#[tokio::test]
async fn the_same_seed_makes_the_same_requests_fail() {
    let mut histories = Vec::new();
    for seed in [1, 1, 2] {
        let rule = Rule { probability: Some(0.5), ..Rule::always(Effect::Status { status: 503, code: None, retry_after: None }) };
        let faults = FaultPlan { seed: None, rules: vec![Rule { calls: vec!["P2".into()], ..rule }] };
        let world = World::with(Options { seed, faults, ..Options::default() }).await;
        let mut history = Vec::new();
        for _ in 0..40 {
            history.push(world.get(&format!("{PROFILES}/x")).send().await.unwrap().status().as_u16());
        }
        histories.push(history);
    }
    assert_eq!(histories[0], histories[1]);
    assert_ne!(histories[0], histories[2]);
}

#[tokio::test]
async fn the_window_of_a_rule_follows_the_clock() {
    let world = World::new().await;
    world.advance(Duration::from_secs(100));
    world.put_faults(&json!({"rules": [{"untilMs": 1000, "effect": {"kind": "status", "status": 503}}]})).await;
    refused(world.get(&format!("{PROFILES}/x")), 503, "service.unavailable").await;
    world.advance(Duration::from_secs(1));
    refused(world.get(&format!("{PROFILES}/x")), 404, "not.found").await;
}

/// A sandbox with one hanging request and the means to stop it.
async fn hanging() -> (oneshot::Sender<()>, tokio::task::JoinHandle<std::io::Result<()>>, TcpStream) {
    let faults = FaultPlan { seed: None, rules: vec![Rule::always(Effect::Hang {})] };
    let sandbox = Sandbox::new(Options { faults, ..Options::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(async move { sandbox.serve(listener, async { drop(stopped.await) }).await });
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /api/v2/guests/x HTTP/1.1\r\nhost: sandbox\r\n\r\n").await.unwrap();
    (stop, server, stream)
}

#[tokio::test]
async fn a_sandbox_that_stops_lets_hanging_requests_go() {
    let (stop, server, mut stream) = hanging().await;
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), server).await.expect("it must stop").unwrap().unwrap();
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received).await;
    assert_eq!(received, b"", "no answer was written");
}

#[tokio::test]
async fn under_another_server_a_reset_closes_without_an_answer() {
    let faults = FaultPlan { seed: None, rules: vec![Rule::always(Effect::Reset {})] };
    let clients = vec![Client::with_all_scopes("a", "b")];
    let sandbox = Sandbox::new(Options { faults, clients, ..Options::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, sandbox.router()).await });
    let received = raw(&address, "GET /api/v2/guests/x HTTP/1.1\r\nhost: sandbox\r\n\r\n").await;
    assert!(received.as_ref().is_ok_and(Vec::is_empty) || received == Err(ErrorKind::ConnectionReset), "{received:?}");
}

#[tokio::test]
async fn a_fault_plan_set_anew_counts_anew() {
    let world = world(json!({"kind": "conflict"})).await;
    let guest = world.guest().await;
    refused(world.set(&guest, &json!({"n": 1})), 409, "request.conflict").await;
    let plan = world.control("faults").await;
    world.put_faults(&plan).await;
    refused(world.set(&guest, &json!({"n": 1})), 409, "request.conflict").await;
    let answer = world.set(&guest, &json!({"n": 1})).send().await.unwrap();
    assert_eq!(json_of(answer).await["version"], 1);
}
