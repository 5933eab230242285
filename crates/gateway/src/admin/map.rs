//! POST `/map`: records become attributes. Small uploads are answered with what became of them, large ones are a job.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::meta_error::Refused;
use crate::app::App;
use crate::body::{self, LIMIT};
use crate::jobs::View;
use crate::keys::files;
use crate::meta::input::Format;
use crate::meta::job::{self, Upload};
use crate::refusal::Refusal;
use crate::{failpoint, text};

const WRITE: &str = "customattributes:write";
/// The most that a JSON object with records may carry: it is read as a whole.
const LARGEST_OBJECT: usize = 16 * 1024 * 1024;
/// The most that NDJSON or CSV may carry: it is read piece by piece.
const LARGEST: u64 = 4 * 1024 * 1024 * 1024;
/// How long a small upload is waited for.
const WAIT: Duration = Duration::from_secs(20);
/// The most that an upload may be silent.
const SILENCE: Duration = Duration::from_secs(30);
/// Refused records that an answer lists.
const LISTED: usize = 1_000;

const ORGANISATION: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "field.invalid", "orgId must be text, once").field("orgId");
const INCOMPLETE: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "map.incomplete", "Missing orgId or records array");
const NO_JSON: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "json.invalid", "The body is neither a JSON object nor an array of records");
const NO_MAP: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "map.invalid",
    "The map must be an object as in a file of guestsync map, without keys of the environment",
);
const BROKEN: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "body.broken", "The body ended before its end");
const TOO_SLOW: Refusal = Refusal::new(StatusCode::REQUEST_TIMEOUT, "body.too.slow", "The body took too long to arrive");
const TOO_LARGE: Refusal = Refusal::new(
    StatusCode::PAYLOAD_TOO_LARGE,
    "body.too.large",
    "The body is over 16 MiB: send the records as an array, application/x-ndjson or text/csv, with ?orgId= in the address",
);
const FAR_TOO_LARGE: Refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "body.too.large", "The body is over 4 GiB");
const MEDIA: Refusal = Refusal::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "content.type",
    "The content type must be application/json, application/x-ndjson or text/csv",
);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    org_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    org_id: Option<String>,
    #[serde(borrow)]
    records: Option<Vec<&'a RawValue>>,
    map: Option<Value>,
}

/// What came: for whom, how it is written in the spooled file, the map's text, and the body's length.
struct Received {
    organisation: String,
    format: Format,
    map: Option<String>,
    bytes: u64,
}

