//! S3: `POST /api/v2/customattributes/batch`, writes records; each stands or falls alone.
//!
//! An entity is `{id, …attributes}`. With `partialUpdate` its attributes are merged into the record, else they replace
//! it. An attribute must be defined somewhere in the organisation and its value must be good; the record that results
//! must have every required attribute, after defaults were filled in. Null counts as left out.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::batch::{Batch, Entity};
use crate::error::{ApiError, Detail};
use crate::fault::{RefusedEntities, default_code};
use crate::input;
use crate::scalar::Scalar;
use crate::shared::{Shared, lock};
use crate::store::{Applied, Records, Schemas};

const LONGEST_ID: usize = 255;

#[derive(Serialize)]
struct Results<'a> {
    results: Vec<Outcome<'a>>,
}

/// What became of one entity.
#[derive(Serialize)]
struct Outcome<'a> {
    index: usize,
    id: Scalar<'a>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal>,
}

/// `{entities: [{id, …}], partialUpdate}` → `{results: [{index, id, status, error?}]}`: 201 for a new record, 200 for a
/// known one, else the status of `error {code, message, details}`.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    refused: Option<Extension<RefusedEntities>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    input::require_media_type(&headers, input::JSON)?;
    let batch = Batch::read(&body)?;
    let schemas = Arc::clone(&lock(&shared.store).schemas);
    // What needs no record is done before the records are locked.
    let mut checked: Vec<_> = batch.entities.into_iter().map(|entity| Checked::new(entity, &schemas)).collect();
    let mut results = Vec::with_capacity(checked.len());
    let mut applied = false;
    let mut store = lock(&shared.store);
    for (index, entity) in checked.iter_mut().enumerate() {
        let outcome = match &refused {
            Some(Extension(refused)) if refused.hit(index) => Err(Refusal::of_fault(refused)),
            _ => entity.apply(&mut store.records, &schemas, batch.partial_update),
        };
        applied |= outcome.is_ok();
        let id = std::mem::replace(&mut entity.id, Scalar::Null);
        results.push(match outcome {
            Ok(status) => Outcome { index, id, status, error: None },
            Err(refusal) => Outcome { index, id, status: refusal.status, error: Some(refusal) },
        });
    }
    drop(store);
    let answer = Json(Results { results }).into_response();
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

/// An entity with what is wrong with its values, whatever its record has.
struct Checked<'a> {
    id: Scalar<'a>,
    attributes: Vec<(Cow<'a, str>, Scalar<'a>)>,
    problems: Vec<Detail>,
    /// Whether its id is one.
    is_known_by: bool,
}

impl<'a> Checked<'a> {
    fn new(Entity { id, attributes }: Entity<'a>, schemas: &Schemas) -> Self {
        let problem = match &id {
            Some(Scalar::Text(id)) if (1..=LONGEST_ID).contains(&id.len()) => None,
            Some(Scalar::Text(_)) => Some("field.value"),
            Some(_) => Some("field.type"),
            None => Some("field.missing"),
        };
        let is_known_by = problem.is_none();
        let mut problems: Vec<Detail> = problem.map(|code| Detail::new(code, "id")).into_iter().collect();
        if is_known_by {
            problems.extend(attributes.iter().filter_map(|(name, value)| {
                let code = schemas.find(name).map_or(Some("attribute.unknown"), |definition| definition.problem(value))?;
                Some(Detail::new(code, name))
            }));
        }
        Self { id: id.unwrap_or(Scalar::Null), attributes, problems, is_known_by }
    }

    /// Writes it to its record; the status.
    fn apply(&mut self, records: &mut Records, schemas: &Schemas, partial: bool) -> Result<u16, Refusal> {
        let mut problems = std::mem::take(&mut self.problems);
        let (Scalar::Text(id), true) = (&self.id, self.is_known_by) else { return Err(Refusal::invalid(problems)) };
        let known = records.get(id);
        let status = if known.is_some() { 200 } else { 201 };
        let known = known.filter(|_| partial);
        let text = if known.is_none() && schemas.expected().next().is_none() {
            Records::text(&self.attributes)
        } else {
            let mut record = known.map_or_else(Map::new, Records::read);
            record.extend(self.attributes.iter().map(|(name, value)| (name.to_string(), value.to_value())));
            problems.extend(completed(&mut record, schemas));
            Value::Object(record).to_string()
        };
        if problems.is_empty() {
            records.put(id, text);
            Ok(status)
        } else {
            Err(Refusal::invalid(problems))
        }
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
