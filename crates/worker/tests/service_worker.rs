//! The shell in a real service worker: WebCrypto agrees, the machine seals, and p256 opens.
#![cfg(target_arch = "wasm32")]

extern crate alloc;

#[path = "service_worker/agreement.rs"]
mod agreement;
#[path = "service_worker/floor.rs"]
mod floor;
#[path = "service_worker/host.rs"]
mod host;

use agreement::{Holder, agree};
use guestsync_core::patch::Pointer;
use guestsync_core::seal::{Place, SealError, open};
use host::Face;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_service_worker);

const GUEST: &str = "g-1";

fn give_keys(face: &Face, key_id: &str) {
    face.hear(&[Some("keys"), None, None, Some(key_id), Some("EC"), Some("P-256"), None, None], &[]);
    assert_eq!(face.take("usable"), "0");
}

fn place(field: &str) -> Place {
    Place::new(GUEST, Pointer::parse(field).expect("a pointer")).expect("a place")
}

#[wasm_bindgen_test]
async fn what_webcrypto_agreed_on_and_the_machine_sealed_opens_with_p256_at_its_place_only() {
    let holder = Holder::new("k1");
    let face = Face::new();
    face.submit("7", false, &[("guestId", Some("sg-1")), ("email", Some("szoë@example.org")), ("phone", Some("s +1 555 0100 "))]);
    assert_eq!(face.stored(), ["getKeys", "getToken g-1"]);
    give_keys(&face, "k1");
    assert_eq!(face.stored(), ["agree k1"]);
    let (point, secret) = agree(&holder).await;
    face.hear(&[Some("agreed"), Some("k1")], &[point, secret].concat());
    face.tell(&["token", GUEST, "t1", "0", "NaN"]);
    let (sent, rows) = face.sent();
    assert!(rows.iter().any(|key| key.starts_with("g-1/")), "it is stored before it is sent: {rows:?}");
    assert_eq!((&*sent.guest, sent.idempotency_key.len()), (GUEST, 32));
    for (field, plain) in [("/email", "zoë@example.org"), ("/phone", "+1 555 0100")] {
        let sealed = sent.value(field);
        assert_eq!(open(&sealed, &place(field), &holder).expect("opened").expose(), plain);
        assert_eq!(open(&sealed, &place("/other"), &holder).err(), Some(SealError::Misplaced));
    }
    face.stored();
    face.tell(&["answered", &sent.send, "200"]);
    let answer = r#"respond 7 200 application/json {"status":"synced","guestId":"g-1"}"#;
    assert_eq!(face.stored(), [answer, "agree k1"], "one is made to spare when nobody waits");
}

#[wasm_bindgen_test]
async fn no_plain_value_no_agreed_secret_and_no_capability_is_left_in_the_memory_of_the_instance() {
    let holder = Holder::new("k1");
    let face = Face::new();
    let (email, token) = (host::canary("email"), host::canary("token"));
    let control = vec![host::canary("control").to_vec()];
    assert!(host::is_in_memory(&host::canary("control")), "what is there is found");
    drop(control);

    {
        let mut typed = String::with_capacity(100);
        typed.push('s');
        typed.push_str(core::str::from_utf8(&email.to_vec()).expect("a text"));
        face.submit("1", false, &[("guestId", Some("sg-1")), ("email", Some(&typed))]);
        // What this test has passed through the same memory by itself.
        zeroize::Zeroize::zeroize(&mut typed);
    }
    face.stored();
    give_keys(&face, "k1");
    let (point, secret) = agree(&holder).await;
    let agreed = js_sys::Uint8Array::from(&*secret);
    let mut both = Vec::with_capacity(97);
    both.extend_from_slice(&point);
    both.extend_from_slice(&secret);
    face.hear(&[Some("agreed"), Some("k1")], &both);
    zeroize::Zeroize::zeroize(&mut both);
    let mut secret = secret;
    zeroize::Zeroize::zeroize(&mut secret);
    assert!(!host::is_in_memory(&agreed), "used and wiped");
    let mut value = token.to_vec();
    face.tell(&["token", GUEST, core::str::from_utf8(&value).expect("a text"), "0", "NaN"]);
    zeroize::Zeroize::zeroize(&mut value);
    assert!(host::is_in_memory(&token), "it serves");
    let (sent, _) = face.sent();
    assert_eq!(sent.guest, GUEST);
    // A new machine takes the place of this one.
    Face::new();
    assert!(!host::is_in_memory(&token), "gone with the machine");
}

