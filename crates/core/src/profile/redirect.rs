//! Where a navigation lands after its form was handled.

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::text::cut;

/// A path of this site, from the configuration; never from what came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    path: String,
    fragment: Option<String>,
}

impl Redirect {
    /// Takes `/path?query#fragment`. `None` where a browser could read it as another site: an absolute or protocol-relative
    /// address, a backslash, white space or anything that is not printable ASCII.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let printable = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        if !text.starts_with('/') || text.starts_with("//") || !printable {
            return None;
        }
        let (path, fragment) = cut(text, b'#').map_or((text, None), |(path, fragment)| (path, Some(fragment)));
        Some(Self { path: path.to_owned(), fragment: fragment.map(str::to_owned) })
    }

    /// The address for an answer: `?guestsync=` with its code, and `&field=` where it is about one.
    #[must_use]
    pub fn location(&self, code: &str, field: Option<&str>) -> String {
        let mut location = self.path.clone();
        location.push(if self.path.bytes().any(|byte| byte == b'?') { '&' } else { '?' });
        location.push_str("guestsync=");
        encode(&mut location, code);
        if let Some(field) = field {
            location.push_str("&field=");
            encode(&mut location, field);
        }
        if let Some(fragment) = &self.fragment {
            location.push('#');
            location.push_str(fragment);
        }
        location
    }
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn encode(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(path: &str, code: &str, field: Option<&str>) -> String {
        Redirect::parse(path).expect("a path").location(code, field)
    }

    #[test]
    fn the_answer_is_added_to_whatever_query_there_is() {
        assert_eq!(location("/thanks", "synced", None), "/thanks?guestsync=synced");
        assert_eq!(location("/thanks?a=b#top", "synced", None), "/thanks?a=b&guestsync=synced#top");
        assert_eq!(
            location("/", "field.required", Some("größe & co")),
            "/?guestsync=field.required&field=gr%C3%B6%C3%9Fe%20%26%20co"
        );
    }

    #[test]
    fn an_address_that_could_leave_the_site_is_refused() {
        for text in [
            "",
            "thanks",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/a b",
            "/\t/evil.example",
            "/\n",
            "/ä",
            "https:/evil",
            "///evil.example",
        ] {
            assert_eq!(Redirect::parse(text), None, "{text:?}");
        }
    }
}
