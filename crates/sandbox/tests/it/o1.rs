//! O1: tokens.

use std::time::Duration;

use guestsync_sandbox::{Client, Options};
use reqwest::RequestBuilder;
use serde_json::Value;

use crate::common::{ATTRIBUTES, World, json_of, refused};

const CREDENTIALS: &str = "grant_type=client_credentials&client_id=sandbox&client_secret=secret";

fn ask(world: &World, path: &str, body: &str) -> RequestBuilder {
    world.http.post(world.at(path)).header("content-type", "application/x-www-form-urlencoded").body(body.to_owned())
}

async fn token(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    json_of(answer).await
}

async fn error(request: RequestBuilder) -> (u16, String) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let challenge = answer.headers().contains_key("www-authenticate");
    assert_eq!(challenge, status == 401, "a 401 and only a 401 has a challenge");
    let body: Value = json_of(answer).await;
    assert!(body["error_description"].is_string());
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    (status, body["error"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn credentials_in_the_body_give_a_bearer_token_on_both_paths() {
    let world = World::new().await;
    for path in ["/oauth/token", "/login/oauth2/token"] {
        let body = token(ask(&world, path, CREDENTIALS)).await;
        assert_eq!(body["token_type"], "bearer");
        assert_eq!(body["expires_in"], 86_399);
        assert!(body["scope"].as_str().unwrap().split(' ').any(|scope| scope == "webmessaging:guest:write"));
        let request = world.http.get(world.at(&format!("{ATTRIBUTES}/nobody/attributes")));
        refused(request.bearer_auth(body["access_token"].as_str().unwrap()), 404, "not.found").await;
    }
}

#[tokio::test]
async fn basic_credentials_are_form_decoded() {
    let options = Options { clients: vec![Client::with_scopes("a:b", "c d%é", ["guest:write"])], ..Options::default() };
    let world = World::with(options).await;
    let request = ask(&world, "/oauth/token", "grant_type=client_credentials").basic_auth("a%3Ab", Some("c+d%25%C3%A9"));
    assert_eq!(token(request).await["scope"], "guest:write");
}

#[tokio::test]
async fn the_scope_parameter_narrows_what_the_token_may_do() {
    let world = World::new().await;
    let body = token(ask(&world, "/oauth/token", &format!("{CREDENTIALS}&scope=guest:write+webchat:guest:read"))).await;
    assert_eq!(body["scope"], "guest:write webchat:guest:read");
    let narrow = body["access_token"].as_str().unwrap();
    let request = world.http.get(world.at(&format!("{ATTRIBUTES}/nobody/attributes"))).bearer_auth(narrow);
    refused(request, 403, "app.not.authorized.for.scope").await;
    let request = world.http.get(world.at("/api/v2/guests/nobody")).bearer_auth(narrow);
    refused(request, 404, "not.found").await;
}

#[tokio::test]
async fn every_kind_of_bad_request_has_its_error() {
    let world = World::new().await;
    for (body, expected) in [
        ("", (400, "invalid_request")),
        ("client_id=sandbox&client_secret=secret", (400, "invalid_request")),
        ("grant_type=password&client_id=sandbox&client_secret=secret", (400, "unsupported_grant_type")),
        ("grant_type=client_credentials", (401, "invalid_client")),
        ("grant_type=client_credentials&client_id=sandbox", (401, "invalid_client")),
        ("grant_type=client_credentials&client_id=sandbox&client_secret=wrong", (401, "invalid_client")),
        ("grant_type=client_credentials&client_id=other&client_secret=secret", (401, "invalid_client")),
        (&format!("{CREDENTIALS}&client_id=sandbox"), (400, "invalid_request")),
        (&format!("{CREDENTIALS}&scope=everything"), (400, "invalid_scope")),
    ] {
        let (status, code) = error(ask(&world, "/oauth/token", body)).await;
        assert_eq!((status, code.as_str()), expected, "{body}");
    }
}

#[tokio::test]
async fn credentials_given_twice_or_unreadable_are_refused() {
    let world = World::new().await;
    let twice = ask(&world, "/oauth/token", CREDENTIALS).basic_auth("sandbox", Some("secret"));
    assert_eq!(error(twice).await.1, "invalid_request");
    for header in ["Basic !!!", "Basic c2FuZGJveA==", "Bearer abc", "Basic"] {
        let request = ask(&world, "/oauth/token", "grant_type=client_credentials").header("authorization", header);
        assert_eq!(error(request).await.1, "invalid_client", "{header}");
    }
    let other = ask(&world, "/oauth/token", "grant_type=client_credentials&client_id=x").basic_auth("sandbox", Some("secret"));
    assert_eq!(error(other).await.1, "invalid_request");
}

#[tokio::test]
async fn a_token_request_must_be_a_form() {
    let world = World::new().await;
    let request = world.http.post(world.at("/oauth/token")).json(&serde_json::json!({"grant_type": "client_credentials"}));
    assert_eq!(error(request).await.1, "invalid_request");
}

#[tokio::test]
async fn a_token_ends_when_its_lifetime_is_over() {
    let world = World::with(Options { token_lifetime: 60, ..Options::default() }).await;
    let path = format!("{ATTRIBUTES}/nobody/attributes");
    world.advance(Duration::from_secs(59));
    refused(world.get(&path), 404, "not.found").await;
    world.advance(Duration::from_secs(1));
    refused(world.get(&path), 401, "bad.credentials").await;
    assert_eq!(token(ask(&world, "/oauth/token", CREDENTIALS)).await["expires_in"], 60);
}

#[tokio::test]
async fn token_requests_do_not_count_against_the_rate_limit() {
    let world = World::new().await;
    for _ in 0..3 {
        let answer = ask(&world, "/oauth/token", CREDENTIALS).send().await.unwrap();
        assert_eq!(answer.headers()["inin-ratelimit-count"], "0");
        assert_eq!(answer.headers()["inin-ratelimit-allowed"], "300");
        assert!(answer.headers().contains_key("inin-correlation-id"));
    }
}
