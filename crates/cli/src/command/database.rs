//! Which state a command works on, and the state itself.

use std::path::PathBuf;

use clap::Args;
use guestsync_gateway::Operator;
use guestsync_gateway::open::SANDBOX_DIRECTORY;

use super::keys::State;
use crate::failure::Failure;

/// Which state.
#[derive(Debug, Args)]
pub(crate) struct Database {
    #[command(flatten)]
    state: State,
    /// The state of `serve --sandbox`.
    #[arg(long)]
    sandbox: bool,
    /// The PostgreSQL that gateways share.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, conflicts_with = "sandbox")]
    database_url: Option<String>,
}

impl Database {
    pub(super) fn directory(&self) -> PathBuf {
        let directory = self.state.directory.clone();
        if self.sandbox { directory.join(SANDBOX_DIRECTORY) } else { directory }
    }

    fn address(&self) -> Option<&str> {
        self.database_url.as_deref().filter(|address| !address.is_empty())
    }

    /// Opens it.
    pub(super) async fn operator(&self) -> Result<Operator, Failure> {
        Ok(Operator::open(&self.directory(), self.address()).await?)
    }
}

/// The state key of the environment, which goes before the directory's.
pub(super) fn state_key() -> Option<String> {
    std::env::var("GUESTSYNC_STATE_KEY").ok().filter(|text| !text.is_empty())
}
