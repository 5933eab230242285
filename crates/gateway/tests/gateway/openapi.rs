//! GET `/openapi.json`: every route is in it, and every answer is as it says.

use std::collections::BTreeSet;

use boon::{Compiler, Schemas};
use reqwest::header::{CONTENT_TYPE, COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::world::{Session, Upstream, World, json_of, wanted};

const A: &str = "/genesys/api/v2/conversations/webmessaging/guests/{id}/attributes";
const P: &str = "/genesys/api/v2/guests/{id}";

/// The document, and which of its calls and answers were seen.
struct Document {
    text: Value,
    seen: BTreeSet<(String, u16)>,
}

impl Document {
    async fn of(world: &World) -> Self {
        let answer = world.get("/openapi.json").await;
        assert_eq!((answer.status().as_u16(), &answer.headers()[CONTENT_TYPE]), (200, &"application/json".parse().unwrap()));
        Self { text: json_of(answer).await, seen: BTreeSet::new() }
    }

    /// Sends a request of this call and holds the answer to what the document says.
    async fn check(&mut self, method: &str, path: &str, status: u16, request: RequestBuilder) {
        let answer = request.send().await.unwrap();
        let got = answer.status().as_u16();
        let media = answer.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap().to_owned());
        let body = answer.bytes().await.unwrap();
        assert_eq!(got, status, "{method} {path}: {}", String::from_utf8_lossy(&body));
        let said = &self.text["paths"][path][method]["responses"][status.to_string()];
        assert!(said.is_object(), "{method} {path} does not say {status}");
        if let Some(content) = said["content"].as_object() {
            let media = media.unwrap();
            let named = content.keys().find(|named| media.split(';').next() == Some(named));
            assert!(named.is_some(), "{method} {path} {status}: {media}");
            if media == "application/json" {
                let schema = format!("{}/responses/{status}/content/application~1json/schema", pointer(path, method));
                self.validate(&schema, &serde_json::from_slice(&body).unwrap());
            }
        } else {
            assert!(body.is_empty(), "{method} {path} {status}");
        }
        self.seen.insert((format!("{method} {path}"), status));
    }

    fn validate(&self, schema: &str, value: &Value) {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("memory:///openapi.json", self.text.clone()).unwrap();
        let index = compiler.compile(&format!("memory:///openapi.json#{schema}"), &mut schemas).unwrap();
        let outcome = schemas.validate(value, index).map_err(|error| error.to_string());
        assert_eq!(outcome, Ok(()), "{schema}");
    }

    fn calls(&self) -> BTreeSet<String> {
        let paths = self.text["paths"].as_object().unwrap();
        let methods = |path: &Value| path.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        paths.iter().flat_map(|(path, item)| methods(item).into_iter().map(move |method| format!("{method} {path}"))).collect()
    }
}

/// The place of a call in the document, as a fragment.
fn pointer(path: &str, method: &str) -> String {
    let escaped = path.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
    format!("/paths/{escaped}/{method}")
}

