//! A call's address: the configured base, and a path of ours behind it.

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper::http::uri::{Authority, PathAndQuery, Scheme};
use url::Url;

use crate::Error;

/// The base, taken apart once.
pub(crate) struct Address {
    scheme: Scheme,
    authority: Authority,
    host: HeaderValue,
    /// Without a slash at its end; mostly empty.
    prefix: String,
}

impl Address {
    /// Of a base; `None` where it has no host. What it says of a user goes nowhere.
    pub(crate) fn of(base: &Url) -> Option<Self> {
        let host = base.host_str()?;
        let authority = base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Some(Self {
            scheme: base.scheme().parse().ok()?,
            host: HeaderValue::from_str(&authority).ok()?,
            authority: authority.parse().ok()?,
            prefix: base.path().trim_end_matches('/').to_owned(),
        })
    }

    /// The address of a path with its query; its parts are checked by [`crate::call::GuestId`] or escaped.
    ///
    /// # Errors
    /// [`Error::Malformed`] where it has characters that no path has.
    pub(crate) fn of_path(&self, path: &str) -> Result<Uri, Error> {
        let path = self.path(path)?;
        let uri = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone()).path_and_query(path);
        uri.build().map_err(|_| Error::Malformed)
    }

    /// The same as HTTP/1.1 has it in a request's first line.
    ///
    /// # Errors
    /// As [`Self::of_path`].
    pub(super) fn path(&self, path: &str) -> Result<PathAndQuery, Error> {
        let whole = if self.prefix.is_empty() { path.parse() } else { format!("{}{path}", self.prefix).parse() };
        whole.map_err(|_| Error::Malformed)
    }

    /// The host and the port, where it is another one than the scheme's.
    pub(super) fn host(&self) -> HeaderValue {
        self.host.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(base: &str, path: &str) -> String {
        Address::of(&Url::parse(base).unwrap()).unwrap().of_path(path).unwrap().to_string()
    }

    #[test]
    fn a_path_stands_behind_the_base_whatever_the_base_is() {
        assert_eq!(address("https://api.example.org", "/a/b?c=d"), "https://api.example.org/a/b?c=d");
        assert_eq!(address("https://api.example.org:443/", "/a"), "https://api.example.org/a");
        assert_eq!(address("http://127.0.0.1:8080/under/here/", "/a"), "http://127.0.0.1:8080/under/here/a");
        assert_eq!(address("http://[::1]:8080", "/a"), "http://[::1]:8080/a");
        assert_eq!(address("https://bücher.example", "/a"), "https://xn--bcher-kva.example/a");
        assert_eq!(address("https://user:secret@api.example.org", "/a"), "https://api.example.org/a");
    }

    #[test]
    fn a_path_that_is_none_is_refused() {
        let address = Address::of(&Url::parse("http://127.0.0.1").unwrap()).unwrap();
        assert_eq!(address.of_path("/a b").unwrap_err(), Error::Malformed);
    }
}
