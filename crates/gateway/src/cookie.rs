//! Session cookies: one for each guest, so that two guests in one browser do not mix.
//!
//! Name `__Host-guestsync-<guest id>` where Secure, else `guestsync-<guest id>`. The value is an HMAC over guest and salt under the
//! state key: nothing that opens a session is in the database, and a repeated answer repeats the same cookie.
//!
//! Where pages stand in frames of other sites (`session.embedded`), a second cookie of each guest goes there too, one for each site around
//! (`Partitioned`). It opens what JSON routes do; a form is for the first kind alone, because any page can send one.

use axum::http::{HeaderMap, HeaderValue, header};
use base64ct::{Base64UrlUnpadded, Encoding};
use guestsync_genesys::call::GuestId;
use hmac::Mac;

use crate::app::{App, SESSION_LIFE};
use crate::guard::host;

const SECURE_PREFIX: &str = "__Host-guestsync-";
const PLAIN_PREFIX: &str = "guestsync-";
const EMBEDDED_PREFIX: &str = "__Host-embedded-guestsync-";

/// Which cookies open a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kinds {
    /// Those that no other site's page makes a browser send.
    SameSite,
    /// And those of frames, where they are configured.
    Any,
}

/// A cookie that came with a request: whose it says it is, and its value. Not checked yet.
pub(crate) struct Presented<'a> {
    pub(crate) guest: GuestId,
    value: &'a str,
}

/// The session cookies that a browser should hold at most.
const MOST: usize = 16;
/// The cookies that one answer takes away at most: proxies have little room for the heads of answers.
const TAKEN_AWAY: usize = 16;

/// The session cookies of a request, newest first: browsers send those made first first (RFC 6265, section 5.4).
pub(crate) fn presented<'a>(app: &App, headers: &'a HeaderMap, kinds: Kinds) -> impl Iterator<Item = Presented<'a>> + use<'a> {
    let prefix = if is_secure(app, headers) { SECURE_PREFIX } else { PLAIN_PREFIX };
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim_start().split_once('='));
    let embedded = kinds == Kinds::Any && app.config.embedded;
    let guest = move |name: &'a str| match name.strip_prefix(EMBEDDED_PREFIX) {
        Some(guest) => embedded.then_some(guest),
        None => name.strip_prefix(prefix),
    };
    pairs.filter_map(move |(name, value)| Some(Presented { guest: GuestId::parse(guest(name)?)?, value })).rev()
}

impl Presented<'_> {
    /// Whether this is the cookie of the session with this salt. Takes the same time however wrong it is.
    pub(crate) fn fits(&self, app: &App, salt: &str) -> bool {
        let Ok(value) = Base64UrlUnpadded::decode_vec(self.value) else { return false };
        mac(app, &self.guest, salt).verify_slice(&value).is_ok()
    }
}

/// `Set-Cookie` lines for this guest.
pub(crate) fn set(app: &App, headers: &HeaderMap, guest: &GuestId, salt: &str) -> Vec<HeaderValue> {
    let value = Base64UrlUnpadded::encode_string(&mac(app, guest, salt).finalize().into_bytes());
    written(app, headers, guest, &value, SESSION_LIFE / 1_000)
}

/// `Set-Cookie` lines that take this guest's cookies away.
pub(crate) fn clear(app: &App, headers: &HeaderMap, guest: &GuestId) -> Vec<HeaderValue> {
    written(app, headers, guest, "", 0)
}

/// `Set-Cookie` lines that take away the oldest cookies of a browser that holds too many beside this guest's.
pub(crate) fn clear_surplus(app: &App, headers: &HeaderMap, guest: &GuestId) -> Vec<HeaderValue> {
    let others = presented(app, headers, Kinds::SameSite).filter(|cookie| cookie.guest != *guest);
    others.skip(MOST - 1).take(TAKEN_AWAY).flat_map(|cookie| clear(app, headers, &cookie.guest)).collect()
}

fn written(app: &App, headers: &HeaderMap, guest: &GuestId, value: &str, max_age: u64) -> Vec<HeaderValue> {
    let (prefix, secure) = if is_secure(app, headers) { (SECURE_PREFIX, "; Secure") } else { (PLAIN_PREFIX, "") };
    let lax = format!("{prefix}{guest}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    // Browsers take it over TLS and from this machine.
    let embedded = app.config.embedded.then(|| {
        format!("{EMBEDDED_PREFIX}{guest}={value}; Path=/; HttpOnly; SameSite=None; Partitioned; Max-Age={max_age}; Secure")
    });
    let header = |text| HeaderValue::try_from(text).expect("a guest id and base64url fit into a header");
    [Some(lax), embedded].into_iter().flatten().map(header).collect()
}

fn mac(app: &App, guest: &GuestId, salt: &str) -> hmac::Hmac<sha2::Sha256> {
    app.keys.state.cookie_mac().chain_update(guest.as_str()).chain_update([0]).chain_update(salt)
}

/// Plain cookies are for http on this machine and nowhere else.
fn is_secure(app: &App, headers: &HeaderMap) -> bool {
    match &app.config.public_url {
        _ if app.config.tls.is_some() => true,
        Some(origin) if origin.is_https() => true,
        _ => !host::is_loopback(headers),
    }
}
