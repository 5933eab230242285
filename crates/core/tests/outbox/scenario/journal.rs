//! What a look at the journal finds, and what it must not take it for.

use guestsync_core::attribute::{Given, Update, Value};
use guestsync_core::journal::{Table, Write};
use guestsync_core::outbox::{Event, Guest, Hint, Input, Outbox, Outcome, Output, Ungranted};
use guestsync_core::{Now, Sensitive};

use super::desk::Desk;
use crate::storage::Storage;

#[test]
fn a_look_that_sees_no_records_removes_none() {
    let mut desk = Desk::new();
    desk.write = 503;
    let mut tab = desk.open(Desk::options());
    desk.set(&mut tab, 1, "tier", "gold");
    desk.storage.blind = true;
    desk.wait(&mut tab, 60_000);
    desk.wait(&mut tab, 60_000);
    desk.storage.blind = false;
    assert_eq!(desk.storage.records(), 1);

    desk.write = 200;
    desk.wait(&mut tab, 60_000);
    desk.open(Desk::options());
    assert_eq!(desk.storage.records(), 0);
    assert!(desk.bodies().last().is_some_and(|body| body.contains("gold")));
}

#[test]
fn a_grant_that_storage_refused_goes_with_every_record_until_one_is_kept() {
    let mut desk = Desk::new();
    let mut options = Desk::options();
    options.stated = vec![("service".into(), true)];
    let mut tab = desk.open(options);
    desk.storage.full = true;
    desk.tell(&mut tab, Input::Grant { call: 1, purpose: "marketing".into(), repeated: false });
    let mut grants = Vec::new();
    for call in 2..4 {
        let updates = vec![Update { key: "email".into(), given: Given::Value(Value::text("mine")) }];
        for input in [Input::Set { call, updates }, Input::BurstEnded] {
            tab.handle(Now::new(desk.time, desk.time), input);
        }
        // The one before may fail yet.
        while let Some(output) = tab.poll() {
            if let Output::Store { writes, .. } = output {
                grants.push(writes.iter().any(|write| write.table == Table::Consent && &*write.key == "g/marketing"));
            }
        }
    }
    assert_eq!(grants, [true, true]);
}

#[test]
fn a_row_that_names_no_moment_that_may_come_stops_nothing() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Desk::options());
    let owner = tab.owner().to_string();
    let never = "ffffffffffffffff00000000";
    let rows = [
        (Table::Delivered, format!("{owner}/tier")),
        (Table::State, format!("{owner}/ended")),
        (Table::Consent, "w/marketing".into()),
    ];
    for (table, key) in rows {
        assert!(desk.storage.write(&[Write::put(table, key.as_str().into(), never.into())]).is_some());
    }
    for (call, key) in [(1, "tier"), (2, "email")] {
        desk.set(&mut tab, call, key, "new");
    }
    assert_eq!(desk.bodies().len(), 2);
    desk.tell(&mut tab, Input::Withdraw { call: 3, purpose: "marketing".into() });
    let mut other = desk.open(Desk::options());
    desk.set(&mut other, 4, "email", "held");
    assert_eq!((desk.outcomes[&3].clone(), desk.bodies().len(), other.held()), (Outcome::Done, 2, 1));
    desk.tell(&mut other, Input::Grant { call: 5, purpose: "marketing".into(), repeated: false });
    assert_eq!((desk.bodies().len(), other.held()), (3, 0));
}

#[test]
fn a_lock_that_is_refused_is_not_asked_for_again_at_once() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Desk::options());
    desk.locked = true;
    let before = desk.asked;
    desk.tell(&mut tab, Input::Withdraw { call: 1, purpose: "marketing".into() });
    assert!(desk.asked - before <= 2, "{} times", desk.asked - before);
    desk.locked = false;
    desk.wait(&mut tab, 60_000);
    assert_eq!(desk.outcomes[&1], Outcome::Done);
}

#[test]
fn a_capability_of_another_guest_is_not_used() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Desk::options());
    let value = Sensitive::new("of the guest before".into());
    desk.tell(&mut tab, Input::Token { guest: "guest-before".into(), asked_at: desk.time, value, expires_in: Some(600.0) });
    desk.set(&mut tab, 1, "tier", "gold");
    let [request] = &desk.requests[..] else { panic!("one request") };
    assert_eq!(request.token.expose(), "for guest-of-first-session");
}

