//! Size, and what is said where it is passed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Upstream, World, refusal, wanted};

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_one_at_the_limit_is_not() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let capability = world.capability(&session).await;
    let path = format!("/api/v2/conversations/webmessaging/guests/{}/attributes", session.guest);
    let before = upstream.requests().await.len();
    let write = |size: usize| {
        let mut body = json!({"attributes": {"a": 1}}).to_string();
        body.extend(std::iter::repeat_n(' ', size - body.len()));
        let request = world.genesys(Method::POST, &path, &capability).header("content-type", "application/json");
        async move { request.body(body).send().await.unwrap() }
    };
    assert_eq!(refusal(write(512_001).await).await, (413, "body.too.large".into()));
    assert_eq!(upstream.requests().await.len(), before);
    assert_eq!(write(512_000).await.status(), 200);

    let mut large: Value = wanted("abc");
    large["more"] = "x".repeat(600_000).into();
    let answer = world.post("/api/webchat/init", &large).send().await.unwrap();
    assert_eq!(refusal(answer).await, (413, "body.too.large".into()));
}

#[tokio::test]
async fn a_body_of_unstated_length_is_cut_off_at_the_limit() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let host = world.base.strip_prefix("http://").unwrap().to_owned();
    let answer = tokio::task::spawn_blocking(move || {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(&host).unwrap();
        let head =
            "POST /api/webchat/init HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        // The gateway stops reading: writing may fail before the end.
        _ = (0..16).try_for_each(|_| stream.write_all(chunk.as_bytes()));
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    });
    assert_eq!(answer.await.unwrap(), "HTTP/1.1 413");
}
