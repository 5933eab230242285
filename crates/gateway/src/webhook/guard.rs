//! Which addresses a receiver may have: global ones (IANA's special-purpose registries, RFC 6890). A name is resolved once, and the
//! connection goes to what came of that, so that a name that changes its mind after the check gains nothing.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

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

/// Finds the addresses of a name.
pub(super) trait Lookup: Send + Sync + 'static {
    /// All of them; their port is of no account.
    fn lookup(&self, name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;
}

/// As the system does.
struct System;

impl Lookup for System {
    fn lookup(&self, name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
    }
}

/// Resolves a name once for each connection and refuses those that lead anywhere else; the connection goes to what was looked at.
pub(super) struct Guarded {
    lookup: Arc<dyn Lookup>,
    allows: fn(IpAddr) -> bool,
}

impl Guarded {
    /// By the system, global addresses only.
    pub(super) fn new() -> Self {
        Self { lookup: Arc::new(System), allows: is_global }
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, allows) = (Arc::clone(&self.lookup), self.allows);
        Box::pin(async move {
            let found = lookup.lookup(name.as_str().to_owned()).await?;
            if !found.iter().all(|address| allows(address.ip())) {
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
mod tests;
