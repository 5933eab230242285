//! Adding jobs, so that of all who ask for a channel at once one job makes it and all get its result.

use guestsync_core::Millis;
use sha2::{Digest, Sha256};

use super::channel::Channel;
use super::check::Document;
use super::machine::{OnConflict, State, Task};
use crate::app::App;
use crate::db::channel_claims::ChannelClaim;
use crate::jobs::JobError;
use crate::keys::state_key::random;
use crate::text::hex;

/// The kind of the jobs that make channels for one OAuth client: what was asked of one organisation is never done at another.
pub(crate) fn kind(app: &App) -> String {
    format!("{KIND}/{}", app.metadata.caller())
}

/// What all kinds begin with.
pub(crate) const KIND: &str = "channel.provision";

/// A wish for a channel.
pub(super) struct Wish<'a> {
    pub(super) channel: &'a Channel,
    pub(super) on_conflict: OnConflict,
    /// When the list of channels that speaks for it was begun, if there was one: the result of a job that ended after that is news.
    pub(super) listed_at: Option<Millis>,
    /// Whether that list did not have the name.
    pub(super) is_free: bool,
}

/// The job that is at just this channel, if there is one: it may have made it, and be about to find that out.
pub(super) async fn open(app: &App, channel: &Channel, on_conflict: OnConflict) -> Result<Option<String>, JobError> {
    let Some(holder) = app.db.channel_claim(&digest(&[&kind(app), &channel.name])).await? else { return Ok(None) };
    if holder.definition != definition(channel, on_conflict) {
        return Ok(None);
    }
    let job = app.db.job(&holder.job).await?;
    Ok(job.filter(|job| job.open).map(|job| job.id))
}

/// The id of the job that makes the channel: a new one, or the one that is at it.
pub(super) async fn add(app: &App, wish: &Wish<'_>) -> Result<String, JobError> {
    let kind = kind(app);
    let id = digest(&[&kind, &wish.channel.name]);
    let definition = definition(wish.channel, wish.on_conflict);
    let wanted = ChannelClaim { job: format!("job_{}", hex(random::<16>()?.as_ref())), definition };
    loop {
        let holder = app.db.claim_channel(&id, &wanted).await?;
        let is_first = holder.job == wanted.job;
        let is_same = holder.definition == wanted.definition;
        let task = Task {
            channel: wish.channel.clone(),
            on_conflict: wish.on_conflict,
            // Whoever had the name before may have made it since it was listed.
            free_at: wish.listed_at.filter(|_| is_first && wish.is_free),
        };
        if is_first {
            return app.jobs.add(&kind, Some(wanted.job), QUEUED, &task).await;
        }
        match app.db.job(&holder.job).await? {
            // Claimed by a process that was killed before it added the job.
            None if is_same => return app.jobs.add(&kind, Some(holder.job), QUEUED, &task).await,
            Some(job) if is_same && (job.open || is_news(job.updated_at, wish.listed_at)) => return Ok(holder.job),
            _ => {}
        }
        if app.db.pass_channel(&id, &holder.job, &wanted).await? {
            return app.jobs.add(&kind, Some(wanted.job), QUEUED, &task).await;
        }
    }
}

/// Adds a job for each channel of a file of which nothing was looked up; their ids, in its order.
pub(crate) async fn add_all(app: &App, document: &Document, on_conflict: OnConflict) -> Result<Vec<String>, JobError> {
    let mut jobs = Vec::with_capacity(document.channels.len());
    for (_, channel) in &document.channels {
        jobs.push(add(app, &Wish { channel, on_conflict, listed_at: None, is_free: false }).await?);
    }
    Ok(jobs)
}

const QUEUED: &str = State::Queued.name();

fn is_news(ended_at: i64, listed_at: Option<Millis>) -> bool {
    listed_at.is_some_and(|listed| u64::try_from(ended_at).is_ok_and(|ended| ended >= listed))
}

fn definition(channel: &Channel, on_conflict: OnConflict) -> String {
    digest(&[&channel.fingerprint(), &format!("{on_conflict:?}")])
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize()[..16])
}
