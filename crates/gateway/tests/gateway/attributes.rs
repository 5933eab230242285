//! A1 and A2 through the gateway.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::world::{Directory, SECRET, Upstream, World, json_of, refusal};

fn path(guest: &str) -> String {
    format!("/api/v2/conversations/webmessaging/guests/{guest}/attributes")
}

#[tokio::test]
async fn a_write_and_a_read_have_upstreams_body_version_and_headers() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let write =
        world.genesys(Method::POST, &path(&session.guest), &capability).json(&json!({"attributes": {"tier": 3, "vip": true}}));
    let answer = write.header("idempotency-key", "key-1").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["etag"], "\"1\"");
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert!(answer.headers().contains_key("inin-correlation-id") && answer.headers().contains_key("inin-ratelimit-allowed"));
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let written = json_of(answer).await;
    assert_eq!((&written["version"], &written["attributes"]["tier"]), (&json!(1), &json!(3)));

    let answer = world.genesys(Method::GET, &path(&session.guest), &capability).send().await.unwrap();
    assert_eq!(answer.headers()["etag"], "\"1\"");
    assert_eq!(json_of(answer).await, written);
    let requests = upstream.requests().await;
    let sent = requests.iter().find(|request| request["method"] == "POST" && request["path"] == path(&session.guest)).unwrap();
    assert_eq!(sent["headers"]["idempotency-key"].as_str().unwrap().len(), 64, "the key as Genesys sees it is the guest's own");
    assert!(sent["headers"].get("cookie").is_none());
}

#[tokio::test]
async fn preconditions_go_along_and_a_conflict_comes_back() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let write = |name: &'static str, value: &'static str| {
        let request = world.genesys(Method::POST, &path(&session.guest), &capability).json(&json!({"attributes": {"a": 1}}));
        async move { request.header(name, value).send().await.unwrap() }
    };
    assert_eq!(write("x-none", "1").await.status(), 200);
    assert_eq!(write("if-match", "\"1\"").await.status(), 200);
    assert_eq!(refusal(write("if-match", "\"1\"").await).await, (409, "request.conflict".into()));
    assert_eq!(refusal(write("if-none-match", "*").await).await, (409, "request.conflict".into()));
    let lines = world.genesys(Method::POST, &path(&session.guest), &capability).json(&json!({"attributes": {"a": 2}}));
    let answer = lines.header("if-match", "\"1\"").header("if-match", "\"2\"").send().await.unwrap();
    assert_eq!(answer.status(), 200, "two lines are one list");
}

#[tokio::test]
async fn pages_write_the_listed_attributes_only() {
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, "[proxy]\nattributes = [\"tier\"]", Directory::new()).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let write = async |attributes: Value| {
        let request = world.genesys(Method::POST, &path(&session.guest), &capability);
        request.json(&json!({"attributes": attributes})).send().await.unwrap()
    };
    assert_eq!(write(json!({"tier": 1})).await.status(), 200);
    let before = upstream.requests().await.len();
    assert_eq!(refusal(write(json!({"tier": 2, "crmTier": "gold"})).await).await, (403, "attribute.forbidden".into()));
    assert_eq!(upstream.requests().await.len(), before);
}

#[tokio::test]
async fn what_another_reader_could_take_for_something_else_goes_nowhere() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let before = upstream.requests().await.len();
    for body in [r#"{"attributes":{"x":1},"attributes":{"tier":"gold"}}"#, r#"{"attributes":{"tier":1,"tier":2}}"#, "[]", "{"] {
        let write = world.genesys(Method::POST, &path(&session.guest), &capability).header("content-type", "application/json");
        let answer = write.body(body).send().await.unwrap();
        assert_eq!(refusal(answer).await, (400, "attributes.invalid".into()), "{body}");
    }
    assert_eq!(upstream.requests().await.len(), before);
}

#[tokio::test]
async fn what_upstream_refuses_or_postpones_comes_back_as_it_is_and_is_not_tried_again() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let write = async || {
        let request = world.genesys(Method::POST, &path(&session.guest), &capability).json(&json!({"attributes": {"a": 1}}));
        request.send().await.unwrap()
    };
    for (status, retry_after) in [(503, "3"), (500, ""), (400, ""), (404, ""), (429, "7")] {
        let after = if retry_after.is_empty() { String::new() } else { format!(", retryAfter = {retry_after}") };
        upstream
            .faults(&format!("[[rules]]\ncalls = [\"A1\"]\neffect = {{ kind = \"status\", status = {status}{after} }}"))
            .await;
        let before = upstream.requests().await.len();
        let answer = write().await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers().get("retry-after").map_or("", |value| value.to_str().unwrap()), retry_after);
        assert_eq!(json_of(answer).await["status"], status, "upstream's own body");
        assert_eq!(upstream.requests().await.len(), before + 1);
    }
}

#[tokio::test]
async fn an_upstream_that_is_gone_is_told_apart_from_one_that_answers() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    upstream.faults("[[rules]]\ncalls = [\"A2\"]\neffect = { kind = \"reset\" }").await;
    let answer = world.genesys(Method::GET, &path(&session.guest), &capability).send().await.unwrap();
    assert_eq!(refusal(answer).await, (502, "upstream.unreachable".into()));
}

#[tokio::test]
async fn a_refused_organisation_token_never_looks_like_a_refused_capability() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    upstream.faults("[[rules]]\ncalls = [\"A1\"]\nfirst = 1\neffect = { kind = \"status\", status = 401 }").await;
    let write = world.genesys(Method::POST, &path(&session.guest), &capability).json(&json!({"attributes": {"a": 1}}));
    assert_eq!(write.send().await.unwrap().status(), 200, "once more with a new token");
    upstream.faults("[[rules]]\ncalls = [\"A2\"]\neffect = { kind = \"status\", status = 401 }").await;
    let answer = world.genesys(Method::GET, &path(&session.guest), &capability).send().await.unwrap();
    assert_eq!(refusal(answer).await, (502, "upstream.unusable".into()));
}

#[tokio::test]
async fn no_answer_holds_what_only_the_gateway_may_know() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let grant: Value = serde_json::from_str(upstream.requests().await[0]["response"].as_str().unwrap()).unwrap();
    let organisation = grant["access_token"].as_str().unwrap();
    let mut seen = String::new();
    for path in ["/readyz", "/healthz", "/.well-known/jwks.json", "/", "/sw.js", "/genesys", "/api/token", "/nothing"] {
        seen += &whole(world.get(path).await).await;
    }
    seen += &whole(world.genesys(Method::GET, &path(&session.guest), &capability).send().await.unwrap()).await;
    assert!(seen.contains("P-256"), "something was seen");
    for secret in [organisation, SECRET, "\"d\":"] {
        assert!(!seen.contains(secret));
    }
}

async fn whole(answer: Response) -> String {
    let headers = format!("{:?}", answer.headers());
    headers + &answer.text().await.unwrap()
}
