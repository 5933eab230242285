//! POST `/hooks/crm`: an event from the page, passed to the webhook's receiver and marked as the page's.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use guestsync_core::Millis;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{Record, Who};
use crate::body::{self, JsonObject};
use crate::capability::Right;
use crate::guard::bearer::Bearer;
use crate::openapi::guest_api;
use crate::openapi::responses::WithBody;
use crate::proxy::once::{self, Keyed};
use crate::proxy::reply::Refused;
use crate::proxy::told;
use crate::refusal::{self, Refusal};

const MISMATCH: Refusal = Refusal::new(StatusCode::FORBIDDEN, "guest.mismatch", "The capability is another guest's");
const WAITING: Refusal =
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, "events.waiting", "Too many events wait for their receiver: try again later");
/// When it makes sense to ask whether there is room.
const ROOM_IN: Millis = 60_000;
/// As A1 has it.
const MOST_ATTRIBUTES: usize = 100;
const LONGEST_VALUE: usize = 256;
const LONGEST_ID: usize = 128;

/// An event of the page's.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "described here, read member by member so that a refusal can name one")]
struct Event {
    /// The guest's id.
    session_id: String,
    /// At most 100.
    #[schema(schema_with = guest_api::attributes)]
    attributes: Map<String, Value>,
    #[schema(min_length = 1, max_length = 128, pattern = "^[!-~]+$")]
    id: Option<String>,
    /// At most 100.
    consent_flags: Option<BTreeMap<String, bool>>,
    #[schema(max_length = 40)]
    synced_at: Option<String>,
}

/// Nothing.
#[derive(Serialize, ToSchema)]
struct Accepted {}

/// `{sessionId, attributes, id?, consentFlags?, syncedAt?}` → 202 `{}`; `sessionId` is the guest's id. Other members are dropped.
#[utoipa::path(
    post,
    path = "/hooks/crm",
    tag = "events",
    security(("capability" = [])),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    request_body(content = Event, content_type = "application/json"),
    responses(
        WithBody,
        (status = 202, description = "It will be told", body = Accepted),
        (status = 401, description = "`bad.credentials`", body = refusal::Error),
        (status = 403, description = "`guest.mismatch`, `capability.insufficient`", body = refusal::Error),
        (status = 409, description = "`idempotency.in.progress`", body = refusal::Error),
        (status = 422, description = "`idempotency.mismatch`", body = refusal::Error),
    ),
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, bearer: Bearer, request: Request) -> Result<Response, Refusal> {
    let guest = bearer.allow(Right::Attributes)?;
    let (parts, inner) = request.into_parts();
    // Read once, so that the key can stand for these very bytes.
    if !body::is_media(&parts.headers, "application/json") {
        return Err(body::MEDIA);
    }
    let bytes = body::read(Request::from_parts(parts.clone(), inner)).await?;
    let keyed = Keyed::read(&Method::POST, parts.uri.path(), &guest, &parts.headers, &bytes)?;
    let key = keyed.as_ref().map(Keyed::upstream);
    let object = JsonObject::from_request(Request::from_parts(parts, bytes.into()), &app).await?;
    if object.required("sessionId", |value| value.as_str().map(str::to_owned))? != guest.as_str() {
        return Err(MISMATCH);
    }
    let attributes = object.required("attributes", attributes)?;
    let consent = object.optional("consentFlags", flags)?;
    let synced_at = object.optional("syncedAt", |value| value.as_str().filter(|text| text.len() <= 40).map(str::to_owned))?;
    let id = object.optional("id", |value| value.as_str().filter(|text| is_id(text)).map(str::to_owned))?;
    let write = {
        let app = Arc::clone(&app);
        async move {
            if !app.webhooks.has_room(guest.as_str()).await.map_err(Refusal::from)? {
                return Err(WAITING.retry_after(ROOM_IN).into());
            }
            let kinds = Record::of("hook.page", Who::Guest(&guest)).keys(attributes.keys());
            app.audit.record(kinds).await;
            let mut event = json!({"sessionId": guest.as_str(), "attributes": attributes, "source": "page"});
            for (name, value) in
                [("consentFlags", consent), ("syncedAt", synced_at.map(Value::from)), ("id", id.map(Value::from))]
            {
                if let Some(value) = value {
                    event[name] = value;
                }
            }
            told::emit(&app, "guest.attributes.synced", &guest, key.as_ref(), event).await?;
            Ok((StatusCode::ACCEPTED, Json(Accepted {})).into_response())
        }
    };
    once::perform(app, keyed, write).await.map_err(|Refused(refusal)| refusal)
}

fn attributes(value: &Value) -> Option<Map<String, Value>> {
    let attributes = value.as_object().filter(|attributes| attributes.len() <= MOST_ATTRIBUTES)?;
    let fits = |value: &Value| match value {
        Value::String(text) => text.len() <= LONGEST_VALUE,
        Value::Bool(_) | Value::Number(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    };
    attributes.iter().all(|(key, value)| (1..=LONGEST_VALUE).contains(&key.len()) && fits(value)).then(|| attributes.clone())
}

fn flags(value: &Value) -> Option<Value> {
    let flags = value.as_object().filter(|flags| flags.len() <= MOST_ATTRIBUTES)?;
    flags.iter().all(|(key, value)| key.len() <= LONGEST_VALUE && value.is_boolean()).then(|| value.clone())
}

fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}
