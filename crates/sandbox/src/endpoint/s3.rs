//! S3: `POST /api/v2/customattributes/batch`, writes records; each stands or falls alone.
//!
//! An entity is `{id, …attributes}`. With `partialUpdate` its attributes are merged into the record, else they replace
//! it. An attribute must be defined somewhere in the organisation and its value must be good; the record that results
//! must have every required attribute, after defaults were filled in. Null counts as left out.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::batch::Batch;
use crate::error::{ApiError, Detail};
use crate::fault::{RefusedEntities, default_code};
use crate::input;
use crate::scalar::Scalar;
use crate::shared::{Shared, lock};
use crate::store::{Applied, Records, Schemas};

/// What became of one entity.
#[derive(Serialize)]
struct Outcome<'a> {
    index: usize,
    id: &'a Scalar<'a>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal>,
}

/// Bytes of an outcome, most often.
const USUAL: usize = 64;

/// `{entities: [{id, …}], partialUpdate}` → `{results: [{index, id, status, error?}]}`: 201 for a new record, 200 for a
/// known one, else the status of `error {code, message, details}`.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    refused: Option<Extension<RefusedEntities>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    input::require_media_type(&headers, input::JSON)?;
    // What needs no record is done before the records are locked.
    let schemas = Arc::clone(&lock(&shared.store).schemas);
    let mut batch = Batch::read(&body, &schemas)?;
    let mut answer = Vec::with_capacity(USUAL * batch.entities.len());
    let mut separator: &[u8] = br#"{"results":["#;
    let mut applied = false;
    let mut store = lock(&shared.store);
    for index in 0..batch.entities.len() {
        let problems = std::mem::take(&mut batch.entities[index].problems);
        let outcome = match &refused {
            Some(Extension(refused)) if refused.hit(index) => Err(Refusal::of_fault(refused)),
            _ => apply(&mut store.records, &schemas, &batch, index, problems),
        };
        applied |= outcome.is_ok();
        let id = &batch.entities[index].id;
        let outcome = match outcome {
            Ok(status) => Outcome { index, id, status, error: None },
            Err(refusal) => Outcome { index, id, status: refusal.status, error: Some(refusal) },
        };
        answer.extend_from_slice(separator);
        serde_json::to_writer(&mut answer, &outcome).expect("invariant: an outcome is written as JSON");
        separator = b",";
    }
    drop(store);
    answer.extend_from_slice(b"]}");
    let answer = ([(CONTENT_TYPE, HeaderValue::from_static(input::JSON))], answer).into_response();
    Ok(if applied { (Extension(Applied), answer).into_response() } else { answer })
}

/// Why one entity was refused.
#[derive(Serialize)]
struct Refusal {
    #[serde(skip)]
    status: u16,
    code: String,
    message: &'static str,
    details: Vec<Detail>,
}

impl Refusal {
    fn new(status: u16, code: String, details: Vec<Detail>) -> Self {
        Self { status, code, message: "The entity was refused; nothing of it was written.", details }
    }

    fn invalid(details: Vec<Detail>) -> Self {
        Self::new(400, "constraint.validation".to_owned(), details)
    }

    fn of_fault(refused: &RefusedEntities) -> Self {
        let usual = || StatusCode::from_u16(refused.status).map_or("bad.request", default_code).to_owned();
        Self::new(refused.status, refused.code.clone().unwrap_or_else(usual), Vec::new())
    }
}

/// Writes an entity to its record; the status.
fn apply(
    records: &mut Records,
    schemas: &Schemas,
    batch: &Batch<'_>,
    index: usize,
    mut problems: Vec<Detail>,
) -> Result<u16, Refusal> {
    let entity = &batch.entities[index];
    let (Scalar::Text(id), true) = (&entity.id, entity.is_named) else { return Err(Refusal::invalid(problems)) };
    let known = records.get(id);
    let (place, stored) = (known.map(|(place, _)| place), known.map(|(_, stored)| stored).filter(|_| batch.partial));
    let text = if stored.is_none() && schemas.expected().next().is_none() {
        batch.text(entity).into()
    } else {
        let mut record = stored.map_or_else(Map::new, Records::read);
        record.extend(Records::read(batch.text(entity)));
        problems.extend(completed(&mut record, schemas));
        Value::Object(record).to_string().into()
    };
    if problems.is_empty() {
        records.put(place, id, text);
        Ok(if place.is_some() { 200 } else { 201 })
    } else {
        Err(Refusal::invalid(problems))
    }
}

/// Fills defaults in; what is required and missing all the same.
fn completed(record: &mut Map<String, Value>, schemas: &Schemas) -> Vec<Detail> {
    let mut problems = Vec::new();
    for definition in schemas.expected() {
        if record.contains_key(&definition.name) {
            continue;
        }
        if !definition.default.is_null() {
            record.insert(definition.name.clone(), definition.default.clone());
        } else if definition.required {
            problems.push(Detail::new("attribute.required", &definition.name));
        }
    }
    problems
}
