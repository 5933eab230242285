//! One form's life, step by step.

use guestsync_core::profile::{Input, Output, Settings, Unreadable};

use crate::keys::Holder;
use crate::world::{World, asked, entries, one_answer, one_patch, replies, says, settings};

const FORM: [(&str, &str); 4] = [("guestId", "g-1"), ("email", "ada@example.org"), ("phone", "+1 555 0100"), ("name", "Ada")];

#[test]
fn a_form_is_sealed_sent_and_answered() {
    let mut world = World::new(settings());
    assert_eq!(asked(&world.submit(&FORM)), ["token", "keys"], "side by side");
    assert_eq!(asked(&world.keys(&["k1"])), ["agree"]);
    assert_eq!(asked(&world.agree()), [""; 0], "sealed, waits for the capability");
    let sent = world.token("g-1", "t1");
    let patch = one_patch(&sent);
    let opened = world.opened(patch);
    assert_eq!(opened["/email"], "ada@example.org");
    assert_eq!(opened["/phone"], "+1 555 0100");
    assert_eq!(opened["/name"], "Ada");
    assert!(patch.body.ends_with(r#"{"op":"replace","path":"/lastUpdated","value":"2026-11-20T13:55:07.042Z"}]"#));
    assert_eq!(patch.token.expose(), "t1");
    assert_eq!(patch.idempotency_key.len(), 32);
    let answered = world.respond(0, says(200, ""));
    assert_eq!(replies(&answered), [(0, 200, r#"{"status":"synced","guestId":"g-1"}"#.into())]);
}

#[test]
fn what_is_ready_is_used_and_replaced_when_the_form_has_its_answer() {
    let mut world = World::warm();
    let outputs = world.submit(&FORM);
    assert_eq!(asked(&outputs), ["send"]);
    assert_eq!(asked(&world.respond(one_patch(&outputs).send, says(200, ""))), ["respond", "agree"]);
}

#[test]
fn every_form_has_an_agreement_a_key_and_a_place_in_the_order_of_its_own() {
    let mut world = World::warm();
    let first = world.submit(&FORM);
    assert_eq!(asked(&world.submit(&FORM)), ["agree"]);
    assert_eq!(asked(&world.agree()), [""; 0], "it waits for the one before it");
    let second = world.respond(one_patch(&first).send, says(200, ""));
    let (first, second) = (one_patch(&first), one_patch(&second));
    assert_ne!(first.idempotency_key, second.idempotency_key);
    assert!(first.sequence < second.sequence);
    let ephemeral = |body: &str| body.split('"').find(|text| text.starts_with("eyJ")).map(|text| text[..300].to_owned());
    assert_ne!(ephemeral(&first.body), ephemeral(&second.body));
}

#[test]
fn preparing_gets_the_set_and_one_agreement() {
    let mut world = World::new(settings());
    assert_eq!(asked(&world.tell(Input::Prepare)), ["keys"]);
    assert_eq!(asked(&world.keys(&["k1"])), ["agree"]);
    world.agree();
    assert_eq!(asked(&world.tell(Input::Prepare)), [""; 0]);
    assert_eq!(asked(&world.submit(&FORM)), ["token"]);
}

#[test]
fn forms_of_one_guest_share_one_fetch_of_keys_and_capability() {
    let mut world = World::new(settings());
    world.submit(&FORM);
    assert_eq!(asked(&world.submit(&FORM)), [""; 0]);
    assert_eq!(asked(&world.keys(&["k1"])), ["agree"; 2]);
    world.agree();
    world.agree();
    assert_eq!(asked(&world.token("g-1", "t1")), ["send"], "one at a time");
    assert_eq!(asked(&world.respond(0, says(200, ""))), ["respond", "send"]);
    assert_eq!(asked(&world.respond(1, says(200, ""))), ["respond", "agree"]);
}

#[test]
fn each_guest_has_a_capability_of_its_own() {
    let mut world = World::warm();
    world.submit(&[("guestId", "g-2"), ("name", "Bob")]);
    let sent = world.token("g-2", "t2");
    assert_eq!((one_patch(&sent).guest.as_str(), one_patch(&sent).token.expose().as_str()), ("g-2", "t2"));
}

#[test]
fn a_change_of_guest_forgets_the_capability_of_one_who_has_nothing_on_its_way() {
    let mut world = World::warm();
    assert_eq!(asked(&world.submit(&[("guestId", "g-2"), ("name", "Bob")])), ["token"]);
    assert_eq!(asked(&world.submit(&FORM)), ["token", "agree"], "asked for again");
    world.agree();
    assert_eq!(one_patch(&world.token("g-1", "t3")).token.expose(), "t3");
    assert_eq!(one_patch(&world.token("g-2", "t2")).token.expose(), "t2", "whose form is on its way keeps its place");
}

#[test]
fn a_refused_capability_is_renewed_once_and_the_patch_stays_the_same() {
    let mut world = World::warm();
    let sent = world.submit(&FORM);
    let first = one_patch(&sent);
    assert_eq!(asked(&world.respond(first.send, says(401, "bad.credentials"))), ["token"]);
    let sent = world.token("g-1", "t2");
    let second = one_patch(&sent);
    assert_eq!(second.token.expose(), "t2");
    assert_eq!((&second.body, &second.idempotency_key, second.sequence), (&first.body, &first.idempotency_key, first.sequence));
    let answered = world.respond(second.send, says(401, "bad.credentials"));
    assert_eq!(one_answer(&answered), (422, "bad.credentials".into()));
}

#[test]
fn a_capability_near_its_end_is_used_and_renewed_beside_the_patch() {
    let mut world = World::warm();
    world.mono = 580_000;
    world.tell(Input::Prepare);
    world.keys(&["k1"]);
    let outputs = world.submit(&FORM);
    assert_eq!(asked(&outputs), ["token", "send"]);
    assert_eq!(asked(&world.token_failed("g-1", says(0, ""))), [""; 0], "the old one has served");
}

#[test]
fn every_answer_of_the_server_has_one_answer_to_the_form() {
    for (status, code, expected) in [
        (200, "", (200, "synced")),
        (204, "", (200, "synced")),
        (400, "bad.request", (422, "bad.request")),
        (403, "guest.mismatch", (403, "guest.mismatch")),
        (404, "not.found", (422, "not.found")),
        (409, "request.conflict", (502, "upstream.unavailable")),
        (409, "idempotency.in.progress", (502, "upstream.unavailable")),
        (413, "", (422, "upstream.refused")),
        (422, "Ada is not valid", (422, "upstream.refused")),
        (429, "too.many.requests.retry.after", (502, "upstream.unavailable")),
        (500, "", (502, "upstream.unavailable")),
        (503, "", (502, "upstream.unavailable")),
    ] {
        let mut world = World::warm();
        let send = one_patch(&world.submit(&FORM)).send;
        let (expected_status, expected_code) = expected;
        assert_eq!(
            one_answer(&world.respond(send, says(status, code))),
            (expected_status, expected_code.into()),
            "{status} {code}"
        );
    }
    let mut world = World::warm();
    let send = one_patch(&world.submit(&FORM)).send;
    assert_eq!(one_answer(&world.tell(Input::SendFailed { send, unsent: false })), (502, "upstream.unavailable".into()));
}

#[test]
fn without_a_session_or_with_another_guests_the_form_is_forbidden() {
    for (status, code, expected) in [
        (401, "session.missing", (403, "session.missing")),
        (403, "guest.mismatch", (403, "guest.mismatch")),
        (503, "", (502, "upstream.unavailable")),
        (429, "", (502, "upstream.unavailable")),
        (0, "", (502, "upstream.unavailable")),
    ] {
        let mut world = World::new(settings());
        world.submit(&FORM);
        world.keys(&["k1"]);
        world.agree();
        let (expected_status, expected_code) = expected;
        let answered = world.token_failed("g-1", says(status, code));
        assert_eq!(one_answer(&answered), (expected_status, expected_code.into()), "{status} {code}");
        assert_eq!(asked(&world.submit(&[("guestId", "g-1"), ("name", "x")]))[0], "token", "the next form asks again");
    }
}

#[test]
fn a_passing_failure_of_the_capability_before_sealing_is_not_the_end() {
    let mut world = World::new(settings());
    world.submit(&FORM);
    assert_eq!(asked(&world.token_failed("g-1", says(503, ""))), [""; 0]);
    world.keys(&["k1"]);
    assert_eq!(asked(&world.agree()), ["token"]);
    assert_eq!(asked(&world.token("g-1", "t1")), ["send"]);
}

#[test]
fn without_keys_nothing_is_sent() {
    let mut world = World::new(settings());
    world.submit(&FORM);
    assert_eq!(one_answer(&world.tell(Input::KeysFailed { online: false })), (503, "keys.unavailable".into()));
    world.submit(&FORM);
    assert_eq!(one_answer(&world.keys(&[])), (503, "keys.unavailable".into()));
    assert_eq!(asked(&world.submit(&FORM)), ["keys"], "the next form asks again");
}

#[test]
fn a_key_that_cannot_be_agreed_with_is_passed_over() {
    let mut world = World::new(settings());
    world.submit(&FORM);
    world.keys(&["broken", "k1"]);
    let outputs = world.tell(Input::AgreeFailed { key_id: "broken".into() });
    assert!(outputs.iter().all(|output| matches!(output, Output::Agree { key_id } if key_id == "k1")), "{outputs:?}");
    world.tell(Input::AgreeFailed { key_id: "broken".into() });
    world.agree();
    assert_eq!(asked(&world.token("g-1", "t1")), ["send"]);
}

#[test]
fn with_no_key_that_can_be_agreed_with_the_form_is_not_sealed() {
    let mut world = World::new(settings());
    world.submit(&FORM);
    world.keys(&["broken"]);
    let answered = world.tell(Input::AgreeFailed { key_id: "broken".into() });
    assert_eq!(one_answer(&answered), (503, "keys.unavailable".into()));
}

#[test]
fn a_stale_key_set_is_asked_for_again_and_serves_where_that_fails() {
    let mut world = World::warm();
    world.mono = 300_000;
    assert_eq!(asked(&world.submit(&FORM)), ["keys"]);
    assert_eq!(asked(&world.tell(Input::KeysFailed { online: false })), ["send"]);
}

#[test]
fn a_key_set_that_must_not_be_kept_serves_the_forms_that_wait_for_it() {
    let mut world = World::new(settings());
    world.submit(&FORM);
    assert_eq!(asked(&world.keys_with("k1", "no-store")), ["agree"]);
    world.mono = 9_999;
    world.agree();
    assert_eq!(asked(&world.token("g-1", "t1")), ["send"]);
    world.respond(0, says(200, ""));
    world.mono = 10_000;
    assert_eq!(asked(&world.submit(&FORM))[0], "keys");
}

#[test]
fn after_a_rotation_nothing_is_sealed_to_the_old_key() {
    let mut world = World::warm();
    world.mono = 300_000;
    world.submit(&FORM);
    assert_eq!(asked(&world.keys(&["k2", "k1"])), ["agree"], "the agreement that was ready is wiped");
    assert_eq!(asked(&world.agree()), ["agree"], "one with the old key, asked for before, is not used");
    world.holder = Holder::new("k2");
    let sent = world.agree();
    assert_eq!(world.opened(one_patch(&sent))["/name"], "Ada");
}

#[test]
fn a_form_that_waits_too_long_is_answered() {
    let late = |world: &mut World| {
        world.mono += 10_000;
        world.tell(Input::Deadline)
    };
    let mut world = World::new(settings());
    world.submit(&FORM);
    assert_eq!(one_answer(&late(&mut world)), (503, "keys.unavailable".into()));

    let mut world = World::new(settings());
    world.submit(&FORM);
    world.keys(&["k1"]);
    world.agree();
    assert_eq!(one_answer(&late(&mut world)), (502, "upstream.unavailable".into()));

    let mut world = World::warm();
    world.submit(&FORM);
    let outputs = late(&mut world);
    assert_eq!(asked(&outputs), ["abort", "respond", "agree"]);
    assert_eq!(one_answer(&outputs), (502, "upstream.unavailable".into()));
    assert_eq!(asked(&world.respond(1, says(200, ""))), [""; 0], "an answer that comes too late answers nothing");
}

#[test]
fn what_cannot_be_read_or_is_refused_asks_for_nothing() {
    let mut world = World::new(settings());
    for (why, expected) in [
        (Unreadable::TooLarge, (413, "form.too_large")),
        (Unreadable::Type, (415, "form.type")),
        (Unreadable::Malformed, (400, "form.malformed")),
    ] {
        let outputs = world.tell(Input::Unreadable { form: 7, navigation: false, why });
        assert_eq!(asked(&outputs), ["respond"]);
        let (status, code) = expected;
        assert_eq!(one_answer(&outputs), (status, code.into()));
    }
    assert_eq!(asked(&world.submit(&[("email", "a")])), ["respond"]);
}

#[test]
fn a_form_whose_sealed_patch_is_too_large_is_refused_before_it_is_sent() {
    let mut settings = settings();
    settings.fields[2].max_bytes = 500_000;
    let mut world = World::new(settings);
    world.submit(&[("guestId", "g-1"), ("name", &"x".repeat(400_000))]);
    world.keys(&["k1"]);
    assert_eq!(one_answer(&world.agree()), (413, "form.too_large".into()));
}

#[test]
fn a_navigation_lands_on_the_configured_path() {
    let mut world = World::new(Settings { redirect: Some("/thanks".into()), ..settings() });
    let outputs = world.submit_entries(true, entries(&[("guestId", "g-1"), ("email", "")]));
    let Some(Output::Respond { reply, .. }) = outputs.first() else { panic!("an answer") };
    assert_eq!((reply.status, reply.location.as_deref()), (303, Some("/thanks?guestsync=form.empty")));
}

#[test]
fn neither_answers_nor_debug_output_hold_a_value() {
    let mut world = World::new(settings());
    let form = entries(&[("guestId", "g-1"), ("email", "canary-5f1d")]);
    assert!(!format!("{form:?}").contains("canary"));
    let mut seen = format!("{:?}", world.submit_entries(false, form));
    seen += &format!("{:?}", world.profile);
    seen += &format!("{:?}{:?}{:?}", world.keys(&["k1"]), world.agree(), world.token("g-1", "secret-token"));
    seen += &format!("{:?}", world.profile);
    seen += &format!("{:?}", world.respond(0, says(400, "canary-5f1d")));
    assert!(!seen.contains("canary-5f1d") && !seen.contains("secret-token"));
}
