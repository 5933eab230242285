//! `guestsync open`: what a browser sealed, opened by whoever holds the key.

use base64ct::{Base64UrlUnpadded, Encoding};
use guestsync_core::patch::Pointer;
use guestsync_core::seal::{Agreement, Binding, Entropy, Place, PublicPoint, SharedKey, seal};
use p256::elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use p256::{PublicKey, SecretKey};
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};

use crate::run::{Folder, Server, run};

const GUEST: &str = "8f3a2b1c-4d5e-6f7a-8b9c-0d1e2f3a4b5c";

fn place(guest: &str, field: &str) -> Place {
    Place::new(guest, Pointer::parse(field).unwrap()).unwrap()
}

fn entropy() -> Entropy {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    Entropy::from_seed(&mut seed)
}

/// Seals as a browser does: the core's seal over an agreement by the `p256` crate.
fn sealed(jwk: &Value, guest: &str, field: &str, plain: &str) -> String {
    let part = |name: &str| Base64UrlUnpadded::decode_vec(jwk[name].as_str().unwrap()).unwrap();
    let uncompressed = [vec![4], part("x"), part("y")].concat();
    let theirs = PublicKey::from_sec1_point(&p256::Sec1Point::from_bytes(uncompressed).unwrap()).unwrap();
    let ours = SecretKey::from_slice(&[7; 32]).unwrap();
    let mut secret: [u8; 32] = (*ours.diffie_hellman(&theirs).raw_secret_bytes()).into();
    let point = PublicPoint::from_uncompressed(ours.public_key().to_sec1_point(false).as_bytes()).unwrap();
    let agreement = Agreement::new(jwk["kid"].as_str().unwrap(), point, &mut secret).unwrap();
    seal(&agreement, &mut entropy(), &place(guest, field), plain).unwrap()
}

struct Holder {
    folder: Folder,
    jwk: Value,
}

impl Holder {
    fn new() -> Self {
        let folder = Folder::new();
        let ran = run(&["keys", "new", "--out", &folder.join("key.json")], "");
        let jwk = serde_json::from_str::<Value>(&ran.stdout).unwrap()["keys"][0].clone();
        Self { folder, jwk }
    }

    fn open(&self, guest: &str, field: &str, text: &str) -> (i32, String, String) {
        let ran = run(&["open", "--key", &self.folder.join("key.json"), "--guest", guest, "--field", field], text);
        (ran.code, ran.stdout, ran.stderr)
    }
}

#[test]
fn a_value_opens_where_it_belongs_and_nowhere_else() {
    let holder = Holder::new();
    let text = sealed(&holder.jwk, GUEST, "/email", "ada@example.org");
    assert_eq!(holder.open(GUEST, "/email", &format!("{text}\n")), (0, "ada@example.org\n".into(), String::new()));
    for (guest, field) in [(GUEST, "/name"), ("another-guest", "/email")] {
        let (code, stdout, stderr) = holder.open(guest, field, &text);
        assert_eq!((code, stdout.as_str()), (1, ""));
        assert!(stderr.contains("(seal.misplaced)") && !stderr.contains("ada"), "{stderr}");
    }
}

#[test]
fn what_does_not_open_says_why() {
    let holder = Holder::new();
    let text = sealed(&holder.jwk, GUEST, "/email", "ada");
    let forged = format!("{}.{}", text.rsplit_once('.').unwrap().0, Base64UrlUnpadded::encode_string(&[0; 16]));
    let mut other = holder.jwk.clone();
    other["kid"] = json!("another");
    for (text, code) in [
        (forged.as_str(), "seal.forged"),
        ("", "seal.malformed"),
        ("canary", "seal.malformed"),
        ("a.b.c.d.e", "seal.malformed"),
        (&sealed(&other, GUEST, "/email", "ada"), "seal.key_unknown"),
    ] {
        let (exit, stdout, stderr) = holder.open(GUEST, "/email", text);
        assert_eq!((exit, stdout.as_str()), (1, ""), "{text}");
        assert!(stderr.contains(&format!("({code})")) && !stderr.contains("canary"), "{stderr}");
    }
}

