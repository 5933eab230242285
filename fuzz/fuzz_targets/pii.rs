//! Any text: findings are in order, apart and on character boundaries, and masking keeps the rest.
#![no_main]

use guestsync_core::pii::{Kinds, Region, mask, scan};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str)| {
    let (choice, text) = input;
    let region = ["", "US", "DE", "DK", "RU", "IT"].get(usize::from(choice % 6)).and_then(|name| Region::named(name));
    let findings = scan(text, region);
    let mut expected = String::new();
    let mut kept = 0;
    for finding in &findings {
        assert!(kept <= finding.range.start && finding.range.start < finding.range.end);
        expected += &text[kept..finding.range.start];
        expected += &format!("[{}]", finding.kind.name());
        kept = finding.range.end;
    }
    expected += &text[kept..];
    assert_eq!(mask(text, &findings, Kinds::ALL), expected);
    assert_eq!(mask(text, &findings, Kinds::NONE), text);
});
