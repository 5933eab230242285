//! Forms against the rules.

use guestsync_core::consent::Ledger;
use guestsync_core::patch::Pointer;
use guestsync_core::profile::{Body, Checked, Consent, Entry, Field, Given, NormalForm, Refusal, Rules, Settings, Unknown};
use proptest::prelude::*;

use crate::world::{entries, rules, settings, text};

/// Against these rules, where the visitor has decided nothing.
fn check(rules: &Rules, entries: Vec<Entry>) -> Result<Checked, Refusal> {
    guestsync_core::profile::check(rules, &Ledger::default(), entries)
}

fn refusal(rules: &Rules, entries: Vec<Entry>) -> (u16, String, Option<String>) {
    let refusal: Refusal = check(rules, entries).expect_err("refused");
    (refusal.status(), refusal.code().to_owned(), refusal.field().map(str::to_owned))
}

fn at(field: &str, code: &str) -> (u16, String, Option<String>) {
    (400, code.to_owned(), Some(field.to_owned()))
}

fn plain(checked: &Checked, rules: &Rules) -> Vec<(String, String)> {
    checked.values.iter().map(|value| (value.rule(rules).name.clone(), value.plain().to_owned())).collect()
}

fn entry(name: &str, given: Given) -> Entry {
    Entry { name: name.into(), given }
}

#[test]
fn one_address_and_one_number_have_one_form_where_that_is_configured() {
    let mut settings = settings();
    settings.fields[0].normal = Some(NormalForm::Email);
    settings.fields[1].normal = Some(NormalForm::Phone);
    let rules = Rules::new(settings).expect("good settings");
    let sealed = |name: &str, value: &str| {
        let form = entries(&[("guestId", "g-1"), (name, value)]);
        let checked = check(&rules, form).expect("a good form");
        checked.values[0].plain().to_owned()
    };
    assert_eq!(sealed("email", " Ada@Example.ORG "), "ada@example.org");
    assert_eq!(sealed("name", "Ada"), "Ada");
    for (given, expected) in [
        (" +1 (555) 010-0100", "+15550100100"),
        ("+1 555 010-0100 ", "+15550100100"),
        ("+49/30.123 456-78", "+493012345678"),
        ("+44 (0)20 7946 0000", "+44 (0)20 7946 0000"),
        ("555 0100", "555 0100"),
        ("0049 30 12345678", "0049 30 12345678"),
        ("+0 30 12345678", "+0 30 12345678"),
        ("+123456", "+123456"),
        ("+1234567890123456", "+1234567890123456"),
        ("+1 555 010 0100 ext. 7", "+1 555 010 0100 ext. 7"),
        ("+1+5550100100", "+1+5550100100"),
    ] {
        assert_eq!(sealed("phone", given), expected.trim(), "{given}");
    }
}

#[test]
fn values_are_trimmed_and_unknown_fields_left_out() {
    let rules = rules();
    let form = entries(&[("guestId", " g-1 "), ("csrf", "x"), ("email", " ada@example.org\r\n"), ("name", "Ada Lovelace")]);
    let checked = check(&rules, form).expect("a form");
    assert_eq!(checked.guest, "g-1");
    assert_eq!(plain(&checked, &rules), [("email".into(), "ada@example.org".into()), ("name".into(), "Ada Lovelace".into())]);
}

#[test]
fn a_field_that_is_not_trimmed_keeps_its_white_space() {
    let mut settings = settings();
    settings.fields[2].trim = false;
    let rules = Rules::new(settings).expect("good settings");
    let checked = check(&rules, entries(&[("guestId", "g-1"), ("name", " ")])).expect("a form");
    assert_eq!(plain(&checked, &rules), [("name".into(), " ".into())]);
}

#[test]
fn an_input_that_nobody_touched_erases_nothing() {
    let rules = rules();
    let checked = check(&rules, entries(&[("guestId", "g-1"), ("email", ""), ("phone", "  "), ("name", "Ada")])).expect("a form");
    assert_eq!(plain(&checked, &rules), [("name".into(), "Ada".into())]);
    let empty = entries(&[("guestId", "g-1"), ("email", "")]);
    assert_eq!(refusal(&rules, empty), (400, "form.empty".into(), None));
}

