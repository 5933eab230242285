//! `guestsync hooks`: the webhook's outbox.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::database::Database;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Hooks {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print the events that wait or are given up, one a line, oldest first.
    List {
        /// Only those that are given up.
        #[arg(long)]
        dead: bool,
        #[command(flatten)]
        database: Database,
    },
    /// Deliver events that were given up; a running gateway begins at once.
    Replay {
        /// The event's id, as `list` prints it.
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        /// All of them.
        #[arg(long, conflicts_with = "id")]
        all: bool,
        #[command(flatten)]
        database: Database,
    },
    /// Ask a receiver again that answered 410.
    Enable {
        #[command(flatten)]
        database: Database,
    },
}

pub(crate) async fn run(hooks: Hooks) -> Result<ExitCode, Failure> {
    match hooks.what {
        What::List { dead, database } => {
            for event in database.open().await?.operator.webhooks().await?.into_iter().filter(|event| event.dead || !dead) {
                let state = if event.dead { "dead" } else { "waiting" };
                let failure = event.failure.as_deref().unwrap_or("-");
                output::line(&format!("{}\t{}\t{state}\t{}\t{failure}", event.id, event.kind, event.attempts))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        What::Replay { id, database, .. } => {
            let number = database.open().await?.operator.replay_webhooks(id.as_deref()).await?;
            output::line(&format!("{number} to be delivered"))?;
            Ok(ExitCode::from(u8::from(number == 0 && id.is_some())))
        }
        What::Enable { database } => {
            let number = database.open().await?.operator.enable_webhooks().await?;
            output::line(&format!("{number} enabled"))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
