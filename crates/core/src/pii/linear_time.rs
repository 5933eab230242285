//! The work grows with the text and not faster: characters read, not time, are counted.

use super::text::Text;
use super::{Region, search};

/// Texts that are repeated until they fill the length. Each makes another scanner begin as often as it can, and fail as late.
const SHAPES: [&str; 44] = [
    "1",
    "1 ",
    "1-",
    "12-34 ",
    "+",
    "(",
    "+1 (",
    "+49 1",
    "00 49 ",
    "1.",
    "1.1.1.1.",
    ":",
    "1:",
    "::1",
    "f:f:f:f:f:f:f:",
    "@",
    "a",
    "a@",
    "a.",
    "a@b.",
    "a@1.1.1",
    "a..",
    "é@é.",
    "9",
    "AD12 ",
    "GB33 BUKB 2020 1555 5555 5",
    "4111 1111 1111 111 ",
    "219-09-999 ",
    "phone 123456 ",
    "電話 12345 ",
    "1234 ",
    "123 ",
    "1 1 1 1 123456789 ",
    "(1) ",
    "1) ",
    " (.0)",
    "6)()(",
    "1.8.8.1()(0)",
    "2) 81) 1111)1122~(",
    ":(1) ( 1) 44(1.1.1) ( 1) ",
    "912U(+ (13)2",
    "11a(1212)2",
    "LC1 ",
    "(121",
];

/// How many characters are read to scan a shape of this many bytes.
fn reads(shape: &str, bytes: usize, region: Option<Region>) -> u64 {
    let mut text = Text::new(&shape.repeat(bytes / shape.len()));
    search(&mut text, region);
    text.reads()
}

fn doubles(region: Option<Region>, kib: &[usize]) {
    for shape in SHAPES {
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
fn no_character_is_read_more_often_than_fifty_times() {
    for shape in SHAPES {
        let most = reads(shape, 64 << 10, None) >> 16;
        assert!(most <= 50, "{shape:?}: {most} times");
    }
}
