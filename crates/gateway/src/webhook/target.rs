//! Which address a receiver may have, as it is written: https on a listed port, of a listed host where hosts are listed. What its name
//! leads to is [`super::guard`]'s.

use std::collections::BTreeSet;

use url::Url;

use super::guard;

/// Where webhooks may go.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    /// Into one's own network too, and over http.
    pub private: bool,
    /// To these ports; none listed: 443, or with `private` any.
    pub ports: BTreeSet<u16>,
    /// To these hosts; none listed: any.
    pub hosts: BTreeSet<String>,
}

impl Allowed {
    /// The address of a receiver, if it may be one.
    pub(crate) fn target(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let scheme = url.scheme() == "https" || (self.private && url.scheme() == "http");
        let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let host = self.private || guard::allows_host(&url);
        (scheme && plain && host && self.lists_port(&url) && self.lists_host(&url)).then_some(url)
    }

    fn lists_port(&self, url: &Url) -> bool {
        let Some(port) = url.port_or_known_default() else { return false };
        if self.ports.is_empty() { self.private || port == 443 } else { self.ports.contains(&port) }
    }

    fn lists_host(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        self.hosts.is_empty() || self.hosts.contains(host.trim_end_matches('.'))
    }
}

/// A host as it is listed: a name or an address as it stands in an address, without port. `None` where it is none.
pub(crate) fn listed_host(text: &str) -> Option<String> {
    let host = url::Host::parse(text).ok()?.to_string();
    // The URL standard lets a name have one; who writes it means a pattern.
    let plain = !host.contains('*');
    Some(host.trim_end_matches('.').to_owned()).filter(|host| plain && !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(ports: &[u16], hosts: &[&str]) -> Allowed {
        let hosts = hosts.iter().map(|host| listed_host(host).unwrap()).collect();
        Allowed { private: false, ports: ports.iter().copied().collect(), hosts }
    }

    #[test]
    fn only_the_port_of_https_is_taken_unless_others_are_listed() {
        let takes = |allowed: &Allowed, text: &str| allowed.target(text).is_some();
        let usual = Allowed::default();
        assert!(takes(&usual, "https://hooks.example.com/a") && takes(&usual, "https://hooks.example.com:443/a"));
        for port in [0, 22, 25, 80, 6379, 8443, 65535] {
            assert!(!takes(&usual, &format!("https://hooks.example.com:{port}/a")), "{port}");
        }
        let listed = allowed(&[8443], &[]);
        assert!(takes(&listed, "https://hooks.example.com:8443/a") && !takes(&listed, "https://hooks.example.com/a"));
        let private = Allowed { private: true, ..Allowed::default() };
        assert!(takes(&private, "http://127.0.0.1:9/a"));
        let private = Allowed { private: true, ..allowed(&[9], &[]) };
        assert!(takes(&private, "http://127.0.0.1:9/a") && !takes(&private, "http://127.0.0.1:10/a"));
    }

    #[test]
    fn where_hosts_are_listed_no_other_is_taken_however_it_is_spelled() {
        let listed = allowed(&[], &["Hooks.Example.com", "1.1.1.1", "bücher.example"]);
        for text in [
            "https://hooks.example.com/",
            "https://HOOKS.example.com./",
            "https://1.1.1.1/",
            "https://0x01010101/",
            "https://xn--bcher-kva.example/",
        ] {
            assert!(listed.target(text).is_some(), "{text}");
        }
        for text in [
            "https://example.com/",
            "https://a.hooks.example.com/",
            "https://hooks.example.com.evil.example/",
            "https://evil.example/hooks.example.com",
            "https://evil.example\\@hooks.example.com/",
            "https://hooks.example.com@evil.example/",
            "https://1.1.1.2/",
        ] {
            assert!(listed.target(text).is_none(), "{text}");
        }
        for text in ["", "a b", "https://a.example", "a.example:443", "a/b", "*.example.com"] {
            assert!(listed_host(text).is_none(), "{text}");
        }
    }
}
