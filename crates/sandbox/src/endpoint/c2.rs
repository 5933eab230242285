//! C2: `POST /api/v2/webmessaging/channels`, makes a messaging channel; 409 where the name exists, by its exact text.
//!
//! Every member must be there. The widget has at most 20 custom attributes, all strings; an enabled security policy must
//! ask for consent; origins are http or https origins without path.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::calls;
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::input::{self, Members};
use crate::shared::{Shared, lock};
use crate::store::Applied;

const LONGEST_NAME: usize = 100;
const MOST_ATTRIBUTES: usize = 20;

/// `{name, description, webMessagingWidgetConfiguration, securityPolicy, routingConfiguration}` → 201, the same with
/// `id`, `selfUri` and `dateCreated`.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Result<Response, ApiError> {
    let mut channel = input::json(&headers, &body, input::JSON)?;
    let name = check(channel.clone())?;
    let id = Uuid::new_v4().to_string();
    channel["selfUri"] = json!(format!("{}/{id}", calls::CHANNELS));
    channel["dateCreated"] = json!(rfc3339(shared.now()));
    channel["id"] = json!(id);
    if !lock(&shared.store).channels.add(&name, channel.clone()) {
        return Err(ApiError::conflict());
    }
    Ok((StatusCode::CREATED, Extension(Applied), Json(channel)).into_response())
}

/// The channel's name, or 400 with every problem.
fn check(channel: Value) -> Result<String, ApiError> {
    let mut members = Members::of(channel)?;
    let name = members.string("name", |name| (1..=LONGEST_NAME).contains(&name.chars().count()));
    members.string("description", |_| true);
    members.object("webMessagingWidgetConfiguration", widget);
    members.object("securityPolicy", policy);
    members.object("routingConfiguration", |routing| {
        routing.string("queueId", |id| !id.is_empty());
    });
    let Some(name) = name else { return Err(members.refused()) };
    members.finish()?;
    Ok(name)
}

fn widget(widget: &mut Members) {
    widget.string("widgetId", |id| !id.is_empty());
    widget.string("theme", |theme| matches!(theme, "default" | "compact" | "custom"));
    match widget.require("customAttributes") {
        Some(Value::Object(attributes)) => {
            if attributes.len() > MOST_ATTRIBUTES {
                widget.refuse("attributes.too.many", "customAttributes");
            }
            for (key, _) in attributes.iter().filter(|(key, value)| key.is_empty() || !value.is_string()) {
                widget.refuse("field.type", &format!("customAttributes.{key}"));
            }
        }
        Some(_) => widget.refuse("field.type", "customAttributes"),
        None => {}
    }
}

fn policy(policy: &mut Members) {
    let enabled = policy.require("enabled");
    let consent = policy.require("requireConsent");
    for (name, value) in [("enabled", &enabled), ("requireConsent", &consent)] {
        if value.as_ref().is_some_and(|value| !value.is_boolean()) {
            policy.refuse("field.type", name);
        }
    }
    if (enabled, consent) == (Some(Value::Bool(true)), Some(Value::Bool(false))) {
        policy.refuse("consent.required", "requireConsent");
    }
    match policy.require("allowedOrigins") {
        Some(Value::Array(origins)) => {
            for (index, _) in origins.iter().enumerate().filter(|(_, origin)| !origin.as_str().is_some_and(is_origin)) {
                policy.refuse("field.value", &format!("allowedOrigins[{index}]"));
            }
        }
        Some(_) => policy.refuse("field.type", "allowedOrigins"),
        None => {}
    }
}

/// Whether a text is an origin as browsers write it (RFC 6454, section 6.2), without a wildcard.
fn is_origin(text: &str) -> bool {
    let origin = |url: Url| matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text;
    !text.contains('*') && Url::parse(text).is_ok_and(origin)
}
