//! One turn of a job: its machine runs until it waits or ends, and each step is written down before the next.

use std::time::Duration;

use guestsync_core::Millis;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::existing::find;
use super::machine::{How, Machine, Next, Progress, State};
use crate::app::App;
use crate::audit::{Record, Who};
use crate::clock;
use crate::jobs::{Job, JobError};
use crate::text::hex;
use crate::webhook::{EmitError, Event};

/// How often a lease is renewed while a request is under way.
const RENEW_EVERY: Duration = Duration::from_secs(10);
/// How long a job rests whose state could not be written.
const REST: Duration = Duration::from_secs(5);
/// What the receiver is told of a channel that is made.
pub(super) const EVENT: &str = "channel.provisioned";
/// Who says so, in the webhook.
const SOURCE: &str = "guestsync-provision";

/// Why a turn ended early. The job is nobody's, or becomes so when its lease ends.
#[derive(Debug, thiserror::Error)]
enum Broken {
    /// Somebody else has it now.
    #[error("another process has the job now")]
    Lost,
    /// Its state cannot be read or written.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The webhook's outbox.
    #[error(transparent)]
    Emit(#[from] EmitError),
}

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Self {
        Self::Job(error.into())
    }
}

/// Runs a claimed job until it waits or ends. How long it waits; `None` where nothing is left to do here.
pub(super) async fn run(app: &App, kind: &str, job: &Job) -> Option<Duration> {
    match turn(app, kind, job).await {
        Ok(wait) => wait,
        Err(Broken::Lost) => None,
        Err(broken) => {
            tracing::error!(job = job.id, error = %broken, "a channel's job rests: its state was not written");
            // Where this fails too, the lease ends by itself.
            _ = app.jobs.release(job, REST).await;
            Some(REST)
        }
    }
}

async fn turn(app: &App, kind: &str, job: &Job) -> Result<Option<Duration>, Broken> {
    let written: Option<Progress> = job.output.clone().and_then(|output| serde_json::from_value(output).ok());
    let had_ended = written.as_ref().is_some_and(|progress| progress.state.has_ended());
    let mut machine = Machine::new(job.input()?, written);
    let mut next = machine.resume(clock::now());
    loop {
        next = match next {
            Next::LookUp => {
                save(app, job, &machine).await?;
                let channel = machine.channel();
                let list = leased(app, job, app.genesys.channels(Some(&channel.name))).await?;
                match list {
                    Ok(list) => machine.found(find(&channel, &list), draw()),
                    Err(error) => machine.lookup_failed(&error, draw()),
                }
            }
            Next::Submit => {
                machine.sending();
                save(app, job, &machine).await?;
                let body = machine.channel().body();
                let key = hex(&Sha256::new().chain_update(&job.id).chain_update(&body).finalize()[..16]);
                let outcome = leased(app, job, app.genesys.create_channel(body.into(), &key)).await?;
                machine.answered(outcome, draw())
            }
            Next::Wait(wait) => {
                save(app, job, &machine).await?;
                let wait = Duration::from_millis(wait);
                app.jobs.release(job, wait).await?;
                return Ok(Some(wait));
            }
            Next::End => {
                finish(app, kind, job, &machine.progress, had_ended).await?;
                return Ok(None);
            }
        };
    }
}

async fn save(app: &App, job: &Job, machine: &Machine) -> Result<(), Broken> {
    let output = serde_json::to_value(&machine.progress).map_err(|_| JobError::Unreadable)?;
    if app.jobs.save(job, machine.progress.state.name(), Some(&output)).await? { Ok(()) } else { Err(Broken::Lost) }
}

/// Waits for a request, and gives it up where the lease is lost meanwhile.
async fn leased<T>(app: &App, job: &Job, request: impl Future<Output = T>) -> Result<T, Broken> {
    tokio::pin!(request);
    loop {
        tokio::select! {
            outcome = &mut request => return Ok(outcome),
            () = tokio::time::sleep(RENEW_EVERY) => {
                if !app.jobs.renew(job).await? {
                    return Err(Broken::Lost);
                }
            }
        }
    }
}

/// Tells the receiver, writes the audit's record, closes the job. That it has ended is written down before, so that whoever is
/// killed in between leaves the rest to the next: the event has an id of its own, and the record is looked for.
async fn finish(app: &App, kind: &str, job: &Job, progress: &Progress, had_ended: bool) -> Result<(), Broken> {
    let status = progress.state.name();
    let latency = clock::now().saturating_sub(Millis::try_from(job.created_at).unwrap_or_default());
    let mut output = serde_json::to_value(progress).map_err(|_| JobError::Unreadable)?;
    output["latencyMs"] = latency.into();
    if !had_ended && !app.jobs.save(job, status, Some(&output)).await? {
        return Err(Broken::Lost);
    }
    let told = match &progress.state {
        State::Success { channel_id, how: How::Created | How::Settled } => {
            app.webhooks.emit(provisioned(job, channel_id)).await?.is_some()
        }
        _ => false,
    };
    if !had_ended || !app.audit.mentions(&job.id) {
        // This one is among them: its state was saved before.
        let (successes, ended) = app.db.count_ended_jobs(kind, State::ENDS).await?;
        let rate = 100.0 * successes as f64 / ended.max(1) as f64;
        let mut record = Record::of("channel.provision", Who::Operator)
            .with("timestamp", clock::rfc3339_ms(clock::now()))
            .with("jobId", job.id.as_str())
            .with("channelName", progress.name.as_str())
            .with("status", status)
            .with("latencyMs", latency)
            .with("successRate", (rate * 100.0).round() / 100.0)
            .with("webhookTriggered", told)
            .outcome(status);
        if let State::Success { channel_id, .. } = &progress.state {
            record = record.with("channelId", channel_id.as_str());
        }
        app.audit.record(record).await;
    }
    if app.jobs.finish(job, status, Some(&output)).await? { Ok(()) } else { Err(Broken::Lost) }
}

fn provisioned(job: &Job, channel_id: &str) -> Event {
    let body = json!({
        "event": EVENT,
        "channelId": channel_id,
        "timestamp": clock::rfc3339_ms(clock::now()),
        "source": SOURCE,
    });
    let members: Map<String, Value> = if let Value::Object(members) = body { members } else { Map::new() };
    Event::new(EVENT, members).about(&[&job.id])
}

fn draw() -> u64 {
    getrandom::u64().unwrap_or_default()
}
