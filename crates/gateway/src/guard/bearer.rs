//! The capability in `Authorization`.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use guestsync_genesys::call::GuestId;

use crate::app::App;
use crate::capability::{Capability, Right, Verified};
use crate::db::session::State;
use crate::refusal::{BAD_CREDENTIALS, Refusal};

const INVALID: Refusal = Refusal::new(StatusCode::UNAUTHORIZED, BAD_CREDENTIALS, "The capability is missing, unknown or expired");
const MISMATCH: Refusal = Refusal::new(StatusCode::FORBIDDEN, "guest.mismatch", "The capability is another guest's");
const RIGHT: Refusal = Refusal::new(StatusCode::FORBIDDEN, "capability.insufficient", "The capability does not cover this call");

/// A good capability.
pub(crate) struct Bearer(Arc<Capability>);

impl Bearer {
    /// The guest, if the capability covers this call.
    pub(crate) fn allow(self, right: Right) -> Result<GuestId, Refusal> {
        if self.0.covers(right) { Ok(self.0.guest.clone()) } else { Err(RIGHT) }
    }

    /// The guest, if it is the one in the path and the capability covers this call.
    pub(crate) fn allow_for(self, right: Right, id: &str) -> Result<GuestId, Refusal> {
        if self.0.guest.as_str() == id { self.allow(right) } else { Err(MISMATCH) }
    }
}

impl FromRequestParts<Arc<App>> for Bearer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or(INVALID)?;
        let (scheme, token) = value.split_once(' ').ok_or(INVALID)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(INVALID);
        }
        verify(app, token.trim()).await.map(Self)
    }
}

/// The capability, where it is good, its guest within the limit and its session open. Its key may be one that another gateway on the database has made.
async fn verify(app: &App, token: &str) -> Result<Arc<Capability>, Refusal> {
    let keys = app.keys.capability.now();
    let mut found = app.capabilities.verify(&keys, token);
    if found.is_none() && app.db.is_shared() && Verified::names_unknown_key(&keys, token) {
        app.keys.capability.refresh(&app.db, &app.keys.state, || app.metrics.keys_looked_up()).await?;
        found = app.capabilities.verify(&app.keys.capability.now(), token);
    }
    let (capability, look) = found.ok_or(INVALID)?;
    app.limits.guest(&capability.guest)?;
    if let Some(look) = look {
        let session = app.db.session_of(&capability.guest).await?;
        session.filter(|session| session.state != State::Closed).ok_or(INVALID)?;
        app.capabilities.is_open(&capability, look);
    }
    Ok(capability)
}
