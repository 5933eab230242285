//! An origin (RFC 6454): scheme, host and port, as browsers write it in `Origin`.

use std::fmt;

use url::Url;

/// A serialised `http` or `https` origin. Compared byte by byte, never by prefix.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// The origin that the text names; `None` where it has a path, a user, a query, or another scheme.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !bare || !anonymous || text.contains('*') {
            return None;
        }
        Some(Self(url.origin().ascii_serialization()))
    }

    /// The origin as text, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is reached over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        let written = |text| Origin::parse(text).map(|origin| origin.as_str().to_owned());
        assert_eq!(written("https://Shop.example/").as_deref(), Some("https://shop.example"));
        assert_eq!(written("https://shop.example:443").as_deref(), Some("https://shop.example"));
        assert_eq!(written("http://localhost:8787").as_deref(), Some("http://localhost:8787"));
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_refused() {
        for text in [
            "",
            "*",
            "null",
            "shop.example",
            "https://*.shop.example",
            "https://shop.example/x",
            "https://a@shop.example",
            "https://shop.example?x",
            "ftp://shop.example",
            "file:///",
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }
}
