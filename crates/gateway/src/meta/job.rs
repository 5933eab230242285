//! Uploads of records as jobs: a body is spooled to a file, and a worker runs it as `guestsync map` would. A gateway that is killed goes
//! on with it after its restart; with several, the one that has the file does.

use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::input::Format;
use super::mapping::Mapping;
use super::run::{InputFile, Options, Outcome, Progress, Reject, Run, RunError, Task};
use crate::app::App;
use crate::clock;
use crate::jobs::{Job, JobError};

/// The kind of the uploads for one OAuth client: what was sent for one organisation is never written to another.
pub(crate) fn kind(app: &App) -> String {
    format!("map/{}", app.metadata.caller())
}

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Shorter than a job's lease.
const SAVE_EVERY: Duration = Duration::from_secs(5);
/// After this, a run that Genesys did not let end is tried again.
const AGAIN_IN: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(120);
/// How soon another gateway may look whether it has the file.
const ELSEWHERE_IN: Duration = Duration::from_secs(3);
/// How long an upload waits for the gateway that has its file.
const MOST_DAYS: u64 = 7;
/// How often a job is begun.
const MOST_ATTEMPTS: i64 = 50;
/// Batches at once: browsers' calls go through the same budget.
const PARALLEL: usize = 4;

/// What a job is to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Upload {
    pub(crate) organisation: String,
    /// The file that the records were spooled to.
    pub(crate) file: PathBuf,
    pub(crate) format: Format,
    /// The map's text; none is that of tickets.
    #[serde(default)]
    pub(crate) map: Option<String>,
    /// The attributes that the organisation had when the records came.
    pub(crate) attributes: Vec<Value>,
}

impl Upload {
    /// The names of the attributes.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.attributes.iter().filter_map(|definition| definition["name"].as_str()).collect()
    }
}

/// The map of an upload; `None` where the text is none. Whoever uploads has no part of this process's environment.
pub(crate) fn mapping(text: Option<&str>) -> Option<Mapping> {
    text.map_or_else(|| Some(Mapping::tickets()), |text| Mapping::read(text, &|_| None).ok())
}