#[test]
fn a_profile_opens_member_by_member_each_on_its_line() {
    let holder = Holder::new();
    let key = holder.folder.join("key.json");
    let mut profile = json!({
        "id": GUEST, "lastUpdated": "2026-11-20T10:23:45.123Z", "phone": null, "nickname": "plain",
        "email": sealed(&holder.jwk, GUEST, "/email", "ada@example.org"),
        "address": {"city": sealed(&holder.jwk, GUEST, "/address/city", "two\nlines")},
    });
    let ran = run(&["open", "--key", &key, "--guest", GUEST], &profile.to_string());
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "/address/city\ttwo\\nlines\n/email\tada@example.org\n"));
    profile["name"] = profile["email"].clone();
    let ran = run(&["open", "--key", &key, "--guest", GUEST], &profile.to_string());
    assert_eq!((ran.code, ran.stdout.as_str()), (1, "/address/city\ttwo\\nlines\n/email\tada@example.org\n"));
    assert!(ran.stderr.contains("/name: ") && ran.stderr.contains("(seal.misplaced)"), "{}", ran.stderr);
}

#[test]
fn what_is_asked_wrongly_is_told() {
    let holder = Holder::new();
    let key = holder.folder.join("key.json");
    let missing = holder.folder.join("missing.json");
    for (arguments, input) in [
        (vec!["open", "--key", &key, "--guest", "../x", "--field", "/email"], "x"),
        (vec!["open", "--key", &key, "--guest", GUEST, "--field", "email"], "x"),
        (vec!["open", "--key", &key, "--guest", GUEST], "canary"),
        (vec!["open", "--key", &key, "--guest", GUEST], "[\"canary\"]"),
        (vec!["open", "--key", &missing, "--guest", GUEST, "--field", "/email"], "x"),
        (vec!["open", "--state-dir", &missing, "--guest", GUEST, "--field", "/email"], "x"),
        (vec!["open", "--key", &key], "x"),
    ] {
        let ran = run(&arguments, input);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(!ran.stderr.is_empty() && !ran.stderr.contains("canary"));
    }
}

#[tokio::test]
async fn both_modes_open_with_the_keys_of_a_running_gateways_state_directory() {
    let folder = Folder::new();
    let server = Server::start(&["serve", "--sandbox", "--port", "0", "--state-dir", folder.text()]);
    _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::new();
    let asked = json!({"sessionId": "abc", "consentGiven": true, "consentType": "explicit"});
    let answer = http.post(format!("{}/api/webchat/init", server.base)).json(&asked).send().await.unwrap();
    let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let token = http.post(format!("{}/api/token", server.base)).header(COOKIE, cookie).json(&json!({})).send().await.unwrap();
    let token: Value = token.json().await.unwrap();
    let guest = token["guestId"].as_str().unwrap();
    let key =
        http.post(format!("{}/api/field-key", server.base)).bearer_auth(token["token"].as_str().unwrap()).send().await.unwrap();
    let key: Value = key.json().await.unwrap();
    let mut key: [u8; 32] = Base64UrlUnpadded::decode_vec(key["key"].as_str().unwrap()).unwrap().try_into().unwrap();
    let shared = SharedKey::new(&mut key).seal(&mut entropy(), &place(guest, "/email"), Binding::Field, "shared").unwrap();
    let keys: Value = http.get(format!("{}/.well-known/jwks.json", server.base)).send().await.unwrap().json().await.unwrap();
    let profile = json!({"email": shared, "name": sealed(&keys["keys"][0], guest, "/name", "sealed")});
    let ran = run(&["open", "--state-dir", folder.text(), "--guest", guest], &profile.to_string());
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "/email\tshared\n/name\tsealed\n"), "{}", ran.stderr);
    let moved = json!({"phone": shared});
    let ran = run(&["open", "--state-dir", folder.text(), "--guest", guest], &moved.to_string());
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("(seal.forged)"), "{}", ran.stderr);
}
