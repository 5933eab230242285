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

/// Sends what it is given, a piece at a time, and gives the answer's first line, empty where the connection was closed without one.
fn slowly(base: &str, pieces: &[&str], pause: std::time::Duration) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(40))).unwrap();
    for piece in pieces {
        if stream.write_all(piece.as_bytes()).is_err() {
            break;
        }
        std::thread::sleep(pause);
    }
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_a_head_or_a_body_for_ever_is_let_go_and_others_are_served() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let start = std::time::Instant::now();
    let tasks: Vec<_> = (0..200)
        .map(|n| {
            let base = world.base.clone();
            std::thread::spawn(move || {
                let head = "POST /api/webchat/init HTTP/1.1\r\nhost: localhost\r\n";
                let body = "content-type: application/json\r\ncontent-length: 100\r\n\r\n{\"sessionId\":";
                if n % 2 == 0 {
                    slowly(&base, &[head, "x-a: b\r\n"], std::time::Duration::from_millis(10))
                } else {
                    slowly(&base, &[head, body, "\""], std::time::Duration::from_millis(10))
                }
            })
        })
        .collect();
    assert_eq!(world.post("/api/webchat/init", &wanted("abc")).send().await.unwrap().status(), 200);
    for (n, task) in tasks.into_iter().enumerate() {
        let line = tokio::task::spawn_blocking(move || task.join().unwrap()).await.unwrap();
        assert!(if n % 2 == 0 { !line.contains("200") } else { line.contains("408") }, "{n}: {line}");
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(35), "none of them was waited for longer than its limit");
}

#[tokio::test]
async fn what_is_in_hand_when_the_gateway_is_told_to_stop_is_finished() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    upstream.faults("[[rules]]\ncalls = [\"G1\"]\nfirst = 1\neffect = { kind = \"delay\", ms = 1500 }").await;
    let request = world.post("/api/webchat/init", &wanted("abc"));
    let answer = tokio::spawn(request.send());
    while upstream.requests().await.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    world.stop().await;
    assert_eq!(answer.await.unwrap().unwrap().status(), 200);
}
