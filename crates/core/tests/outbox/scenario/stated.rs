//! Pages that state different things of the same purpose, to a visitor who has decided nothing.

use guestsync_core::outbox::{Input, Options};

use super::desk::Desk;

fn stating(service: Option<bool>) -> Options {
    let mut options = Desk::options();
    options.stated = service.map(|granted| ("service".into(), granted)).into_iter().collect();
    options
}

/// A page that states the purpose as granted left an update behind.
fn left_behind(desk: &mut Desk) {
    desk.leave_behind(stating(Some(true)), "tier", "gold");
}

#[test]
fn what_is_not_granted_here_is_not_sent_because_another_page_states_it() {
    for stated in [None, Some(false)] {
        let mut desk = Desk::new();
        drop(desk.open(stating(Some(true))));
        let mut tab = desk.open(stating(stated));
        desk.set(&mut tab, 1, "tier", "gold");
        let mut other = desk.open(stating(Some(true)));
        desk.set(&mut other, 2, "name", "Ada");
        desk.tell(&mut tab, Input::Flush { call: 3, timeout: 1_000 });
        assert_eq!((tab.held(), desk.bodies()), (1, vec![r#"{"attributes":{"name":"Ada"}}"#]));
    }
}

#[test]
fn a_page_that_states_nothing_leaves_what_waits_to_those_that_do() {
    let mut desk = Desk::new();
    left_behind(&mut desk);
    let tab = desk.open(stating(None));
    assert_eq!((desk.storage.records(), tab.pending(), desk.bodies().len()), (1, 0, 0));
    desk.open(stating(Some(true)));
    assert_eq!(desk.bodies(), [r#"{"attributes":{"tier":"gold"}}"#]);
}

#[test]
fn a_page_that_states_the_opposite_takes_back_what_waits() {
    let mut desk = Desk::new();
    left_behind(&mut desk);
    let mut tab = desk.open(stating(Some(false)));
    desk.tell(&mut tab, Input::Flush { call: 2, timeout: 1_000 });
    assert_eq!((desk.storage.records(), desk.bodies().len()), (0, 0));
}
