//! Pages of a visitor whose localStorage was cleared: until the journal is read they know of no decision that was made before.

use guestsync_core::outbox::{Event, Input, Options};

use super::desk::Desk;
use super::signal::signalled;

fn withdraw() -> Input {
    Input::Withdraw { call: 1, purpose: "marketing".into() }
}

fn grant() -> Input {
    Input::Grant { call: 2, purpose: "marketing".into(), repeated: false }
}

/// Pages that state that the purpose is granted, that state nothing, and that see a signal.
fn pages() -> [Options; 3] {
    [Desk::options(), Options { stated: Vec::new(), ..Desk::options() }, signalled()]
}

/// A visitor who has decided these things on an earlier page.
fn visitor(decisions: Vec<Input>, options: Options) -> Desk {
    let mut desk = Desk::new();
    let mut tab = desk.open(options);
    for decision in decisions {
        desk.tell(&mut tab, decision);
    }
    desk
}

fn is_withdrawn(event: &Event) -> bool {
    matches!(event, Event::Withdrawn { .. })
}

#[test]
fn what_is_set_after_a_withdrawal_and_a_grant_is_sent() {
    for options in pages() {
        let mut desk = visitor(vec![withdraw(), grant()], options.clone());
        let mut tab = desk.open_forgotten(options);
        desk.set(&mut tab, 3, "email", "x");
        desk.read(&mut tab);
        desk.wait(&mut tab, 10);
        assert_eq!(desk.bodies(), [r#"{"attributes":{"email":"x"}}"#]);
        assert_eq!((desk.storage.records(), desk.events.iter().any(is_withdrawn)), (0, false));
    }
}

#[test]
fn what_is_set_after_a_withdrawal_waits_in_memory_for_a_grant() {
    for options in pages() {
        let mut desk = visitor(vec![withdraw()], options.clone());
        let mut tab = desk.open_forgotten(options);
        desk.set(&mut tab, 3, "email", "x");
        desk.read(&mut tab);
        desk.tell(&mut tab, Input::Flush { call: 4, timeout: 1_000 });
        assert_eq!((tab.held(), desk.storage.records(), desk.bodies().len()), (1, 0, 0));
        desk.tell(&mut tab, grant());
        assert_eq!((tab.held(), desk.bodies()), (0, vec![r#"{"attributes":{"email":"x"}}"#]));
    }
}

#[test]
fn an_older_value_does_not_take_the_place_of_what_is_held() {
    let mut desk = visitor(vec![withdraw()], Desk::options());
    let mut tab = desk.open_forgotten(Desk::options());
    for value in ["x", "y", "z"] {
        desk.set(&mut tab, 3, "email", value);
    }
    desk.read(&mut tab);
    desk.tell(&mut tab, grant());
    assert_eq!(desk.bodies(), [r#"{"attributes":{"email":"z"}}"#]);
}

#[test]
fn what_was_set_before_a_withdrawal_in_another_tab_stays_withdrawn() {
    let mut desk = Desk::new();
    let mut other = desk.open(Desk::options());
    let mut tab = desk.open_forgotten(Desk::options());
    desk.set(&mut tab, 3, "email", "x");
    desk.meanwhile(|desk| {
        desk.tell(&mut other, withdraw());
        desk.tell(&mut other, grant());
    });
    desk.read(&mut tab);
    desk.tell(&mut tab, Input::Flush { call: 4, timeout: 1_000 });
    assert_eq!((tab.held(), desk.storage.records(), desk.bodies().len()), (0, 0, 0));
    assert!(desk.events.iter().any(is_withdrawn));
}

#[test]
fn a_grant_outlives_a_signal_that_turns_out_to_be_news() {
    let mut desk = Desk::new();
    desk.leave_behind(Desk::options(), "email", "old");
    let mut tab = desk.open_forgotten(signalled());
    desk.tell(&mut tab, grant());
    desk.set(&mut tab, 3, "email", "x");
    desk.read(&mut tab);
    desk.wait(&mut tab, 10);
    assert!(tab.is_granted("marketing"));
    assert_eq!(desk.bodies(), [r#"{"attributes":{"email":"x"}}"#], "what had waited was withdrawn by the signal");
}

#[test]
fn a_grant_taken_back_before_the_journal_is_read_does_not_outlive_the_signal() {
    let mut desk = Desk::new();
    let mut tab = desk.open_forgotten(signalled());
    desk.tell(&mut tab, grant());
    desk.tell(&mut tab, withdraw());
    desk.read(&mut tab);
    assert!(!tab.is_granted("marketing"));
}
