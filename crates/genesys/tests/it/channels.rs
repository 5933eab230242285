//! C1 over pages, C2 by what its answer means.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use guestsync_genesys::call::{ChannelOutcome, ChannelRefusal};
use guestsync_genesys::{Client, Error};
use serde_json::{Value, json};

use crate::server::{Seen, Server, TOKEN, token};

const CHANNELS: &str = "/api/v2/webmessaging/channels";

/// A list of 250 channels, told with or without the number of pages and the next page's address.
async fn list(counted: bool, linked: bool) -> Server {
    Server::start(move |n, seen: &Seen| {
        if seen.path == TOKEN {
            return token(n);
        }
        let entities: Vec<Value> =
            (n * 100..250.min((n + 1) * 100)).map(|i| json!({"id": format!("{i}"), "name": "x"})).collect();
        let mut page = json!({ "entities": entities });
        if counted {
            page["pageCount"] = json!(3);
        }
        if linked && n < 2 {
            page["nextUri"] = json!("https://evil.example/next");
        }
        axum::Json(page).into_response()
    })
    .await
}

#[tokio::test]
async fn all_pages_are_read_however_their_end_is_told() {
    for (counted, linked) in [(true, true), (true, false), (false, true), (false, false)] {
        let server = list(counted, linked).await;
        let found = server.client().channels(Some("Löwe & Söhne")).await.unwrap();
        let ids: Vec<_> = found.iter().map(|channel| channel.id.clone()).collect();
        assert_eq!(ids, (0..250).map(|i| i.to_string()).collect::<Vec<_>>());
        let queries: Vec<_> = server.seen(CHANNELS).into_iter().map(|seen| seen.query).collect();
        let query = |page: usize| format!("name=L%C3%B6we+%26+S%C3%B6hne&pageSize=100&pageNumber={page}");
        assert_eq!(queries, (1..=3).map(query).collect::<Vec<_>>());
    }
}

/// Asks for the list where it is always answered like this.
async fn answered(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> (Server, Client) {
    let server = Server::start(move |n, seen: &Seen| if seen.path == TOKEN { token(n) } else { answer() }).await;
    let client = server.client();
    (server, client)
}

#[tokio::test]
async fn no_channel_is_an_empty_list_and_a_strange_list_is_an_error() {
    let (_server, client) = answered(|| (StatusCode::NOT_FOUND, r#"{"code":"not.found"}"#).into_response()).await;
    assert_eq!(client.channels(None).await, Ok(Vec::new()));
    for body in ["[]", r#"{"entities":[{"id":"1"}]}"#, r#"{"entities":[{"id":1,"name":"x"}]}"#, "x"] {
        let (_server, client) = answered(move || body.into_response()).await;
        assert_eq!(client.channels(None).await, Err(Error::Malformed), "{body}");
    }
}

#[tokio::test]
async fn an_answer_means_made_taken_not_now_unknown_or_refused() {
    let refused = |status, code: &str| ChannelOutcome::Refused(ChannelRefusal { status, code: code.into(), fields: Vec::new() });
    let unknown = |code| ChannelOutcome::Unknown { retry_after: None, code };
    for (status, body, outcome) in [
        (201, r#"{"id":"c-1","name":"x"}"#, ChannelOutcome::Created { id: "c-1".into() }),
        (201, "{}", unknown("upstream.malformed")),
        (201, "", unknown("upstream.malformed")),
        (409, r#"{"code":"request.conflict"}"#, ChannelOutcome::Conflict),
        (409, "", ChannelOutcome::Conflict),
        (409, r#"{"code":"idempotency.in.progress"}"#, unknown("upstream.unavailable")),
        (429, "", ChannelOutcome::NotNow { retry_after: Some(1_000), code: "upstream.busy" }),
        (500, "", unknown("upstream.unavailable")),
        (503, "", unknown("upstream.unavailable")),
        (403, r#"{"code":"app.not.authorized.for.scope"}"#, refused(403, "app.not.authorized.for.scope")),
        (302, "", refused(302, "")),
        (422, "x", refused(422, "")),
        (401, "", ChannelOutcome::Denied(Error::Unauthorized)),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let wait = move |answer: Response| if status == 429 { ([("retry-after", "1")], answer).into_response() } else { answer };
        let (server, client) = answered(move || wait((status, body).into_response())).await;
        assert_eq!(client.create_channel(Bytes::from_static(b"{}"), "key-1").await, outcome, "{status} {body}");
        let seen = server.seen(CHANNELS);
        assert_eq!(seen.len(), if status == 401 { 2 } else { 1 });
        assert!(seen.iter().all(|seen| seen.header("idempotency-key") == "key-1" && seen.body == "{}"));
    }
}

#[tokio::test]
async fn a_refusal_names_the_fields_and_repeats_no_sentence() {
    let body = r#"{"code":"constraint.validation","message":"canary","details":[{"errorCode":"field.value","fieldName":"name"},{"errorCode":7}]}"#;
    let (_server, client) = answered(move || (StatusCode::BAD_REQUEST, body).into_response()).await;
    let fields = vec![("name".to_owned(), "field.value".to_owned()), (String::new(), String::new())];
    let refusal = ChannelRefusal { status: 400, code: "constraint.validation".into(), fields };
    assert_eq!(client.create_channel(Bytes::new(), "key").await, ChannelOutcome::Refused(refusal));
}

#[tokio::test]
async fn a_connection_that_is_refused_leaves_the_outcome_unknown() {
    let (server, client) = answered(|| "".into_response()).await;
    client.channels(None).await.unwrap_err();
    let mut settings = server.settings();
    settings.api_base = url::Url::parse("http://127.0.0.1:9/").unwrap();
    let client = Client::new(settings, None).unwrap();
    let outcome = client.create_channel(Bytes::new(), "key").await;
    assert_eq!(outcome, ChannelOutcome::Unknown { retry_after: None, code: "upstream.unreachable" });
}
