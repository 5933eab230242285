//! POST `/api/webchat/init`: starts a guest session.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use guestsync_genesys::Error;
use guestsync_genesys::call::{ConsentType, GuestId, GuestToken, Starting};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{Record, Who};
use crate::body::JsonObject;
use crate::crm::{Crm, Known};
use crate::db::session::{Session, State as Stage};
use crate::guard::same_origin::NotForeign;
use crate::guard::session;
use crate::keys::state_key::random;
use crate::layer::Sender;
use crate::openapi::responses::WithBody;
use crate::refusal::{self, Refusal};
use crate::visitor::{self, Visitor};
use crate::{clock, cookie, text};

const CONSENT: Refusal = Refusal::new(StatusCode::FORBIDDEN, "consent.required", "Without consent no guest is created");
const BOUND: Refusal = Refusal::new(StatusCode::CONFLICT, "session.bound", "The session is in use in another browser");
const BUSY: Refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "rate.limited", "Too many requests: try again later");

/// What `init` is asked.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "described here, read member by member so that a refusal can name one")]
struct Start {
    #[schema(min_length = 1, max_length = 256, pattern = "^[ -~]+$")]
    session_id: String,
    consent_given: bool,
    consent_type: Consent,
}

#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "described")]
enum Consent {
    Explicit,
    Implicit,
}

/// A guest session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Started<'a> {
    guest_id: &'a str,
    /// For Messenger only.
    access_token: &'a str,
    /// RFC 3339.
    expires_at: &'a str,
    /// What `visitor.public` lists.
    #[schema(value_type = BTreeMap<String, Value>)]
    crm_attributes: Map<String, Value>,
}

/// `{sessionId, consentGiven, consentType}` → 200 `{guestId, accessToken, expiresAt, crmAttributes}` and the session cookie.
#[utoipa::path(
    post,
    path = "/api/webchat/init",
    tag = "sessions",
    request_body(content = Start, content_type = "application/json"),
    responses(
        WithBody,
        (status = 200, description = "The session's guest", body = Started<'static>, headers(("Set-Cookie" = String))),
        (status = 403, description = "`consent.required`, `origin.foreign`", body = refusal::Error),
        (status = 409, description = "`session.bound`: in use in another browser", body = refusal::Error),
        (status = 503, description = "`crm.unavailable`", body = refusal::Error, headers(("Retry-After" = u64))),
    ),
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    _: NotForeign,
    Sender(sender): Sender,
    headers: HeaderMap,
    body: JsonObject,
) -> Result<Response, Refusal> {
    let session_id = body.required("sessionId", session_id)?;
    let consent_given = body.required("consentGiven", Value::as_bool)?;
    let consent_type = body.required("consentType", |value| ConsentType::parse(value.as_str()?))?;
    if !consent_given {
        return Err(CONSENT);
    }
    let hash = visitor::hash(&session_id, app.config.session_secret.as_ref());
    let session = begun(&app, &hash, consent_type).await?;
    if session.guest.is_some() && !Box::pin(session::holds(&app, &headers, &session)).await? && session.state != Stage::Unseen {
        return Err(BOUND);
    }
    let (session, guest, token, visitor) = with_token(&app, &app.genesys.starting(sender), session).await?;
    app.audit.record(Record::of("session.init", Who::Guest(&guest)).with("consentType", session.consent_type.as_str())).await;
    let answer = Started {
        guest_id: guest.as_str(),
        access_token: token.value.expose(),
        expires_at: &token.expires_at,
        crm_attributes: visitor.public(&app.config.public_attributes),
    };
    let mut cookies = cookie::clear_surplus(&app, &headers, &guest);
    cookies.extend(cookie::set(&app, &headers, &guest, &session.salt));
    let cookies = AppendHeaders(cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie)));
    Ok((cookies, Json(answer)).into_response())
}

/// 1 to 256 printable bytes.
fn session_id(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let fits = (1..=256).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b));
    fits.then(|| text.to_owned())
}

/// The visitor's session, or a new one. What a CRM knows has to be written down before Genesys is asked, in the row of its claim; without
/// one there is none until there is a guest.
async fn begun(app: &App, hash: &str, consent_type: ConsentType) -> Result<Session, Refusal> {
    let new = Session::new(hash.to_owned(), consent_type, salt()?, clock::now());
    if app.crm.is_some() {
        return Ok(app.db.claim(new).await?);
    }
    Ok(app.db.session(hash).await?.unwrap_or(new))
}

