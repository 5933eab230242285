//! What the client tries again by itself, when, and what it does not.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use guestsync_core::Sensitive;
use guestsync_genesys::call::{ConsentType, GuestId, NewGuest, Precondition};
use guestsync_genesys::{Client, Error};

use crate::server::{GUESTS, Seen, Server, TOKEN, token};

fn visitor() -> NewGuest {
    NewGuest {
        name: Sensitive::new("Guest".into()),
        email: Sensitive::new("visitor@guest.invalid".into()),
        consent_type: ConsentType::Implicit,
        attributes: [("tier".to_owned(), "Unknown".into())].into(),
    }
}

/// A server that answers the first calls with these statuses, then well; 0 stands for a wait of one second that it asks for.
async fn after(statuses: &'static [u16]) -> Server {
    Server::start(move |n, seen: &Seen| {
        if seen.path == TOKEN {
            return token(n);
        }
        match statuses.get(n) {
            Some(0) => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")], "{}").into_response(),
            Some(status) => (StatusCode::from_u16(*status).unwrap(), r#"{"code":"some.code"}"#).into_response(),
            None => (StatusCode::CREATED, r#"{"id":"g-1"}"#).into_response(),
        }
    })
    .await
}

#[tokio::test]
async fn a_guest_is_asked_for_until_there_is_one_with_the_same_bytes_and_key() {
    let server = after(&[503, 500]).await;
    let guest = server.client().create_guest(&visitor(), "key-1").await.unwrap();
    assert_eq!(guest.id.as_str(), "g-1");
    let seen = server.seen(GUESTS);
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|seen| seen.body == seen_first(&server).body && seen.header("idempotency-key") == "key-1"));
    let body = r#"{"name":"Guest","email":"visitor@guest.invalid","consentGiven":true,"consentType":"implicit","attributes":{"tier":"Unknown"}}"#;
    assert_eq!(seen[0].body, body);
}

fn seen_first(server: &Server) -> Seen {
    server.seen(GUESTS).swap_remove(0)
}

#[tokio::test]
async fn no_request_leaves_before_the_moment_that_the_server_named() {
    let server = after(&[0]).await;
    server.client().create_guest(&visitor(), "key-1").await.unwrap();
    let seen = server.seen(GUESTS);
    assert!(seen[1].at - seen[0].at >= Duration::from_secs(1));
}

/// What a 429 may say of a wait without naming one.
const UNUSABLE: [Option<&str>; 5] = [None, Some("abc"), Some("-5"), Some("0"), Some("Sun, 06 Nov 1994 08:49:37 GMT")];

fn refusal(retry_after: Option<&'static str>) -> Response {
    let mut response = (StatusCode::TOO_MANY_REQUESTS, "{}").into_response();
    if let Some(value) = retry_after {
        response.headers_mut().insert("retry-after", HeaderValue::from_static(value));
    }
    response
}

#[tokio::test]
async fn after_a_refusal_that_names_no_wait_nothing_leaves_before_the_base_delay() {
    let asked = UNUSABLE.map(|retry_after| async move {
        let guest = GuestId::parse("g-1").unwrap();
        let server = Server::start(move |n, seen: &Seen| match (seen.path.as_str(), n) {
            (TOKEN, _) => token(n),
            (_, 0) => refusal(retry_after),
            _ => (StatusCode::OK, "{}").into_response(),
        })
        .await;
        let client = server.client();
        assert_eq!(client.profile(&guest).await.unwrap().status, 429);
        assert_eq!(client.profile(&guest).await.unwrap().status, 200);
        let seen = server.seen("/api/v2/guests/g-1");
        let between = seen[1].at - seen[0].at;
        assert!(between >= Duration::from_secs(1), "{retry_after:?}: {between:?}");
    });
    asked.into_iter().collect::<tokio::task::JoinSet<_>>().join_all().await;
}

