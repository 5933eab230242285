//! Personal data in what the page sets.

use guestsync_core::attribute::Code;
use guestsync_core::outbox::{Event, Outcome};
use guestsync_core::pii::{Kind, Policy};

use super::desk::Desk;

fn findings(desk: &Desk) -> Vec<(String, Kind, Policy)> {
    let finding = |event: &Event| match event {
        Event::Finding { key, kind, policy } => Some((key.clone(), *kind, *policy)),
        _ => None,
    };
    desk.events.iter().filter_map(finding).collect()
}

#[test]
fn a_finding_is_flagged_and_the_value_delivered_where_nothing_else_is_said() {
    let mut desk = Desk::new();
    let mut tab = desk.open(Desk::options());
    desk.set(&mut tab, 1, "note", "write to ada@example.org");
    assert_eq!(findings(&desk), [("note".into(), Kind::Email, Policy::Flag)]);
    assert!(desk.bodies().concat().contains("ada@example.org"));
    assert_eq!(tab.accounts().findings, 1);
}

#[test]
fn a_masked_kind_gives_way_to_its_name_before_it_is_kept() {
    let mut desk = Desk::new();
    let mut options = Desk::options();
    options.screen.policies.set(Kind::Email, Policy::Mask);
    let mut tab = desk.open(options);
    desk.set(&mut tab, 1, "note", "write to ada@example.org");
    assert_eq!(desk.bodies(), [r#"{"attributes":{"note":"write to [email]"}}"#]);
    assert!(matches!(&desk.outcomes[&1], Outcome::Set { masked, .. } if masked == &["note"]));
}

#[test]
fn a_blocked_kind_refuses_the_update_with_a_rule_and_keeps_nothing() {
    let mut desk = Desk::new();
    let mut options = Desk::options();
    options.screen.policies.set(Kind::Card, Policy::Block);
    let mut tab = desk.open(options);
    desk.set(&mut tab, 1, "note", "4111 1111 1111 1111");
    let Outcome::Invalid(issues) = &desk.outcomes[&1] else { panic!("refused") };
    assert_eq!((issues[0].key.as_str(), issues[0].code), ("note", Code::ValueBlocked));
    assert_eq!(findings(&desk), [("note".into(), Kind::Card, Policy::Block)]);
    assert_eq!((desk.bodies().len(), tab.accounts().set), (0, 0));
}

#[test]
fn a_key_that_is_meant_to_carry_such_values_is_not_looked_at() {
    let mut desk = Desk::new();
    let mut options = Desk::options();
    options.screen.policies.set(Kind::Email, Policy::Block);
    options.screen.allow.insert("email".into(), ());
    let mut tab = desk.open(options);
    desk.set(&mut tab, 1, "email", "ada@example.org");
    assert!(findings(&desk).is_empty());
    assert_eq!(desk.bodies().len(), 1);
}