/// The session's guest, made if there is none, and a token for it. A guest that Genesys has forgotten is made anew, once.
async fn with_token(
    app: &App,
    start: &Starting<'_>,
    mut session: Session,
) -> Result<(Session, GuestId, GuestToken, Visitor), Refusal> {
    let mut gone = false;
    let mut visitor = described(app, &mut session).await?;
    loop {
        let guest = match session.guest.clone() {
            Some(guest) => guest,
            None => {
                session = created(app, start, session, &visitor).await?;
                session.guest.clone().ok_or_else(Refusal::internal)?
            }
        };
        match start.issue_token(&guest).await {
            Ok(token) => return Ok((session, guest, token, visitor)),
            Err(Error::Refused { status: 404, .. }) if !gone => {
                gone = true;
                (session, visitor) = Box::pin(forgotten(app, &session)).await?;
            }
            Err(error) => return Err(refused(error)),
        }
    }
}

/// The session without its guest.
async fn forgotten(app: &App, session: &Session) -> Result<(Session, Visitor), Refusal> {
    app.db.forget(session, &salt()?).await?;
    let mut session = reread(app, session).await?;
    let visitor = described(app, &mut session).await?;
    Ok((session, visitor))
}

/// What is known about the session's visitor.
async fn described(app: &App, session: &mut Session) -> Result<Visitor, Refusal> {
    match &app.crm {
        None => Ok(Visitor::new(&session.hash, &Known::default())),
        Some(crm) => Box::pin(described_by(app, crm, session)).await,
    }
}

/// What the CRM knows about it. Before a guest is made it is written down: whatever happens next, a repeat asks
/// Genesys with the same content under the same key.
async fn described_by(app: &App, crm: &Crm, session: &mut Session) -> Result<Visitor, Refusal> {
    let place = format!("visitor/{}/{}", session.hash, session.generation);
    if session.guest.is_none() && session.visitor.is_none() {
        let known = crm.known(&session.hash).await?;
        app.db.describe(session, &app.keys.state.encrypt(&place, &known.to_bytes())?).await?;
        *session = reread(app, session).await?;
    }
    let written = session.visitor.as_ref().and_then(|text| app.keys.state.decrypt(&place, text));
    let known = match written.and_then(|bytes| Known::from_bytes(&bytes)) {
        Some(known) => known,
        None => crm.known(&session.hash).await?,
    };
    Ok(Visitor::new(&session.hash, &known))
}

async fn created(app: &App, start: &Starting<'_>, mut session: Session, visitor: &Visitor) -> Result<Session, Refusal> {
    let guest = made(start, &mut session, visitor).await.map_err(refused)?;
    app.audit.note(Record::of("guest.create", Who::Guest(&guest)));
    match app.db.settle(&session, &guest).await? {
        Some(settled) => Ok(settled),
        None => Box::pin(reread(app, &session)).await,
    }
}

/// A guest for the session. Whoever asks for the same session meanwhile gets the same one; who asked first states the type of consent.
async fn made(start: &Starting<'_>, session: &mut Session, visitor: &Visitor) -> Result<GuestId, Error> {
    let key = visitor::idempotency_key(&session.hash, session.generation);
    let (stated, other) = (visitor.guest(session.consent_type), session.consent_type.other());
    match start.create_guest(&stated, &key).await {
        Err(Error::Refused { status: 422, code }) if code == "idempotency.mismatch" => {
            session.consent_type = other;
            Box::pin(start.create_guest(&visitor.guest(other), &key)).await
        }
        made => made,
    }
    .map(|guest| guest.id)
}

async fn reread(app: &App, session: &Session) -> Result<Session, Refusal> {
    app.db.session(&session.hash).await?.ok_or_else(Refusal::internal)
}

fn refused(error: Error) -> Refusal {
    match error {
        Error::Busy { retry_after } => BUSY.retry_after(retry_after),
        error => error.into(),
    }
}

fn salt() -> Result<String, Refusal> {
    Ok(text::hex(random::<16>()?.as_ref()))
}
