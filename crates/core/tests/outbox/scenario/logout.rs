//! The end of a session.

use guestsync_core::outbox::{Hint, Input, Outcome};

use super::desk::Desk;

fn logout(call: u32) -> Input {
    Input::Logout { call, fresh: "second-session".into() }
}

#[test]
fn what_waits_is_removed_and_what_comes_next_is_another_guests() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Desk::options());
    desk.tell(&mut tab, Input::Offline);
    desk.set(&mut tab, 1, "tier", "gold");
    desk.tell(&mut tab, logout(2));
    assert_eq!(desk.outcomes[&2], Outcome::Done);
    assert_eq!((desk.storage.records(), tab.pending(), tab.accounts().withdrawn), (0, 0, 1));
    desk.set(&mut tab, 3, "tier", "silver");
    desk.tell(&mut tab, Input::Online);
    assert_eq!(desk.bodies(), [r#"{"attributes":{"tier":"silver"}}"#]);
    assert_eq!(desk.requests[0].guest, "guest-of-second-session");
    assert_eq!(desk.requests[0].token.expose(), "for guest-of-second-session");
}

#[test]
fn another_tab_gives_up_its_guest_and_what_it_kept_for_it() {
    let mut desk = Desk::new();
    let (mut one, mut other) = (desk.open(Desk::options()), desk.open(Desk::options()));
    assert_eq!(other.guest(), Some("guest-of-first-session"));
    desk.tell(&mut other, Input::Offline);
    desk.set(&mut other, 1, "tier", "gold");
    desk.tell(&mut one, logout(2));
    desk.tell(&mut other, Input::Changed(Hint::Session));
    assert_eq!((other.pending(), other.guest()), (0, None));
    desk.tell(&mut other, Input::Online);
    assert!(desk.bodies().is_empty());
    assert_eq!((desk.storage.records(), other.guest()), (0, None));
}

#[test]
fn a_page_opened_later_knows_nothing_of_the_one_that_left() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Desk::options());
    desk.set(&mut tab, 1, "tier", "gold");
    desk.tell(&mut tab, logout(2));
    drop(tab);
    let tab = desk.open(Desk::options());
    assert_eq!(tab.guest(), Some("guest-of-second-session"));
}

#[test]
fn a_logout_that_storage_refuses_is_not_promised() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Desk::options());
    desk.storage.full = true;
    desk.tell(&mut tab, logout(1));
    assert_eq!(desk.outcomes[&1], Outcome::Unkept);
}