#[test]
fn what_was_too_old_when_it_was_found_is_told_and_counted() {
    let mut desk = Desk::new();
    desk.write = 503;
    let mut tab = desk.open(Desk::options());
    desk.set(&mut tab, 1, "tier", "gold");
    desk.time += 8 * 24 * 3_600_000;
    let later = desk.open(Desk::options());
    assert!(desk.events.iter().any(|event| matches!(event, Event::Expired { keys } if keys == &["tier"])), "{:?}", desk.events);
    assert_eq!((later.accounts().restored, later.accounts().expired, later.pending()), (1, 1, 0));
}

#[test]
fn what_a_guest_who_never_came_back_left_is_removed_after_its_time() {
    let of = |guest: &str| {
        let mut options = Desk::options();
        options.guest = Guest::Known(guest.into());
        options
    };
    let mut desk = Desk::new();
    desk.write = 503;
    let mut tab = desk.open(of("gone"));
    desk.set(&mut tab, 1, "tier", "gold");
    for (days, records) in [(7, 1), (2, 0)] {
        desk.time += days * 24 * 3_600_000;
        let mut tab = desk.open(of("here"));
        desk.write = 200;
        desk.set(&mut tab, 2, "tier", "silver");
        assert_eq!(desk.storage.records(), records);
    }
    assert_eq!(desk.storage.load("here").iter().filter(|row| row.key == "here/tier").count(), 1);
}

#[test]
fn a_withdrawal_is_settled_when_the_page_closes_before_it_could_look() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Desk::options());
    desk.locked = true;
    desk.tell(&mut tab, Input::Withdraw { call: 1, purpose: "marketing".into() });
    desk.tell_at_once(&mut tab, vec![Input::Withdraw { call: 2, purpose: "service".into() }, Input::Close]);
    assert_eq!((&desk.outcomes[&1], &desk.outcomes[&2]), (&Outcome::Closed, &Outcome::Closed));
}

#[test]
fn what_is_dropped_is_not_said_to_be_held() {
    let mut desk = Desk::new();
    let mut options = Desk::options();
    options.ungranted = Ungranted::Drop;
    options.purposes.name("pet".into(), "fun".into());
    let mut tab = desk.open(options);
    desk.set(&mut tab, 1, "pet", "cat");
    let Outcome::Set { durability: None, held, .. } = &desk.outcomes[&1] else { panic!("it is kept nowhere") };
    assert!(held.is_empty());
    assert!(desk.events.iter().any(|event| matches!(event, Event::Dropped { keys } if keys == &["pet"])));
}

#[test]
fn what_is_to_be_removed_and_cannot_be_read_is_not_looked_for_without_a_pause() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Desk::options());
    let damaged = Write::put(Table::Records, format!("{}/000000000000-0-0", tab.owner()).into(), "damaged".into());
    assert!(desk.storage.write(&[damaged]).is_some());
    desk.unreadable_locked = true;
    desk.tell(&mut tab, Input::Changed(Hint::Consent));
    let before = desk.asked;
    for _ in 0..50 {
        desk.wait(&mut tab, 10);
    }
    assert!(desk.asked - before <= 2, "{} times", desk.asked - before);
    desk.unreadable_locked = false;
    desk.tell(&mut tab, Input::Changed(Hint::Consent));
    desk.wait(&mut tab, 10);
    assert_eq!(desk.storage.records(), 0);
}

#[test]
fn a_flush_waits_for_what_earlier_pages_left_behind() {
    let mut desk = Desk::new();
    desk.leave_behind(Desk::options(), "tier", "gold");
    let mut tab = desk.open_unread(Desk::options());
    desk.tell(&mut tab, Input::Flush { call: 2, timeout: 1_000 });
    assert_eq!(desk.outcomes.get(&2), None);
    desk.read(&mut tab);
    assert_eq!(desk.outcomes[&2], Outcome::Flushed { delivered: 1, pending: 0, held: 0 });
}

#[test]
fn a_flush_does_not_wait_for_a_journal_that_cannot_be_read() {
    let mut desk = Desk::new();
    let mut tab = desk.open_unread(Desk::options());
    desk.tell(&mut tab, Input::Flush { call: 1, timeout: 1_000 });
    desk.fail_to_read(&mut tab);
    assert_eq!(desk.outcomes[&1], Outcome::Flushed { delivered: 0, pending: 0, held: 0 });
}

