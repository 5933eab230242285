//! Texts with several kinds in them.

use guestsync_core::pii::{Kind, Kinds, Policies, Policy, Region, mask, scan};

#[test]
fn each_kind_is_found_in_its_place() {
    let text = "ada@example.org, +44 20 7946 0018, 5105 1051 0510 5100, GB33 BUKB 2020 1555 5555 55, 219-09-9998, 2001:db8::7";
    let found: Vec<_> = scan(text, None).iter().map(|finding| (finding.kind, &text[finding.range.clone()])).collect();
    assert_eq!(
        found,
        [
            (Kind::Email, "ada@example.org"),
            (Kind::Phone, "+44 20 7946 0018"),
            (Kind::Card, "5105 1051 0510 5100"),
            (Kind::Iban, "GB33 BUKB 2020 1555 5555 55"),
            (Kind::Ssn, "219-09-9998"),
            (Kind::Ip, "2001:db8::7"),
        ]
    );
}

#[test]
fn matches_that_touch_stay_apart() {
    let text = "ada@example.org219-09-9998";
    assert_eq!(mask(text, &scan(text, None), Kinds::ALL), "[email][ssn]");
}

#[test]
fn what_belongs_to_one_kind_is_not_taken_for_another() {
    for (text, kind) in [
        ("2025550143@example.org", Kind::Email),
        ("ada@192-0-2-7.example.org", Kind::Email),
        ("GB33BUKB20201555555555", Kind::Iban),
        ("4000000000000002", Kind::Card),
        ("219-09-9998", Kind::Ssn),
        ("192.0.2.7", Kind::Ip),
        ("64:ff9b::198.51.100.7", Kind::Ip),
    ] {
        assert_eq!(scan(text, None).kinds(), [kind].into_iter().collect(), "{text}");
    }
}

#[test]
fn ordinary_values_have_nothing_in_them() {
    for text in [
        "",
        "en-US",
        "gold",
        "true",
        "42",
        "3.14159",
        "-17",
        "1e21",
        "1,234,567.89",
        "2024-01-31T08:15:00Z",
        "2024-01-31 08:15:00.000",
        "08:15–09:45",
        "1712345678901",
        "550e8400-e29b-41d4-a716-446655440000",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "#1f2937",
        "rgb(31, 41, 55)",
        "v2.14.0-rc.1",
        "https://example.org/@ada/posts/20240131?page=2&size=50",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
        "1600 Amphitheatre Parkway, Mountain View, CA 94043-1351",
        "size 42, colour 7, 3 of 10",
        "SKU 4711-0815",
        "51.5074, -0.1278",
        "10:00 - 12:30",
        "\u{1F1EC}\u{1F1E7} naïve café",
    ] {
        assert!(scan(text, None).is_empty(), "{text}");
        assert!(scan(text, Region::named("US")).is_empty(), "{text}");
    }
}

#[test]
fn policies_say_what_is_masked() {
    let mut policies = Policies::default();
    policies.set(Kind::Email, Policy::Mask);
    let text = "ada@example.org from 192.0.2.7";
    let findings = scan(text, None);
    assert_eq!(mask(text, &findings, policies.with(Policy::Mask)), "[email] from 192.0.2.7");
    assert!(findings.kinds().and(policies.with(Policy::Block)).is_empty());
}

#[test]
fn findings_do_not_show_what_was_found() {
    let findings = scan("ada.canary@example.org and 5105105105105100", None);
    let shown = format!("{findings:?} {:?} {:?}", findings.kinds(), findings.iter().next());
    assert!(shown.contains("Email") && shown.contains("Card"));
    assert!(!shown.contains("canary") && !shown.contains("5105"));
}
