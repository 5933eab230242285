//! What holds for every text.

use guestsync_core::pii::{Finding, Findings, Kinds, Region, mask, scan};
use proptest::prelude::*;

/// Pieces that scanners begin with, go on with, or break off at.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,5}",
        "[-+() ./:@x,%=#]{1,3}",
        "[a-fA-F]{1,4}",
        Just("ada@example.org".to_owned()),
        Just("+44 20 7946 0018".to_owned()),
        Just("5105 1051 0510 5100".to_owned()),
        Just("GB33BUKB20201555555555".to_owned()),
        Just("219-09-9998".to_owned()),
        Just("2001:db8::192.0.2.7".to_owned()),
        Just("phone 电话 order ".to_owned()),
        "[٠-٩０-９＠．é\u{a0}\u{2011}]{1,3}",
        any::<char>().prop_map(String::from),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![prop::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat()), any::<String>()]
}

fn region() -> impl Strategy<Value = Option<Region>> {
    prop::sample::select(vec!["", "US", "DE", "DK", "RU", "IT"]).prop_map(Region::named)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_048))]

    #[test]
    fn findings_are_in_order_apart_and_on_character_boundaries(text in text(), region in region()) {
        let mut from = 0;
        for Finding { range, .. } in &scan(&text, region) {
            prop_assert!(from <= range.start && range.start < range.end);
            prop_assert!(text.get(range.clone()).is_some());
            from = range.end;
        }
    }

    #[test]
    fn masking_keeps_all_that_was_not_found(text in text(), region in region()) {
        let findings = scan(&text, region);
        let mut expected = String::new();
        let mut from = 0;
        for finding in &findings {
            expected += &format!("{}[{}]", &text[from..finding.range.start], finding.kind.name());
            from = finding.range.end;
        }
        expected += &text[from..];
        prop_assert_eq!(mask(&text, &findings, Kinds::ALL), expected);
        prop_assert_eq!(mask(&text, &Findings::default(), Kinds::ALL), text);
    }

    #[test]
    fn scanning_twice_finds_the_same(text in text(), region in region()) {
        prop_assert_eq!(scan(&text, region), scan(&text, region));
    }

    #[test]
    fn what_is_found_alone_is_found_after_a_line_of_words(name in "[a-z]{3,12}", host in "[a-z]{3,12}") {
        let text = format!("Some words before.\n{name}@{host}.example\nand after");
        let findings = scan(&text, None);
        let found: Vec<_> = findings.iter().map(|finding| &text[finding.range.clone()]).collect();
        prop_assert_eq!(found, [format!("{name}@{host}.example")]);
    }
}
