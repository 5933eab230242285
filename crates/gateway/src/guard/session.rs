//! The session cookie: which guests this browser is.

use axum::http::{HeaderMap, StatusCode};
use guestsync_core::Millis;
use guestsync_genesys::call::GuestId;

use crate::app::App;
use crate::clock;
use crate::cookie::{self, Presented};
use crate::db::sessions::{Session, State};
use crate::refusal::Refusal;

/// The database learns of a renewal at most this often.
const RENEWAL_STEP: Millis = 60 * 60 * 1_000;

const MISSING: Refusal = Refusal::new(StatusCode::UNAUTHORIZED, "session.missing", "There is no session in this browser");
const MISMATCH: Refusal = Refusal::new(StatusCode::FORBIDDEN, "guest.mismatch", "The session is another guest's");

/// The guest whose cookie the browser holds: the one asked for, or the one used last.
///
/// # Errors
/// `session.missing` without any valid cookie, `guest.mismatch` where there are only others'.
pub(crate) async fn require(app: &App, headers: &HeaderMap, asked: Option<&GuestId>) -> Result<(GuestId, String), Refusal> {
    let mut found: Option<(Millis, GuestId, String)> = None;
    let mut others = false;
    for cookie in cookie::presented(app, headers) {
        let wanted = asked.is_none_or(|asked| *asked == cookie.guest);
        // Whether another guest's cookie is good is looked up only if that decides the answer.
        if !wanted && (others || found.is_some()) {
            continue;
        }
        let Some(session) = check(app, &cookie).await? else { continue };
        if !wanted {
            others = true;
        } else if found.as_ref().is_none_or(|(renewed_at, ..)| session.renewed_at > *renewed_at) {
            found = Some((session.renewed_at, cookie.guest, session.salt));
        }
    }
    match found {
        Some((_, guest, salt)) => Ok((guest, salt)),
        None if others => Err(MISMATCH),
        None => Err(MISSING),
    }
}

/// Whether the browser holds the cookie of this session.
pub(crate) async fn holds(app: &App, headers: &HeaderMap, session: &Session) -> Result<bool, Refusal> {
    let Some(guest) = &session.guest else { return Ok(false) };
    let fits = cookie::presented(app, headers).iter().any(|cookie| cookie.guest == *guest && cookie.fits(app, &session.salt));
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
