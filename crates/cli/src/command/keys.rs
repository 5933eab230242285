//! `guestsync keys`: the key pairs that browsers seal to. Private halves stay in their file; ids and public halves are printed.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use guestsync_gateway::keys::{SEALING_FILE, SealingKeys, files};
use guestsync_gateway::open::SANDBOX_DIRECTORY;

use crate::failure::Failure;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Keys {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a key pair in a new file and print its public half as a JWK Set.
    New {
        /// The file to make; it must not be there yet.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        state: State,
    },
    /// Add a key pair that browsers seal to from the gateway's next start on, and a key that signs capabilities. What was sealed
    /// before still opens; prints the public halves, the new one first.
    Rotate {
        #[command(flatten)]
        state: State,
    },
    /// Print the ids of the key pairs, the current one first.
    List {
        /// A key file instead of the state directory's.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        #[command(flatten)]
        state: State,
    },
}

#[derive(Debug, Args)]
pub(crate) struct State {
    /// Where keys and state live.
    #[arg(long = "state-dir", value_name = "DIR", env = "GUESTSYNC_STATE_DIR", default_value = ".guestsync")]
    pub(crate) directory: PathBuf,
}

pub(crate) fn run(keys: Keys) -> Result<ExitCode, Failure> {
    match keys.what {
        What::New { out, state } => new(out, &state),
        What::Rotate { state } => rotate(&state),
        What::List { key, state } => list(key, &state),
    }
}

fn new(out: Option<PathBuf>, state: &State) -> Result<ExitCode, Failure> {
    let path = match out {
        Some(path) => path,
        None => {
            files::private_directory(&state.directory).map_err(guestsync_gateway::keys::KeyError::from)?;
            state.directory.join(SEALING_FILE)
        }
    };
    let keys = SealingKeys::create(&path)?;
    let public: Vec<_> = keys.iter().map(|key| &key.public).collect();
    output::line(&serde_json::json!({ "keys": public }).to_string())?;
    output::notice(&format!("private key in {}", path.display()));
    Ok(ExitCode::SUCCESS)
}

fn rotate(state: &State) -> Result<ExitCode, Failure> {
    let keys = guestsync_gateway::keys::rotate(&state.directory)?;
    let public: Vec<_> = keys.iter().map(|key| &key.public).collect();
    output::line(&serde_json::json!({ "keys": public }).to_string())?;
    output::notice("in use when the gateway is started again");
    Ok(ExitCode::SUCCESS)
}

fn list(key: Option<PathBuf>, state: &State) -> Result<ExitCode, Failure> {
    let in_state = || vec![state.directory.join(SEALING_FILE), state.directory.join(SANDBOX_DIRECTORY).join(SEALING_FILE)];
    let mut found = false;
    for path in key.map_or_else(in_state, |path| vec![path]) {
        for key in SealingKeys::read(&path)?.iter().flat_map(SealingKeys::iter) {
            found = true;
            output::line(&format!("{}  {}", key.public.kid, path.display()))?;
        }
    }
    if !found {
        return Err(Failure::Usage("there is no key: `guestsync keys new` makes one"));
    }
    Ok(ExitCode::SUCCESS)
}
