//! `securityPolicy.allowedOrigins`: origins (RFC 6454) as browsers write them, so that a comparison by bytes is right.

use url::{Host, Url};

use super::super::document::Node;
use super::super::problem::{Problem, Rule};
use super::fields::Fields;

/// A host name has at most 253 characters; with scheme and port no origin is longer.
const LONGEST: usize = 270;

pub(super) fn check(fields: &mut Fields<'_, '_>) -> Option<Vec<String>> {
    let list = fields.list("allowedOrigins")?;
    let before = fields.problems.len();
    let at = fields.path("allowedOrigins");
    let mut origins: Vec<String> = Vec::with_capacity(list.len());
    for (index, node) in list.iter().enumerate() {
        let broken = match node {
            Node::Text(text) => {
                origin(text).and_then(|()| if origins.contains(text) { Err(Rule::OriginTwice) } else { Ok(text) })
            }
            _ => Err(Rule::Type("an origin like https://shop.example")),
        };
        match broken {
            Ok(text) => origins.push(text.clone()),
            Err(rule) => fields.problems.push(Problem::new(format!("{at}[{index}]"), rule)),
        }
    }
    (fields.problems.len() == before).then_some(origins)
}

fn origin(text: &str) -> Result<(), Rule> {
    if text.contains('*') {
        return Err(Rule::OriginWildcard);
    }
    if text.len() > LONGEST {
        return Err(Rule::TextTooLong(LONGEST));
    }
    let url = Url::parse(text).map_err(|_| Rule::Origin)?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err(Rule::Origin),
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && here) {
        return Err(Rule::OriginScheme);
    }
    let written = url.origin().ascii_serialization();
    if written == text {
        return Ok(());
    }
    let more = text.get(..written.len()).is_some_and(|start| start.eq_ignore_ascii_case(&written))
        && text[written.len()..].starts_with(['/', '?', '#']);
    Err(if more { Rule::OriginPath } else { Rule::Origin })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken_as_browsers_write_it() {
        for text in [
            "https://shop.example",
            "https://shop.example:8443",
            "https://xn--mller-kva.example",
            "https://192.0.2.1",
            "https://[2001:db8::1]:8443",
            "http://localhost",
            "http://localhost:3000",
            "http://127.0.0.1:8787",
            "http://[::1]:8080",
            "https://localhost",
        ] {
            assert_eq!(origin(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused_by_what_is_wrong_with_it() {
        for (text, rule) in [
            ("", Rule::Origin),
            ("null", Rule::Origin),
            ("shop.example", Rule::Origin),
            ("https://", Rule::Origin),
            ("https://Shop.example", Rule::Origin),
            ("https://shop.example:443", Rule::Origin),
            ("https://user@shop.example", Rule::Origin),
            ("https://müller.example", Rule::Origin),
            (" https://shop.example", Rule::Origin),
            ("https://shop.example\n", Rule::Origin),
            ("https:\\\\shop.example", Rule::Origin),
            ("https://shop.example/", Rule::OriginPath),
            ("https://shop.example/pay", Rule::OriginPath),
            ("https://shop.example?x", Rule::OriginPath),
            ("https://shop.example#x", Rule::OriginPath),
            ("http://shop.example", Rule::OriginScheme),
            ("http://localhost.evil.example", Rule::OriginScheme),
            ("http://10.0.0.1", Rule::OriginScheme),
            ("ftp://shop.example", Rule::OriginScheme),
            ("javascript://shop.example", Rule::OriginScheme),
            ("*", Rule::OriginWildcard),
            ("https://*", Rule::OriginWildcard),
            ("https://*.shop.example", Rule::OriginWildcard),
        ] {
            assert_eq!(origin(text), Err(rule), "{text:?}");
        }
        assert_eq!(origin(&format!("https://{}.example", "a".repeat(300))), Err(Rule::TextTooLong(LONGEST)));
    }
}
