//! O2: tokens by signed assertions. They are made by hand here, with `p256` alone, so that the sandbox's library is checked
//! by another.

use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use guestsync_sandbox::{Client, Options};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::{EncodePublicKey, LineEnding};
use serde_json::{Value, json};

use crate::common::{START, World, json_of};

fn key(byte: u8) -> SigningKey {
    SigningKey::from_slice(&[byte; 32]).unwrap()
}

fn pem(key: &SigningKey) -> String {
    p256::PublicKey::from(key.verifying_key()).to_public_key_pem(LineEnding::LF).unwrap()
}

async fn world() -> World {
    World::with(options()).await
}

fn options() -> Options {
    let client = Client::with_scopes("signer", "unused", ["guest:write", "groups:read"]).with_assertion_key(pem(&key(1)));
    Options { clients: vec![client], ..Options::default() }
}

fn claims(world: &World) -> Value {
    json!({"iss": "signer", "sub": "admin@example.com", "aud": world.at("/oauth/token"), "exp": START + 300, "iat": START, "jti": "1"})
}

fn sign(header: &Value, claims: &Value, key: &SigningKey) -> String {
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature: Signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature.to_bytes()))
}

async fn ask(world: &World, assertion: &str, more: &[(&str, &str)]) -> (u16, Value) {
    let mut form = vec![("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("client_id", "signer")];
    form.push(("assertion", assertion));
    form.extend(more);
    let answer = world.http.post(world.at("/oauth/token")).form(&form).send().await.unwrap();
    (answer.status().as_u16(), json_of(answer).await)
}

async fn refusal(world: &World, assertion: &str) -> String {
    let (status, body) = ask(world, assertion, &[]).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")), "{body}");
    body["error_description"].as_str().unwrap().to_owned()
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

#[tokio::test]
async fn a_good_assertion_gives_a_token_with_the_clients_scopes() {
    let world = world().await;
    let assertion = sign(&json!({"alg": "ES256", "typ": "JWT"}), &claims(&world), &key(1));
    let (status, body) = ask(&world, &assertion, &[]).await;
    assert_eq!((status, &body["token_type"], &body["scope"]), (200, &json!("bearer"), &json!("guest:write groups:read")));
    let group = world.http.get(world.at("/api/v2/groups/acme")).bearer_auth(body["access_token"].as_str().unwrap());
    assert_eq!(group.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_scope_parameter_narrows_here_too() {
    let world = world().await;
    let assertion = sign(&json!({"alg": "ES256"}), &claims(&world), &key(1));
    assert_eq!(ask(&world, &assertion, &[("scope", "groups:read")]).await.1["scope"], "groups:read");
}

#[tokio::test]
async fn an_assertion_is_good_once() {
    let world = world().await;
    let assertion = sign(&json!({"alg": "ES256"}), &claims(&world), &key(1));
    assert_eq!(ask(&world, &assertion, &[]).await.0, 200);
    assert!(refusal(&world, &assertion).await.contains("jti"));
    let other = sign(&json!({"alg": "ES256"}), &with(claims(&world), "jti", json!("2")), &key(1));
    assert_eq!(ask(&world, &other, &[]).await.0, 200);
}

#[tokio::test]
async fn wrong_claims_are_refused_by_name() {
    let world = world().await;
    for (name, value, said) in [
        ("aud", json!("https://login.mypurecloud.com/oauth/token"), "aud"),
        ("iss", json!("other"), "iss"),
        ("sub", json!(""), "sub"),
        ("exp", json!(START - 6), "expired"),
        ("exp", json!(START + 306), "300 seconds"),
        ("exp", json!(i64::MAX), "out of range"),
        ("iat", json!(START + 6), "iat"),
        ("iat", json!(START - 1), "300 seconds"),
        ("jti", json!(""), "jti"),
        ("jti", json!(null), "claim"),
    ] {
        let assertion = sign(&json!({"alg": "ES256"}), &with(claims(&world), name, value.clone()), &key(1));
        let description = refusal(&world, &assertion).await;
        assert!(description.contains(said), "{name} {value}: {description}");
    }
}

#[tokio::test]
async fn an_assertion_ends_by_the_sandboxs_clock() {
    let world = world().await;
    let assertion = sign(&json!({"alg": "ES256"}), &claims(&world), &key(1));
    world.advance(Duration::from_secs(305));
    assert!(refusal(&world, &assertion).await.contains("expired"));
}

#[tokio::test]
async fn only_es256_under_the_clients_own_key_counts() {
    let world = world().await;
    let good = claims(&world);
    assert!(refusal(&world, &sign(&json!({"alg": "ES256"}), &good, &key(2))).await.contains("key"));
    for alg in ["none", "HS256", "ES384", "RS256"] {
        assert!(refusal(&world, &sign(&json!({"alg": alg}), &good, &key(1))).await.contains("ES256"));
    }
    let signed = sign(&json!({"alg": "ES256"}), &good, &key(1));
    let (head, _) = signed.rsplit_once('.').unwrap();
    for broken in [format!("{head}."), head.to_owned(), "x".to_owned(), format!("{signed}A")] {
        refusal(&world, &broken).await;
    }
}

#[tokio::test]
async fn the_audience_may_be_the_origin_a_list_or_a_configured_one() {
    let world = world().await;
    for (jti, aud) in [("a", json!(world.url)), ("b", json!(["https://other", world.at("/oauth/token")]))] {
        let claims = with(with(claims(&world), "aud", aud), "jti", json!(jti));
        assert_eq!(ask(&world, &sign(&json!({"alg": "ES256"}), &claims, &key(1)), &[]).await.0, 200);
    }
    let audience = Some("https://login.mypurecloud.com/oauth/token".to_owned());
    let world = World::with(Options { audience: audience.clone(), ..options() }).await;
    refusal(&world, &sign(&json!({"alg": "ES256"}), &claims(&world), &key(1))).await;
    let configured = with(claims(&world), "aud", json!(audience));
    assert_eq!(ask(&world, &sign(&json!({"alg": "ES256"}), &configured, &key(1)), &[]).await.0, 200);
}

#[tokio::test]
async fn a_client_without_a_key_and_a_missing_assertion_are_told_apart() {
    let world = world().await;
    let grant = ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let ask = async |form: &[(&str, &str)]| {
        let answer = world.http.post(world.at("/oauth/token")).form(form).send().await.unwrap();
        (answer.status().as_u16(), json_of(answer).await["error"].as_str().unwrap().to_owned())
    };
    assert_eq!(ask(&[grant, ("client_id", "signer")]).await, (400, "invalid_request".into()));
    assert_eq!(ask(&[grant, ("client_id", "sandbox"), ("assertion", "x")]).await, (401, "invalid_client".into()));
    assert_eq!(ask(&[grant, ("client_id", "nobody"), ("assertion", "x")]).await, (401, "invalid_client".into()));
    assert_eq!(ask(&[grant, ("assertion", "x")]).await, (401, "invalid_client".into()));
}

#[tokio::test]
async fn faults_tell_the_two_grants_apart_and_the_log_hides_the_assertion() {
    let world = world().await;
    world.put_faults(&json!({"rules": [{"calls": ["O2"], "effect": {"kind": "status", "status": 503}}]})).await;
    let assertion = sign(&json!({"alg": "ES256"}), &claims(&world), &key(1));
    assert_eq!(ask(&world, &assertion, &[]).await.0, 503);
    world.token_for("sandbox", "secret", None).await;
    assert!(!world.control("requests").await.to_string().contains(&assertion));
}
