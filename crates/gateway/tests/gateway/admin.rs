//! The administration address: a listener of its own behind a token of its own.

use guestsync_gateway::config::{self, Flags};
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{ADMIN, Upstream, World, refusal};

#[tokio::test]
async fn nobody_passes_without_the_token() {
    let world = World::start(&Upstream::start().await).await;
    let nowhere = format!("{}/nowhere", world.admin);
    let wrong = [None, Some("Bearer"), Some("Bearer nobody"), Some("Basic canary-admin-token"), Some("canary-admin-token")];
    for value in wrong {
        let mut request = world.http.get(&nowhere);
        if let Some(value) = value {
            request = request.header("authorization", value);
        }
        assert_eq!(refusal(request.send().await.unwrap()).await, (401, "bad.credentials".into()), "{value:?}");
    }
    let known = world.administer(Method::GET, "/nowhere").send().await.unwrap();
    assert_eq!(known.headers()["cache-control"], "no-store");
    assert_eq!(refusal(known).await, (404, "not.found".into()));
}

#[test]
fn it_is_off_without_a_token_and_never_leaves_this_machine() {
    let load = |token: Option<&'static str>, address: Option<&'static str>| {
        let env = move |name: &str| match name {
            "GUESTSYNC_ADMIN_TOKEN" => token.map(str::to_owned),
            "GUESTSYNC_ADMIN_ADDRESS" => address.map(str::to_owned),
            _ => None,
        };
        config::load(&Flags { sandbox: true, ..Flags::default() }, &env, None)
    };
    assert!(load(None, None).unwrap().admin.is_none());
    let usual = load(Some(ADMIN), None).unwrap().admin.unwrap();
    assert_eq!(usual.address.to_string(), "127.0.0.1:8789");
    assert!(!format!("{usual:?}").contains(ADMIN));
    for address in ["0.0.0.0:8789", "192.0.2.1:1", "127.0.0.1", "localhost:1"] {
        let problems = load(Some(ADMIN), Some(address)).unwrap_err();
        assert_eq!(problems.0[0].setting, "GUESTSYNC_ADMIN_ADDRESS", "{address}");
    }
    assert_eq!(load(Some("short"), None).unwrap_err().0[0].setting, "GUESTSYNC_ADMIN_TOKEN");
}

#[tokio::test]
async fn what_cannot_be_read_of_an_address_is_refused_as_everything_else() {
    let world = World::start(&Upstream::start().await).await;
    let cases = [
        (Method::POST, "/map?orgId=a&orgId=b", (400, "field.invalid")),
        (Method::POST, "/channels?onConflict=fail&onConflict=suffix", (400, "field.invalid")),
        (Method::GET, "/jobs/x/rejects?after=x", (400, "field.invalid")),
        (Method::GET, "/jobs/x/rejects?after=1&after=2", (400, "field.invalid")),
        (Method::GET, "/report?attrs=a&attrs=b", (400, "field.invalid")),
        (Method::GET, "/jobs/%ff", (404, "not.found")),
        (Method::GET, "/jobs/%ff/rejects", (404, "not.found")),
    ];
    for (method, path, (status, code)) in cases {
        let answer = world.administer(method, path).header("content-type", "application/json").body("{}").send().await.unwrap();
        assert_eq!(refusal(answer).await, (status, code.into()), "{path}");
    }
}

#[tokio::test]
async fn a_request_that_was_begun_and_not_sent_does_not_hold_up_the_end() {
    let world = World::start(&Upstream::start().await).await;
    let address = world.admin.strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(b"GET /report HTTP/1.1\r\nhost: a\r\nx-half").await.unwrap();
    // What comes on another connection is answered after this one was taken.
    assert_eq!(world.administer(Method::GET, "/nowhere").send().await.unwrap().status(), 404);
    let begun = std::time::Instant::now();
    world.stop().await;
    assert!(begun.elapsed() < std::time::Duration::from_secs(8), "{:?}", begun.elapsed());
    let mut rest = Vec::new();
    _ = socket.read_to_end(&mut rest).await;
}
