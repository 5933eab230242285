//! Nothing of the upstream can be reached but the four calls, whatever the path looks like.

use std::io::{Read, Write};
use std::net::TcpStream;

use reqwest::Method;

use crate::world::{Upstream, World, refusal};

/// Sends a request line as it is: a client library would tidy it up.
fn raw(base: &str, method: &str, target: &str, capability: &str) -> u16 {
    let host = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {capability}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_could_mean_another_one_goes_nowhere() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let guest = &session.guest;
    let before = upstream.requests().await.len();
    for target in [
        format!("/genesys/api/v2/guests/{guest}/../../webchat/v1/guests"),
        format!("/genesys/api/v2/guests/{guest}%2f..%2f..%2foauth%2ftoken"),
        format!("/genesys/api/v2/guests/%2e%2e/{guest}"),
        format!("/genesys/api/v2/guests/{guest}%00"),
        format!("/genesys/api/v2/guests/{guest}/"),
        format!("/genesys//api/v2/guests/{guest}"),
        format!("/genesys/api/v2/guests//{guest}"),
        format!("/genesys/api/v2/guests/./{guest}"),
        format!("/genesys/api/v2/guests/{guest};a=b"),
        format!("/genesys/api/v2/guests/{}", guest.replace('-', "%2d")),
        format!("/genesys\\api\\v2\\guests\\{guest}"),
        format!("/genesys/api/v2/webchat/v1/guests/{guest}"),
        format!("/genesys/api/v2/webchat/v1/guests/{guest}/tokens"),
        format!("/genesys/{}/api/v2/guests/{guest}", upstream.base),
        format!("/genesys@127.0.0.1/api/v2/guests/{guest}"),
        "/genesys/oauth/token".into(),
        "/genesys/_sandbox/guests".into(),
        "/genesys/".into(),
        "/genesys".into(),
    ] {
        for method in ["GET", "POST", "PATCH", "PUT", "DELETE"] {
            let status = raw(&world.base, method, &target, &capability);
            assert!(matches!(status, 400 | 404 | 405), "{status} for {method} {target}");
        }
    }
    assert_eq!(upstream.requests().await.len(), before);
    assert_eq!(raw(&world.base, "GET", &format!("/genesys/api/v2/guests/{guest}"), &capability), 200);
    assert_eq!(raw(&world.base, "GET", &format!("/genesys/api/v2/guests/{guest}?a=../b"), &capability), 200);
    let last = upstream.requests().await.pop().unwrap();
    assert_eq!(last["path"], format!("/api/v2/guests/{guest}"), "a query does not go along");
}

#[tokio::test]
async fn another_guests_id_is_refused_before_anything_goes_upstream() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let (mine, other) = (world.session("mine").await, world.session("other").await);
    let capability = world.capability(&mine).await;
    let before = upstream.requests().await.len();
    let attributes = format!("/api/v2/conversations/webmessaging/guests/{}/attributes", other.guest);
    let profile = format!("/api/v2/guests/{}", other.guest);
    for (method, path) in
        [(Method::GET, &attributes), (Method::POST, &attributes), (Method::GET, &profile), (Method::PATCH, &profile)]
    {
        let answer = world.genesys(method, path, &capability).send().await.unwrap();
        assert_eq!(refusal(answer).await, (403, "guest.mismatch".into()), "{path}");
    }
    assert_eq!(upstream.requests().await.len(), before);
}

#[tokio::test]
async fn a_method_that_a_header_asks_for_is_not_taken() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    for header in ["x-http-method-override", "x-http-method", "x-method-override"] {
        let path = format!("/api/v2/guests/{}", session.guest);
        let request = world.genesys(Method::POST, &path, &capability).header(header, "PATCH");
        let answer = request.header("content-type", "application/json-patch+json").body("[]").send().await.unwrap();
        assert_eq!(refusal(answer).await, (405, "method.not.allowed".into()));
    }
}
