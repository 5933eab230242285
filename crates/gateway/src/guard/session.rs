//! The session cookie: which guests this browser is.

use axum::http::{HeaderMap, StatusCode};
use guestsync_core::Millis;
use guestsync_genesys::call::GuestId;

use crate::app::App;
use crate::clock;
use crate::cookie::{self, Kinds, Presented};
use crate::db::session::{Session, State};
use crate::refusal::Refusal;

/// The database learns of a renewal at most this often.
const RENEWAL_STEP: Millis = 60 * 60 * 1_000;
/// Cookies that are looked up for one request.
const MOST: usize = 16;

const MISSING: Refusal = Refusal::new(StatusCode::UNAUTHORIZED, "session.missing", "There is no session in this browser");
const MISMATCH: Refusal = Refusal::new(StatusCode::FORBIDDEN, "guest.mismatch", "The session is another guest's");

/// The guest whose cookie the browser holds: the one asked for, or the one used last.
///
/// # Errors
/// `session.missing` without any valid cookie, `guest.mismatch` where there are only others'.
pub(crate) async fn require(
    app: &App,
    headers: &HeaderMap,
    kinds: Kinds,
    asked: Option<&GuestId>,
) -> Result<(GuestId, String), Refusal> {
    let is_wanted = |cookie: &Presented<'_>| asked.is_none_or(|asked| *asked == cookie.guest);
    let mut found: Option<(Millis, GuestId, String)> = None;
    for cookie in cookie::presented(app, headers, kinds).filter(is_wanted).take(MOST) {
        let Some(session) = check(app, &cookie).await? else { continue };
        if found.as_ref().is_none_or(|(renewed_at, ..)| session.renewed_at > *renewed_at) {
            found = Some((session.renewed_at, cookie.guest, session.salt));
        }
    }
    if let Some((_, guest, salt)) = found {
        return Ok((guest, salt));
    }
    // Whether another guest's cookie is good is looked up only if that decides the answer.
    for cookie in cookie::presented(app, headers, kinds).filter(|cookie| !is_wanted(cookie)).take(MOST) {
        if check(app, &cookie).await?.is_some() {
            return Err(MISMATCH);
        }
    }
    Err(MISSING)
}

/// Whether the browser holds the cookie of this session.
pub(crate) async fn holds(app: &App, headers: &HeaderMap, session: &Session) -> Result<bool, Refusal> {
    let Some(guest) = &session.guest else { return Ok(false) };
    let mut presented = cookie::presented(app, headers, Kinds::Any);
    let fits = presented.any(|cookie| cookie.guest == *guest && cookie.fits(app, &session.salt));
    if fits {
        seen(app, guest, session).await?;
    }
    Ok(fits && session.state != State::Closed)
}

async fn check(app: &App, cookie: &Presented<'_>) -> Result<Option<Session>, Refusal> {
    let Some(session) = app.db.session_of(&cookie.guest).await? else { return Ok(None) };
    if session.state == State::Closed || !cookie.fits(app, &session.salt) {
        return Ok(None);
    }
    seen(app, &cookie.guest, &session).await?;
    Ok(Some(session))
}

async fn seen(app: &App, guest: &GuestId, session: &Session) -> Result<(), Refusal> {
    let now = clock::now();
    if session.state == State::Unseen || now >= session.renewed_at.saturating_add(RENEWAL_STEP) {
        app.db.bind(guest, now).await?;
    }
    Ok(())
}
