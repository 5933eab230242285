//! POST `/channels`: makes channels; → 202 with a job for each.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::body;
use crate::provision::{self, OnConflict, Problem, Syntax};
use crate::refusal::Refusal;

const MEDIA: Refusal = Refusal::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "content.type",
    "The content type must be application/json or application/yaml",
);
const TEXT: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "body.invalid", "The body is no text in UTF-8");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Options {
    #[serde(default)]
    on_conflict: OnConflict,
}

/// A file of channels, JSON or YAML, `?onConflict=fail|suffix` → 202 `{jobId, jobs: [{path, name, jobId}], warnings}`; `jobId` is the
/// first one's. 400 `{error: {code: "channels.invalid", message, problems}}` with everything that is wrong: then nothing is begun.
pub(super) async fn handle(
    State(app): State<Arc<App>>,
    options: Result<Query<Options>, QueryRejection>,
    request: Request,
) -> Result<Response, Refusal> {
    let invalid = Refusal::new(StatusCode::BAD_REQUEST, "field.invalid", "onConflict must be fail or suffix").field("onConflict");
    let Query(options) = options.map_err(|_| invalid)?;
    let syntax = syntax(request.headers()).ok_or(MEDIA)?;
    let bytes = body::read(request).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| TEXT)?;
    let document = match provision::read(text, syntax) {
        Ok(document) => document,
        Err(problems) => return Ok(refused(&problems.0)),
    };
    let jobs = match provision::queue::add_all(&app, &document, options.on_conflict).await {
        Ok(jobs) => jobs,
        Err(error) => {
            tracing::error!(%error, "channels were not taken on");
            return Err(Refusal::internal());
        }
    };
    let named = document.channels.iter().zip(&jobs);
    let listed: Vec<_> = named.map(|((path, channel), job)| json!({"path": path, "name": channel.name, "jobId": job})).collect();
    let answer = json!({"jobId": jobs.first(), "jobs": listed, "warnings": document.warnings});
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

fn syntax(headers: &HeaderMap) -> Option<Syntax> {
    if body::is_media(headers, "application/json") {
        return Some(Syntax::Json);
    }
    // RFC 9512, and what was usual before it.
    let yaml = ["application/yaml", "application/x-yaml", "text/yaml"];
    yaml.iter().any(|media| body::is_media(headers, media)).then_some(Syntax::Yaml)
}

fn refused(problems: &[Problem]) -> Response {
    let error = json!({
        "code": "channels.invalid",
        "message": "The channels have problems: nothing was begun",
        "problems": problems,
    });
    ([(header::CACHE_CONTROL, "no-store")], (StatusCode::BAD_REQUEST, Json(json!({ "error": error })))).into_response()
}
