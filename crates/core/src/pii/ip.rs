//! IP addresses: dotted decimal, and the text forms of RFC 4291 §2.2 and RFC 4007 §11 for version 6.

use super::text::Text;

/// Where the IP address that begins at `start`, behind `before` and not within a word, ends: its zone and prefix length apart.
pub(super) fn end(text: &Text, start: usize, before: u8) -> Option<usize> {
    if matches!(before, b'.' | b'_') {
        return None;
    }
    let mut group = start;
    while group < start + 5 && text.read(group).is_ascii_hexdigit() {
        group += 1;
    }
    match text.read(group) {
        b'.' => dotted(text, start),
        b':' if before != b':' => grouped(text, start),
        _ => None,
    }
}

/// Version 4: four numbers up to 255, with dots between them and no fifth one.
fn dotted(text: &Text, start: usize) -> Option<usize> {
    let (mut at, mut first) = (start, start);
    let (mut part, mut number) = (1, 0);
    loop {
        let c = text.read(at);
        let digit = c.wrapping_sub(b'0');
        if digit <= 9 {
            number = number * 10 + u32::from(digit);
            if number > 255 || at == first + 3 {
                return None;
            }
        } else if at == first {
            return None;
        } else if part == 4 {
            break;
        } else if c == b'.' {
            part += 1;
            number = 0;
            first = at + 1;
        } else {
            return None;
        }
        at += 1;
    }
    ends(text, at).then_some(at)
}

/// Version 6: eight groups, or fewer around one `::`; the last two may be dotted decimal.
///
/// `::` alone is taken at the end of the text or before a prefix length only, and letters alone (`abc::def`) are a name in a
/// program.
fn grouped(text: &Text, start: usize) -> Option<usize> {
    let mut at = start;
    let mut groups = 0;
    let mut gap = false;
    let mut digit = false;
    while groups <= 8 {
        let group = at;
        let mut c = text.read(at);
        while c.is_ascii_hexdigit() {
            digit |= c.is_ascii_digit();
            at += 1;
            c = text.read(at);
        }
        if at > group + 4 {
            return None;
        }
        if at > group {
            groups += 1;
            if c == b'.' && text.is_digit(at + 1) && (gap || groups == 7) {
                at = dotted(text, group)?;
                groups += 1;
                break;
            }
        }
        if c != b':' {
            break;
        }
        let next = text.read(at + 1);
        if next == b':' {
            if gap {
                return None;
            }
            gap = true;
            at += 2;
        } else if next.is_ascii_hexdigit() {
            if at == group {
                return None;
            }
            at += 1;
        } else {
            break;
        }
    }
    let valid = if gap { groups < 8 } else { groups == 8 };
    let told = digit || (groups == 0 && matches!(text.at(at), 0 | b'/'));
    (valid && told && ends(text, at)).then_some(at)
}

/// Whether an address may end at `at`: with no letter, digit or further number behind it. A hyphen makes a range.
fn ends(text: &Text, at: usize) -> bool {
    !(text.at(at).is_ascii_alphanumeric() || text.at(at) == b'.' && text.is_digit(at + 1))
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, scan};

    fn found(text: &str) -> Vec<&str> {
        let findings = scan(text, None);
        findings.iter().filter(|f| f.kind == Kind::Ip).map(|f| &text[f.range.clone()]).collect()
    }

    #[test]
    fn addresses_of_both_versions_are_found() {
        for address in [
            "192.0.2.7",
            "0.0.0.0",
            "255.255.255.255",
            "192.000.002.007",
            "2001:db8::7",
            "2001:DB8:0:0:8:800:200C:417A",
            "::1",
            "::",
            "fe80::",
            "2001:db8:1:2:3:4:5::",
            "::ffff:192.0.2.7",
            "64:ff9b::198.51.100.7",
            "1:2:3:4:5:6:192.0.2.7",
        ] {
            assert_eq!(found(address), [address]);
        }
    }

    #[test]
    fn what_stands_around_an_address_is_not_part_of_it() {
        assert_eq!(found("from 192.0.2.7:8080, or [2001:db8::7]:443."), ["192.0.2.7", "2001:db8::7"]);
        assert_eq!(found("192.0.2.0/24 and 2001:db8::/32"), ["192.0.2.0", "2001:db8::"]);
        assert_eq!(found("fe80::7%eth0"), ["fe80::7"]);
        assert_eq!(found("地址是192.0.2.7。"), ["192.0.2.7"]);
        assert_eq!(found("It is 2001:db8::7."), ["2001:db8::7"]);
        assert_eq!(found("route ::/0"), ["::"]);
        assert_eq!(found("192.0.2.7-192.0.2.9"), ["192.0.2.7", "192.0.2.9"]);
    }

    #[test]
    fn other_dots_and_colons_are_left_alone() {
        for text in [
            "256.0.2.7",
            "192.0.2.256",
            "192.0.2",
            "192.0.2.7.9",
            "v192.0.2.7",
            "192.0.2.7th",
            "192..0.2",
            "1920.0.2.7",
            "at 12:34:56",
            "00:1b:44:11:3a:b7",
            "1:2:3:4",
            "std::fmt",
            "abc::def",
            "left :: right",
            "2001::db8::7",
            "12345::7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7::8:9",
            "::ffff:192.0.2",
            "::ffff:192.0.2.256",
            ":",
            ":::",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
