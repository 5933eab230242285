//! S3: `POST /api/v2/customattributes/batch`, writes records; each stands or falls alone.
//!
//! An entity is `{id, …attributes}`. With `partialUpdate` its attributes are merged into the record, else they replace
//! it. An attribute must be defined somewhere in the organisation and its value must be good; the record that results
//! must have every required attribute, after defaults were filled in. Null counts as left out.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Map, Value, json};

use crate::error::{ApiError, Detail};
use crate::fault::{RefusedEntities, default_code};
use crate::input::{self, Members};
use crate::shared::{Shared, lock};
use crate::store::{Applied, Store};

const MOST: usize = 1_000;
const LONGEST_ID: usize = 255;

/// `{entities: [{id, …}], partialUpdate}` → `{results: [{index, id, status, error?}]}`: 201 for a new record, 200 for a
/// known one, else the status of `error {code, message, details}`.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    refused: Option<Extension<RefusedEntities>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (entities, partial) = read(input::json(&headers, &body, input::JSON)?)?;
    let mut store = lock(&shared.store);
    let mut applied = false;
    let mut results = Vec::with_capacity(entities.len());
    for (index, entity) in entities.into_iter().enumerate() {
        let id = entity.get("id").cloned().unwrap_or_default();
        let outcome = match &refused {
            Some(Extension(refused)) if refused.hit(index) => Err(fault(refused)),
            _ => apply(&mut store, entity, partial),
        };
        applied |= outcome.is_ok();
        results.push(match outcome {
            Ok(status) => json!({ "index": index, "id": id, "status": status }),
            Err(refusal) => json!({ "index": index, "id": id, "status": refusal.status, "error": refusal.shown() }),
        });
    }
    let answer = Json(json!({ "results": results })).into_response();
    Ok(if applied { (Extension(Applied), answer).into_response() } else { answer })
}

/// Why one entity was refused.
struct Refusal {
    status: u16,
    code: String,
    details: Vec<Detail>,
}

impl Refusal {
    fn invalid(details: Vec<Detail>) -> Self {
        Self { status: 400, code: "constraint.validation".to_owned(), details }
    }

    fn shown(&self) -> Value {
        json!({ "code": self.code, "message": "The entity was refused; nothing of it was written.", "details": self.details })
    }
}

fn fault(refused: &RefusedEntities) -> Refusal {
    let usual = || StatusCode::from_u16(refused.status).map_or("bad.request", default_code).to_owned();
    Refusal { status: refused.status, code: refused.code.clone().unwrap_or_else(usual), details: Vec::new() }
}

fn read(body: Value) -> Result<(Vec<Map<String, Value>>, bool), ApiError> {
    let mut members = Members::of(body)?;
    let partial = members.optional("partialUpdate", Value::Bool(false), Value::is_boolean) == Value::Bool(true);
    let mut entities = Vec::new();
    match members.require("entities") {
        Some(Value::Array(list)) if list.is_empty() => members.refuse("field.value", "entities"),
        Some(Value::Array(list)) if list.len() > MOST => members.refuse("entities.too.many", "entities"),
        Some(Value::Array(list)) => {
            for (index, entity) in list.into_iter().enumerate() {
                match entity {
                    Value::Object(entity) => entities.push(entity),
                    _ => members.refuse("field.type", &format!("entities[{index}]")),
                }
            }
        }
        Some(_) => members.refuse("field.type", "entities"),
        None => {}
    }
    members.finish()?;
    Ok((entities, partial))
}

fn apply(store: &mut Store, mut entity: Map<String, Value>, partial: bool) -> Result<u16, Refusal> {
    let id = match entity.remove("id") {
        Some(Value::String(id)) if (1..=LONGEST_ID).contains(&id.len()) => id,
        Some(Value::String(_)) => return Err(Refusal::invalid(vec![Detail::new("field.value", "id")])),
        Some(_) => return Err(Refusal::invalid(vec![Detail::new("field.type", "id")])),
        None => return Err(Refusal::invalid(vec![Detail::new("field.missing", "id")])),
    };
    entity.retain(|_, value| !value.is_null());
    let mut problems = Vec::new();
    for (name, value) in &entity {
        let problem = store.schemas.find(name).map_or(Some("attribute.unknown"), |definition| definition.problem(value));
        problems.extend(problem.map(|code| Detail::new(code, name)));
    }
    let known = store.records.get(&id);
    let status = if known.is_some() { 200 } else { 201 };
    let mut record = known.filter(|_| partial).unwrap_or_default();
    record.extend(entity);
    for definition in store.schemas.expected() {
        if !record.contains_key(&definition.name) {
            if !definition.default.is_null() {
                record.insert(definition.name.clone(), definition.default.clone());
            } else if definition.required {
                problems.push(Detail::new("attribute.required", &definition.name));
            }
        }
    }
    if !problems.is_empty() {
        return Err(Refusal::invalid(problems));
    }
    store.records.put(&id, record);
    Ok(status)
}
