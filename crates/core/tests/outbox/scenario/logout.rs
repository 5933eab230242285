//! The end of a session.

use guestsync_core::clock::Clock;
use guestsync_core::journal::{Table, Write};
use guestsync_core::outbox::{Event, Guest, Hint, Input, Options, Outbox, Outcome};

use super::desk::Desk;

fn logout(call: u32) -> Input {
    Input::Logout { call, fresh: "second-session".into() }
}

/// Whether the page was told of this guest.
fn was_ready(desk: &Desk, of: &str) -> bool {
    desk.events.iter().any(|event| matches!(event, Event::Ready { guest } if **guest == *of))
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
    desk.tell(&mut other, Input::Changed(Hint::State));
    assert_eq!((other.pending(), other.guest()), (0, None));
    desk.tell(&mut other, Input::Online);
    assert!(desk.bodies().is_empty());
    assert_eq!((desk.storage.records(), other.guest()), (0, None));
}

#[test]
fn a_look_from_before_the_end_brings_the_last_guest_not_back() {
    let mut desk = Desk::new();
    let mut first = desk.open(Desk::options());
    desk.set(&mut first, 1, "tier", "gold");
    let mut tab = desk.open_unread(Desk::options());
    let (load, owner) = desk.unread.take().expect("looks").remove(0);
    let rows = desk.storage.load(&owner);
    desk.events.clear();
    desk.tell_at_once(&mut tab, vec![logout(2), Input::Loaded { load, rows }]);
    desk.set(&mut tab, 3, "tier", "silver");
    let guests: Vec<&str> = desk.requests.iter().map(|request| &*request.guest).collect();
    assert_eq!(guests, ["guest-of-first-session", "guest-of-second-session"]);
    assert_eq!(tab.guest(), Some("guest-of-second-session"));
    assert!(!was_ready(&desk, "guest-of-first-session"));
}

#[test]
fn a_store_that_the_end_did_not_reach_brings_the_last_guest_not_back() {
    for stale_first in [true, false] {
        let mut desk = Desk::new();
        let (mut one, mut other) = (desk.open(Desk::options()), desk.open(Desk::options()));
        let stale = desk.storage.load("*");
        desk.tell(&mut one, logout(1));
        // What localStorage has beside a database that was out of reach.
        let mut rows = stale.clone();
        let ends = desk.storage.mirror().into_iter().filter(|row| row.table == Table::State);
        rows.splice(if stale_first { stale.len()..stale.len() } else { 0..0 }, ends);
        assert_eq!(rows.iter().filter(|row| &*row.key == "*/session").count(), 2);

        desk.unread = Some(Vec::new());
        desk.tell(&mut other, Input::Changed(Hint::State));
        let (load, _) = desk.unread.take().expect("looks").remove(0);
        desk.events.clear();
        desk.tell(&mut other, Input::Loaded { load, rows });
        desk.set(&mut other, 2, "tier", "silver");
        assert_eq!(other.guest(), Some("guest-of-second-session"));
        assert!(!was_ready(&desk, "guest-of-first-session"));
    }
}

#[test]
fn a_session_from_before_the_clock_was_put_right_ends_with_a_logout() {
    for logged_out in [false, true] {
        let mut before = String::new();
        let (mut desk, mut tab) = put_right(|desk| {
            let mut ahead = desk.open(Desk::options());
            if logged_out {
                desk.tell(&mut ahead, logout(1));
                desk.set(&mut ahead, 2, "tier", "gold");
            }
            before.push_str(ahead.guest().expect("a guest"));
        });
        desk.events.clear();
        desk.tell(&mut tab, Input::Logout { call: 3, fresh: "third-session".into() });
        desk.wait(&mut tab, 1_000);
        assert_eq!(desk.outcomes[&3], Outcome::Done);
        let later = desk.open(Desk::options());
        assert_eq!((later.guest(), before != "guest-of-third-session"), (Some("guest-of-third-session"), true));
        assert!(!was_ready(&desk, &before));
    }
}

