//! Provisioning from the command line, beside running gateways or without one: the same state, the same jobs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use guestsync_core::Millis;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::channel::Channel;
use super::machine::{OnConflict, Progress};
use super::plan::{Action, Plan};
use super::queue::{self, Wish};
use super::report::{Outcome, Report};
use super::{step, worker};
use crate::app::{App, StartError};
use crate::config::{Config, Upstream};
use crate::jobs::{JobError, View};
use crate::sharing::Sharing;
use crate::webhook::{self, Waiting};

/// How often the jobs are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long webhooks may take before the rest is left to a gateway, or to the next command.
const WEBHOOKS: Duration = Duration::from_secs(10);
/// Jobs that are listed at most.
const MOST_JOBS: i64 = 100_000;

/// A deployment's state, opened to provision channels.
pub struct Provisioner {
    app: Arc<App>,
    /// Ends with this.
    sharing: JoinSet<()>,
}

/// Why channels were not provisioned.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// Genesys could not be asked what is there.
    #[error("the channels that are there cannot be listed: {0}")]
    Upstream(#[from] guestsync_genesys::Error),
    /// The jobs.
    #[error(transparent)]
    Jobs(#[from] JobError),
}

/// How a run is bounded.
#[derive(Debug, Clone, Copy)]
pub struct Wait {
    /// Jobs at once.
    pub at_once: usize,
    /// After this the rest stays open, for the next run or a gateway.
    pub at_most: Duration,
}

impl Provisioner {
    /// Opens keys and state of the configured directory or database.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn open(config: Config) -> Result<Self, StartError> {
        let Upstream::Genesys(settings) = &config.upstream else { return Err(StartError::NoUpstream) };
        let (settings, directory) = ((**settings).clone(), config.state_dir.clone());
        let app = Arc::new(App::open(config, settings, &directory).await?);
        // Gateways are asked for a part of the rate budget before anything is.
        let part = Sharing::of(&app);
        part.once().await;
        let mut sharing = JoinSet::new();
        sharing.spawn(part.share());
        Ok(Self { app, sharing })
    }

    /// Looks up what is there and says what would be done.
    ///
    /// # Errors
    /// Genesys could not be asked.
    pub async fn plan(&self, channels: &[(String, Channel)], on_conflict: OnConflict) -> Result<Plan, ProvisionError> {
        Ok(Plan::make(&self.app.genesys, channels, on_conflict).await?)
    }

    /// Does what a plan says: adds its jobs, works on them until all have ended, `stop` resolves or time is up, and delivers webhooks.
    /// `tell` hears of each channel once, when it has ended.
    ///
    /// # Errors
    /// The state cannot be read or written.
    pub async fn provision(
        &self,
        plan: &Plan,
        wait: Wait,
        stop: impl Future<Output = ()>,
        mut tell: impl FnMut(&Outcome),
    ) -> Result<Report, ProvisionError> {
        let mut watched = Watched { plan, jobs: HashMap::new(), outcomes: Vec::with_capacity(plan.channels.len()) };
        for (index, planned) in plan.channels.iter().enumerate() {
            let present = Outcome::present(planned);
            match queue::open(&self.app, &planned.channel, plan.on_conflict).await? {
                // There, but a job that was left alone does not know it yet.
                Some(job) if present.is_some() => _ = watched.jobs.insert(job, index),
                _ => present.iter().for_each(&mut tell),
            }
            watched.outcomes.push(present);
        }
        let ((stop_working, worked), (stop_delivering, delivered)) = (watch::channel(false), watch::channel(false));
        let delivering = tokio::spawn(webhook::deliver::run(Arc::clone(&self.app.webhooks), delivered));
        for (index, planned) in plan.channels.iter().enumerate() {
            if watched.outcomes[index].is_some() {
                continue;
            }
            let is_free = planned.action == Action::Create;
            let (channel, on_conflict) = (&planned.channel, plan.on_conflict);
            let wish = Wish { channel, on_conflict, listed_at: Some(plan.listed_at), is_free };
            watched.jobs.insert(queue::add(&self.app, &wish).await?, index);
        }
        let working = tokio::spawn(worker::run(Arc::clone(&self.app), wait.at_once, worked));
        let deadline = Instant::now() + wait.at_most;
        tokio::pin!(stop);
        loop {
            watched.look(&self.jobs().await?, &mut tell);
            if watched.jobs.is_empty() || Instant::now() >= deadline {
                break;
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = &mut stop => break,
            }
        }
        stop_working.send_replace(true);
        // What is in hand comes to its next rest, or to its end; a task that panicked has been reported.
        _ = working.await;
        watched.look(&self.jobs().await?, &mut tell);
        self.settle_webhooks(plan.listed_at).await;
        stop_delivering.send_replace(true);
        _ = delivering.await;
        let waiting = self.events_since(plan.listed_at).await.len();
        Ok(Report::of(watched.outcomes.into_iter().flatten().collect(), waiting))
    }

    /// Jobs that make channels, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn jobs(&self) -> Result<Vec<View>, ProvisionError> {
        Ok(self.app.jobs.list(&queue::kind(&self.app), MOST_JOBS).await?)
    }

    /// Closes the state.
    pub async fn close(mut self) {
        self.sharing.shutdown().await;
        Sharing::of(&self.app).end().await;
        self.app.audit.close().await;
        self.app.db.close().await;
    }

    /// Waits a little until the receiver has been told once of all that has just happened.
    async fn settle_webhooks(&self, since: Millis) {
        let deadline = Instant::now() + WEBHOOKS;
        let untold = |event: &Waiting| !event.dead && event.attempts == 0;
        while Instant::now() < deadline && self.events_since(since).await.iter().any(untold) {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The channels' events since then that the receiver has not taken.
    async fn events_since(&self, since: Millis) -> Vec<Waiting> {
        if !self.app.webhooks.is_on() {
            return Vec::new();
        }
        let mut events = self.app.db.list_webhooks().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the webhook's outbox cannot be read");
            Vec::new()
        });
        let is_recent = |at: i64| u64::try_from(at).is_ok_and(|at| at >= since);
        events.retain(|event| event.kind == step::EVENT && is_recent(event.created_at));
        events
    }
}

/// The jobs of a plan that have not ended, and what has come of its channels.
struct Watched<'a> {
    plan: &'a Plan,
    /// By id, the channel's index in the plan.
    jobs: HashMap<String, usize>,
    outcomes: Vec<Option<Outcome>>,
}

impl Watched<'_> {
    /// Takes in how the jobs stand and tells of those that have ended, in the order of the plan.
    fn look(&mut self, views: &[View], tell: &mut impl FnMut(&Outcome)) {
        let mut seen: Vec<_> = views.iter().filter_map(|view| Some((*self.jobs.get(&view.job_id)?, view))).collect();
        seen.sort_by_key(|(index, _)| *index);
        for (index, view) in seen {
            let progress: Option<Progress> = view.output.clone().and_then(|output| serde_json::from_value(output).ok());
            let latency = view.output.as_ref().and_then(|output| output["latencyMs"].as_u64());
            let outcome = Outcome::of(&self.plan.channels[index], &view.job_id, progress.as_ref(), latency);
            if !view.open {
                self.jobs.remove(&view.job_id);
                tell(&outcome);
            }
            self.outcomes[index] = Some(outcome);
        }
    }
}