#[test]
fn the_guest_is_always_required_and_has_to_look_like_one() {
    assert_eq!(refusal(&rules(), entries(&[("email", "a")])), at("guestId", "field.required"));
    assert_eq!(refusal(&rules(), entries(&[("guestId", " "), ("email", "a")])), at("guestId", "field.required"));
    for id in ["../g-2", "a/b", "a b", "é", "..", &"a".repeat(129)] {
        assert_eq!(refusal(&rules(), entries(&[("guestId", id), ("email", "a")])), at("guestId", "guest.invalid"), "{id}");
    }
}

#[test]
fn a_required_field_needs_a_value() {
    let rules = Rules::new(Settings { required: vec!["phone".into()], ..settings() }).expect("good settings");
    assert_eq!(refusal(&rules, entries(&[("guestId", "g-1"), ("email", "a")])), at("phone", "field.required"));
    assert_eq!(refusal(&rules, entries(&[("guestId", "g-1"), ("phone", " ")])), at("phone", "field.required"));
}

#[test]
fn a_value_may_have_exactly_the_stated_bytes() {
    let mut settings = settings();
    settings.fields[0].max_bytes = 4;
    let rules = Rules::new(settings).expect("good settings");
    let form = |value| entries(&[("guestId", "g-1"), ("email", value)]);
    assert!(check(&rules, form(" éé ")).is_ok(), "trimmed first, counted in UTF-8");
    assert_eq!(refusal(&rules, form("ééa")), at("email", "field.too_long"));
}

#[test]
fn a_field_that_comes_twice_is_refused() {
    let form = entries(&[("guestId", "g-1"), ("email", "a"), ("email", "b")]);
    assert_eq!(refusal(&rules(), form), at("email", "field.repeated"));
    let form = entries(&[("guestId", "g-1"), ("guestId", "g-2"), ("email", "b")]);
    assert_eq!(refusal(&rules(), form), at("guestId", "field.repeated"));
    let form = entries(&[("guestId", "g-1"), ("email", "a"), ("tag", "b"), ("tag", "c")]);
    assert!(check(&rules(), form).is_ok(), "what is ignored may come as often as it likes");
}

#[test]
fn files_are_refused_whatever_their_field() {
    let form = |name| vec![entry("guestId", text("g-1")), entry("email", text("a")), entry(name, Given::File)];
    assert_eq!(refusal(&rules(), form("name")), at("name", "field.file"));
    assert_eq!(refusal(&rules(), form("secret name")), (400, "field.file".into(), None), "a foreign name is not repeated");
}

#[test]
fn only_text_is_a_value() {
    let form = |given| vec![entry("guestId", text("g-1")), entry("name", text("Ada")), entry("phone", given)];
    assert_eq!(refusal(&rules(), form(Given::Other)), at("phone", "field.type"));
    assert_eq!(refusal(&rules(), form(Given::Flag(true))), at("phone", "field.type"));
    assert!(check(&rules(), form(Given::Nothing)).is_ok(), "null is not given");
    assert_eq!(refusal(&rules(), vec![entry("guestId", Given::Other)]), at("guestId", "field.type"));
}

#[test]
fn sixty_four_fields_are_read_and_one_more_is_not() {
    let form = |count: usize| {
        let mut form = entries(&[("guestId", "g-1"), ("email", "a")]);
        form.extend((2..count).map(|i| entry(&format!("x{i}"), Given::Nothing)));
        form
    };
    assert!(check(&rules(), form(64)).is_ok());
    assert_eq!(refusal(&rules(), form(65)), (400, "form.too_many_fields".into(), None));
}

#[test]
fn unknown_fields_are_refused_where_that_is_configured() {
    let rules = Rules::new(Settings { unknown: Unknown::Refuse, ..settings() }).expect("good settings");
    let form = entries(&[("guestId", "g-1"), ("email", "a"), ("csrf", "x")]);
    assert_eq!(refusal(&rules, form), (400, "field.unknown".into(), None));
}

