//! What is told of a write that went upstream: an audit record whatever came of it, and an event where Genesys took it.

use axum::http::HeaderValue;
use guestsync_genesys::call::GuestId;
use serde_json::{Map, Value, json};

use super::patch::Patch;
use crate::app::App;
use crate::audit::{Record, Who};
use crate::clock;
use crate::refusal::Refusal;
use crate::webhook::{EmitError, Event};

impl From<EmitError> for Refusal {
    fn from(error: EmitError) -> Self {
        tracing::error!(%error, "an event is not in the outbox");
        Self::internal()
    }
}

/// Of A1: names and types of the attributes, and the status (`None`: no answer). The event has the attributes themselves.
///
/// # Errors
/// The event is not in the outbox: whoever asked has to repeat the write.
pub(crate) async fn attributes_set(
    app: &App,
    guest: &GuestId,
    key: Option<&HeaderValue>,
    attributes: &Map<String, Value>,
    status: Option<u16>,
) -> Result<(), Refusal> {
    let record = Record::of("attributes.set", Who::Guest(guest)).keys(attributes.keys()).kinds(attributes.values().map(kind));
    app.audit.record(finished(record, status)).await;
    if !taken(status) || !app.webhooks.is_on() {
        return Ok(());
    }
    let body = json!({
        "sessionId": guest.as_str(), "attributes": attributes, "consentFlags": consent(app, guest).await?,
        "syncedAt": clock::rfc3339_ms(clock::now()), "source": "gateway",
    });
    emit(app, "guest.attributes.synced", guest, key, body).await
}

/// Of P1: the members that it touched and the operations, and the status. The event has no value either: they may be sealed.
///
/// # Errors
/// As [`attributes_set`].
pub(crate) async fn profile_patched(
    app: &App,
    guest: &GuestId,
    key: Option<&HeaderValue>,
    patch: &Patch,
    status: Option<u16>,
) -> Result<(), Refusal> {
    let record = Record::of("profile.patch", Who::Guest(guest)).keys(patch.pointers()).kinds(patch.operations());
    app.audit.record(finished(record, status)).await;
    if !taken(status) || !app.webhooks.is_on() {
        return Ok(());
    }
    let body = json!({
        "sessionId": guest.as_str(), "fields": patch.pointers().collect::<Vec<_>>(), "consentFlags": consent(app, guest).await?,
        "syncedAt": clock::rfc3339_ms(clock::now()), "source": "gateway",
    });
    emit(app, "guest.profile.synced", guest, key, body).await
}

/// What a visitor consented to when the session began.
pub(crate) async fn consent(app: &App, guest: &GuestId) -> Result<Value, Refusal> {
    let session = app.db.session_of(guest).await?;
    Ok(json!({"consentGiven": session.is_some(), "consentType": session.map(|session| session.consent_type.as_str())}))
}

/// Puts an event of a guest into the outbox: once for each key.
pub(crate) async fn emit(
    app: &App,
    kind: &'static str,
    guest: &GuestId,
    key: Option<&HeaderValue>,
    body: Value,
) -> Result<(), Refusal> {
    let Value::Object(body) = body else { return Ok(()) };
    let is_page = body.get("source").is_some_and(|source| source == "page");
    let event = Event::new(kind, body);
    let event = if is_page { event.of_page(guest.as_str()) } else { event };
    let event = match key.and_then(|key| key.to_str().ok()) {
        Some(key) => event.about(&[guest.as_str(), key]),
        None => event,
    };
    app.webhooks.emit(event).await?;
    Ok(())
}

fn finished(record: Record<'_>, status: Option<u16>) -> Record<'_> {
    match status {
        Some(status) if taken(Some(status)) => record.with("status", status),
        Some(status) => record.with("status", status).outcome("refused"),
        None => record.outcome("unanswered"),
    }
}

fn taken(status: Option<u16>) -> bool {
    status.is_some_and(|status| (200..300).contains(&status))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
