//! A tab that slept while it held the lock.

use guestsync_core::outbox::Action;

use super::desk::Desk;

#[test]
fn a_tab_that_wakes_up_without_its_lock_sends_nothing_for_an_old_answer() {
    let mut desk = Desk::new();
    desk.write = 412;
    desk.sleep = 60_000;
    let mut tab = desk.open(Desk::options());
    let before = desk.requests.len();
    desk.set(&mut tab, 1, "tier", "gold");
    let sent: Vec<_> = desk.requests[before..].iter().map(|request| (&request.action, request.deadline)).collect();
    assert!(sent.iter().all(|(action, _)| matches!(action, Action::Write { .. })), "{sent:?}");
    assert!(!sent.is_empty());
}
