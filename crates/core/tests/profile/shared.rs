//! The `shared` mode: the guest's own key, fetched with the capability.

use guestsync_core::profile::{Input, Mode, Output, Settings};
use guestsync_core::seal::{Binding, SharedKey};

use crate::keys::place;
use crate::world::{World, asked, one_answer, one_patch, says, settings};

const FORM: [(&str, &str); 2] = [("guestId", "g-1"), ("email", "ada@example.org")];

fn world() -> World {
    World::new(Settings { mode: Mode::Shared(Binding::Field), ..settings() })
}

fn key(world: &mut World, fresh_for: Option<u64>) -> Vec<Output> {
    world.tell(Input::FieldKey { guest: "g-1".into(), key: SharedKey::new(&mut [7; 32]), fresh_for })
}

fn failed(world: &mut World, status: u16, code: &str) -> Vec<Output> {
    world.tell(Input::FieldKeyFailed { guest: "g-1".into(), answer: says(status, code) })
}

#[test]
fn the_guests_key_seals_and_is_kept_for_the_next_form() {
    let mut world = world();
    assert_eq!(asked(&world.submit(&FORM)), ["token"], "no key set is needed");
    assert_eq!(asked(&world.token("g-1", "t1")), ["field key"]);
    let sent = key(&mut world, None);
    let patch: serde_json::Value = serde_json::from_str(&one_patch(&sent).body).expect("JSON");
    let value = patch[0]["value"].as_str().expect("a value");
    let opened = SharedKey::new(&mut [7; 32]).open(value, &place("g-1", "/email"), Binding::Field).expect("it opens");
    assert_eq!(opened.expose(), "ada@example.org");
    world.respond(0, says(200, ""));
    world.mono = 500_000;
    assert_eq!(asked(&world.submit(&FORM)), ["send"]);
}

#[test]
fn a_key_past_its_time_is_fetched_again() {
    let mut world = world();
    world.submit(&FORM);
    world.token("g-1", "t1");
    key(&mut world, Some(60_000));
    world.respond(0, says(200, ""));
    world.mono = 60_000;
    assert_eq!(asked(&world.submit(&FORM)), ["field key"]);
}

#[test]
fn forms_share_one_fetch_of_the_key() {
    let mut world = world();
    world.submit(&FORM);
    world.submit(&FORM);
    assert_eq!(asked(&world.token("g-1", "t1")), ["field key"]);
    assert_eq!(asked(&world.submit(&FORM)), [""; 0]);
    assert_eq!(asked(&key(&mut world, None)), ["send"], "one at a time");
    assert_eq!(asked(&world.respond(0, says(200, ""))), ["respond", "send"]);
    assert_eq!(asked(&world.respond(1, says(200, ""))), ["respond", "send"]);
}

#[test]
fn a_refused_capability_is_renewed_once() {
    let mut world = world();
    world.submit(&FORM);
    world.token("g-1", "t1");
    assert_eq!(asked(&failed(&mut world, 401, "bad.credentials")), ["token"]);
    assert_eq!(asked(&world.token("g-1", "t2")), ["field key"]);
    assert_eq!(one_answer(&failed(&mut world, 401, "bad.credentials")), (403, "bad.credentials".into()));
}

#[test]
fn without_the_key_nothing_is_sent() {
    for (status, expected) in [(0, 503), (503, 503), (404, 503), (403, 403)] {
        let mut world = world();
        world.submit(&FORM);
        world.token("g-1", "t1");
        assert_eq!(one_answer(&failed(&mut world, status, "")).0, expected, "{status}");
    }
    let mut world = world();
    world.submit(&FORM);
    assert_eq!(one_answer(&world.token_failed("g-1", says(503, ""))), (503, "keys.unavailable".into()));
}
