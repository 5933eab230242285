//! Which state a command works on, and the state itself.

use std::path::PathBuf;

use clap::Args;
use guestsync_gateway::Operator;
use guestsync_gateway::config::StatePlace;
use guestsync_gateway::open::SANDBOX_DIRECTORY;

use crate::failure::Failure;

/// Which state, by the same settings as `serve`'s.
#[derive(Debug, Args)]
pub(crate) struct Database {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE", env = "GUESTSYNC_CONFIG")]
    config: Option<PathBuf>,
    /// Where keys and state live [env: GUESTSYNC_STATE_DIR] [default: .guestsync].
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// The state of `serve --sandbox`.
    #[arg(long)]
    sandbox: bool,
    /// The PostgreSQL that gateways share [env: DATABASE_URL].
    #[arg(long, conflicts_with = "sandbox")]
    database_url: Option<String>,
}

/// The state, open.
pub(super) struct Opened {
    pub(super) operator: Operator,
    pub(super) directory: PathBuf,
    /// That of the settings, which goes before the directory's.
    pub(super) state_key: Option<String>,
}

impl Database {
    /// Opens it.
    pub(super) async fn open(&self) -> Result<Opened, Failure> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path).map_err(|error| Failure::Unreadable(path.display().to_string(), error))
        };
        let file = self.config.as_ref().map(read).transpose()?;
        let place = StatePlace::load(&|name| std::env::var(name).ok(), file.as_deref())?;
        let directory = self.state_dir.clone().unwrap_or(place.directory);
        let directory = if self.sandbox { directory.join(SANDBOX_DIRECTORY) } else { directory };
        let stated = place.database_url.as_ref().map(|address| address.expose().as_str());
        // The sandbox's state is always in a file.
        let address = self.database_url.as_deref().filter(|address| !address.is_empty()).or(stated).filter(|_| !self.sandbox);
        let operator = Operator::open(&directory, address).await?;
        Ok(Opened { operator, directory, state_key: place.state_key.map(|key| key.expose().clone()) })
    }
}