/// `{orgId, records, map?}`, or an array of records, NDJSON or CSV with `?orgId=` → 200 `{success, processed, rejected, allowedAttributes, errors}`; 202 `{jobId}`
/// for more than 512,000 bytes, or where it takes longer.
pub(super) async fn handle(
    State(app): State<Arc<App>>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Result<Response, Refused> {
    let Query(asked) = asked.map_err(|_| ORGANISATION)?;
    let format = format(request.headers()).ok_or(MEDIA)?;
    let folder = job::folder(&app);
    files::private_directory(&folder).map_err(io)?;
    let id = format!("map_{}", text::hex(crate::keys::state_key::random::<16>()?.as_ref()));
    let mut spool = Spool::new(folder.join(&id)).await?;
    let mut body = Begun::of(request.into_body()).await?;
    let is_array = format.is_none() && body.0.trim_ascii_start().first() == Some(&b'[');
    let Received { organisation, format, map, bytes } = match format.or(is_array.then_some(Format::Json)) {
        Some(format) => {
            let organisation = asked.org_id.filter(|id| !id.is_empty()).ok_or(INCOMPLETE)?;
            Received { organisation, format, map: None, bytes: spool.stream(&mut body).await? }
        }
        None => spool.object(&mut body).await?,
    };
    let mapping = job::mapping(map.as_deref()).ok_or(NO_MAP)?;
    app.metadata.require(&[WRITE], false).await?;
    let (attributes, _) = app.metadata.allowed(&organisation, &mapping, false).await?;
    let upload = Upload { organisation, file: spool.keep().await?, format, map, attributes };
    if let Err(error) = app.jobs.add(&job::kind(&app), Some(id.clone()), "queued", &upload).await {
        tracing::error!(%error, "an upload was not taken on");
        _ = std::fs::remove_file(&upload.file);
        return Err(Refusal::internal().into());
    }
    let ended = if bytes > LIMIT as u64 { None } else { wait(&app, &id).await };
    Ok(match ended {
        Some(view) => answer(&upload, &view)?,
        None => (StatusCode::ACCEPTED, Json(json!({ "jobId": id }))).into_response(),
    })
}

/// `None` is JSON with everything in it.
fn format(headers: &HeaderMap) -> Option<Option<Format>> {
    if body::is_media(headers, "application/json") {
        return Some(None);
    }
    let ndjson = ["application/x-ndjson", "application/ndjson", "application/jsonl"];
    if ndjson.iter().any(|media| body::is_media(headers, media)) {
        return Some(Some(Format::Ndjson));
    }
    body::is_media(headers, "text/csv").then_some(Some(Format::Csv(b',')))
}

async fn wait(app: &App, id: &str) -> Option<View> {
    let until = Instant::now() + WAIT;
    while Instant::now() < until {
        match app.jobs.find(id).await {
            Ok(Some(view)) if !view.open => return Some(view),
            Ok(Some(_)) => tokio::time::sleep(Duration::from_millis(25)).await,
            _ => return None,
        }
    }
    None
}

fn answer(upload: &Upload, view: &View) -> Result<Response, Refused> {
    let mut output = view.output.clone().unwrap_or_default();
    if view.state != "done" {
        let status = match output["error"]["code"].as_str() {
            Some("input.unreadable") => StatusCode::BAD_REQUEST,
            Some("run.storage" | "run.unreadable" | "run.input.changed") => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_GATEWAY,
        };
        return Ok((status, Json(json!({"error": output["error"], "jobId": view.job_id}))).into_response());
    }
    let rejects = job::rejects(&upload.file, 0, LISTED).map_err(io)?;
    output["errors"] = json!(rejects.listed);
    output["errorsComplete"] = Value::Bool(rejects.at_end);
    output["jobId"] = json!(view.job_id);
    Ok(Json(output).into_response())
}

/// A file that goes away unless it is kept.
struct Spool {
    path: PathBuf,
    file: tokio::fs::File,
    kept: bool,
}

impl Spool {
    async fn new(path: PathBuf) -> Result<Self, Refused> {
        files::touch_private(&path).map_err(io)?;
        let file = tokio::fs::File::options().write(true).open(&path).await.map_err(io)?;
        Ok(Self { path, file, kept: false })
    }

    /// Writes a body as it comes; its length.
    async fn stream(&mut self, body: &mut Begun) -> Result<u64, Refused> {
        let mut length = 0;
        while let Some(part) = body.next().await? {
            length += part.len() as u64;
            if length > LARGEST {
                return Err(FAR_TOO_LARGE.into());
            }
            self.file.write_all(&part).await.map_err(io)?;
        }
        Ok(length)
    }

    /// Reads `{orgId, records, map?}` and writes a record a line.
    async fn object(&mut self, body: &mut Begun) -> Result<Received, Refused> {
        let mut bytes = Vec::new();
        while let Some(part) = body.next().await? {
            bytes.extend_from_slice(&part);
            if bytes.len() > LARGEST_OBJECT {
                return Err(TOO_LARGE.into());
            }
        }
        // Checked as the documents have it: an object with other members than these is refused for that.
        let object: Value = serde_json::from_slice(&bytes).map_err(|_| NO_JSON)?;
        if !object.is_object() {
            return Err(NO_JSON.into());
        }
        drop(object);
        let object: Object<'_> = serde_json::from_slice(&bytes).map_err(|_| INCOMPLETE)?;
        let organisation = object.org_id.filter(|id| !id.is_empty()).ok_or(INCOMPLETE)?;
        let mut lines = Vec::with_capacity(bytes.len());
        for record in object.records.ok_or(INCOMPLETE)? {
            // A record may stand on several lines: between tokens, a line end is white space.
            lines.extend(record.get().bytes().map(|byte| if byte == b'\n' || byte == b'\r' { b' ' } else { byte }));
            lines.push(b'\n');
        }
        self.file.write_all(&lines).await.map_err(io)?;
        let map = object.map.filter(|map| !map.is_null()).map(|map| map.to_string());
        Ok(Received { organisation, format: Format::Ndjson, map, bytes: bytes.len() as u64 })
    }

    /// Keeps the file; it is on disk then.
    async fn keep(mut self) -> Result<PathBuf, Refused> {
        self.file.flush().await.map_err(io)?;
        self.file.sync_data().await.map_err(io)?;
        self.kept = true;
        failpoint::pass();
        Ok(self.path.clone())
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if !self.kept {
            _ = std::fs::remove_file(&self.path);
        }
    }
}

/// A body that was looked into: what came first, and the rest.
struct Begun(Bytes, Body);

impl Begun {
    /// Reads until there is something besides white space.
    async fn of(mut body: Body) -> Result<Self, Refusal> {
        let mut begin = Vec::new();
        while begin.trim_ascii_start().is_empty() && begin.len() <= LARGEST_OBJECT {
            let Some(part) = part(&mut body).await? else { break };
            begin.extend_from_slice(&part);
        }
        Ok(Self(begin.into(), body))
    }

    /// The next part; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        if self.0.is_empty() { part(&mut self.1).await } else { Ok(Some(std::mem::take(&mut self.0))) }
    }
}

/// The next part of a body, which must not be silent for long; `None` at its end.
async fn part(body: &mut Body) -> Result<Option<Bytes>, Refusal> {
    loop {
        match tokio::time::timeout(SILENCE, body.frame()).await {
            Err(_) => return Err(TOO_SLOW),
            Ok(None) => return Ok(None),
            Ok(Some(Err(_))) => return Err(BROKEN),
            Ok(Some(Ok(frame))) => {
                if let Ok(part) = frame.into_data() {
                    return Ok(Some(part));
                }
            }
        }
    }
}

fn io(error: impl std::fmt::Display) -> Refused {
    tracing::error!(%error, "an upload cannot be stored");
    Refusal::internal().into()
}
