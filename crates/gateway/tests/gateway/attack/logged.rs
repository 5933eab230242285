//! What the log says of an attack: under the request's id, the route's template, the status and the code; nothing of what was sent.

use reqwest::header::{CONTENT_TYPE, COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::log::Log;
use crate::world::{Upstream, World, wanted};

const CANARY: &str = "canary-7c1f";

#[tokio::test]
async fn every_refusal_is_in_the_log_with_its_code_and_without_what_was_sent() {
    let log = Log::keep();
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let (mine, other) = (world.session(&format!("{CANARY}-mine")).await, world.session("other").await);
    let capability = world.capability(&mine).await;
    let own = format!("/genesys/api/v2/guests/{}", mine.guest);
    let called = |method: Method, path: &str| world.call(method, path).bearer_auth(&capability);
    let patch = |body: String| called(Method::PATCH, &own).header(CONTENT_TYPE, "application/json-patch+json").body(body);
    let stranger =
        json!({"sessionId": format!("{CANARY}\r\n{{\"level\":\"ERROR\"}}"), "consentGiven": true, "consentType": "explicit"});
    let attacks: Vec<(u16, &str, &str, RequestBuilder)> = vec![
        (403, "guest.mismatch", "/genesys/api/v2/guests/{id}", called(Method::GET, &own.replace(&mine.guest, &other.guest))),
        (400, "path.invalid", "/genesys/api/v2/guests/{id}", called(Method::GET, &format!("{own}%2f{CANARY}"))),
        (404, "not.found", "-", called(Method::GET, &format!("/{CANARY}"))),
        (
            405,
            "method.not.allowed",
            "/genesys/api/v2/guests/{id}",
            called(Method::POST, &own).header("x-http-method-override", CANARY),
        ),
        (401, "bad.credentials", "/genesys/api/v2/guests/{id}", world.call(Method::GET, &own).bearer_auth(CANARY)),
        (
            403,
            "origin.foreign",
            "/api/token",
            world.post("/api/token", &json!({})).header("origin", format!("https://{CANARY}.example")),
        ),
        (403, "origin.foreign", "/api/profile-sync", world.call(Method::POST, "/api/profile-sync").form(&[("email", CANARY)])),
        (
            401,
            "session.missing",
            "/api/token",
            world.post("/api/token", &json!({})).header(COOKIE, format!("guestsync-{}={CANARY}", mine.guest)),
        ),
        (413, "body.too.large", "/api/webchat/init", world.post("/api/webchat/init", &json!(CANARY.repeat(60_000)))),
        (400, "field.invalid", "/api/webchat/init", world.post("/api/webchat/init", &stranger)),
        (409, "session.bound", "/api/webchat/init", world.post("/api/webchat/init", &wanted(&format!("{CANARY}-mine")))),
        (
            400,
            "json.invalid",
            "/api/token",
            world.call(Method::POST, "/api/token").header(CONTENT_TYPE, "application/json").body(CANARY),
        ),
        (
            403,
            "patch.pointer",
            "/genesys/api/v2/guests/{id}",
            patch(json!([{"op": "replace", "path": format!("/{CANARY}"), "value": 1}]).to_string()),
        ),
        (400, "patch.invalid", "/genesys/api/v2/guests/{id}", patch(format!("[\"{CANARY}\"]"))),
        (
            400,
            "idempotency.invalid",
            "/genesys/api/v2/guests/{id}",
            patch("[]".into()).header("idempotency-key", format!("{CANARY} x")),
        ),
    ];
    for (status, code, route, attack) in attacks {
        let answer = attack.send().await.unwrap();
        assert_eq!(answer.status(), status, "{code}");
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        assert!(!answer.text().await.unwrap().contains(CANARY), "{code}");
        let line = log.answer(&id);
        assert_eq!((&line["fields"]["code"], &line["fields"]["status"]), (&json!(code), &json!(status)));
        assert_eq!(line["span"]["route"], route, "{code}");
    }
    let text = log.text();
    for secret in [CANARY, &mine.guest, &capability, mine.cookie.split_once('=').unwrap().1, crate::world::SECRET] {
        let line = text.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{line:?}");
    }
}
