//! What opens `/genesys/…`, and what does not.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::world::{Upstream, World, refusal};

/// Signs what it is told, as anyone could who had the key.
struct Signer {
    kid: String,
    key: Vec<u8>,
}

impl Signer {
    fn of(world: &World) -> Self {
        let text = std::fs::read_to_string(world.directory.path().join("capability.jwks.json")).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        let key = &file["keys"][0];
        Self { kid: key["kid"].as_str().unwrap().into(), key: Base64UrlUnpadded::decode_vec(key["k"].as_str().unwrap()).unwrap() }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let mac = Hmac::<Sha256>::new_from_slice(&self.key).unwrap().chain_update(&signed).finalize().into_bytes();
        format!("{signed}.{}", Base64UrlUnpadded::encode_string(&mac))
    }
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

fn good(guest: &str) -> Value {
    json!({
        "iss": "guestsync", "aud": "guestsync-gateway", "sub": guest, "calls": ["attributes", "profile", "field-key"],
        "iat": now(), "exp": now() + 300, "jti": "1",
    })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    match value {
        Value::Null => _ = claims.as_object_mut().unwrap().remove(name),
        value => claims[name] = value,
    }
    claims
}

#[tokio::test]
async fn a_capability_that_was_changed_expired_or_made_for_something_else_opens_nothing() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let signer = Signer::of(&world);
    let guest = session.guest.as_str();
    let header = json!({"typ": "JWT", "alg": "HS256", "kid": signer.kid});
    let path = format!("/api/v2/guests/{guest}");
    let status = async |token: &str| world.genesys(Method::GET, &path, token).send().await.unwrap().status().as_u16();
    assert_eq!(status(&signer.sign(&header, &good(guest))).await, 200, "the signer signs as the gateway does");

    let mut refused = vec![
        String::new(),
        "x".into(),
        "a.b.c".into(),
        "a".repeat(100_000),
        signer.sign(&header, &with(good(guest), "exp", json!(now() - 1))),
        signer.sign(&header, &with(good(guest), "exp", Value::Null)),
        signer.sign(&header, &with(good(guest), "exp", json!("never"))),
        signer.sign(&header, &with(good(guest), "aud", json!("another"))),
        signer.sign(&header, &with(good(guest), "aud", Value::Null)),
        signer.sign(&header, &with(good(guest), "iss", json!("another"))),
        signer.sign(&header, &with(good(guest), "sub", Value::Null)),
        signer.sign(&with(header.clone(), "kid", json!("another")), &good(guest)),
        signer.sign(&with(header.clone(), "kid", Value::Null), &good(guest)),
        signer.sign(&with(header.clone(), "alg", json!("none")), &good(guest)),
        signer.sign(&with(header.clone(), "alg", json!("HS512")), &good(guest)),
        signer.sign(&with(header.clone(), "alg", json!("ES256")), &good(guest)),
        Signer { kid: signer.kid.clone(), key: vec![0; 32] }.sign(&header, &good(guest)),
    ];
    let whole = signer.sign(&header, &good(guest));
    refused.push(whole[..whole.rfind('.').unwrap() + 1].to_owned());
    refused.push(whole[..whole.len() - 1].to_owned());
    for token in refused {
        let answer = world.genesys(Method::GET, &path, &token).send().await.unwrap();
        assert_eq!(refusal(answer).await, (401, "bad.credentials".into()), "{token:.60}");
    }
    let answer = world.get(&format!("/genesys{path}")).await;
    assert_eq!(answer.headers()["www-authenticate"], "Bearer");
    assert_eq!(refusal(answer).await, (401, "bad.credentials".into()));
    let answer = world.call(Method::GET, &format!("/genesys{path}")).basic_auth("a", Some("b")).send().await.unwrap();
    assert_eq!(refusal(answer).await, (401, "bad.credentials".into()));
}

#[tokio::test]
async fn a_capability_opens_the_calls_that_it_names() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    let signer = Signer::of(&world);
    let header = json!({"typ": "JWT", "alg": "HS256", "kid": signer.kid});
    let token = signer.sign(&header, &with(good(&session.guest), "calls", json!(["attributes", "unheard-of"])));
    let path = |call: &str| format!("/api/v2/{call}").replace("{}", &session.guest);
    let attributes = path("conversations/webmessaging/guests/{}/attributes");
    let write = world.genesys(Method::POST, &attributes, &token).json(&json!({"attributes": {"a": 1}}));
    assert_eq!(write.send().await.unwrap().status(), 200);
    let answer = world.genesys(Method::GET, &path("guests/{}"), &token).send().await.unwrap();
    assert_eq!(refusal(answer).await, (403, "capability.insufficient".into()));
    let answer = world.call(Method::POST, "/api/field-key").bearer_auth(&token).send().await.unwrap();
    assert_eq!(refusal(answer).await, (403, "capability.insufficient".into()));
}

#[tokio::test]
async fn neither_the_organisations_token_nor_a_guests_own_is_a_capability() {
    let upstream = Upstream::start().await;
    let world = World::start(&upstream).await;
    let session = world.session("abc").await;
    for request in upstream.requests().await {
        let answer: Value = serde_json::from_str(request["response"].as_str().unwrap()).unwrap();
        for member in ["access_token", "token"] {
            let Some(token) = answer[member].as_str() else { continue };
            let answer = world.genesys(Method::GET, &format!("/api/v2/guests/{}", session.guest), token).send().await.unwrap();
            assert_eq!(answer.status(), 401, "{member}");
        }
    }
}
