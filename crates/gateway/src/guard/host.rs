//! Under which name the gateway was called.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version};
use axum::response::Response;

use crate::proxy::reply::refused_form;
use crate::refusal::Refusal;

const INVALID: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "host.invalid", "The request has to name one host");

/// Has the name stand in `Host`, however the request tells it: HTTP/2 has `:authority` for it (RFC 9113 §8.3.1), and the target of a
/// request to a proxy goes before the header (RFC 9112 §3.2.2).
///
/// # Errors
/// There is none, or more than one.
pub(crate) fn settle(request: &mut Request) -> Result<(), Box<Response>> {
    let stated = request.headers().get_all(HOST).iter().count();
    let authority = request.uri().authority().map(|authority| HeaderValue::try_from(authority.as_str()));
    let names_one = match authority {
        Some(Ok(authority)) if stated <= 1 => {
            request.headers_mut().insert(HOST, authority);
            true
        }
        Some(_) => false,
        None => stated == 1 || (stated == 0 && request.version() < Version::HTTP_11),
    };
    if names_one { Ok(()) } else { Err(Box::new(refused_form(request.uri().path())(INVALID))) }
}

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
