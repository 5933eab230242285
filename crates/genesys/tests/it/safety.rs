//! Where a credential goes, and what is read of an answer.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use guestsync_genesys::call::GuestId;
use guestsync_genesys::{Client, Error};

use crate::server::{Seen, Server, TOKEN, token};

#[tokio::test]
async fn no_redirect_is_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Server::start(|_, _: &Seen| "{}".into_response()).await;
        let target = elsewhere.base.join("/api/v2/guests/g-1").unwrap().to_string();
        let moved = move |n: usize, seen: &Seen| match seen.path.as_str() {
            TOKEN => token(n),
            _ => (StatusCode::from_u16(status).unwrap(), [("location", target.clone())]).into_response(),
        };
        let server = Server::start(moved).await;
        let answer = server.client().profile(&GuestId::parse("g-1").unwrap()).await.unwrap();
        assert_eq!(answer.status, status);
        assert!(answer.headers.get("location").is_none());
        assert!(elsewhere.seen("/api/v2/guests/g-1").is_empty());
    }
}

#[tokio::test]
async fn a_token_endpoint_that_moved_gets_no_secret_sent_after_it() {
    let elsewhere = Server::start(|n, _: &Seen| token(n)).await;
    let target = elsewhere.base.join(TOKEN).unwrap().to_string();
    let server =
        Server::start(move |_, _: &Seen| (StatusCode::PERMANENT_REDIRECT, [("location", target.clone())]).into_response()).await;
    let error = server.client().profile(&GuestId::parse("g-1").unwrap()).await.unwrap_err();
    assert_eq!(error, Error::Credentials { status: 308, reason: String::new() });
    assert!(elsewhere.seen(TOKEN).is_empty());
}

#[tokio::test]
async fn of_the_headers_only_those_with_a_meaning_are_kept() {
    let server = Server::start(|n, seen: &Seen| match seen.path.as_str() {
        TOKEN => token(n),
        _ => ([("set-cookie", "a=b"), ("www-authenticate", "x"), ("server", "x"), ("etag", "\"1\""), ("retry-after", "1")], "{}")
            .into_response(),
    });
    let answer = server.await.client().profile(&GuestId::parse("g-1").unwrap()).await.unwrap();
    let mut kept: Vec<_> = answer.headers.keys().map(|name| name.as_str()).collect();
    kept.sort_unstable();
    assert_eq!(kept, ["content-type", "date", "etag", "retry-after"]);
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let server = Server::start(|n, seen: &Seen| match seen.path.as_str() {
        TOKEN => token(n),
        _ => vec![b' '; 5 * 1024 * 1024].into_response(),
    });
    let error = server.await.client().profile(&GuestId::parse("g-1").unwrap()).await.unwrap_err();
    assert_eq!(error, Error::Malformed);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let server = Server::start(|n, _: &Seen| token(n)).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut settings = server.settings();
    settings.api_base = url::Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = Client::new(settings, None).unwrap().profile(&GuestId::parse("g-1").unwrap()).await.unwrap_err();
    assert_eq!(error, Error::Unreachable);
}
