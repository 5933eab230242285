//! How the organisation's token is got, shared, renewed and given up.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use guestsync_core::Sensitive;
use guestsync_genesys::call::GuestId;
use guestsync_genesys::oauth::{Assertion, Stored, TokenStore};
use guestsync_genesys::{Client, ClientAuth, Error};
use serde_json::json;

use crate::server::{Seen, Server, TOKEN, token};

fn guest() -> GuestId {
    GuestId::parse("g-1").unwrap()
}

fn good(n: usize, seen: &Seen) -> Response {
    if seen.path == TOKEN { token(n) } else { "{}".into_response() }
}

#[tokio::test]
async fn a_thousand_calls_share_one_token() {
    let server = Server::start(good).await;
    let client = server.client();
    let calls = (0..1_000).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.profile(&guest()).await.unwrap().status })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), 200);
    }
    assert_eq!(server.seen(TOKEN).len(), 1);
    assert!(server.seen("/api/v2/guests/g-1").iter().all(|seen| seen.header("authorization") == "Bearer token-0"));
}

#[tokio::test]
async fn a_thousand_calls_share_one_refusal() {
    let refuse = |_: usize, _: &Seen| (StatusCode::UNAUTHORIZED, r#"{"error":"invalid_client"}"#).into_response();
    let server = Server::start(refuse).await;
    let client = server.client();
    let calls = (0..1_000).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.profile(&guest()).await.unwrap_err() })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), Error::Credentials { status: 401, reason: "invalid_client".into() });
    }
    assert_eq!(server.seen(TOKEN).len(), 1);
}

#[tokio::test]
async fn a_refusal_is_told_in_the_servers_words_unless_they_repeat_what_was_sent() {
    for (error, description, told) in [
        ("invalid_grant", "the assertion has expired", "the assertion has expired"),
        ("invalid_client", "no client with the secret SECRET", "invalid_client"),
        ("invalid_grant", "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJndWVzdHN5bmMtdGVzdCJ9.c2ln", "invalid_grant"),
        ("", "line\u{7}feed", ""),
    ] {
        let server = Server::start(move |_, seen: &Seen| {
            let sent: HashMap<String, String> = url::form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect();
            let description = description.replace("SECRET", &sent["client_secret"]);
            let body = json!({"error": error, "error_description": description});
            (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
        });
        let server = server.await;
        let mut settings = server.settings();
        settings.client_auth = ClientAuth::Body;
        let refused = Client::new(settings, None).unwrap().profile(&guest()).await.unwrap_err();
        assert_eq!(refused, Error::Credentials { status: 400, reason: told.into() });
    }
}

#[tokio::test]
async fn id_and_secret_travel_as_the_rfc_has_it() {
    let server = Server::start(good).await;
    server.client().profile(&guest()).await.unwrap();
    let mut settings = server.settings();
    settings.client_auth = ClientAuth::Body;
    settings.scope = Some("guest:write webchat:guest:write".into());
    Client::new(settings, None).unwrap().profile(&guest()).await.unwrap();
    let seen = server.seen(TOKEN);
    assert!(seen.iter().all(|seen| seen.header("content-type") == "application/x-www-form-urlencoded"));
    // base64("client+id:canary+secret%26%3D%25")
    assert_eq!(seen[0].header("authorization"), "Basic Y2xpZW50K2lkOmNhbmFyeStzZWNyZXQlMjYlM0QlMjU=");
    assert_eq!(seen[0].body, "grant_type=client_credentials");
    assert_eq!(seen[1].header("authorization"), "");
    let form = "grant_type=client_credentials&client_id=client+id&client_secret=canary+secret%26%3D%25\
                &scope=guest%3Awrite+webchat%3Aguest%3Awrite";
    assert_eq!(seen[1].body, form);
}

#[tokio::test]
async fn a_life_that_makes_no_sense_still_gives_a_token() {
    for expires_in in
        [json!(null), json!("600"), json!(600.5), json!(-1), json!(0), json!(1e300), json!("soon"), json!([]), json!({})]
    {
        let stated = expires_in.clone();
        let server = Server::start(move |_, seen: &Seen| match seen.path.as_str() {
            TOKEN => axum::Json(json!({"access_token": "t", "token_type": "bearer", "expires_in": stated})).into_response(),
            _ => "{}".into_response(),
        });
        let client = server.await.client();
        assert_eq!(client.profile(&guest()).await.unwrap().status, 200, "{expires_in}");
        assert_eq!(client.profile(&guest()).await.unwrap().status, 200, "{expires_in}");
    }
}

#[tokio::test]
async fn what_is_no_token_is_told_apart_from_a_refusal() {
    for body in [
        "",
        "canary",
        "{}",
        r#"{"access_token":""}"#,
        r#"{"access_token":"a b"}"#,
        r#"{"access_token":"a\r\nx: y"}"#,
        r#"{"access_token":"t","token_type":"mac"}"#,
    ] {
        let server = Server::start(move |_, _: &Seen| body.into_response()).await;
        assert_eq!(server.client().profile(&guest()).await.unwrap_err(), Error::Malformed, "{body}");
    }
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_any_more_does_not_hold_up_the_token() {
    let server = Server::start(good).await;
    let client = server.client();
    let unwanted = tokio::time::timeout(std::time::Duration::ZERO, client.profile(&guest())).await;
    assert!(unwanted.is_err());
    assert_eq!(client.profile(&guest()).await.unwrap().status, 200);
    assert_eq!(server.seen(TOKEN).len(), 1);
}

/// A token at rest.
#[derive(Default)]
struct Shelf(Mutex<Option<Stored>>);

impl TokenStore for Shelf {
    fn load(&self) -> Pin<Box<dyn Future<Output = Option<Stored>> + Send + '_>> {
        Box::pin(async { self.0.lock().unwrap().clone() })
    }

    fn save(&self, token: Stored) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async { *self.0.lock().unwrap() = Some(token) })
    }
}