#[test]
fn the_content_type_says_how_a_body_is_read() {
    for text in ["application/x-www-form-urlencoded;charset=UTF-8", "multipart/form-data; boundary=x", " Multipart/Form-Data "] {
        assert_eq!(Body::of(text), Some(Body::Form), "{text}");
    }
    assert_eq!(Body::of("application/json; charset=utf-8"), Some(Body::Json));
    for text in ["", "text/plain", "application/xml", "application/json-patch+json", "multipart/mixed", "application"] {
        assert_eq!(Body::of(text), None, "{text}");
    }
}

fn with_consent() -> Rules {
    let news = Field { purpose: Some("news".into()), ..Field::new("topic", Pointer::parse("/topic").expect("a pointer")) };
    let ads = Field { purpose: Some("ads".into()), ..Field::new("segment", Pointer::parse("/segment").expect("a pointer")) };
    let mut settings = settings();
    settings.fields.extend([news, ads]);
    settings.consent = vec![Consent { purpose: "news".into(), field: "agree".into() }];
    Rules::new(settings).expect("good settings")
}

#[test]
fn a_field_with_a_purpose_waits_unless_the_form_grants_it() {
    let rules = with_consent();
    let names = |consent: Given| {
        let mut form = entries(&[("guestId", "g-1"), ("email", "a"), ("topic", "b"), ("segment", "c")]);
        form.push(entry("agree", consent));
        let checked = check(&rules, form).expect("a form");
        (checked.values.iter().map(|value| value.rule(&rules).name.clone()).collect::<Vec<_>>(), checked.held)
    };
    for yes in [text("on"), text("true"), text(" yes "), text("1"), Given::Flag(true)] {
        assert_eq!(names(yes), (vec!["email".into(), "topic".into()], vec!["segment".into()]));
    }
    for no in [text("off"), text(""), text("false"), Given::Flag(false), Given::Nothing] {
        assert_eq!(names(no), (vec!["email".into()], vec!["topic".into(), "segment".into()]));
    }
}

#[test]
fn an_answer_about_consent_that_can_be_read_two_ways_is_refused() {
    let mut form = entries(&[("guestId", "g-1"), ("topic", "b"), ("agree", "on"), ("agree", "off")]);
    assert_eq!(refusal(&with_consent(), std::mem::take(&mut form)), at("agree", "field.repeated"));
    form.extend([entry("guestId", text("g-1")), entry("agree", Given::Other)]);
    assert_eq!(refusal(&with_consent(), form), at("agree", "field.type"));
}

fn given() -> impl Strategy<Value = Given> {
    prop_oneof![
        4 => ".{0,12}".prop_map(|value| text(&value)),
        1 => any::<bool>().prop_map(Given::Flag),
        1 => Just(()).prop_map(|()| Given::File),
        1 => Just(()).prop_map(|()| Given::Other),
        1 => Just(()).prop_map(|()| Given::Nothing),
    ]
}

proptest! {
    #[test]
    fn any_form_is_taken_or_refused_without_a_panic_and_without_its_values(
        fields in prop::collection::vec((prop_oneof!["guestId", "email", "phone", "topic", "agree", ".{0,8}"], given()), 0..80)
    ) {
        let rules = with_consent();
        let mut form = vec![entry("name", text("canary-5f1d"))];
        form.extend(fields.into_iter().map(|(name, given)| Entry { name, given }));
        match check(&rules, form) {
            Ok(checked) => prop_assert!(checked.values.iter().all(|value| !value.plain().is_empty())),
            Err(refusal) => {
                prop_assert!((400..500).contains(&refusal.status()));
                let shown = format!("{refusal:?}");
                prop_assert!(!shown.contains("canary"));
                let known = |name| rules.wants(name);
                prop_assert!(refusal.field().is_none_or(known), "only configured names are repeated");
            }
        }
    }
}
