//! G1: `POST /api/v2/webchat/v1/guests`, makes a guest whose consent was given.
//!
//! Its `attributes` stay on the record, as G3 shows it. They are not what A1 and A2 are about: those start empty, so that
//! the first A1 may say `If-None-Match: *`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::write;
use crate::attributes;
use crate::clock::rfc3339;
use crate::email::is_email;
use crate::error::ApiError;
use crate::input::{self, Members};
use crate::options::AttributeLimits;
use crate::shared::{Shared, lock};
use crate::store::{Applied, Guest};

/// `{name, email, consentGiven, consentType, attributes}` → 201 `{id, …, createdDate}`.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Result<Response, ApiError> {
    let asked = read(input::json(&headers, &body, input::JSON)?, shared.options.limits)?;
    let id = Uuid::new_v4().to_string();
    let now = rfc3339(shared.now());
    let guest = Guest {
        consent_type: asked.consent_type,
        profile: json!({ "id": id, "name": asked.name, "email": asked.email, "phone": null, "lastUpdated": now }),
        recorded: asked.attributes,
        attributes: Map::new(),
        version: 0,
        created: now,
    };
    let record = guest.record();
    let mut store = lock(&shared.store);
    store.effects.push(write("G1", &id, Vec::new(), Map::new(), &headers), body.len());
    store.guests.insert(id, guest);
    Ok((StatusCode::CREATED, Extension(Applied), Json(record)).into_response())
}

struct Asked {
    name: String,
    email: String,
    consent_type: String,
    attributes: Map<String, Value>,
}

fn read(body: Value, limits: AttributeLimits) -> Result<Asked, ApiError> {
    let mut members = Members::of(body)?;
    let name = members.string("name", |name| !name.trim().is_empty());
    let email = members.string("email", is_email);
    match members.require("consentGiven") {
        Some(Value::Bool(true)) | None => {}
        Some(Value::Bool(false)) => members.refuse("consent.required", "consentGiven"),
        Some(_) => members.refuse("field.type", "consentGiven"),
    }
    let consent_type = members.string("consentType", |consent| matches!(consent, "explicit" | "implicit"));
    let attributes = match members.take("attributes").map(|given| attributes::check(given, limits)) {
        None => Map::new(),
        Some(Ok(attributes)) => attributes,
        Some(Err(problems)) => {
            members.refuse_all(problems);
            Map::new()
        }
    };
    let (Some(name), Some(email), Some(consent_type)) = (name, email, consent_type) else { return Err(members.refused()) };
    members.finish()?;
    Ok(Asked { name, email, consent_type, attributes })
}