fn stored(value: &str, expires_at: u64) -> Arc<Shelf> {
    Arc::new(Shelf(Mutex::new(Some(Stored { value: Sensitive::new(value.to_owned()), expires_at }))))
}

#[tokio::test]
async fn a_token_at_rest_serves_until_it_expires_or_is_refused() {
    let refuse_stale = |n: usize, seen: &Seen| match (seen.path.as_str(), seen.header("authorization")) {
        (TOKEN, _) => token(n),
        (_, "Bearer stale") => StatusCode::UNAUTHORIZED.into_response(),
        _ => "{}".into_response(),
    };
    let server = Server::start(refuse_stale).await;
    let shelf = Arc::new(Shelf::default());
    server.client_with(shelf.clone()).profile(&guest()).await.unwrap();
    server.client_with(shelf.clone()).profile(&guest()).await.unwrap();
    assert_eq!(server.seen(TOKEN).len(), 1, "the second client took it from the shelf");
    assert_eq!(server.client_with(stored("old", 1)).profile(&guest()).await.unwrap().status, 200);
    assert_eq!(server.seen(TOKEN).len(), 2, "an expired one is not used");
    let shelf = stored("stale", u64::MAX);
    assert_eq!(server.client_with(shelf.clone()).profile(&guest()).await.unwrap().status, 200);
    assert_eq!(server.seen(TOKEN).len(), 3, "a refused one is not taken again");
    assert_eq!(shelf.0.lock().unwrap().as_ref().unwrap().value.expose(), "token-2");
}

#[test]
fn nothing_secret_is_shown() {
    let settings = guestsync_genesys::Settings::new(
        url::Url::parse("https://api.example").unwrap(),
        url::Url::parse("https://login.example/oauth/token").unwrap(),
        "id".into(),
        Sensitive::new("canary".into()),
    );
    assert!(!format!("{settings:?}{:?}", stored("canary", 0).0.lock().unwrap()).contains("canary"));
}