#[tokio::test]
async fn whoever_is_refused_without_a_wait_is_told_the_base_delay() {
    for retry_after in UNUSABLE {
        let server = Server::start(move |n, seen: &Seen| if seen.path == TOKEN { token(n) } else { refusal(retry_after) }).await;
        let mut settings = server.settings();
        settings.patience = Duration::from_millis(500);
        let client = Client::new(settings, None).unwrap();
        let error = client.create_guest(&visitor(), "key-1").await.unwrap_err();
        let Error::Busy { retry_after: told } = error else { panic!("{retry_after:?}: {error:?}") };
        assert!((1..=1_000).contains(&told), "{retry_after:?}: {told}");
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_told_at_once() {
    let long = |n: usize, seen: &Seen| match seen.path.as_str() {
        TOKEN => token(n),
        _ => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "600")], "{}").into_response(),
    };
    let server = Server::start(long).await;
    let error = server.client().create_guest(&visitor(), "key-1").await.unwrap_err();
    assert_eq!(error, Error::Busy { retry_after: 600_000 });
    assert_eq!(server.seen(GUESTS).len(), 1);
}

#[tokio::test]
async fn what_is_refused_is_not_asked_again() {
    for status in [400, 403, 404, 409, 413, 415, 422, 302] {
        let statuses: &'static [u16] = Box::leak(Box::new([status]));
        let server = after(statuses).await;
        let error = server.client().create_guest(&visitor(), "key-1").await.unwrap_err();
        let code = if status == 302 { "" } else { "some.code" };
        assert_eq!(error, Error::Refused { status, code: code.into() });
        assert_eq!(server.seen(GUESTS).len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_second_refusal_of_the_token_is_final() {
    let server = after(&[401, 401, 401]).await;
    let error = server.client().create_guest(&visitor(), "key-1").await.unwrap_err();
    assert_eq!(error, Error::Unauthorized);
    assert_eq!((server.seen(TOKEN).len(), server.seen(GUESTS).len()), (2, 2));
}

#[tokio::test]
async fn lasting_refusals_of_the_token_do_not_ask_for_a_token_with_each_call() {
    let server = after(&[401; 1_000]).await;
    let client = server.client();
    for _ in 0..100 {
        assert_eq!(client.create_guest(&visitor(), "key-1").await.unwrap_err(), Error::Unauthorized);
    }
    // Two at first; more than one more would take seconds.
    assert!(server.seen(TOKEN).len() <= 4, "{}", server.seen(TOKEN).len());
}

#[tokio::test]
async fn patience_ends_and_says_why() {
    let server =
        Server::start(|n, seen: &Seen| if seen.path == TOKEN { token(n) } else { StatusCode::BAD_GATEWAY.into_response() }).await;
    let mut settings = server.settings();
    settings.patience = Duration::from_millis(300);
    let error = Client::new(settings, None).unwrap().create_guest(&visitor(), "key-1").await.unwrap_err();
    assert_eq!(error, Error::Unavailable { status: 502 });
}

#[tokio::test]
async fn an_answer_that_is_no_guest_is_malformed() {
    for body in ["", "[]", "{}", r#"{"id":1}"#, r#"{"id":"../x"}"#, r#"{"id":""}"#] {
        let server = Server::start(move |n, seen: &Seen| -> Response {
            if seen.path == TOKEN { token(n) } else { body.into_response() }
        })
        .await;
        assert_eq!(server.client().create_guest(&visitor(), "key-1").await.unwrap_err(), Error::Malformed, "{body}");
    }
}

#[tokio::test]
async fn a_call_for_a_browser_is_sent_once_whatever_is_answered() {
    for status in [429, 500, 503, 409, 412, 422] {
        let statuses: &'static [u16] = Box::leak(Box::new([status]));
        let server = after(statuses).await;
        let guest = GuestId::parse("g-1").unwrap();
        let answer = server.client().patch_profile(&guest, Bytes::from_static(b"[]"), Precondition::default()).await.unwrap();
        assert_eq!((answer.status, answer.code().as_deref()), (status, Some("some.code")));
        assert_eq!(server.seen("/api/v2/guests/g-1").len(), 1);
        assert_eq!(server.seen("/api/v2/guests/g-1")[0].header("content-type"), "application/json-patch+json");
    }
}
