//! Configurations that are refused.

use guestsync_core::patch::{Operation, Pointer};
use guestsync_core::profile::{Consent, Field, Rules, Settings};

use crate::world::settings;

fn code(change: impl FnOnce(&mut Settings)) -> &'static str {
    let mut settings = settings();
    change(&mut settings);
    Rules::new(settings).map_or_else(|error| error.code.as_str(), |_| "fine")
}

fn field(name: &str, pointer: &str) -> Field {
    Field::new(name, Pointer::parse(pointer).expect("a pointer"))
}

#[test]
fn each_rule_refuses_what_breaks_it() {
    assert_eq!(code(|_| {}), "fine");
    assert_eq!(code(|s| s.fields.clear()), "options.fields");
    assert_eq!(code(|s| s.fields.push(field("", "/x"))), "options.field_name");
    assert_eq!(code(|s| s.fields.push(field("guestId", "/x"))), "options.field_name");
    assert_eq!(code(|s| s.consent = vec![Consent { purpose: "ads".into(), field: "name".into() }]), "options.field_name");
    assert_eq!(code(|s| s.fields[0].max_bytes = 0), "options.field_max");
    assert_eq!(code(|s| s.fields[0].max_bytes = 512_001), "options.field_max");
    assert_eq!(code(|s| s.fields.push(field("x", "/id"))), "options.field_reserved");
    assert_eq!(code(|s| s.fields.push(field("x", "/lastUpdated"))), "options.field_reserved");
    assert_eq!(code(|s| s.fields.push(field("x", "/email"))), "options.field_overlaps");
    assert_eq!(code(|s| s.fields.push(field("x", "/email/work"))), "options.field_overlaps");
    assert_eq!(code(|s| s.fields.push(field("email", "/x"))), "options.field_overlaps");
    assert_eq!(code(|s| s.required.push("fax".into())), "options.required");
    assert_eq!(code(|s| s.redirect = Some("//evil.example".into())), "options.redirect");
}

#[test]
fn adding_at_an_array_index_is_refused_and_replacing_there_is_not() {
    assert_eq!(code(|s| s.fields.push(field("tag", "/tags/0"))), "fine");
    let added = Field { operation: Operation::Add, ..field("tag", "/tags/0") };
    assert_eq!(code(|s| s.fields.push(added)), "options.field_index");
}

#[test]
fn an_error_names_the_field_and_the_rule() {
    let mut settings = settings();
    settings.fields[1].max_bytes = 0;
    let error = Rules::new(settings).expect_err("refused");
    assert_eq!(error.to_string(), "phone: A field's limit is between 1 and 512,000 bytes.");
}
