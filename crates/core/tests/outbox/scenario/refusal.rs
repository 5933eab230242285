//! Values that the server will never take.

use guestsync_core::attribute::{Given, Update, Value};
use guestsync_core::outbox::{Answer, Event, Input};

use super::desk::Desk;
use crate::network::Fate;
use crate::server::Server;

fn set_all(desk: &mut Desk, keys: &[&str]) {
    let mut tab = desk.open(Desk::options());
    let value = |key: &str| if key.starts_with("bad") { "poison" } else { "good" };
    let update = |key: &&str| Update { key: (*key).into(), given: Given::Value(Value::text(value(key))) };
    desk.tell(&mut tab, Input::Set { call: 1, updates: keys.iter().map(update).collect() });
    for _ in 0..3 {
        desk.wait(&mut tab, 60_000);
    }
}

/// The keys that were told to be refused, with the server's status.
fn refused(desk: &Desk) -> Vec<(&str, u16)> {
    let mut refused = Vec::new();
    for event in &desk.events {
        if let Event::Rejected { keys, reason } = event {
            refused.extend(keys.iter().map(|key| (&**key, reason.status)));
        }
    }
    refused.sort_unstable();
    refused
}

#[test]
fn one_that_poisons_its_batch_is_found_and_the_others_arrive() {
    let mut desk = Desk::new();
    desk.server = Some(Server::new());
    set_all(&mut desk, &["a", "bad1", "b", "c", "bad2", "d", "e"]);
    let server = desk.server.as_ref().expect("a server");
    assert_eq!(server.attributes.keys().collect::<Vec<_>>(), ["a", "b", "c", "d", "e"]);
    assert_eq!(refused(&desk), [("bad1", 400), ("bad2", 400)]);
    assert_eq!(server.applied.len(), 5, "none twice");
}

#[test]
fn those_that_the_server_names_are_left_out_of_one_repeat() {
    let mut desk = Desk::new();
    desk.server = Some(Server::new());
    let named = vec!["attributes.bad1".into(), "bad2".into()];
    desk.fates.push_back(Fate::Refused(Box::new(Answer { status: 422, fields: named, ..Answer::default() })));
    set_all(&mut desk, &["a", "bad1", "b", "bad2"]);
    assert_eq!(desk.bodies().len(), 2);
    assert_eq!(refused(&desk), [("bad1", 422), ("bad2", 422)]);
    assert_eq!(desk.server.expect("a server").applied.len(), 2);
}

#[test]
fn a_refusal_of_the_whole_request_refuses_what_it_carried_and_nothing_that_comes_after() {
    let mut desk = Desk::new();
    desk.server = Some(Server::new());
    desk.fates.push_back(Fate::Refused(Box::new(Answer { status: 403, ..Answer::default() })));
    let mut tab = desk.open(Desk::options());
    desk.set(&mut tab, 1, "tier", "gold");
    desk.set(&mut tab, 2, "plan", "b");
    desk.wait(&mut tab, 60_000);
    assert_eq!(refused(&desk), [("tier", 403)]);
    assert_eq!(desk.server.expect("a server").attributes["plan"], "b");
}