/// Reads a JWT as a library of others does, for this audience.
fn verified(assertion: &str, public: &str, audience: &str) -> serde_json::Value {
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.set_audience(&[audience]);
    validation.set_issuer(&["client id"]);
    validation.leeway = 0;
    let key = jsonwebtoken::DecodingKey::from_ec_pem(public.as_bytes()).unwrap();
    jsonwebtoken::decode(assertion, &key, &validation).unwrap().claims
}

/// A key pair in PEM.
fn pair() -> (String, String) {
    use p256::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
    let private = p256::SecretKey::from_slice(&[7; 32]).unwrap();
    (private.to_pkcs8_pem(LineEnding::LF).unwrap().to_string(), private.public_key().to_public_key_pem(LineEnding::LF).unwrap())
}

#[tokio::test]
async fn a_thousand_assertions_are_good_for_minutes_for_this_endpoint_and_once() {
    let (private, public) = pair();
    let answer = |n: usize, seen: &Seen| {
        // Each token is refused once it was used, so that each call asks for another.
        match n % 2 {
            _ if seen.path == TOKEN => token(n),
            0 => StatusCode::UNAUTHORIZED.into_response(),
            _ => "{}".into_response(),
        }
    };
    let server = Server::start(answer).await;
    let mut settings = server.settings();
    settings.assertion = Assertion::new(&private.replace('\n', "\\n"), "subject".into());
    let audience = settings.token_url.to_string();
    let client = Client::new(settings, None).unwrap();
    for _ in 0..999 {
        assert_eq!(client.profile(&guest()).await.unwrap().status, 200);
    }
    let mut ids = std::collections::BTreeSet::new();
    let seen = server.seen(TOKEN);
    assert_eq!(seen.len(), 1_000);
    for request in seen {
        assert_eq!(request.header("authorization"), "");
        let form: std::collections::BTreeMap<String, String> =
            url::form_urlencoded::parse(request.body.as_bytes()).into_owned().collect();
        assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
        assert!(form["client_id"] == "client id" && !form.contains_key("client_secret"));
        let claims = verified(&form["assertion"], &public, &audience);
        assert!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap() <= 300 && claims["sub"] == "subject");
        ids.insert(claims["jti"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 1_000);
}

#[tokio::test]
async fn a_clock_that_is_a_day_off_is_put_right_by_the_servers() {
    let (private, public) = pair();
    for off in [-86_400_i64, 86_400] {
        let (public, ahead) = (public.clone(), std::time::Duration::from_secs(off.unsigned_abs()));
        let server = Server::start(move |n, seen: &Seen| {
            if seen.path != TOKEN {
                return "{}".into_response();
            }
            let now = std::time::SystemTime::now();
            let now = if off > 0 { now + ahead } else { now - ahead };
            let form: std::collections::BTreeMap<String, String> =
                url::form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect();
            let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
            (validation.validate_exp, validation.validate_aud) = (false, false);
            let key = jsonwebtoken::DecodingKey::from_ec_pem(public.as_bytes()).unwrap();
            let claims = jsonwebtoken::decode::<serde_json::Value>(&form["assertion"], &key, &validation).unwrap().claims;
            let seconds = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
            let good = seconds.abs_diff(claims["iat"].as_u64().unwrap()) < 60;
            let mut answer =
                if good { token(n) } else { (StatusCode::BAD_REQUEST, r#"{"error":"invalid_grant"}"#).into_response() };
            answer.headers_mut().insert("date", httpdate::fmt_http_date(now).parse().unwrap());
            answer
        })
        .await;
        let mut settings = server.settings();
        settings.assertion = Assertion::new(&private, "subject".into());
        let client = Client::new(settings, None).unwrap();
        assert_eq!(client.profile(&guest()).await.unwrap().status, 200);
        assert_eq!(server.seen(TOKEN).len(), 2);
    }
}

#[test]
fn what_is_no_p_256_key_signs_nothing() {
    for pem in ["", "canary", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        assert!(Assertion::new(pem, "subject".into()).is_none());
    }
}
