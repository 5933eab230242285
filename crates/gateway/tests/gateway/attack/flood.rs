//! Too much: bodies over the limit, senders that never end, guests and addresses that ask too often.

use futures_util::StreamExt;
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
async fn a_guest_that_sends_a_thousand_calls_at_once_is_slowed_down_and_others_are_not() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let (busy, quiet) = (world.session("busy").await, world.session("quiet").await);
    let (busy_token, quiet_token) = (world.capability(&busy).await, world.capability(&quiet).await);
    let read = |guest: &str, token: &str| world.genesys(Method::GET, &format!("/api/v2/guests/{guest}"), token).send();
    let calls = (0..1_000).map(|_| read(&busy.guest, &busy_token));
    let answers = futures_util::stream::iter(calls).buffer_unordered(50).collect::<Vec<_>>().await;
    let (taken, refused): (Vec<_>, Vec<_>) = answers.into_iter().map(Result::unwrap).partition(|answer| answer.status() == 200);
    assert!(taken.len() >= 200 && refused.len() >= 100, "{} taken", taken.len());
    assert!(refused.iter().all(|answer| answer.status() == 429 && answer.headers()["retry-after"] == "1"));
    assert_eq!(read(&quiet.guest, &quiet_token).await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_address_that_sends_too_much_is_slowed_down_whoever_it_says_it_is_for() {
    let upstream = Upstream::start().await;
    let file = "[limits]\nper_address = 10\naddress_header = \"x-forwarded-for\"";
    let world = World::with(&upstream, file, crate::world::Directory::new()).await;
    let ask = |from: String| world.call(Method::GET, "/.well-known/jwks.json").header("x-forwarded-for", from).send();
    let mut refused = 0;
    for n in 0..100 {
        // What a visitor wrote itself comes before what the proxy adds.
        refused += usize::from(ask(format!("10.0.0.{n}, 203.0.113.7")).await.unwrap().status() == 429);
    }
    assert!(refused >= 30, "{refused}");
    assert_eq!(ask("203.0.113.8".into()).await.unwrap().status(), 200);
    let mut refused = 0;
    for n in 0..100 {
        refused += usize::from(ask(format!("2001:db8:1:2::{n:x}")).await.unwrap().status() == 429);
    }
    assert!(refused >= 30, "a /64 is one customer's: {refused}");
}
