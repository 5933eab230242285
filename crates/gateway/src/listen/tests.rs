//! Real connections that do not do their part.

use std::net::{Ipv4Addr, SocketAddr};

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::*;

const SHORT: Times =
    Times { head: Duration::from_millis(200), quiet: Duration::from_millis(200), end: Duration::from_millis(200) };
/// Far more than the times above.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server, alive as long as the sender.
async fn started() -> (SocketAddr, watch::Sender<bool>) {
    let (address, stop, _) = started_with(SHORT, Duration::from_secs(1)).await;
    (address, stop)
}

async fn started_with(times: Times, grace: Duration) -> (SocketAddr, watch::Sender<bool>, JoinHandle<io::Result<()>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(800)).await;
        "at last"
    };
    let router = Router::new().route("/", get(|| async { "hello" })).route("/slow", get(slow));
    let router = router.route("/large", get(|| async { vec![0_u8; 64 * 1024 * 1024] }));
    let serving = tokio::spawn(serve_within(listener, None, router, stopped, grace, Peers::new(None), times));
    (address, stop, serving)
}

/// What comes until the connection's end.
async fn rest(socket: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut bytes)).await;
    // A reset is an end too.
    assert!(read.is_ok(), "the connection is still open");
    bytes
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_ended() {
    let (address, _stop) = started().await;
    for first in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"] {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(first).await.unwrap();
        rest(&mut socket).await;
    }
}

#[tokio::test]
async fn a_connection_of_http_2_that_is_quiet_after_a_request_is_ended_in_good_order() {
    let (address, _stop) = started().await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    // The preface, empty settings, and GET / of stream 1 (RFC 7541: indexed 2, 6, 4; :authority "a").
    socket.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    socket.write_all(b"\0\0\x06\x01\x05\0\0\0\x01\x82\x86\x84\x41\x01a").await.unwrap();
    let received = rest(&mut socket).await;
    assert!(has(&received, b"hello"));
    // GOAWAY without an error: every stream that is under way counts (RFC 9113, section 6.8).
    assert!(has(&received, b"\x07\0\0\0\0\0\x7f\xff\xff\xff\0\0\0\0"), "{received:?}");
}

#[tokio::test]
async fn a_peer_that_does_not_read_its_answer_is_let_go() {
    let (address, _stop) = started().await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let pushed = async { while socket.write_all(&[b'x'; 65_536]).await.is_ok() {} };
    assert!(tokio::time::timeout(PATIENCE, pushed).await.is_ok(), "the connection is still open");
}

#[tokio::test]
async fn a_request_may_take_longer_than_a_connection_may_be_quiet() {
    let (address, _stop) = started().await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(b"GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(has(&rest(&mut socket).await, b"at last"));
}

#[tokio::test]
async fn a_connection_that_has_not_sent_a_request_yet_does_not_hold_up_the_end() {
    let long = Times { head: 2 * PATIENCE, quiet: 2 * PATIENCE, end: 2 * PATIENCE };
    for first in ["", "GE", "GET / HTTP/1.1\r\nhost: a\r\nx-half"] {
        let (address, stop, serving) = started_with(long, 2 * PATIENCE).await;
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(first.as_bytes()).await.unwrap();
        // A second connection is answered after the first was taken.
        let mut other = TcpStream::connect(address).await.unwrap();
        other.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
        assert!(has(&rest(&mut other).await, b"hello"));
        stop.send_replace(true);
        assert!(tokio::time::timeout(PATIENCE, serving).await.is_ok(), "{first:?} holds it up");
    }
}
