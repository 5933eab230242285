//! The work grows with the text and not faster: characters read, not time, are counted.

use super::text::Text;
use super::{Region, search};

/// Texts that are repeated until they fill the length. Each makes another scanner begin as often as it can, and fail as late. The bench
/// of the page times the same.
fn shapes() -> Vec<String> {
    serde_json::from_str(include_str!("../../fixtures/pii-hostile.json")).expect("texts")
}

/// How many characters are read to scan a shape of this many bytes.
fn reads(shape: &str, bytes: usize, region: Option<Region>) -> u64 {
    let mut text = Text::new(&shape.repeat(bytes / shape.len()));
    search(&mut text, region);
    text.reads()
}

fn doubles(region: Option<Region>, kib: &[usize]) {
    for shape in &shapes() {
        let mut before = reads(shape, 4 << 10, region);
        for kib in kib {
            let now = reads(shape, kib << 10, region);
            assert!(now * 10 <= before * 21, "{shape:?} at {kib} KiB: {before} characters were read, then {now}");
            before = now;
        }
    }
}

#[test]
fn twice_the_text_is_twice_the_work_for_every_hostile_shape() {
    doubles(None, &[8, 16, 32, 64, 128, 256, 512, 1024]);
}

#[test]
fn no_region_makes_it_more() {
    for region in ["US", "DE", "DK"] {
        doubles(Region::named(region), &[8, 16, 32]);
    }
}

#[test]
fn no_character_is_read_more_often_than_twenty_five_times() {
    for shape in &shapes() {
        let most = reads(shape, 64 << 10, None) >> 16;
        assert!(most <= 25, "{shape:?}: {most} times");
    }
}
