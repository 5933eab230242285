//! What is wrong with a file of channels, and where. No value of the file is repeated, only its fields' names.

use std::fmt;

use serde::Serialize;

/// The longest part of a path that is shown.
const LONGEST_STEP: usize = 64;

/// A rule that a file broke.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// The text is not YAML or JSON; counted from 1, 0 where that is not known.
    Syntax {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// There is no channel in it.
    FileEmpty,
    /// It is larger than [`super::LARGEST`].
    FileTooLarge,
    /// A field that every channel has is missing.
    Missing,
    /// A value of another type; what is expected.
    Type(&'static str),
    /// A field that no channel has; the nearest name there is.
    Unknown(&'static str),
    /// A field of a channel, but not here; where it belongs.
    Misplaced(&'static str),
    /// A field that is there twice.
    Repeated,
    /// A text that is empty where it must not be.
    TextEmpty,
    /// A text with more characters than this.
    TextTooLong(usize),
    /// A text with control characters.
    TextControl,
    /// Another channel of the file has this name; its path.
    NameTwice(String),
    /// A channel of the organisation has this name.
    NameTaken,
    /// None of the themes; the nearest.
    Theme(&'static str),
    /// More custom attributes than a widget can have.
    TooManyAttributes,
    /// A custom attribute's key that is empty, over 128 bytes, or reserved.
    AttributeKey,
    /// A custom attribute's value over 256 bytes of UTF-8.
    AttributeValue,
    /// Not an origin as browsers write it.
    Origin,
    /// An origin with something after the host.
    OriginPath,
    /// An origin of another scheme than https, or http elsewhere than on this machine.
    OriginScheme,
    /// A wildcard.
    OriginWildcard,
    /// An origin that is there twice.
    OriginTwice,
    /// An enabled policy that does not ask for consent.
    ConsentRequired,
    /// A queue id that is no UUID.
    QueueId,
    /// A warning: the queue id of the design document's example.
    QueueExample,
    /// A warning: an enabled policy that lets nobody in.
    NoOrigins,
}

impl Rule {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "file.syntax",
            Self::FileEmpty => "file.empty",
            Self::FileTooLarge => "file.too_large",
            Self::Missing => "field.missing",
            Self::Type(_) => "field.type",
            Self::Unknown(_) | Self::Misplaced(_) => "field.unknown",
            Self::Repeated => "field.duplicate",
            Self::TextEmpty => "text.empty",
            Self::TextTooLong(_) => "text.too_long",
            Self::TextControl => "text.control",
            Self::NameTwice(_) => "name.duplicate",
            Self::NameTaken => "name.taken",
            Self::Theme(_) => "theme.unknown",
            Self::TooManyAttributes => "attributes.too_many",
            Self::AttributeKey => "attribute.key",
            Self::AttributeValue => "attribute.too_long",
            Self::Origin => "origin.invalid",
            Self::OriginPath => "origin.path",
            Self::OriginScheme => "origin.scheme",
            Self::OriginWildcard => "origin.wildcard",
            Self::OriginTwice => "origin.duplicate",
            Self::ConsentRequired => "consent.required",
            Self::QueueId => "queue.invalid",
            Self::QueueExample => "queue.example",
            Self::NoOrigins => "origins.none",
        }
    }

    /// Whether it only warns.
    #[must_use]
    pub const fn is_warning(&self) -> bool {
        matches!(self, Self::QueueExample | Self::NoOrigins)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Syntax { line: 0, .. } => "cannot be read as YAML or JSON",
            Self::Syntax { line, column } => {
                return write!(f, "cannot be read as YAML or JSON at line {line}, column {column}");
            }
            Self::FileEmpty => "holds no channel",
            Self::FileTooLarge => "is larger than 4 MiB",
            Self::Missing => "is missing",
            Self::Type(expected) => return write!(f, "must be {expected}"),
            Self::Unknown(nearest) => return write!(f, "is no field here; the nearest name is `{nearest}`"),
            Self::Misplaced(place) => return write!(f, "is no field here; it belongs to `{place}`"),
            Self::Repeated => "is there twice",
            Self::TextEmpty => "must not be empty",
            Self::TextTooLong(most) => return write!(f, "must have at most {most} characters"),
            Self::TextControl => "must not have control characters",
            Self::NameTwice(other) => return write!(f, "is also the name of {other}"),
            Self::NameTaken => "is the name of another channel of the organisation: choose another, or use --on-conflict suffix",
            Self::Theme(nearest) => return write!(f, "must be `default`, `compact` or `custom`; the nearest is `{nearest}`"),
            Self::TooManyAttributes => "must have at most 20 attributes",
            Self::AttributeKey => "must be a key of 1 to 128 bytes without control characters, and not `__proto__` or the like",
            Self::AttributeValue => "must have at most 256 bytes of UTF-8",
            Self::Origin => {
                "must be an origin as browsers write it, like https://shop.example: lower case, no usual port, no user"
            }
            Self::OriginPath => "must end after host and port: no slash, path or query",
            Self::OriginScheme => "must begin with https:// (http:// only for localhost)",
            Self::OriginWildcard => "must name one origin: wildcards are refused",
            Self::OriginTwice => "is there twice",
            Self::ConsentRequired => "must be true while the policy is enabled",
            Self::QueueId => "must be the id of a queue, a UUID like 8f3a2b1c-4d5e-6f7a-8b9c-0d1e2f3a4b5c",
            Self::QueueExample => "has the form of an example: replace it by the id of a queue, a UUID",
            Self::NoOrigins => "is empty: no page may show this channel",
        };
        f.write_str(text)
    }
}

/// One broken rule and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `channels[2].securityPolicy.allowedOrigins[0]`; empty for the file as a whole.
    pub path: String,
    /// Which rule.
    pub rule: Rule,
}

impl Problem {
    pub(super) fn new(path: impl Into<String>, rule: Rule) -> Self {
        Self { path: path.into(), rule }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the file" } else { &self.path };
        write!(f, "{path} {} ({})", self.rule, self.rule.code())
    }
}

impl Serialize for Problem {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut problem = serializer.serialize_struct("Problem", 3)?;
        problem.serialize_field("path", &self.path)?;
        problem.serialize_field("code", self.rule.code())?;
        problem.serialize_field("message", &self.rule.to_string())?;
        problem.end()
    }
}

/// Everything that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.len() == 1 { "there is a problem:" } else { "there are problems:" })?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

/// A path one member further. A key that is no plain word is quoted, and cut where it is long.
pub(super) fn step(at: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-$".contains(c));
    let cut: String = key.chars().take(LONGEST_STEP).collect();
    match (plain, at.is_empty()) {
        (true, true) => cut,
        (true, false) => format!("{at}.{cut}"),
        (false, _) => format!("{at}[\"{}\"]", cut.escape_debug()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_on_one_line_whatever_the_keys_are() {
        assert_eq!(step("", "name"), "name");
        assert_eq!(step("channels[0]", "name"), "channels[0].name");
        assert_eq!(step("a", "b c"), "a[\"b c\"]");
        assert_eq!(step("a", "\u{1b}[2J\n"), "a[\"\\u{1b}[2J\\n\"]");
        assert_eq!(step("a", ""), "a[\"\"]");
        assert_eq!(step("a", &"x".repeat(100)).len(), 2 + LONGEST_STEP);
    }
}