/// A desk whose clock was an hour ahead and is put right, with a page from before: nothing is granted there, so it looked once and then
/// no more.
fn put_right(meanwhile: impl FnOnce(&mut Desk)) -> (Desk, Outbox) {
    let mut desk = Desk::new();
    let mut options = Desk::options();
    options.stated.clear();
    let tab = desk.open(options);
    desk.time += 3_600_000;
    meanwhile(&mut desk);
    desk.back = 3_600_000;
    (desk, tab)
}

#[test]
fn a_session_chosen_for_a_lost_cookie_while_the_clock_was_ahead_ends_with_a_logout() {
    let (mut desk, mut tab) = put_right(|desk| {
        let ahead = format!("{} lost-session", Clock::start_of(desk.time).to_text());
        for (key, value) in [("*/session", &*ahead), ("*/guest", "lost-session guest-of-lost")] {
            assert!(desk.storage.write(&[Write::put(Table::State, key.into(), value.into())]).is_some());
        }
    });
    desk.tell(&mut tab, logout(1));
    assert_eq!(desk.outcomes[&1], Outcome::Done);
    assert_eq!(desk.open(Desk::options()).guest(), Some("guest-of-second-session"));
}

#[test]
fn what_was_kept_while_the_clock_was_ahead_goes_with_a_logout_before_the_first_look() {
    let (mut desk, _) = put_right(|desk| desk.leave_behind(Desk::options(), "tier", "gold"));
    let mut tab = desk.open_forgotten(Desk::options());
    desk.tell(&mut tab, logout(1));
    desk.read(&mut tab);
    desk.wait(&mut tab, 1_000);
    desk.set(&mut tab, 2, "next", "visitor");
    assert_eq!((desk.outcomes[&1].clone(), desk.bodies()), (Outcome::Done, vec![r#"{"attributes":{"next":"visitor"}}"#]));
}

#[test]
fn two_logouts_while_the_clock_is_behind_leave_what_is_set_after_them() {
    let (mut desk, _) = put_right(|desk| {
        let mut ahead = desk.open(Desk::options());
        desk.set(&mut ahead, 1, "tier", "gold");
    });
    let (mut one, mut other) = (desk.open(Desk::options()), desk.open(Desk::options()));
    desk.unread = Some(Vec::new());
    desk.tell(&mut other, logout(2));
    desk.meanwhile(|desk| {
        desk.tell(&mut one, Input::Logout { call: 3, fresh: "third-session".into() });
        desk.tell(&mut one, Input::Offline);
        desk.set(&mut one, 4, "next", "visitor");
    });
    desk.read(&mut other);
    desk.wait(&mut other, 1_000);
    desk.tell(&mut one, Input::Online);
    desk.wait(&mut one, 1_000);
    assert_eq!([2, 3].map(|call| desk.outcomes[&call].clone()), [Outcome::Done, Outcome::Done]);
    assert_eq!(desk.bodies().last(), Some(&r#"{"attributes":{"next":"visitor"}}"#));
    assert_eq!(one.accounts().withdrawn, 0);
}

#[test]
fn with_a_clock_set_back_what_another_tab_has_just_set_ends_with_the_session() {
    let mut desk = Desk::new();
    let mut known = Desk::options();
    known.guest = Guest::Known("guest".into());
    let mut first = desk.open(known.clone());
    desk.set(&mut first, 1, "warm", "up");
    let (mut one, mut other) = (desk.open(known.clone()), desk.open(known));
    desk.back = 500_000;
    desk.tell(&mut other, Input::Offline);
    for call in 2..5 {
        desk.set(&mut other, call, "tier", &call.to_string());
    }
    desk.tell(&mut one, logout(5));
    assert_eq!((desk.outcomes[&5].clone(), desk.storage.records()), (Outcome::Done, 0));
    desk.tell(&mut other, Input::Online);
    assert_eq!(desk.bodies(), [r#"{"attributes":{"warm":"up"}}"#]);
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

#[test]
fn a_logout_that_storage_refuses_forgets_all_the_same() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Desk::options());
    desk.tell(&mut tab, Input::Offline);
    desk.set(&mut tab, 1, "tier", "gold");
    desk.storage.full = true;
    desk.tell(&mut tab, logout(2));
    assert_eq!((&desk.outcomes[&2], desk.storage.records()), (&Outcome::Unkept, 0));
    desk.storage.full = false;
    drop(tab);
    let mut options = Desk::options();
    options.guest = Guest::Session("third-session".into());
    assert_eq!(desk.open(options).guest(), Some("guest-of-third-session"));
}

#[test]
fn what_this_tab_has_not_read_is_removed_too_also_for_a_guest_of_the_servers() {
    for guest in [Guest::Known("guest-1".into()), Guest::Session("first-session".into())] {
        let mut desk = Desk::new();
        let options = Options { guest, ..Desk::options() };
        let (mut tab, mut other) = (desk.open(options.clone()), desk.open(options));
        desk.tell(&mut tab, Input::Offline);
        desk.tell(&mut other, Input::Offline);
        desk.set(&mut other, 1, "tier", "gold");
        drop(other);
        assert_eq!((desk.storage.records(), tab.pending()), (1, 0));
        desk.tell(&mut tab, logout(2));
        assert_eq!((desk.storage.records(), &desk.outcomes[&2]), (0, &Outcome::Done));
    }
}

#[test]
fn the_answer_to_a_start_of_a_session_that_has_ended_meanwhile_is_nobodys() {
    let mut desk = Desk::new();
    desk.unstarted = Some(Vec::new());
    let (mut tab, mut other) = (desk.open(Desk::options()), desk.open(Desk::options()));
    desk.tell(&mut tab, logout(1));
    assert_eq!(desk.outcomes.get(&1), Some(&Outcome::Done));
    for started in desk.unstarted.take().expect("starts") {
        desk.tell(&mut tab, started.clone());
        // It has not heard of the end yet.
        desk.tell(&mut other, started);
    }
    assert_eq!(tab.guest(), None);
    desk.tell(&mut tab, Input::Changed(Hint::State));
    desk.tell(&mut other, Input::Changed(Hint::State));
    assert_eq!((tab.guest(), other.guest()), (None, None));
    desk.set(&mut tab, 2, "tier", "silver");
    assert_eq!(desk.requests[0].guest, "guest-of-second-session");
}

#[test]
fn the_next_guest_begins_with_no_keys_and_nothing_blocked() {
    let mut desk = Desk::new();
    let mut options = Desk::options();
    options.limits.keys_per_guest = 1;
    let mut tab = desk.open(options);
    desk.write = 403;
    desk.set(&mut tab, 1, "tier", "gold");
    desk.write = 200;
    desk.tell(&mut tab, logout(2));
    desk.set(&mut tab, 3, "name", "Ada");
    assert_eq!(desk.bodies().last(), Some(&r#"{"attributes":{"name":"Ada"}}"#));
}

#[test]
fn no_session_is_started_before_the_logout_of_the_last_one_is_settled() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Desk::options());
    let starts = desk.starts;
    // A look that was asked for before the end of the session is stored, and answered after it.
    desk.unread = Some(Vec::new());
    desk.set(&mut tab, 1, "tier", "gold");
    desk.tell(&mut tab, logout(2));
    desk.set(&mut tab, 3, "tier", "silver");
    desk.unstarted = Some(Vec::new());
    desk.read(&mut tab);
    assert_eq!(desk.outcomes.get(&2), Some(&Outcome::Done), "it does not wait for the start, which waits for it");
    assert_eq!(desk.starts, starts + 1);
}
