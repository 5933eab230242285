//! Global Privacy Control.

use guestsync_core::outbox::{Input, Options, Outcome};

use super::desk::Desk;

pub(super) fn signalled() -> Options {
    let mut options = Desk::options();
    (options.signals, options.signalled) = (true, vec!["marketing".into()]);
    options
}

#[test]
fn the_signal_withdraws_its_purposes_and_no_others() {
    let mut desk = Desk::new();
    let mut tab = desk.open(signalled());
    desk.set(&mut tab, 1, "email", "x");
    desk.set(&mut tab, 2, "tier", "gold");
    assert_eq!(desk.bodies(), [r#"{"attributes":{"tier":"gold"}}"#]);
    assert_eq!(tab.held(), 1);
}

#[test]
fn what_was_granted_and_waits_goes_when_the_signal_is_first_seen() {
    let mut desk = Desk::new();
    desk.leave_behind(Desk::options(), "email", "x");
    let tab = desk.open(signalled());
    assert_eq!((desk.storage.records(), tab.pending()), (0, 0));
    assert!(desk.bodies().is_empty());
}

#[test]
fn a_grant_made_under_the_signal_holds_on_the_next_page_too() {
    let mut desk = Desk::new();
    let mut tab = desk.open(signalled());
    desk.tell(&mut tab, Input::Grant { call: 1, purpose: "marketing".into(), repeated: false });
    drop(tab);
    let mut tab = desk.open(signalled());
    desk.set(&mut tab, 2, "email", "x");
    assert_eq!(desk.bodies().len(), 1);
}

#[test]
fn a_page_that_names_other_purposes_does_not_take_the_signal_for_gone() {
    let mut desk = Desk::new();
    let mut tab = desk.open(signalled());
    desk.tell(&mut tab, Input::Grant { call: 1, purpose: "marketing".into(), repeated: false });
    drop((tab, desk.open(Options { signals: true, ..Desk::options() })));
    assert!(desk.open(signalled()).is_granted("marketing"));
}

#[test]
fn a_grant_that_is_only_repeated_holds_on_no_page() {
    let mut desk = Desk::new();
    let tab = desk.open(signalled());
    let mut other = desk.open(Options { signals: true, ..Desk::options() });
    desk.tell(&mut other, Input::Grant { call: 1, purpose: "marketing".into(), repeated: true });
    assert_eq!(desk.outcomes[&1], Outcome::Done);
    drop((tab, other));
    assert!(!desk.open(signalled()).is_granted("marketing"));
}

#[test]
fn a_grant_that_is_repeated_counts_where_the_signal_has_gone_since() {
    let mut desk = Desk::new();
    drop(desk.open(signalled()));
    let mut tab = desk.open_unread(Desk::options());
    desk.tell(&mut tab, Input::Grant { call: 1, purpose: "marketing".into(), repeated: true });
    desk.read(&mut tab);
    assert!(tab.is_granted("marketing"));
}

#[test]
fn a_signal_that_comes_back_withdraws_again() {
    let mut desk = Desk::new();
    let mut tab = desk.open(signalled());
    desk.tell(&mut tab, Input::Grant { call: 1, purpose: "marketing".into(), repeated: false });
    drop((tab, desk.open(Desk::options())));
    let tab = desk.open(signalled());
    assert!(!tab.is_granted("marketing"));
}

#[test]
fn what_is_set_before_the_journal_is_known_is_held_and_waits_for_a_grant() {
    let mut desk = Desk::new();
    let mut tab = desk.open_unread(signalled());
    desk.set(&mut tab, 1, "email", "x");
    assert_eq!((tab.held(), tab.pending()), (1, 0));
    desk.read(&mut tab);
    assert_eq!((tab.held(), tab.pending()), (1, 0));
    desk.tell(&mut tab, Input::Grant { call: 2, purpose: "marketing".into(), repeated: false });
    assert_eq!(desk.bodies().len(), 1);
}
