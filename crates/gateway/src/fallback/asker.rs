//! On whose word a form is sealed, kept and sent.

use axum::http::HeaderMap;
use guestsync_core::profile::Upstream;
use guestsync_genesys::call::GuestId;

use crate::app::App;
use crate::cookie::Kinds;
use crate::guard::session;

/// On whose word something is done.
pub(super) enum Asker {
    /// A browser's, which has to hold the guest's cookie; whether it does is looked up once.
    Browser { headers: HeaderMap, verdict: Option<Result<(), Upstream>> },
    /// The gateway's own: whoever posted the form was allowed to.
    Gateway,
}

impl Asker {
    /// A browser with the headers of its request.
    pub(super) fn browser(headers: HeaderMap) -> Self {
        Self::Browser { headers, verdict: None }
    }

    /// Whether anything may be done for this guest, or what else is answered.
    pub(super) async fn may(&mut self, app: &App, guest: Option<&GuestId>) -> Result<(), Upstream> {
        let Self::Browser { headers, verdict } = self else { return Ok(()) };
        if verdict.is_none() {
            *verdict = Some(look(app, headers, guest).await);
        }
        verdict.clone().unwrap_or(Ok(()))
    }
}

async fn look(app: &App, headers: &HeaderMap, guest: Option<&GuestId>) -> Result<(), Upstream> {
    let Some(guest) = guest else { return Err(Upstream { status: 403, ..Upstream::default() }) };
    match session::require(app, headers, Kinds::SameSite, Some(guest)).await {
        Ok(_) => Ok(()),
        Err(refusal) => {
            Err(Upstream { status: refusal.status.as_u16(), code: Some(refusal.code.to_owned()), ..Upstream::default() })
        }
    }
}
