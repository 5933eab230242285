//! So many requests a second of one guest and from one address, and a burst of four seconds' worth. Who sends more is told when to
//! come again.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, StatusCode};
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
    clock: DefaultClock,
}

impl Limits {
    pub(crate) fn new(config: &LimitsConfig) -> Self {
        Self {
            guests: limiter(config.per_guest),
            addresses: limiter(config.per_address),
            address_header: config.address_header.clone(),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a guest.
    pub(crate) fn guest(&self, guest: &GuestId) -> Result<(), Refusal> {
        self.check(self.guests.as_ref(), guest)
    }

    fn address(&self, request: &Request) -> Result<(), Refusal> {
        let Some(address) = self.sender(request) else { return Ok(()) };
        self.check(self.addresses.as_ref(), &address)
    }

    /// Who sent it: the last address in the proxy's header, else the peer. This machine is nobody.
    fn sender(&self, request: &Request) -> Option<IpAddr> {
        let stated = self.address_header.as_ref().and_then(|name| request.headers().get_all(name).iter().next_back());
        let stated = stated.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
        let peer = || {
            let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip();
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

/// Refuses what comes too fast from one address.
pub(super) fn check(app: &App, request: &Request) -> Result<(), Box<Response>> {
    app.limits.address(request).map_err(|refusal| Box::new(refused_form(request.uri().path())(refusal)))
}

fn limiter<K: std::hash::Hash + Eq + Clone>(per_second: u32) -> Option<DefaultKeyedRateLimiter<K>> {
    let rate = NonZeroU32::new(per_second)?;
    Some(RateLimiter::keyed(Quota::per_second(rate).allow_burst(rate.saturating_mul(NonZeroU32::new(BURST)?))))
}

/// One customer has a whole /64.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}
