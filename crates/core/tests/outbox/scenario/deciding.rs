//! What `onConflict` decides, and what becomes of the write that carries it.

use guestsync_core::attribute::Value;
use guestsync_core::outbox::{Answer, Outbox};

use super::desk::Desk;
use crate::network::Fate;
use crate::server::Server;

/// A page that meets 10 points of somebody else where it has 5.
fn meets_ten(desk: &mut Desk) -> Outbox {
    let mut server = Server::new();
    server.touch(0);
    server.attributes.insert("points".into(), "10".into());
    desk.server = Some(server);
    let mut options = Desk::options();
    options.resolves = true;
    desk.open(options)
}

fn sum(theirs: &Value) -> Option<Value> {
    let theirs: u32 = theirs.typed()[1..].parse().expect("a number");
    Some(Value::text(&(theirs + 5).to_string()))
}

fn refused(status: u16) -> Fate {
    Fate::Refused(Box::new(Answer { status, ..Answer::default() }))
}

fn wait(desk: &mut Desk, tab: &mut Outbox) {
    for _ in 0..5 {
        desk.wait(tab, 60_000);
    }
}

/// What is set beside the points arrives, and these stay as they are at the server.
fn assert_points_are_left(mut desk: Desk, mut tab: Outbox) {
    desk.set(&mut tab, 1, "points", "5");
    desk.set(&mut tab, 2, "tier", "gold");
    wait(&mut desk, &mut tab);
    let attributes = desk.server.expect("a server").attributes;
    assert_eq!((attributes["points"].as_str(), attributes["tier"].as_str()), ("10", "gold"));
    assert_eq!((tab.accounts().delivered, tab.accounts().superseded, tab.pending()), (1, 1, 0));
}

#[test]
fn a_decision_counts_although_its_write_was_put_off() {
    for later in [429, 500, 503] {
        let mut desk = Desk::new();
        desk.resolve = sum;
        let mut tab = meets_ten(&mut desk);
        desk.fates.extend([Fate::Answered, Fate::Answered, refused(later)]);
        desk.set(&mut tab, 1, "points", "5");
        wait(&mut desk, &mut tab);
        assert_eq!(desk.server.expect("a server").attributes["points"], "15", "after {later}");
    }
}

#[test]
fn a_decision_has_one_effect_although_the_answer_to_its_write_was_lost() {
    let mut desk = Desk::new();
    desk.resolve = sum;
    let mut tab = meets_ten(&mut desk);
    desk.fates.extend([Fate::Answered, Fate::Answered, Fate::AnswerLost, refused(429), refused(503)]);
    desk.set(&mut tab, 1, "points", "5");
    wait(&mut desk, &mut tab);
    let server = desk.server.as_ref().expect("a server");
    assert_eq!((server.attributes["points"].as_str(), desk.resolved), ("15", 1));
    let [_, first, repeats @ ..] = &desk.bodies()[..] else { panic!("a write, and another for the version that was read") };
    assert!(repeats.len() == 3 && repeats.iter().all(|body| body == first), "{:?}", desk.bodies());
}

#[test]
fn what_is_left_to_the_server_stays_as_it_is_there_although_the_write_was_put_off() {
    let mut desk = Desk::new();
    desk.resolve = |_| None;
    let tab = meets_ten(&mut desk);
    desk.fates.extend([Fate::Lost, Fate::Answered, Fate::Answered, refused(503)]);
    assert_points_are_left(desk, tab);
}

#[test]
fn what_was_left_to_the_server_is_asked_about_again_after_a_refusal_of_the_rest() {
    let mut desk = Desk::new();
    desk.resolve = |_| None;
    let mut tab = meets_ten(&mut desk);
    desk.fates.extend([refused(503), Fate::Answered, Fate::Answered, refused(400)]);
    desk.set(&mut tab, 1, "points", "5");
    desk.set(&mut tab, 2, "tier", "gold");
    wait(&mut desk, &mut tab);
    let attributes = desk.server.expect("a server").attributes;
    assert_eq!((attributes["points"].as_str(), attributes.get("tier")), ("10", None));
    assert_eq!((tab.accounts().rejected, tab.accounts().superseded, tab.accounts().delivered), (1, 1, 0));
}

#[test]
fn what_was_left_to_the_server_stays_as_it_is_there_although_the_rest_met_one_conflict_after_the_other() {
    let mut desk = Desk::new();
    desk.resolve = |_| None;
    let tab = meets_ten(&mut desk);
    desk.fates.push_back(refused(503));
    for _ in 0..4 {
        // A write that is refused for its version, and a read.
        desk.fates.extend([refused(412), Fate::Answered]);
    }
    assert_points_are_left(desk, tab);
}

#[test]
fn what_was_decided_is_asked_about_again_after_the_rest_was_taken_apart() {
    for (resolve, points) in [((|_| None) as fn(&Value) -> Option<Value>, "10"), (sum, "15")] {
        let mut desk = Desk::new();
        desk.resolve = resolve;
        let mut tab = meets_ten(&mut desk);
        let (taken, refusal) = (|| Fate::Answered, || refused(400));
        // The write of all, the read, the rest; then the same of `bad` alone.
        desk.fates.extend([refused(503), taken(), taken(), refusal(), taken(), taken(), refusal()]);
        for (call, key) in [(1, "points"), (2, "bad"), (3, "tier")] {
            desk.set(&mut tab, call, key, "5");
        }
        wait(&mut desk, &mut tab);
        let attributes = desk.server.expect("a server").attributes;
        assert_eq!(attributes["points"].as_str(), points, "{:?}", tab.accounts());
        assert_eq!(
            (attributes["tier"].as_str(), attributes.get("bad"), tab.accounts().rejected, tab.pending()),
            ("5", None, 1, 0)
        );
    }
}
