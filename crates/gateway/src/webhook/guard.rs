//! Which addresses a receiver may have: global ones (IANA's special-purpose registries, RFC 6890). A name is resolved once, and the
//! connection goes to what came of that, so that a name that changes its mind after the check gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// IPv4 blocks that are not on the internet, or not one host's: first address and length of the prefix.
const CLOSED: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// IPv6 blocks within 2000::/3 that are the same: IETF protocols (Teredo, ORCHID, …), documentation, 6to4.
const CLOSED_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address is one host's on the internet. Addresses that embed an IPv4 address are not.
#[must_use]
pub fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !CLOSED.iter().any(|(block, length)| (v4.to_bits() ^ block.to_bits()) >> (32 - length) == 0),
        IpAddr::V6(v6) => {
            let closed = CLOSED_V6.iter().any(|(block, length)| (v6.to_bits() ^ block.to_bits()) >> (128 - length) == 0);
            // ISATAP (RFC 5214): the interface id holds an IPv4 address.
            let embeds = matches!((v6.segments()[4] & !0x0200, v6.segments()[5]), (0, 0x5efe));
            v6.to_bits() >> 125 == 0b001 && !closed && !embeds
        }
    }
}

/// Whether the host of an address is a name, or a global address. What a name means shows when it is resolved.
pub(super) fn allows_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(v4)) => is_global(v4.into()),
        Some(Host::Ipv6(v6)) => is_global(v6.into()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.contains('.') && !["localhost", "local", "internal"].iter().any(|end| name.rsplit('.').next() == Some(end))
        }
        None => false,
    }
}

/// A name resolved to something that is not global.
#[derive(Debug, thiserror::Error)]
#[error("the receiver's name leads to an address that is not global")]
pub(super) struct NotGlobal;

/// Resolves names by the system and refuses those that lead anywhere else.
pub(super) struct Guarded;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if !found.iter().all(|address| is_global(address.ip())) {
                return Err(NotGlobal.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether a request failed because of [`NotGlobal`].
pub(super) fn is_refusal(error: &reqwest::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if inner.is::<NotGlobal>() {
            return true;
        }
        source = inner.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::target;
    use super::*;

    #[test]
    fn addresses_that_are_not_global_are_not() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.1.2.3",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::1",
            "2606:4700::5efe:7f00:1",
            "2606:4700::200:5efe:a00:1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_global(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn the_addresses_beside_those_blocks_are_global() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:db7::1",
            "2003::1",
            "2606:4700::1111",
        ] {
            assert!(is_global(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn an_address_that_means_this_network_in_other_words_is_no_target() {
        for text in [
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "gopher://example.com/",
            "https://",
            "example.com",
            "https://localhost/",
            "https://LOCALHOST/",
            "https://localhost./",
            "https://a.localhost/",
            "https://printer.local/",
            "https://metadata.google.internal/",
            "https://metadata/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://0/",
            "https://127.0.0.1./",
            "https://①②⑦.0.0.1/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[fe80::1]/",
            "https://[64:ff9b::127.0.0.1]/",
            "https://[2002:7f00:1::]/",
            "https://10.1.2.3/",
            "https://192.168.0.1:8443/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[fd00:ec2::254]/",
            "https://user@example.com/",
            "https://user:secret@example.com/",
            "https://example.com/#a",
            "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
            "https://%6c%6f%63%61%6c%68%6f%73%74/",
        ] {
            assert!(target(text, false).is_none(), "{text}");
        }
        assert!(target("https://hooks.example.com/a?b=c", false).is_some() && target("https://1.1.1.1:8443/", false).is_some());
        assert!(target("http://127.0.0.1:9/", true).is_some() && target("ftp://127.0.0.1/", true).is_none());
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_refused_when_it_is_resolved() {
        let client = reqwest::Client::builder().dns_resolver(std::sync::Arc::new(Guarded)).no_proxy();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let error = client.build().unwrap().get("http://localhost:9/").send().await.unwrap_err();
        assert!(is_refusal(&error));
    }
}
