//! Grants and withdrawals close together.

use guestsync_core::outbox::{Input, Outcome};

use super::desk::Desk;

#[test]
fn a_grant_in_the_task_of_a_withdrawal_is_the_last_word() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Desk::options());
    let withdraw = Input::Withdraw { call: 1, purpose: "marketing".into() };
    let grant = Input::Grant { call: 2, purpose: "marketing".into() };
    desk.tell_at_once(&mut tab, vec![withdraw, grant]);
    desk.set(&mut tab, 3, "email", "x");
    assert!(tab.is_granted("marketing"));
    assert_eq!(desk.bodies(), [r#"{"attributes":{"email":"x"}}"#]);
    assert_eq!((&desk.outcomes[&1], &desk.outcomes[&2]), (&Outcome::Done, &Outcome::Done));
}
