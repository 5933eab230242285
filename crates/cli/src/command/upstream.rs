//! What commands that ask Genesys have in common: whose it is, by the same settings as `serve`'s.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use guestsync_gateway::Beside;
use guestsync_gateway::config::{self, Flags, Upstream};
use guestsync_gateway::meta::Metadata;

use crate::failure::Failure;

/// Long enough to wait for the next window of the rate limit.
const PATIENCE: Duration = Duration::from_secs(150);
const REQUEST: Duration = Duration::from_secs(60);

#[derive(Debug, Args)]
pub(crate) struct Genesys {
    /// The configuration file (TOML); GENESYS_… and OAUTH_… variables win over it.
    #[arg(long, value_name = "FILE", env = "GUESTSYNC_CONFIG")]
    config: Option<PathBuf>,
    /// Where what was asked is kept for a while [env: GUESTSYNC_STATE_DIR] [default: .guestsync].
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
}

/// A command's Genesys, and its folder.
pub(crate) struct Asked {
    pub(crate) metadata: Metadata,
    pub(crate) state_dir: PathBuf,
    beside: Beside,
}

impl Asked {
    /// After the last call.
    pub(crate) async fn close(self) {
        self.beside.close().await;
    }
}

impl Genesys {
    pub(crate) async fn open(&self) -> Result<Asked, Failure> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path).map_err(|error| Failure::Unreadable(path.display().to_string(), error))
        };
        let file = self.config.as_ref().map(read).transpose()?;
        let flags = Flags { state_dir: self.state_dir.clone(), ..Flags::default() };
        let config = config::load(&flags, &|name| std::env::var(name).ok(), file.as_deref())?;
        let Upstream::Genesys(settings) = &config.upstream else {
            return Err(Failure::Usage("this command needs a Genesys: set GENESYS_ENVIRONMENT or GENESYS_BASE_URL"));
        };
        let mut settings = (**settings).clone();
        (settings.patience, settings.request_timeout) = (PATIENCE, REQUEST);
        let beside = Beside::open(&config, settings.clone()).await?;
        let metadata = Metadata::new(beside.client.clone(), &settings, &config.state_dir);
        Ok(Asked { metadata, state_dir: config.state_dir, beside })
    }
}
