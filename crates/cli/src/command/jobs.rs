//! `guestsync jobs`: what outlives the command or request that asked for it.

use std::process::ExitCode;

use clap::Args;
use guestsync_gateway::JobView;

use super::database::{Database, Opened};
use crate::failure::Failure;
use crate::output;

/// One job a line: id, kind, state, when it was added, and the name that it is about.
#[derive(Debug, Args)]
pub(crate) struct Jobs {
    /// Show this job only, in full.
    id: Option<String>,
    /// Only jobs that have not ended.
    #[arg(long, conflicts_with = "id")]
    open: bool,
    /// The most to list, the newest first.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(i64).range(1..=1_000_000), conflicts_with = "id")]
    most: i64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(crate) async fn run(jobs: Jobs) -> Result<ExitCode, Failure> {
    let Opened { operator, directory, state_key } = jobs.database.open().await?;
    if let Some(id) = &jobs.id {
        let Some(job) = operator.job(&directory, state_key.as_deref(), id).await? else {
            output::notice("guestsync: there is no job of this id");
            return Ok(ExitCode::from(1));
        };
        output::line(&serde_json::to_string_pretty(&job).unwrap_or_default())?;
        return Ok(ExitCode::SUCCESS);
    }
    let listed = operator.jobs(&directory, state_key.as_deref(), jobs.open, jobs.most).await?;
    if jobs.json {
        output::line(&serde_json::to_string_pretty(&listed).unwrap_or_default())?;
    } else {
        listed.iter().try_for_each(|job| output::line(&line(job)))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn line(job: &JobView) -> String {
    let name = job.output.as_ref().and_then(|output| output["name"].as_str()).unwrap_or("-");
    let kind = job.kind.split('/').next().unwrap_or_default();
    format!("{}\t{kind}\t{}\t{}\t{}", job.job_id, job.state, job.created, name.escape_debug())
}
