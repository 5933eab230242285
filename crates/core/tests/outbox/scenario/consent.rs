//! Grants and withdrawals close together.

use guestsync_core::Now;
use guestsync_core::outbox::{Durability, Input, Options, Outbox, Outcome, Output};

use super::desk::Desk;

#[test]
fn a_grant_in_the_task_of_a_withdrawal_is_the_last_word() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Desk::options());
    let withdraw = Input::Withdraw { call: 1, purpose: "marketing".into() };
    let grant = Input::Grant { call: 2, purpose: "marketing".into(), repeated: false };
    desk.tell_at_once(&mut tab, vec![withdraw, grant]);
    desk.set(&mut tab, 3, "email", "x");
    assert!(tab.is_granted("marketing"));
    assert_eq!(desk.bodies(), [r#"{"attributes":{"email":"x"}}"#]);
    assert_eq!((&desk.outcomes[&1], &desk.outcomes[&2]), (&Outcome::Done, &Outcome::Done));
}

#[test]
fn a_page_that_was_told_to_keep_nothing_promises_a_withdrawal_for_itself() {
    let mut desk = Desk::new();
    let mut tab = Outbox::new(Desk::options(), 1, Now::new(1, 1), Vec::new());
    tab.handle(Now::new(2, 2), Input::Withdraw { call: 1, purpose: "marketing".into() });
    let store = std::iter::from_fn(|| tab.poll()).find_map(|output| match output {
        Output::Store { store, .. } => Some(store),
        _ => None,
    });
    let stored = Input::Stored { store: store.expect("a transaction"), durability: Durability::Memory };
    desk.tell(&mut tab, stored);
    assert_eq!(desk.outcomes[&1], Outcome::Done);
    assert!(!tab.is_granted("marketing"));
}

#[test]
fn what_is_held_counts_among_the_bytes_that_may_wait() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Options { max_bytes: 20, stated: Vec::new(), ..Desk::options() });
    desk.set(&mut tab, 1, "name", "sixteen letters.");
    desk.set(&mut tab, 2, "tier", "gold");
    assert!(matches!(desk.outcomes[&1], Outcome::Set { durability: None, .. }));
    assert_eq!(desk.outcomes[&2], Outcome::Full);
}
