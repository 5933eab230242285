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
    let mut outcomes = Vec::with_capacity(batch.entities.len());
    let mut store = lock(&shared.store);
    for index in 0..batch.entities.len() {
        let problems = std::mem::take(&mut batch.entities[index].problems);
        outcomes.push(match &refused {
            Some(Extension(refused)) if refused.hit(index) => Err(Refusal::of_fault(refused)),
            _ => apply(&mut store.records, &schemas, &batch, index, problems),
        });
    }
    drop(store);
    let applied = outcomes.iter().any(Result::is_ok);
    let mut answer = String::with_capacity(USUAL * outcomes.len());
    let mut separator = r#"{"results":["#;
    for (index, (entity, outcome)) in batch.entities.iter().zip(outcomes).enumerate() {
        answer.push_str(separator);
        separator = ",";
        write_outcome(index, &entity.id, outcome, &mut answer);
    }
    answer.push_str("]}");
    let answer = ([(CONTENT_TYPE, HeaderValue::from_static(input::JSON))], answer).into_response();
    Ok(if applied { (Extension(Applied), answer).into_response() } else { answer })
}

/// Writes what became of one entity.
fn write_outcome(index: usize, id: &Scalar<'_>, outcome: Result<u16, Refusal>, answer: &mut String) {
    let (status, refusal) = outcome.map_or_else(|refusal| (refusal.status, Some(refusal)), |status| (status, None));
    let mut digits = itoa::Buffer::new();
    answer.push_str(r#"{"index":"#);
    answer.push_str(digits.format(index));
    answer.push_str(r#","id":"#);
    id.write(answer);
    answer.push_str(r#","status":"#);
    answer.push_str(digits.format(status));
    if let Some(refusal) = refusal {
        answer.push_str(r#","error":"#);
        answer.push_str(&serde_json::to_string(&refusal).expect("invariant: a refusal is written as JSON"));
    }
    answer.push('}');
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
    let seat = records.find(id);
    let stored = records.text(&seat).filter(|_| batch.partial);
    let completed = (stored.is_some() || schemas.expected().next().is_some()).then(|| {
        let mut record = stored.map_or_else(Map::new, Records::read);
        record.extend(Records::read(batch.text(entity)));
        problems.extend(completed(&mut record, schemas));
        Value::Object(record).to_string()
    });
    if problems.is_empty() {
        records.put(&seat, id, completed.as_deref().unwrap_or_else(|| batch.text(entity)));
        Ok(if seat.is_taken() { 200 } else { 201 })
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