#[wasm_bindgen_test]
fn a_body_is_read_as_its_content_type_says() {
    let face = Face::new();
    for (content_type, wanted) in [
        ("application/x-www-form-urlencoded", "3,false"),
        ("Multipart/Form-Data; boundary=x", "3,false"),
        ("application/json; charset=utf-8", "3,true"),
    ] {
        face.hear(&[Some("arrived"), Some("3"), None, Some(content_type)], &[]);
        assert_eq!(face.take("read"), wanted, "{content_type}");
    }
    face.hear(&[Some("arrived"), Some("3"), None, Some("text/plain")], &[]);
    assert!(face.take("respond").starts_with(r#"3,415,null,"application/json""#));
}

#[wasm_bindgen_test]
fn what_is_no_text_is_refused() {
    let face = Face::new();
    face.submit("1", false, &[("csrf", None), ("guestId", Some("sg-1")), ("email", Some("x"))]);
    face.stored_reply(r#"{"error":{"code":"field.type","field":"email""#);
}

#[wasm_bindgen_test]
fn a_thousand_fields_cost_no_more_than_the_sixty_five_that_are_too_many() {
    let face = Face::new();
    let names: Vec<String> = (0..1_000).map(|i| i.to_string()).collect();
    face.submit("1", true, &names.iter().map(|name| (&**name, None)).collect::<Vec<_>>());
    face.stored_reply("default-src 'none'");
}

#[wasm_bindgen_test]
fn an_agreement_that_is_none_is_a_failure_like_any_other() {
    for (point, secret) in [(vec![4; 65], vec![1; 31]), (vec![4; 64], vec![1; 32]), (vec![2; 65], vec![1; 32]), (vec![], vec![])]
    {
        let face = Face::new();
        face.submit("1", false, &[("guestId", Some("sg-1")), ("email", Some("sa"))]);
        face.stored();
        give_keys(&face, "k1");
        face.stored();
        face.hear(&[Some("agreed"), Some("k1")], &[point, secret].concat());
        assert_eq!(face.stored(), ["forward 1"], "the gateway can seal it");
    }
}

#[wasm_bindgen_test]
fn a_set_without_a_key_that_can_be_sealed_to_replaces_nothing() {
    let face = Face::new();
    let rsa = [Some("r1"), Some("RSA"), None, None, None];
    let good = [Some("k1"), Some("EC"), Some("P-256"), Some("enc"), None];
    face.hear(&[&[Some("keys"), None, None][..], &rsa].concat(), &[]);
    assert_eq!(face.stored(), ["usable"]);
    face.hear(&[&[Some("keys"), None, None][..], &rsa, &good, &good].concat(), &[]);
    assert_eq!(face.stored(), ["usable 1", "agree k1"], "of two with one id, the first");
}

#[wasm_bindgen_test]
fn an_option_that_breaks_a_rule_is_named() {
    assert_eq!(Face::with("email").take("wrong"), r#""email","A JSON Pointer begins with \"/\".""#);
    assert!(Face::with("/phone").take("wrong").starts_with(r#""phone","Two fields have the same name"#));
}

#[wasm_bindgen_test]
fn what_the_face_garbled_does_no_harm() {
    let face = Face::new();
    for garbled in [&["unknown"][..], &[""], &["submitted"], &["agreed"], &["answered", "x"], &["loaded", "7", "a"], &["open"]] {
        face.tell(garbled);
    }
    assert!(guestsync_worker::tell("\u{fffd}9".to_owned(), vec![0xff, 0xfe], 0.0, 0.0).is_empty());
}

/// Each as a value, a field's name, a content type and a guest's id; what is refused is answered as well.
#[wasm_bindgen_test]
async fn no_naughty_string_is_a_trap() {
    let holder = Holder::new("k1");
    let face = Face::new();
    let mut sealed = 0;
    for (at, &naughty) in naughty_strings::BLNS.iter().enumerate() {
        let value = format!("s{naughty}");
        let (form, typed) = (format!("{}", at * 4), format!("{}", at * 4 + 1));
        face.tell(&["arrived", &typed, "", naughty]);
        face.submit(&form, at % 2 == 0, &[("guestId", Some("sg-1")), ("email", Some(&value)), (naughty, Some(&value))]);
        face.submit(&format!("{}", at * 4 + 2), true, &[("guestId", Some(&value)), ("email", Some("sx"))]);
        give_keys(&face, "k1");
        let asked = face.stored();
        if asked.iter().any(|message| message.starts_with("agree")) {
            sealed += 1;
            let (point, secret) = agree(&holder).await;
            face.hear(&[Some("agreed"), Some("k1")], &[point, secret].concat());
            face.stored();
        }
        face.tell(&["token", GUEST, naughty, "0", "NaN"]);
        face.tell(&["answered", naughty, naughty, naughty]);
        face.stored();
    }
    assert!(naughty_strings::BLNS.len() >= 500 && sealed > 0, "{sealed}");
}
