//! `Idempotency-Key`: one effect, one answer, over restarts.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::world::{Session, Upstream, World, database_of, json_of, refusal};

fn path(session: &Session) -> String {
    format!("/api/v2/conversations/webmessaging/guests/{}/attributes", session.guest)
}

/// A1 under a key.
async fn write(world: &World, session: &Session, capability: &str, key: &str, body: &Value) -> Response {
    let request = world.genesys(Method::POST, &path(session), capability).json(body);
    request.header("idempotency-key", key).send().await.unwrap()
}

async fn sent(upstream: &Upstream, path: &str) -> usize {
    upstream.requests().await.iter().filter(|request| request["path"] == path).count()
}

async fn world() -> (Upstream, World, Session, String) {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    (upstream, world, session, capability)
}

#[tokio::test]
async fn a_repeat_gets_the_same_answer_and_goes_nowhere_even_after_the_gateway_was_killed() {
    let (upstream, world, session, capability) = world().await;
    let body = json!({"attributes": {"tier": "canary-gold"}});
    let first = write(&world, &session, &capability, "key-1", &body).await;
    assert_eq!((first.status().as_u16(), first.headers().get("idempotent-replayed")), (200, None));
    let correlation = first.headers()["inin-correlation-id"].clone();
    let first = json_of(first).await;
    for _ in 0..2 {
        let again = write(&world, &session, &capability, "key-1", &body).await;
        assert_eq!((again.status().as_u16(), &again.headers()["idempotent-replayed"]), (200, &"true".parse().unwrap()));
        assert_eq!(
            (&again.headers()["etag"], &again.headers()["inin-correlation-id"]),
            (&"\"1\"".parse().unwrap(), &correlation)
        );
        assert_eq!(again.headers()["cache-control"], "no-store");
        assert_eq!(json_of(again).await, first);
    }
    let directory = world.kill().await;
    let names = ["state.sqlite", "state.sqlite-wal"];
    let files = names.iter().filter_map(|name| std::fs::read(directory.path().join(name)).ok());
    let stored: Vec<u8> = files.flatten().collect();
    assert!(
        stored.is_empty() == database_of(&directory).is_some() && !stored.windows(11).any(|part| part == b"canary-gold"),
        "answers are encrypted at rest"
    );
    let world = World::with(&upstream, "", directory).await;
    let again = write(&world, &session, &capability, "key-1", &body).await;
    assert!(again.headers().contains_key("idempotent-replayed"));
    assert_eq!(json_of(again).await, first);
    assert_eq!(sent(&upstream, &path(&session)).await, 1);
}

#[tokio::test]
async fn another_content_or_condition_under_a_key_is_refused_and_another_guest_has_keys_of_its_own() {
    let (_upstream, world, session, capability) = world().await;
    let body = json!({"attributes": {"a": 1}});
    assert_eq!(write(&world, &session, &capability, "key-1", &body).await.status(), 200);
    let other = write(&world, &session, &capability, "key-1", &json!({"attributes": {"a": 2}})).await;
    assert_eq!(refusal(other).await, (422, "idempotency.mismatch".into()));
    let conditional = world.genesys(Method::POST, &path(&session), &capability).json(&body).header("if-match", "\"1\"");
    let conditional = conditional.header("idempotency-key", "key-1").send().await.unwrap();
    assert_eq!(refusal(conditional).await, (422, "idempotency.mismatch".into()));

    let session = world.session("def").await;
    let capability = world.capability(&session).await;
    let own = write(&world, &session, &capability, "key-1", &body).await;
    assert!(!own.headers().contains_key("idempotent-replayed"), "no guest sees another's answer");
}

#[tokio::test]
async fn while_a_request_runs_its_repeat_is_told_to_wait() {
    let (upstream, world, session, capability) = world().await;
    upstream.faults("[[rules]]\ncalls = [\"A1\"]\nfirst = 1\neffect = { kind = \"delay\", ms = 700 }").await;
    let body = json!({"attributes": {"a": 1}});
    let asked = |_| write(&world, &session, &capability, "key-1", &body);
    let (first, second) = tokio::join!(asked(1), asked(2));
    let (good, wait) = if first.status() == 200 { (first, second) } else { (second, first) };
    assert_eq!(good.status(), 200);
    assert_eq!(refusal(wait).await, (409, "idempotency.in.progress".into()));
    let again = asked(3).await;
    assert_eq!((again.status().as_u16(), again.headers().contains_key("idempotent-replayed")), (200, true));
    assert_eq!(sent(&upstream, &path(&session)).await, 1);
}

