//! So many requests a second of one guest and from one address, and a burst of four seconds' worth. Who sends more is told when to
//! come again.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, StatusCode};
use axum::response::Response;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use guestsync_core::Millis;
use guestsync_genesys::call::GuestId;

use crate::app::App;
use crate::config::LimitsConfig;
use crate::proxy::reply::refused_form;
use crate::refusal::Refusal;

/// Seconds of the rate that may come at once.
const BURST: u32 = 4;

const LIMITED: Refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "rate.limited", "Too many requests: try again later");

/// The limiters; one that is not there lets everything pass.
pub(crate) struct Limits {
    guests: Option<DefaultKeyedRateLimiter<GuestId>>,
    addresses: Option<DefaultKeyedRateLimiter<IpAddr>>,
    address_header: Option<HeaderName>,
    addresses_told: bool,
    clock: DefaultClock,
}

impl Limits {
    pub(crate) fn new(config: &LimitsConfig) -> Self {
        Self {
            guests: limiter(config.per_guest),
            addresses: limiter(config.per_address),
            address_header: config.address_header.clone(),
            addresses_told: config.addresses_told,
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a guest.
    pub(crate) fn guest(&self, guest: &GuestId) -> Result<(), Refusal> {
        self.check(self.guests.as_ref(), guest)
    }

    fn address(&self, request: &Request) -> Result<(), Refusal> {
        let Some(address) = self.sender(request.headers(), request.extensions()) else { return Ok(()) };
        self.check(self.addresses.as_ref(), &address)
    }

    /// Who sent it: the last address in the proxy's header, else the peer. This machine is nobody, and so is a proxy that tells nothing.
    fn sender(&self, headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
        if !self.addresses_told {
            return None;
        }
        let stated = self.address_header.as_ref().and_then(|name| headers.get_all(name).iter().next_back());
        let stated = stated.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
        let peer = || {
            let peer = extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip();
            (!peer.to_canonical().is_loopback()).then_some(peer)
        };
        stated.or_else(peer).map(network)
    }

    fn check<K>(&self, limiter: Option<&DefaultKeyedRateLimiter<K>>, key: &K) -> Result<(), Refusal>
    where
        K: std::hash::Hash + Eq + Clone,
    {
        let Some(Err(until)) = limiter.map(|limiter| limiter.check_key(key)) else { return Ok(()) };
        let wait = until.wait_time_from(self.clock.now()).max(Duration::from_millis(1));
        Err(LIMITED.retry_after(Millis::try_from(wait.as_millis()).unwrap_or(Millis::MAX)))
    }

    /// Forgets who has not sent anything for a while.
    pub(crate) fn sweep(&self) {
        if let Some(guests) = &self.guests {
            guests.retain_recent();
        }
        if let Some(addresses) = &self.addresses {
            addresses.retain_recent();
        }
    }
}

/// Who sent a request, where that is known: an IPv4 address, or an IPv6 /64.
pub(crate) struct Sender(pub(crate) Option<IpAddr>);

impl FromRequestParts<Arc<App>> for Sender {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        Ok(Self(app.limits.sender(&parts.headers, &parts.extensions)))
    }
}

/// Refuses what comes too fast from one address.
pub(super) fn check(app: &App, request: &Request) -> Result<(), Box<Response>> {
    app.limits.address(request).map_err(|refusal| Box::new(refused_form(request.uri().path())(refusal)))
}

fn limiter<K: std::hash::Hash + Eq + Clone>(per_second: u32) -> Option<DefaultKeyedRateLimiter<K>> {
    quota(per_second).map(RateLimiter::keyed)
}

fn quota(per_second: u32) -> Option<Quota> {
    let rate = NonZeroU32::new(per_second)?;
    Some(Quota::per_second(rate).allow_burst(rate.saturating_mul(NonZeroU32::new(BURST)?)))
}

/// One customer has a whole /64.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use governor::clock::FakeRelativeClock;

    use super::*;

    /// Arrivals by turns in crowds, at about the rate, and sparse; the number that passed.
    fn play(per_second: u32, arrivals: u64, seed: u64) -> u64 {
        let clock = FakeRelativeClock::default();
        let limiter = RateLimiter::direct_with_clock(quota(per_second).unwrap(), clock.clone());
        // Seconds, and the moments of what passed within the last so many.
        let mut windows = [1, 2, 7, 60].map(|seconds| (seconds, VecDeque::new()));
        let (mut now, mut state, mut passed) = (0u64, seed, 0);
        for n in 0..arrivals {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let usual = 1_000_000_000 / u64::from(per_second);
            let wait = (state >> 33) % [1, usual / 50 + 1, 2 * usual, 10 * usual][(n / 20_011 % 4) as usize];
            clock.advance(Duration::from_nanos(wait));
            now += wait;
            if limiter.check().is_err() {
                continue;
            }
            passed += 1;
            for (seconds, moments) in &mut windows {
                moments.push_back(now);
                while moments.front().is_some_and(|first| *first + *seconds * 1_000_000_000 <= now) {
                    moments.pop_front();
                }
                let most = u64::from(per_second) * (*seconds + u64::from(BURST));
                assert!(moments.len() as u64 <= most, "{} in {seconds} s at {per_second} a second, seed {seed}", moments.len());
            }
        }
        passed
    }

    #[test]
    fn no_window_of_a_million_arrivals_has_more_than_the_burst_and_the_rate() {
        for (per_second, seed) in [(1, 1), (7, 2), (50, 3), (1_000, 4)] {
            let passed = play(per_second, 250_000, seed);
            assert!(passed > 1_000 && passed < 250_000, "{passed} at {per_second} a second");
        }
    }
}
