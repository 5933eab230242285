//! The shell in a real service worker: WebCrypto agrees, the machine seals, and p256 opens.
#![cfg(target_arch = "wasm32")]

#[path = "service_worker/agreement.rs"]
mod agreement;
#[path = "service_worker/host.rs"]
mod host;

use agreement::{Holder, agree};
use guestsync_core::patch::Pointer;
use guestsync_core::seal::{Place, SealError, open};
use guestsync_worker::{ProfileWorker, WorkerOptions};
use host::Recorder;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_service_worker);

const GUEST: &str = "g-1";

fn options() -> WorkerOptions {
    let mut options = WorkerOptions::new();
    for name in ["email", "phone"] {
        options.field(name, &["/", name].concat(), false, None, true, None).expect("a pointer");
    }
    options
}

fn started(options: WorkerOptions) -> (ProfileWorker, Recorder) {
    let recorder = Recorder::new();
    let worker = ProfileWorker::new(options, recorder.host()).expect("good options");
    (worker, recorder)
}

fn submit(worker: &mut ProfileWorker, form: u32, fields: &[(&str, Vec<u8>)]) {
    for (name, value) in fields {
        assert!(worker.field((*name).into()), "{name} is wanted");
        worker.text(value.clone());
    }
    worker.submitted(form, false);
}

fn give_keys(worker: &mut ProfileWorker, key_id: &str) {
    worker.listed(Some(key_id.into()), Some("EC".into()), Some("P-256".into()), None, None);
    worker.keys(None, false);
}

fn place(field: &str) -> Place {
    Place::new(GUEST, Pointer::parse(field).expect("a pointer")).expect("a place")
}

#[wasm_bindgen_test]
async fn what_webcrypto_agreed_on_and_the_machine_sealed_opens_with_p256_at_its_place_only() {
    let holder = Holder::new("k1");
    let (mut worker, recorder) = started(options());
    submit(&mut worker, 7, &[("guestId", GUEST.into()), ("email", "zoë@example.org".into()), ("phone", " +1 555 0100 ".into())]);
    assert_eq!(recorder.stored(&mut worker), ["getKeys", "getToken g-1"]);
    give_keys(&mut worker, "k1");
    assert_eq!(recorder.stored(&mut worker), ["agree k1", "agree k1"], "one for the form, one to spare");
    let (point, secret) = agree(&holder).await;
    worker.agreed("k1".into(), &point, secret);
    let writes: Vec<_> = recorder.writes();
    assert!(writes.iter().any(|key| key.starts_with("g-1/")), "it is stored before it is sent: {writes:?}");
    assert_eq!(recorder.stored(&mut worker), [""; 0]);
    worker.token(GUEST.into(), "t1".into(), 0.0, f64::NAN, f64::NAN);
    let sent = recorder.sent();
    assert_eq!((&*sent.guest, &*sent.token, sent.idempotency_key.len()), (GUEST, "t1", 32));
    for (field, plain) in [("/email", "zoë@example.org"), ("/phone", "+1 555 0100")] {
        let sealed = sent.value(field);
        assert_eq!(open(&sealed, &place(field), &holder).expect("opened").expose(), plain);
        assert_eq!(open(&sealed, &place("/other"), &holder).err(), Some(SealError::Misplaced));
    }
    recorder.take();
    worker.response(sent.send, 200, None, None, None, None);
    assert_eq!(recorder.stored(&mut worker), [r#"respond 7 200 application/json {"status":"synced","guestId":"g-1"}"#]);
}

#[wasm_bindgen_test]
async fn no_plain_value_and_no_agreed_secret_is_left_in_the_memory_of_the_instance() {
    let holder = Holder::new("k1");
    let (mut worker, recorder) = started(options());
    let (email, token) = (host::canary("email"), host::canary("token"));
    let control = vec![host::canary("control").to_vec()];
    assert!(host::is_in_memory(&host::canary("control")), "what is there is found");
    drop(control);

    worker.field("guestId".into());
    worker.text(GUEST.into());
    worker.field("email".into());
    worker.text(email.to_vec());
    worker.submitted(1, false);
    recorder.stored(&mut worker);
    assert!(host::is_in_memory(&email), "it waits to be sealed");
    give_keys(&mut worker, "k1");
    let (point, secret) = agree(&holder).await;
    let agreed = js_sys::Uint8Array::from(&*secret);
    worker.agreed("k1".into(), &point, secret);
    assert!(!host::is_in_memory(&email), "sealed and wiped");
    assert!(!host::is_in_memory(&agreed), "used and wiped");
    recorder.stored(&mut worker);
    worker.token(GUEST.into(), token.to_vec(), 0.0, f64::NAN, f64::NAN);
    assert_eq!(recorder.sent().guest, GUEST);
    drop(worker);
    assert!(!host::is_in_memory(&token), "gone with the machine");
}

#[wasm_bindgen_test]
fn what_is_not_wanted_is_not_asked_for() {
    let (mut worker, recorder) = started(options());
    assert!(!worker.field("csrf".into()));
    worker.field("guestId".into());
    worker.text(GUEST.into());
    worker.field("email".into());
    worker.other();
    worker.submitted(1, false);
    let reply = recorder.stored(&mut worker).concat();
    assert!(
        reply
            .trim_start_matches("getKeys")
            .starts_with(r#"respond 1 400 application/json {"error":{"code":"field.type","field":"email""#),
        "{reply}"
    );
}

#[wasm_bindgen_test]
fn a_thousand_fields_cost_no_more_than_the_sixty_five_that_are_too_many() {
    let (mut worker, recorder) = started(options());
    for i in 0..1_000 {
        worker.field(i.to_string());
    }
    worker.submitted(1, true);
    let reply = recorder.stored(&mut worker).concat();
    assert!(
        reply.trim_start_matches("getKeys").starts_with("respond 1 400 text/html; charset=utf-8 default-src 'none'"),
        "{reply}"
    );
}

#[wasm_bindgen_test]
fn an_agreement_that_is_none_is_a_failure_like_any_other() {
    for (point, secret) in [(vec![4; 65], vec![1; 31]), (vec![4; 64], vec![1; 32]), (vec![2; 65], vec![1; 32]), (vec![], vec![])]
    {
        let (mut worker, recorder) = started(options());
        submit(&mut worker, 1, &[("guestId", GUEST.into()), ("email", "a".into())]);
        recorder.stored(&mut worker);
        give_keys(&mut worker, "k1");
        recorder.take();
        worker.agreed("k1".into(), &point, secret);
        assert_eq!(recorder.stored(&mut worker), ["forward 1"], "the gateway can seal it");
    }
}

#[wasm_bindgen_test]
fn an_option_that_breaks_a_rule_is_named() {
    let mut options = WorkerOptions::new();
    let error: JsValue = options.field("mail", "email", false, None, true, None).err().map(Into::into).expect("refused");
    assert_eq!(host::message(&error), "guestsync: option \"mail\": A JSON Pointer begins with \"/\".");
    let error: JsValue = ProfileWorker::new(WorkerOptions::new(), Recorder::new().host()).err().map(Into::into).expect("refused");
    assert_eq!(host::message(&error), "guestsync: option \"fields\": At least one field has to be configured.");
}
