//! Answers that no repeat would change: no capability, no session.

use guestsync_core::outbox::{Answer, Event, Input, Outcome};

use super::desk::Desk;
use crate::network::Fate;
use crate::server::Server;

fn refused(status: u16) -> Fate {
    Fate::Refused(Box::new(Answer { status, ..Answer::default() }))
}

fn unauthorized() -> Fate {
    refused(401)
}

fn conflict() -> Fate {
    Fate::Refused(Box::new(Answer { status: 409, code: Some("request.conflict".into()), ..Answer::default() }))
}

/// How long each try was put off.
fn delays(desk: &Desk) -> Vec<u64> {
    let delay = |event: &Event| match event {
        Event::Retrying { delay, .. } => Some(*delay),
        _ => None,
    };
    desk.events.iter().filter_map(delay).collect()
}

#[test]
fn a_second_401_is_tried_again_after_minutes() {
    let mut desk = Desk::new();
    desk.server = Some(Server::new());
    desk.fates.extend([unauthorized(), unauthorized()]);
    let mut tab = desk.open(Desk::options());
    desk.set(&mut tab, 1, "tier", "gold");
    desk.set(&mut tab, 2, "tier", "silver");
    desk.wait(&mut tab, 60_000);
    assert_eq!(desk.bodies().len(), 2, "one new token, one repeat");
    assert!(matches!(delays(&desk)[..], [150_000..=300_000]), "{:?}", delays(&desk));
    desk.wait(&mut tab, 240_000);
    assert_eq!(desk.server.expect("a server").attributes["tier"], "silver");
}

#[test]
fn a_401_of_a_later_try_is_the_first_again() {
    // What may have been taken is repeated to the byte, however long that goes on; and a server that sees a conflict has let us in.
    for between in [refused(500), Fate::Lost, Fate::AnswerLost, conflict()] {
        let mut desk = Desk::new();
        desk.server = Some(Server::new());
        let told = format!("{between:?}");
        desk.fates.extend([unauthorized(), between, unauthorized()]);
        let mut tab = desk.open(Desk::options());
        desk.set(&mut tab, 1, "tier", "gold");
        desk.wait(&mut tab, 60_000);
        assert!(matches!(delays(&desk)[..], [] | [..=60_000]), "{told}: {:?}", delays(&desk));
        assert_eq!(desk.server.expect("a server").attributes["tier"], "gold", "{told}");
    }
}

#[test]
fn a_401_after_the_lock_was_lost_is_the_first_again() {
    let mut desk = Desk::new();
    desk.server = Some(Server::new());
    desk.hangs = true;
    let mut tab = desk.open(Desk::options());
    desk.set(&mut tab, 1, "tier", "gold");
    let send = desk.requests.last().expect("a write").send;
    desk.tell(&mut tab, Input::Response { send, answer: Answer { status: 401, ..Answer::default() }.into() });
    assert_eq!(desk.bodies().len(), 2, "repeated with a new token");
    desk.fates.push_back(unauthorized());
    desk.hangs = false;
    desk.tell(&mut tab, Input::LockLost);
    assert_eq!(delays(&desk), [0u64; 0]);
    assert_eq!(desk.server.expect("a server").attributes["tier"], "gold");
}

#[test]
fn a_refused_capability_is_asked_for_again_after_minutes_and_at_once_by_a_flush() {
    for flushed in [false, true] {
        let mut desk = Desk::new();
        desk.no_token = Some(Answer { status: 403, ..Answer::default() });
        let mut tab = desk.open(Desk::options());
        desk.set(&mut tab, 1, "tier", "gold");
        desk.tell(&mut tab, Input::Flush { call: 2, timeout: 10_000 });
        assert!(matches!(desk.outcomes[&2], Outcome::Flushed { delivered: 0, pending: 1, .. }), "it does not wait for minutes");
        desk.no_token = None;
        if flushed {
            desk.tell(&mut tab, Input::Flush { call: 3, timeout: 10_000 });
        } else {
            desk.wait(&mut tab, 60_000);
            assert_eq!(desk.bodies().len(), 0);
            desk.wait(&mut tab, 240_000);
        }
        assert_eq!(desk.bodies().len(), 1);
    }
}

#[test]
fn a_browser_that_keeps_no_cookie_does_not_start_sessions_without_end() {
    let mut desk = Desk::new();
    desk.no_token = Some(Answer { status: 401, code: Some("session.missing".into()), ..Answer::default() });
    let mut tab = desk.open(Desk::options());
    desk.set(&mut tab, 1, "tier", "gold");
    for _ in 0..100 {
        desk.wait(&mut tab, 1_000);
    }
    assert_eq!(desk.starts, 2);
    assert!(matches!(delays(&desk)[..], [150_000..=300_000]), "{:?}", delays(&desk));
    for _ in 0..10 {
        desk.wait(&mut tab, 300_000);
    }
    assert!(desk.starts <= 12, "{} sessions", desk.starts);
    desk.no_token = None;
    desk.wait(&mut tab, 300_000);
    desk.wait(&mut tab, 300_000);
    assert_eq!(desk.bodies().len(), 1, "cookies are permitted again");
}
