//! What was sent becomes no header, no cookie, no redirect and no line of its own.

use std::io::{Read, Write};
use std::net::TcpStream;

use reqwest::header::{COOKIE, HeaderMap};
use reqwest::{Method, Response};
use serde_json::json;

use crate::world::{Directory, Upstream, World, refusal};

/// What would split a header, end a cookie or colour a terminal.
const WORDS: [&str; 7] = [
    "a\r\nset-cookie: canary=1",
    "a\ncanary: 1",
    "a\0canary",
    "canary; Path=/",
    "a\u{2028}canary",
    "\u{1b}[31mcanary",
    "%0d%0acanary: 1",
];

fn is_clean(headers: &HeaderMap) -> bool {
    headers.iter().all(|(name, value)| !name.as_str().contains("canary") && !value.as_bytes().windows(6).any(|w| w == b"canary"))
}

async fn refused(answer: Response, status: u16) {
    assert!(is_clean(answer.headers()), "{:?}", answer.headers());
    assert_eq!(answer.status(), status);
    assert!(!answer.text().await.unwrap().contains("canary"));
}

#[tokio::test]
async fn what_is_sent_becomes_no_header_of_an_answer_nor_of_a_call_upstream() {
    let upstream = Upstream::start().await;
    let world = World::with(&upstream, "[worker]\nredirect = \"/thanks\"", Directory::new()).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let before = upstream.requests().await.len();
    for word in WORDS {
        if word.chars().any(|c| !(' '..='~').contains(&c)) {
            let wanted = json!({"sessionId": word, "consentGiven": true, "consentType": "explicit"});
            refused(world.post("/api/webchat/init", &wanted).send().await.unwrap(), 400).await;
        }
        let token = world.post("/api/token", &json!({"guestId": word})).header(COOKIE, &session.cookie);
        refused(token.send().await.unwrap(), 400).await;
        let form = world.call(Method::POST, "/api/profile-sync").header(COOKIE, &session.cookie).form(&[("guestId", word)]);
        let form = form.header("sec-fetch-site", "same-origin");
        refused(form.try_clone().unwrap().send().await.unwrap(), 400).await;
        let navigated = form.header("sec-fetch-mode", "navigate").send().await.unwrap();
        assert_eq!(navigated.headers()["location"], "/thanks?guestsync=guest.invalid&field=guestId");
        assert!(is_clean(navigated.headers()));
        let event = world.post("/hooks/crm", &json!({"sessionId": word, "attributes": {}})).bearer_auth(&capability);
        refused(event.send().await.unwrap(), 403).await;
    }
    assert_eq!(upstream.requests().await.len(), before);
}

/// Sends bytes as they are and reads the answer to its end.
fn raw(base: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_names_one_host() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    for (request, status) in [
        ("GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "200"),
        ("GET http://a/healthz HTTP/1.1\r\nhost: b\r\nconnection: close\r\n\r\n", "200"),
        ("GET /healthz HTTP/1.0\r\n\r\n", "200"),
        ("GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n", "400"),
        ("GET /genesys/api/v2/guests/a HTTP/1.1\r\nhost: a\r\nhost: a\r\nconnection: close\r\n\r\n", "400"),
    ] {
        let base = world.base.clone();
        let answer = tokio::task::spawn_blocking(move || raw(&base, request.as_bytes())).await.unwrap();
        assert_eq!(answer.get(9..12), Some(status), "{request}");
        assert_eq!(answer.contains("host.invalid"), status == "400", "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_two_readers_would_read_differently_is_not_read() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let guest = &session.guest;
    let head = format!("host: localhost\r\nauthorization: Bearer {capability}\r\nconnection: close\r\n");
    let path = format!("/genesys/api/v2/guests/{guest}");
    for (what, request) in [
        ("bare line feeds in a name", format!("GET {path} HTTP/1.1\r\nx-a\nb: c\r\n{head}\r\n")),
        ("a space before the colon", format!("GET {path} HTTP/1.1\r\nx-a : c\r\n{head}\r\n")),
        ("a folded line", format!("GET {path} HTTP/1.1\r\nx-a: b\r\n c\r\n{head}\r\n")),
        ("a zero byte", format!("GET {path} HTTP/1.1\r\nx-a: b\0c\r\n{head}\r\n")),
        ("two lengths", format!("GET {path} HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n{head}\r\nab")),
        ("a negative length", format!("GET {path} HTTP/1.1\r\ncontent-length: -1\r\n{head}\r\n")),
        ("an unknown coding", format!("GET {path} HTTP/1.1\r\ntransfer-encoding: xchunked\r\n{head}\r\n")),
        ("a space in the path", format!("GET {path} /x HTTP/1.1\r\n{head}\r\n")),
    ] {
        let answer = raw(&world.base, request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400"), "{what}: {answer:?}");
    }
}

#[tokio::test]
async fn headers_that_only_a_proxy_may_send_change_nothing() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let path = format!("/api/v2/guests/{}", session.guest);
    for (name, value) in [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-prefix", "/evil"),
        ("x-original-url", "/oauth/token"),
        ("x-rewrite-url", "/oauth/token"),
        ("forwarded", "host=evil.example"),
        ("x-request-id", "canary"),
        ("inin-correlation-id", "canary"),
    ] {
        let answer = world.genesys(Method::GET, &path, &capability).header(name, value).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{name}");
        assert!(is_clean(answer.headers()), "{name}");
        let sent = upstream.requests().await.pop().unwrap();
        assert_eq!(sent["path"], path.as_str());
        assert!(sent["headers"].get(name).is_none_or(|value| value != "canary") && !sent.to_string().contains("evil"));
    }
    let foreign = world.post("/api/token", &json!({})).header(COOKIE, &session.cookie).header("origin", "https://evil.example");
    let foreign = foreign.header("x-forwarded-host", "evil.example").send().await.unwrap();
    assert_eq!(refusal(foreign).await, (403, "origin.foreign".into()));
}
