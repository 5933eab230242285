//! Under which name the gateway was called.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::http::uri::Authority;

/// The host and port of the request, as the browser has them.
pub(crate) fn authority(headers: &HeaderMap) -> Option<Authority> {
    headers.get(HOST)?.to_str().ok()?.parse().ok()
}

/// Whether the name can only mean this machine.
pub(crate) fn is_loopback(headers: &HeaderMap) -> bool {
    let Some(authority) = authority(headers) else { return false };
    let host = authority.host();
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        let is = |host: &str| is_loopback(&HeaderMap::from_iter([(HOST, host.parse().unwrap())]));
        for host in ["localhost", "localhost:8787", "127.0.0.1:1", "127.1.2.3", "[::1]:8787", "[::1]"] {
            assert!(is(host), "{host}");
        }
        for host in ["localhost.evil.example", "127.0.0.1.evil.example", "shop.example:8787", "evil@127.0.0.1x", "0.0.0.0", ""] {
            assert!(!is(host), "{host}");
        }
        assert!(!is_loopback(&HeaderMap::new()));
    }
}