/// Whether this is an upload's id; one of another form would be another file.
pub(crate) fn is_id(text: &str) -> bool {
    text.strip_prefix("map_").is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Where the uploads are.
pub(crate) fn folder(app: &App) -> PathBuf {
    app.directory.join("uploads")
}

fn folder_of_run(app: &App, job: &Job) -> PathBuf {
    app.directory.join("runs").join(&job.id)
}

/// Where an upload's refused records are listed.
pub(crate) fn rejects_of(file: &Path) -> PathBuf {
    file.with_extension("rejects.ndjson")
}

/// Works on uploads, one after another, until `stop` says so; what is in hand goes on after a restart.
pub(crate) async fn work(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let kind = kind(&app);
    while !*stop.borrow() {
        match app.jobs.claim(&kind).await {
            Ok(Some(job)) => {
                let worked = tokio::select! {
                    worked = one(&app, &job) => Some(worked),
                    _ = stop.wait_for(|stop| *stop) => None,
                };
                let worked = match worked {
                    Some(worked) => worked,
                    None => app.jobs.release(&job, Duration::ZERO).await,
                };
                if let Err(error) = worked {
                    tracing::warn!(%error, "an upload's job was not written down");
                }
            }
            Ok(None) => tokio::select! {
                () = app.jobs.wait(LOOK_EVERY) => {}
                _ = stop.changed() => {}
            },
            Err(error) => {
                tracing::warn!(%error, "uploads' jobs cannot be claimed now");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

async fn one(app: &App, job: &Job) -> Result<(), JobError> {
    let upload: Upload = job.input()?;
    if !upload.file.exists() {
        // Another gateway has it, or nobody any more.
        let added = u64::try_from(job.created_at).unwrap_or_default();
        if app.db.is_shared() && clock::now() < added.saturating_add(MOST_DAYS * 24 * 60 * 60 * 1_000) {
            return app.jobs.pass(job, ELSEWHERE_IN).await;
        }
        let output = failed("upload.gone", "The upload's file is not there any more.");
        return app.jobs.finish(job, "failed", Some(&output)).await.map(drop);
    }
    let outcome = run(app, job, &upload).await;
    let (state, output) = match outcome {
        Ok(Some(outcome)) => ("done", done(&upload, &outcome)),
        // It is somebody else's now.
        Ok(None) => return Ok(()),
        Err(error) if passes(&error) && job.attempts < MOST_ATTEMPTS => {
            tracing::warn!(code = error.code(), "an upload's run waits");
            return app.jobs.release(job, AGAIN_IN).await;
        }
        Err(error) => ("failed", failed(error.code(), &error.to_string())),
    };
    if app.jobs.finish(job, state, Some(&output)).await? {
        // Not before: a gateway that is killed in between writes nothing again.
        _ = Run::discard(&folder_of_run(app, job));
        _ = std::fs::remove_file(&upload.file);
    }
    Ok(())
}

/// Runs an upload, saving how far it is; `None` where the job was taken away.
async fn run(app: &App, job: &Job, upload: &Upload) -> Result<Option<Outcome>, RunError> {
    let task = Task {
        id: String::new(),
        identity: app.metadata.identity().to_owned(),
        organisation: upload.organisation.clone(),
        input: Some(InputFile::of(&upload.file)?),
        format: upload.format,
        map: upload.map.clone(),
        replace: false,
        rejects: rejects_of(&upload.file),
        attributes: upload.attributes.clone(),
    };
    let mapping = mapping(upload.map.as_deref()).ok_or(RunError::Unreadable)?;
    let run = Run::open(&folder_of_run(app, job), task)?;
    let options = Options { stream: None, mapping, batch: None, parallel: PARALLEL, patience: PATIENCE };
    let (told, progress) = watch::channel(Progress::default());
    let mut work = std::pin::pin!(run.work(&app.metadata, options, |progress| _ = told.send_replace(progress.clone())));
    let mut times = tokio::time::interval(SAVE_EVERY);
    loop {
        tokio::select! {
            outcome = &mut work => return outcome.map(Some),
            _ = times.tick() => {
                let shown = {
                    let progress = progress.borrow();
                    json!({"processed": progress.counts.records, "rejected": progress.counts.rejected(),
                        "bytes": progress.bytes, "totalBytes": progress.total_bytes})
                };
                match app.jobs.save(job, "running", Some(&shown)).await {
                    Ok(true) => {}
                    Ok(false) => return Ok(None),
                    // The lease may outlast the trouble; if not, another gateway finds no file.
                    Err(error) => tracing::warn!(%error, "an upload's progress was not saved"),
                }
            }
        }
    }
}

fn done(upload: &Upload, outcome: &Outcome) -> Value {
    let counts = &outcome.counts;
    json!({
        "success": true,
        "processed": counts.records,
        "applied": counts.applied(),
        "rejected": counts.rejected(),
        "allowedAttributes": upload.names(),
        "unmapped": counts.left_out.unmapped,
        "disallowed": counts.left_out.disallowed,
    })
}

fn failed(code: &str, message: &str) -> Value {
    json!({"success": false, "error": {"code": code, "message": message}})
}

/// Whether it may pass by itself.
fn passes(error: &RunError) -> bool {
    match error {
        RunError::Meta(error) => error.passes(),
        RunError::Locked | RunError::Journal(_) | RunError::Folder(_) => true,
        RunError::Input(_) | RunError::Map(_) | RunError::Changed | RunError::Unreadable => false,
    }
}

/// Refused records of an upload.
pub(crate) struct Rejects {
    pub(crate) listed: Vec<Reject>,
    /// Where the next ones begin.
    pub(crate) next: u64,
    /// Whether nothing is behind them now.
    pub(crate) at_end: bool,
}

/// The refused records of an upload behind `after` bytes of the list, at most `most`.
pub(crate) fn rejects(file: &Path, after: u64, most: usize) -> std::io::Result<Rejects> {
    let file = match std::fs::File::open(rejects_of(file)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Rejects { listed: Vec::new(), next: after, at_end: true });
        }
        file => file?,
    };
    let mut reader = BufReader::new(file);
    reader.seek(SeekFrom::Start(after))?;
    let (mut listed, mut next, mut line) = (Vec::new(), after, Vec::new());
    while listed.len() < most {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)? as u64;
        // The last line may be half written.
        let Ok(reject) = serde_json::from_slice(&line) else { return Ok(Rejects { listed, next, at_end: true }) };
        next += length;
        listed.push(reject);
    }
    Ok(Rejects { listed, next, at_end: false })
}
