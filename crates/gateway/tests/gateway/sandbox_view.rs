//! `/_sandbox/…` on a gateway with the sandbox inside.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{World, json_of, refusal};

#[tokio::test]
async fn the_console_sees_what_the_sandbox_stores_and_was_asked() {
    let world = World::sandboxed().await;
    let session = world.session("abc").await;
    let guests = json_of(world.get("/_sandbox/guests").await).await;
    assert_eq!(guests["guests"][0]["id"], session.guest.as_str());
    let requests = json_of(world.get("/_sandbox/requests?after=1").await).await;
    assert_eq!(requests["requests"].as_array().unwrap().len(), 2);
    let plan = json!({"rules": [{"calls": ["G1"], "effect": {"kind": "status", "status": 400}}]});
    assert_eq!(world.call(Method::PUT, "/_sandbox/faults").json(&plan).send().await.unwrap().status(), 200);
    assert_eq!(json_of(world.get("/_sandbox/faults").await).await["rules"], plan["rules"]);
}

#[tokio::test]
async fn others_see_nothing_there() {
    let world = World::sandboxed().await;
    let port = world.base.rsplit(':').next().unwrap();
    let get = || world.call(Method::GET, "/_sandbox/guests");
    for (name, value) in [
        ("host", format!("evil.example:{port}")),
        ("sec-fetch-site", "cross-site".into()),
        ("sec-fetch-site", "same-site".into()),
        ("origin", "https://evil.example".into()),
        ("origin", "null".into()),
    ] {
        let answer = get().header(name, &value).send().await.unwrap();
        assert_eq!(refusal(answer).await, (404, "not.found".into()), "{name}: {value}");
    }
    for (name, value) in
        [("sec-fetch-site", "same-origin".into()), ("sec-fetch-site", "none".into()), ("origin", world.base.clone())]
    {
        assert_eq!(get().header(name, &value).send().await.unwrap().status(), 200, "{name}: {value}");
    }
    let answer = world.call(Method::POST, "/_sandbox/reset").header("sec-fetch-site", "none").send().await.unwrap();
    assert_eq!(answer.status(), 404);
}

#[tokio::test]
async fn a_reset_forgets_the_sessions_too() {
    let world = World::sandboxed().await;
    let session = world.session("abc").await;
    world.capability(&session).await;
    assert!(world.call(Method::POST, "/_sandbox/reset").send().await.unwrap().status().is_success());
    let answer = world.post("/api/token", &json!({})).header("cookie", &session.cookie).send().await.unwrap();
    assert_eq!(refusal(answer).await, (401, "session.missing".into()));
    assert_ne!(world.session("abc").await.guest, session.guest);
}

#[tokio::test]
async fn the_key_holder_reads_what_was_sealed_for_its_place_and_nothing_else() {
    let world = World::sandboxed().await;
    let (session, other) = (world.session("abc").await, world.session("other").await);
    let capability = world.capability(&session).await;
    let keys = json_of(world.get("/.well-known/jwks.json").await).await;
    let seal = |guest: &str, field: &str, plain: &str| sealing::seal(&keys["keys"][0], guest, field, plain);
    let email = seal(&session.guest, "/email", "ada@example.org");
    let moved = seal(&session.guest, "/email", "moved within");
    let foreign = seal(&other.guest, "/name", "moved across");
    let patch = json!([
        {"op": "replace", "path": "/email", "value": email},
        {"op": "replace", "path": "/phone", "value": moved},
        {"op": "replace", "path": "/name", "value": foreign},
    ]);
    assert_eq!(world.patch(&session.guest, &capability, 1, &patch).await.status(), 200);
    let opened: Value = json_of(world.get(&format!("/_sandbox/opened?guest={}", session.guest)).await).await;
    assert_eq!(opened["fields"], json!({"/email": "ada@example.org"}));
    assert_eq!(opened["refused"], json!({"/phone": "seal.misplaced", "/name": "seal.misplaced"}));
    assert_eq!(refusal(world.get("/_sandbox/opened?guest=../x").await).await, (400, "field.invalid".into()));
    assert_eq!(refusal(world.get("/_sandbox/opened").await).await, (400, "field.invalid".into()));
    assert_eq!(refusal(world.get("/_sandbox/opened?guest=unknown").await).await, (404, "not.found".into()));
}

#[tokio::test]
async fn looking_takes_nothing_of_the_rate_budget() {
    let world = World::sandboxed().await;
    let session = world.session("abc").await;
    let asked = json_of(world.get("/_sandbox/requests").await).await["next"].clone();
    let address = format!("/_sandbox/opened?guest={}", session.guest);
    assert_eq!(json_of(world.get(&address).await).await["fields"], json!({}));
    let after = json_of(world.get(&format!("/_sandbox/requests?after={asked}")).await).await;
    assert_eq!(after["requests"], json!([]));
}

/// Seals as a browser does: the core's seal over an agreement by the `p256` crate.
mod sealing {
    use base64ct::{Base64UrlUnpadded, Encoding};
    use guestsync_core::patch::Pointer;
    use guestsync_core::seal::{Agreement, Entropy, Place, PublicPoint, seal as sealed};
    use p256::elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
    use p256::{PublicKey, SecretKey};
    use serde_json::Value;

    pub(super) fn seal(jwk: &Value, guest: &str, field: &str, plain: &str) -> String {
        let part = |name: &str| Base64UrlUnpadded::decode_vec(jwk[name].as_str().unwrap()).unwrap();
        let uncompressed = [vec![4], part("x"), part("y")].concat();
        let theirs = PublicKey::from_sec1_point(&p256::Sec1Point::from_bytes(uncompressed).unwrap()).unwrap();
        let ours = SecretKey::from_slice(&[7; 32]).unwrap();
        let mut secret: [u8; 32] = (*ours.diffie_hellman(&theirs).raw_secret_bytes()).into();
        let point = PublicPoint::from_uncompressed(ours.public_key().to_sec1_point(false).as_bytes()).unwrap();
        let agreement = Agreement::new(jwk["kid"].as_str().unwrap(), point, &mut secret).unwrap();
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).unwrap();
        let place = Place::new(guest, Pointer::parse(field).unwrap()).unwrap();
        sealed(&agreement, &mut Entropy::from_seed(&mut seed), &place, plain).unwrap()
    }
}