#[tokio::test]
async fn what_may_change_is_not_kept_and_what_is_final_is() {
    let (upstream, world, session, capability) = world().await;
    let body = json!({"attributes": {"a": 1}});
    for (status, kept) in [(429, false), (503, false), (500, false), (408, false), (400, true), (404, true), (403, true)] {
        let rule = format!("[[rules]]\ncalls = [\"A1\"]\nfirst = 1\neffect = {{ kind = \"status\", status = {status} }}");
        upstream.faults(&rule).await;
        let key = format!("key-{status}");
        assert_eq!(write(&world, &session, &capability, &key, &body).await.status().as_u16(), status);
        let again = write(&world, &session, &capability, &key, &body).await;
        assert_eq!(again.status().as_u16(), if kept { status } else { 200 });
        assert_eq!(again.headers().contains_key("idempotent-replayed"), kept, "{status}");
    }
}

#[tokio::test]
async fn an_answer_is_kept_although_whoever_asked_has_gone() {
    let (upstream, world, session, capability) = world().await;
    upstream.faults("[[rules]]\ncalls = [\"A1\"]\nfirst = 1\neffect = { kind = \"delay\", ms = 300 }").await;
    let body = json!({"attributes": {"a": 1}});
    let impatient = world.genesys(Method::POST, &path(&session), &capability).json(&body).header("idempotency-key", "key-1");
    impatient.timeout(std::time::Duration::from_millis(100)).send().await.unwrap_err();
    // Slower than the limit of one guest's requests.
    let mut times = tokio::time::interval(std::time::Duration::from_millis(25));
    let again = loop {
        times.tick().await;
        let again = write(&world, &session, &capability, "key-1", &body).await;
        if again.status() != 409 {
            break again;
        }
    };
    assert_eq!((again.status().as_u16(), again.headers().contains_key("idempotent-replayed")), (200, true));
    assert_eq!(json_of(again).await["version"], 1);
}

#[tokio::test]
async fn patches_keep_their_answers_with_the_number_that_was_in_the_way() {
    let (upstream, world, session, capability) = world().await;
    let patch = |seq: u64, key: &'static str| {
        let request = world.genesys(Method::PATCH, &format!("/api/v2/guests/{}", session.guest), &capability);
        let body = json!([{"op": "replace", "path": "/name", "value": format!("name {seq}")}]);
        let request = request.header("content-type", "application/json-patch+json").body(body.to_string());
        request.header("guestsync-seq", seq).header("idempotency-key", key).send()
    };
    assert_eq!(patch(7, "key-7").await.unwrap().status(), 200);
    for replayed in [false, true] {
        let late = patch(5, "key-5").await.unwrap();
        assert_eq!((late.status().as_u16(), &late.headers()["guestsync-seq"]), (200, &"7".parse().unwrap()));
        assert_eq!(late.headers().contains_key("idempotent-replayed"), replayed);
        assert_eq!(json_of(late).await, json!({"id": session.guest}));
    }
    let again = patch(7, "key-7").await.unwrap();
    assert!(again.headers().contains_key("idempotent-replayed"));
    assert_eq!(json_of(again).await["name"], "name 7");
    assert_eq!(refusal(patch(8, "key-7").await.unwrap()).await, (422, "idempotency.mismatch".into()));
    assert_eq!(sent(&upstream, &format!("/api/v2/guests/{}", session.guest)).await, 1);
}

#[tokio::test]
async fn a_key_is_one_header_of_visible_characters() {
    let (_upstream, world, session, capability) = world().await;
    let body = json!({"attributes": {"a": 1}});
    for key in ["", "a b", &"k".repeat(256)] {
        assert_eq!(refusal(write(&world, &session, &capability, key, &body).await).await, (400, "idempotency.invalid".into()));
    }
    let two = world.genesys(Method::POST, &path(&session), &capability).json(&body);
    let two = two.header("idempotency-key", "a").header("idempotency-key", "b").send().await.unwrap();
    assert_eq!(refusal(two).await, (400, "idempotency.invalid".into()));
}
