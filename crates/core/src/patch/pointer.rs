//! JSON Pointers (RFC 6901) to a member of a guest profile.

use alloc::borrow::ToOwned;
use alloc::string::String;

/// The most bytes of a pointer.
pub const MAX_BYTES: usize = 256;

/// A pointer that an update may use: absolute, not the whole document, not the end of an array.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pointer(String);

impl Pointer {
    /// Takes the text of a pointer, `/email` or `/address/city`.
    ///
    /// # Errors
    /// [`PointerError`], by the first rule that is broken.
    pub fn parse(text: &str) -> Result<Self, PointerError> {
        let [b'/', tokens @ ..] = text.as_bytes() else { return Err(PointerError::NotAbsolute) };
        if text.len() > MAX_BYTES {
            return Err(PointerError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(PointerError::Control);
        }
        for token in tokens.split(|byte| *byte == b'/') {
            let mut rest = token;
            while let [byte, after @ ..] = rest {
                if *byte == b'~' && !matches!(after, [b'0' | b'1', ..]) {
                    return Err(PointerError::Escape);
                }
                rest = after;
            }
            match token {
                b"" => return Err(PointerError::EmptyToken),
                b"-" => return Err(PointerError::Append),
                b"__proto__" | b"constructor" | b"prototype" => return Err(PointerError::Reserved),
                _ => {}
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// The pointer to the member of this name at the top of the document; `~` and `/` are escaped.
    ///
    /// # Errors
    /// As [`Pointer::parse`].
    pub fn to_member(name: &str) -> Result<Self, PointerError> {
        let mut text = String::with_capacity(name.len() + 1);
        text.push('/');
        for c in name.chars() {
            match c {
                '~' => text.push_str("~0"),
                '/' => text.push_str("~1"),
                c => text.push(c),
            }
        }
        Self::parse(&text)
    }

    /// The text of the pointer.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether one of the two is, or lies within, what the other points to.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let (short, long) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        long.0.strip_prefix(short.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether the last token could be an array index: an `add` there inserts, and a repeat inserts again.
    #[must_use]
    pub fn ends_in_index(&self) -> bool {
        self.0.bytes().rev().take_while(|byte| *byte != b'/').all(|byte| byte.is_ascii_digit())
    }
}

/// Why a text is no pointer that an update may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointerError {
    /// It does not begin with `/`.
    NotAbsolute,
    /// It has more than [`MAX_BYTES`] bytes.
    TooLong,
    /// It holds a control character.
    Control,
    /// A `~` is not followed by `0` or `1`.
    Escape,
    /// A token is empty.
    EmptyToken,
    /// A token is `-`, the end of an array.
    Append,
    /// A token is a name that prototype pollution uses.
    Reserved,
}

impl PointerError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAbsolute => "pointer.not_absolute",
            Self::TooLong => "pointer.too_long",
            Self::Control => "pointer.control",
            Self::Escape => "pointer.escape",
            Self::EmptyToken => "pointer.empty_token",
            Self::Append => "pointer.append",
            Self::Reserved => "pointer.reserved",
        }
    }

    /// What to tell a developer.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::NotAbsolute => "A JSON Pointer begins with \"/\".",
            Self::TooLong => "The JSON Pointer has more than 256 bytes.",
            Self::Control => "A JSON Pointer has no control characters here.",
            Self::Escape => "In a JSON Pointer, \"~\" is followed by \"0\" or \"1\".",
            Self::EmptyToken => "The JSON Pointer has an empty part.",
            Self::Append => "The JSON Pointer points to the end of an array, where every repeat appends.",
            Self::Reserved => "The JSON Pointer has a part that is reserved by JavaScript.",
        }
    }
}

impl core::fmt::Display for PointerError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for PointerError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_pointers_are_taken_as_they_are() {
        for text in ["/email", "/address/city", "/a~0b~1c", "/größe", "/0", "/a b", "/\"quoted\""] {
            assert_eq!(Pointer::parse(text).expect(text).as_str(), text);
        }
    }

    #[test]
    fn each_rule_refuses_what_breaks_it() {
        let long = format!("/{}", "a".repeat(256));
        let rows = [
            ("", PointerError::NotAbsolute),
            ("email", PointerError::NotAbsolute),
            ("#/email", PointerError::NotAbsolute),
            (&*long, PointerError::TooLong),
            ("/a\u{0}", PointerError::Control),
            ("/a\n", PointerError::Control),
            ("/~", PointerError::Escape),
            ("/a~2", PointerError::Escape),
            ("/~~0", PointerError::Escape),
            ("/", PointerError::EmptyToken),
            ("/a//b", PointerError::EmptyToken),
            ("/tags/-", PointerError::Append),
            ("/__proto__/admin", PointerError::Reserved),
            ("/a/constructor", PointerError::Reserved),
        ];
        for (text, error) in rows {
            assert_eq!(Pointer::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn the_longest_pointer_is_taken() {
        assert!(Pointer::parse(&format!("/{}", "a".repeat(255))).is_ok());
    }

    #[test]
    fn a_member_name_is_escaped() {
        assert_eq!(Pointer::to_member("a/b~c").expect("a name").as_str(), "/a~1b~0c");
        assert_eq!(Pointer::to_member(""), Err(PointerError::EmptyToken));
    }

    #[test]
    fn overlap_is_being_the_same_or_within() {
        let at = |text| Pointer::parse(text).expect("a pointer");
        assert!(at("/a").overlaps(&at("/a")));
        assert!(at("/a/b").overlaps(&at("/a")));
        assert!(at("/a").overlaps(&at("/a/b")));
        assert!(!at("/a").overlaps(&at("/ab")));
        assert!(!at("/a/b").overlaps(&at("/a/c")));
    }

    #[test]
    fn an_index_is_digits_at_the_end() {
        assert!(Pointer::parse("/tags/0").expect("a pointer").ends_in_index());
        assert!(!Pointer::parse("/0/tag").expect("a pointer").ends_in_index());
    }
}