async fn guest_api(document: &mut Document, world: &World, session: &Session) {
    let capability = world.capability(session).await;
    let call = |method: Method, path: &str| world.call(method, &path.replace("{id}", &session.guest)).bearer_auth(&capability);
    let write = json!({"attributes": {"tier": "gold", "visits": 3, "vip": true}});
    document.check("get", A, 404, call(Method::GET, A)).await;
    document.check("post", A, 200, call(Method::POST, A).json(&write)).await;
    document.check("post", A, 409, call(Method::POST, A).json(&write).header("if-match", "\"7\"")).await;
    document.check("post", A, 400, call(Method::POST, A).json(&json!({"attributes": {"a": []}}))).await;
    document.check("post", A, 415, call(Method::POST, A).body("a=b")).await;
    document.check("get", A, 200, call(Method::GET, A)).await;
    document.check("get", A, 401, world.call(Method::GET, &A.replace("{id}", &session.guest))).await;
    document.check("get", P, 200, call(Method::GET, P)).await;
    document.check("get", P, 403, world.call(Method::GET, &P.replace("{id}", "another")).bearer_auth(&capability)).await;
    let patch = |patch: Value| call(Method::PATCH, P).header(CONTENT_TYPE, "application/json-patch+json").body(patch.to_string());
    let named = json!([{"op": "replace", "path": "/name", "value": "Ada"}]);
    document.check("patch", P, 200, patch(named.clone()).header("guestsync-seq", 2)).await;
    document.check("patch", P, 200, patch(named.clone()).header("guestsync-seq", 1)).await;
    document.check("patch", P, 400, patch(named).header("guestsync-seq", "no")).await;
    document.check("patch", P, 403, patch(json!([{"op": "replace", "path": "/id", "value": "another"}]))).await;
    document.check("post", "/api/field-key", 200, world.call(Method::POST, "/api/field-key").bearer_auth(&capability)).await;
    document.check("post", "/api/field-key", 401, world.call(Method::POST, "/api/field-key")).await;
    let event = |body: Value| world.post("/hooks/crm", &body).bearer_auth(&capability);
    document.check("post", "/hooks/crm", 202, event(json!({"sessionId": session.guest, "attributes": {"a": 1}}))).await;
    document.check("post", "/hooks/crm", 400, event(json!({"sessionId": session.guest}))).await;
    document.check("post", "/hooks/crm", 403, event(json!({"sessionId": "another", "attributes": {}}))).await;
}

#[tokio::test]
async fn every_call_is_described_and_answers_as_described() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let document = &mut Document::of(&world).await;
    let (init, token, form, end) = ("/api/webchat/init", "/api/token", "/api/profile-sync", "/api/session");
    document.check("post", init, 200, world.post(init, &wanted("first"))).await;
    document.check("post", init, 400, world.post(init, &json!({"sessionId": "first"}))).await;
    document.check("post", init, 403, world.post(init, &wanted("first")).header("origin", "https://evil.example")).await;
    document.check("post", init, 413, world.post(init, &json!("x".repeat(600_000)))).await;
    document.check("post", init, 415, world.call(Method::POST, init).body("{}")).await;
    let session = world.session("second").await;
    document.check("post", token, 200, world.post(token, &json!({})).header(COOKIE, &session.cookie)).await;
    document.check("post", token, 401, world.post(token, &json!({}))).await;
    document.check("post", init, 409, world.post(init, &wanted("second"))).await;
    guest_api(document, &world, &session).await;
    let submit = |fields: &[(&str, &str)]| {
        let request = world.call(Method::POST, form).header(COOKIE, &session.cookie).form(fields);
        request.header("sec-fetch-site", "same-origin")
    };
    document.check("post", form, 200, submit(&[("guestId", &session.guest), ("name", "Ada")])).await;
    document.check("post", form, 400, submit(&[("name", "Ada")])).await;
    document.check("post", form, 403, submit(&[("guestId", "another"), ("name", "Ada")])).await;
    let navigated = submit(&[("guestId", &session.guest), ("name", "Eve")]).header("sec-fetch-mode", "navigate");
    document.check("post", form, 200, navigated).await;
    document.check("delete", end, 204, world.call(Method::DELETE, end).header(COOKIE, &session.cookie)).await;
    let foreign = world.call(Method::DELETE, end).header("sec-fetch-site", "cross-site");
    document.check("delete", end, 403, foreign).await;
    for path in ["/.well-known/jwks.json", "/healthz", "/readyz", "/metrics", "/openapi.json", "/sw.js"] {
        document.check("get", path, 200, world.call(Method::GET, path)).await;
    }
    let seen: BTreeSet<String> = document.seen.iter().map(|(call, _)| call.clone()).collect();
    assert_eq!(document.calls(), seen);
}
