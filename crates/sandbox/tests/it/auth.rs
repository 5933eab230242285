//! Tokens, scopes, and paths that do not exist.

use guestsync_sandbox::{Client, Options};
use reqwest::Method;
use serde_json::json;

use crate::common::{ATTRIBUTES, GUESTS, PROFILES, World, json_of, refused};

/// Every call, with the scope it needs.
fn calls() -> Vec<(Method, String, &'static str)> {
    vec![
        (Method::POST, format!("{ATTRIBUTES}/x/attributes"), "webmessaging:guest:write"),
        (Method::GET, format!("{ATTRIBUTES}/x/attributes"), "webmessaging:guest:write"),
        (Method::POST, GUESTS.to_owned(), "webchat:guest:write"),
        (Method::POST, format!("{GUESTS}/x/tokens"), "webchat:token:write"),
        (Method::GET, format!("{GUESTS}/x"), "webchat:guest:read"),
        (Method::PATCH, format!("{PROFILES}/x"), "guest:write"),
        (Method::GET, format!("{PROFILES}/x"), "guest:write"),
        (Method::POST, "/api/v2/customattributes".to_owned(), "customattributes:write"),
        (Method::GET, "/api/v2/customattributes".to_owned(), "customattributes:read"),
        (Method::POST, "/api/v2/customattributes/batch".to_owned(), "customattributes:write"),
        (Method::GET, "/api/v2/accesscontrol/roles/effectivepermissions".to_owned(), "accesscontrol:read"),
        (Method::GET, "/api/v2/groups/acme".to_owned(), "groups:read"),
        (Method::POST, "/api/v2/analytics/conversations/details/query".to_owned(), "analytics:read"),
        (Method::GET, "/api/v2/webmessaging/channels".to_owned(), "webmessaging:channel:read"),
        (Method::POST, "/api/v2/webmessaging/channels".to_owned(), "webmessaging:channel:write"),
    ]
}

#[tokio::test]
async fn every_call_asks_for_a_token() {
    let world = World::new().await;
    for (method, path, _) in calls() {
        let bare = || world.http.request(method.clone(), world.at(&path));
        let answer = bare().send().await.unwrap();
        assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"sandbox\"");
        refused(bare(), 401, "bad.credentials").await;
        let unknown = bare().bearer_auth("nonsense").send().await.unwrap();
        assert_eq!(unknown.headers()["www-authenticate"], "Bearer realm=\"sandbox\", error=\"invalid_token\"");
        refused(bare().bearer_auth("nonsense"), 401, "bad.credentials").await;
        refused(bare().basic_auth("sandbox", Some("secret")), 401, "bad.credentials").await;
        refused(bare().bearer_auth(&world.token).bearer_auth(&world.token), 401, "bad.credentials").await;
    }
}

#[tokio::test]
async fn the_scheme_may_be_written_in_any_case() {
    let world = World::new().await;
    let request = world.http.get(world.at(&format!("{PROFILES}/x")));
    refused(request.header("authorization", format!("bEARER {}", world.token)), 404, "not.found").await;
}

#[tokio::test]
async fn every_call_asks_for_its_scope_and_names_it() {
    let everything = calls().into_iter().map(|(.., scope)| scope);
    let clients = vec![Client::with_scopes("all", "s", everything.clone())];
    let world = World::with(Options { clients, ..Options::default() }).await;
    for (method, path, scope) in calls() {
        let others: Vec<_> = everything.clone().filter(|other| *other != scope).collect();
        let token = world.token_for("all", "s", Some(&others.join(" "))).await;
        let request = || world.http.request(method.clone(), world.at(&path)).bearer_auth(&token);
        refused(request(), 403, "app.not.authorized.for.scope").await;
        let answer = request().send().await.unwrap();
        let challenge = format!("Bearer realm=\"sandbox\", error=\"insufficient_scope\", scope=\"{scope}\"");
        assert_eq!(answer.headers()["www-authenticate"], challenge);
        let body = json_of(answer).await;
        assert!(body["message"].as_str().unwrap().contains(scope));
        assert_eq!(body["cause"], scope);

        let token = world.token_for("all", "s", Some(scope)).await;
        let answer = world.http.request(method, world.at(&path)).bearer_auth(&token).send().await.unwrap();
        assert!(![401, 403].contains(&answer.status().as_u16()), "{path}");
    }
}

#[tokio::test]
async fn other_paths_and_methods_do_not_exist() {
    let world = World::new().await;
    for path in ["/", "/api/v2/guests", "/api/v2/nothing", "/oauth", "/api/v2/guests/x/"] {
        refused(world.get(path), 404, "not.found").await;
    }
    for method in [Method::PUT, Method::DELETE] {
        refused(world.request(method, &format!("{PROFILES}/x")), 405, "method.not.allowed").await;
    }
    refused(world.post(&format!("{PROFILES}/x"), &json!({})), 405, "method.not.allowed").await;
    let head = world.request(Method::HEAD, &format!("{PROFILES}/x")).send().await.unwrap();
    assert_eq!(head.status(), 405);
}