#[test]
fn what_is_set_before_the_journal_is_read_is_newer_than_what_it_holds_although_the_clock_was_set_back() {
    for delivered in [true, false] {
        let mut desk = Desk::new();
        desk.write = if delivered { 200 } else { 503 };
        let mut before = desk.open(Desk::options());
        desk.set(&mut before, 1, "tier", "silver");
        assert_eq!((before.pending() == 0, desk.storage.records() == 0), (delivered, delivered));

        desk.write = 200;
        desk.back = 900_000;
        let mut tab = desk.open_unread(Desk::options());
        desk.set(&mut tab, 2, "tier", "gold");
        desk.read(&mut tab);
        desk.wait(&mut tab, 60_000);
        assert!(desk.bodies().last().is_some_and(|body| body.contains("gold")), "{:?}", desk.bodies());
        assert!(matches!(desk.outcomes[&2], Outcome::Set { .. }));
        assert_eq!((tab.pending(), desk.storage.records()), (0, 0));
    }
}

/// Two tabs, opened after the clock was set back behind what an earlier one had set.
fn set_back() -> (Desk, Outbox, Outbox) {
    let mut desk = Desk::new();
    let mut before = desk.open(Desk::options());
    desk.set(&mut before, 1, "tier", "bronze");
    desk.back = 900_000;
    let (one, other) = (desk.open(Desk::options()), desk.open(Desk::options()));
    (desk, one, other)
}

#[test]
fn with_a_clock_that_was_set_back_a_tab_that_has_heard_of_another_sets_what_is_newer() {
    let (mut desk, mut one, mut other) = set_back();
    for (call, value) in [(2, "silver"), (3, "gold")] {
        desk.set(&mut one, call, "tier", value);
    }
    desk.hear(&mut other);
    desk.set(&mut other, 4, "tier", "platinum");
    desk.read(&mut other);
    assert!(desk.bodies().last().is_some_and(|body| body.contains("platinum")), "{:?}", desk.bodies());
}

#[test]
fn with_a_clock_that_was_set_back_a_tab_sets_what_is_newer_than_the_last_of_one_that_has_crashed() {
    let (mut desk, mut one, mut other) = set_back();
    desk.set(&mut one, 2, "tier", "silver");
    desk.set_last(one, "tier", "gold");
    desk.hear(&mut other);
    desk.set(&mut other, 3, "tier", "platinum");
    desk.read(&mut other);
    assert!(desk.bodies().last().is_some_and(|body| body.contains("platinum")), "{:?}", desk.bodies());
}

/// A tab that has stored `gold` before the database was full, and whose server takes nothing.
fn full_since_gold() -> (Desk, Outbox) {
    let mut desk = Desk::new();
    desk.write = 503;
    desk.storage = Storage::new(true);
    let mut tab = desk.open(Desk::options());
    desk.set(&mut tab, 1, "tier", "gold");
    desk.storage.full = true;
    (desk, tab)
}

#[test]
fn a_killed_browser_loses_what_local_storage_held_for_a_full_database_and_not_what_it_took_the_place_of() {
    for looks in [0, 1, 2] {
        let (mut desk, mut tab) = full_since_gold();
        desk.set(&mut tab, 2, "tier", "silver");
        // Whoever looks finds both.
        for _ in 0..looks {
            desk.open(Desk::options());
        }
        desk.wait(&mut tab, 60_000);
        assert_eq!(desk.storage.records(), 1, "{looks}");
        desk.storage.lose_beside();
        desk.write = 200;
        desk.requests.clear();
        desk.open(Desk::options());
        assert!(desk.bodies()[0].contains("gold"), "{looks}: {:?}", desk.bodies());
    }
}

#[test]
fn what_local_storage_held_for_a_full_database_is_delivered_and_leaves_nothing() {
    for room in [false, true] {
        let (mut desk, mut tab) = full_since_gold();
        for call in 2..10 {
            desk.set(&mut tab, call, "tier", "silver");
        }
        assert_eq!(desk.storage.records_beside(), 1, "the last of them");
        desk.storage.full = !room;
        desk.write = 200;
        desk.wait(&mut tab, 60_000);
        assert!(desk.bodies().last().is_some_and(|body| body.contains("silver")));
        desk.open(Desk::options());
        assert_eq!(desk.storage.records(), 0, "{room}");
    }
}
