//! The events that a page sends itself.

use guestsync_core::outbox::{Answer, Event, Hint, Input, Options, Outbox, Outcome};

use super::desk::Desk;
use crate::network::Fate;
use crate::server::Server;

fn hooked() -> Options {
    let mut options = Desk::options();
    options.hooks = true;
    options
}

fn deliver(desk: &mut Desk) -> Outbox {
    let mut tab = desk.open(hooked());
    desk.set(&mut tab, 1, "tier", "gold");
    tab
}

#[test]
fn a_delivery_is_told_with_what_was_delivered_and_what_was_granted() {
    let mut desk = Desk::new();
    deliver(&mut desk);
    let [(id, body)] = desk.hooks()[..] else { panic!("one event") };
    let event: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(event["id"], id);
    assert_eq!(event["sessionId"], "guest-of-first-session");
    assert_eq!(event["attributes"], serde_json::json!({"tier": "gold"}));
    assert_eq!(event["consentFlags"], serde_json::json!({"marketing": true, "service": true}));
    assert!(event["syncedAt"].is_u64());
}

#[test]
fn what_the_server_turns_out_to_hold_already_is_told_too() {
    let mut desk = Desk::new();
    desk.server = Some(Server::new());
    // The page is left before the answer comes.
    desk.fates.push_back(Fate::AnswerLost);
    drop(deliver(&mut desk));
    let mut tab = desk.open_unread(hooked());
    desk.set(&mut tab, 1, "visits", "3");
    desk.read(&mut tab);
    desk.wait(&mut tab, 100_000);
    let told = |(_, body): &(&str, &str)| serde_json::from_str::<serde_json::Value>(body).expect("JSON")["attributes"].clone();
    let told: Vec<_> = desk.hooks().iter().map(told).collect();
    assert_eq!(told, [serde_json::json!({"tier": "gold", "visits": "3"})]);
}

#[test]
fn an_event_that_is_not_taken_is_repeated_to_the_byte_also_after_a_reload() {
    let mut desk = Desk::new();
    desk.webhook = 503;
    let mut tab = deliver(&mut desk);
    desk.wait(&mut tab, 2_000);
    drop(tab);
    desk.webhook = 200;
    let mut tab = desk.open(hooked());
    desk.wait(&mut tab, 100);
    let hooks = desk.hooks();
    assert_eq!(hooks.len(), 3);
    assert!(hooks.iter().all(|hook| *hook == hooks[0]));
    desk.wait(&mut tab, 100_000);
    drop(tab);
    desk.open(hooked());
    assert_eq!(desk.hooks().len(), 3, "it was taken");
}

#[test]
fn a_webhook_that_is_down_holds_no_attributes_up() {
    let mut desk = Desk::new();
    desk.webhook = 503;
    let mut tab = deliver(&mut desk);
    desk.set(&mut tab, 2, "tier", "silver");
    assert_eq!(desk.bodies().len(), 2);
}

#[test]
fn an_event_waits_while_a_server_is_left_alone_without_a_look_at_each_moment() {
    let mut desk = Desk::new();
    desk.webhook = 503;
    let mut tab = deliver(&mut desk);
    desk.server = Some(Server::new());
    desk.webhook = 200;
    desk.fates.push_back(Fate::Refused(Box::new(Answer { status: 429, pause: 60_000, ..Answer::default() })));
    desk.set(&mut tab, 2, "tier", "silver");
    let asked = desk.asked;
    desk.wait(&mut tab, 10_000);
    assert_eq!(desk.asked, asked);
    desk.wait(&mut tab, 60_000);
    assert_eq!((desk.hooks().len(), tab.pending()), (3, 0), "told again, and of what came since");
}

#[test]
fn an_event_that_is_refused_is_told_and_dropped() {
    let mut desk = Desk::new();
    desk.webhook = 400;
    let mut tab = deliver(&mut desk);
    desk.wait(&mut tab, 100_000);
    let refused =
        |event: &&Event| matches!(event, Event::Rejected { reason, .. } if reason.code.as_deref() == Some("webhook.refused"));
    assert_eq!(desk.events.iter().filter(refused).count(), 1);
    assert_eq!(desk.hooks().len(), 1);
}

#[test]
fn an_event_is_not_given_up_over_a_capability_that_is_refused_at_a_later_try() {
    let mut desk = Desk::new();
    desk.webhook = 503;
    let mut tab = deliver(&mut desk);
    desk.webhook = 401;
    desk.wait(&mut tab, 2_000);
    assert_eq!(desk.hooks().len(), 2);
    desk.webhook = 200;
    desk.wait(&mut tab, 100_000);
    assert_eq!((desk.hooks().len(), desk.storage.states("hook/")), (3, 0));
    assert!(!desk.events.iter().any(|event| matches!(event, Event::Rejected { .. })));
}

#[test]
fn the_answer_for_one_event_counts_for_no_other_that_has_turned_up_meanwhile() {
    let mut desk = Desk::new();
    desk.webhook = 503;
    let mut tab = desk.open(hooked());
    desk.set(&mut tab, 1, "email", "ada@example.org");
    drop(tab);
    // A page that does not say whether this purpose is granted leaves the event to those that do.
    let mut options = hooked();
    options.stated = vec![("service".into(), true)];
    desk.webhook = 200;
    desk.webhook_hangs = true;
    let mut tab = desk.open(options);
    desk.set(&mut tab, 1, "tier", "gold");
    desk.tell(&mut tab, Input::Grant { call: 2, purpose: "marketing".into(), repeated: false });
    desk.tell(&mut tab, Input::Changed(Hint::Consent));
    desk.webhook_hangs = false;
    let send = desk.requests.last().expect("the event").send;
    desk.tell(&mut tab, Input::Response { send, answer: Answer { status: 200, ..Answer::default() }.into() });
    desk.wait(&mut tab, 100_000);
    let sent = |what: &str| desk.hooks().iter().filter(|(_, body)| body.contains(what)).count();
    assert_eq!((sent("email"), sent("tier"), desk.storage.states("hook/")), (2, 1, 0));
}

/// A page whose event was not taken yet.
fn untold(desk: &mut Desk) -> Outbox {
    desk.webhook = 503;
    let tab = deliver(desk);
    assert_eq!((desk.hooks().len(), desk.storage.states("hook/")), (1, 1));
    desk.webhook = 200;
    tab
}

#[test]
fn an_event_goes_with_the_purpose_of_what_it_tells_or_with_the_session() {
    for end in [Input::Withdraw { call: 2, purpose: "service".into() }, Input::Logout { call: 2, fresh: "second-session".into() }]
    {
        let mut desk = Desk::new();
        let mut tab = untold(&mut desk);
        desk.tell(&mut tab, end);
        assert_eq!((&desk.outcomes[&2], desk.storage.states("hook/")), (&Outcome::Done, 0));
        desk.wait(&mut tab, 100_000);
        assert_eq!(desk.hooks().len(), 1);
    }
}

#[test]
fn an_event_waits_on_where_another_purpose_is_withdrawn() {
    let mut desk = Desk::new();
    let mut tab = untold(&mut desk);
    desk.tell(&mut tab, Input::Withdraw { call: 2, purpose: "marketing".into() });
    desk.wait(&mut tab, 100_000);
    assert_eq!(desk.hooks().len(), 2);
}

#[test]
fn a_page_without_a_webhook_sends_no_events_of_others() {
    let mut desk = Desk::new();
    drop(untold(&mut desk));
    let mut tab = desk.open(Desk::options());
    desk.wait(&mut tab, 100_000);
    assert_eq!((desk.hooks().len(), desk.storage.states("hook/")), (1, 1));
}
