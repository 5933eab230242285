//! `guestsync open`: what the holder of the keys reads.
//!
//! One value with `--guest` and `--field`, or a whole profile (JSON) with `--guest`: then each sealed member on a line of its own,
//! `pointer<TAB>plain value`. Exit code 1 where a value does not open, with its code on standard error.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use guestsync_core::patch::Pointer;
use guestsync_core::seal::{Place, SealError};
use guestsync_gateway::open::Opener;

use super::keys::State;
use crate::failure::Failure;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// A private key (JWK, JWK Set or PEM) instead of the state directory's.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Whose value it must be.
    #[arg(long, value_name = "ID")]
    guest: String,
    /// Which field's value it must be (JSON Pointer); without it, a profile is read.
    #[arg(long, value_name = "POINTER")]
    field: Option<String>,
    #[command(flatten)]
    state: State,
}

pub(crate) async fn run(open: Open) -> Result<ExitCode, Failure> {
    let opener = opener(&open).await?;
    let mut input = String::new();
    std::io::stdin().take(8 * 1024 * 1024).read_to_string(&mut input)?;
    match &open.field {
        Some(field) => one(&opener, &open.guest, field, input.trim()),
        None => all(&opener, &open.guest, &input),
    }
}

async fn opener(open: &Open) -> Result<Opener, Failure> {
    let Some(path) = &open.key else {
        let state_key = std::env::var("GUESTSYNC_STATE_KEY").ok().filter(|text| !text.is_empty());
        let database_url = std::env::var("DATABASE_URL").ok().filter(|text| !text.is_empty());
        let opener = Opener::of_directory(&open.state.directory, state_key.as_deref(), database_url.as_deref()).await?;
        let nothing = "there is no key in the state directory: name one with --key, or the directory with --state-dir";
        return if opener.is_empty() { Err(Failure::Usage(nothing)) } else { Ok(opener) };
    };
    let keys = guestsync_gateway::keys::SealingKeys::read(path)?;
    keys.map(Opener::with).ok_or(Failure::Usage("the file of --key is not there"))
}

fn one(opener: &Opener, guest: &str, field: &str, text: &str) -> Result<ExitCode, Failure> {
    let pointer = Pointer::parse(field).map_err(|_| Failure::Usage("--field must be a JSON Pointer like /email"))?;
    let place = Place::new(guest, pointer).map_err(|_| Failure::Usage("--guest is not the id of a guest"))?;
    match opener.open(text, &place) {
        Ok(plain) => {
            output::line(plain.expose())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Ok(refused(field, error)),
    }
}

fn all(opener: &Opener, guest: &str, text: &str) -> Result<ExitCode, Failure> {
    let nothing = "standard input holds no profile in JSON; a single value needs --field";
    let profile: serde_json::Value = serde_json::from_str(text).map_err(|_| Failure::Usage(nothing))?;
    if !profile.is_object() {
        return Err(Failure::Usage(nothing));
    }
    let opened = opener.open_profile(guest, &profile);
    if opened.is_empty() {
        output::notice("guestsync: the profile holds no sealed value");
    }
    let mut code = ExitCode::SUCCESS;
    for (pointer, outcome) in opened {
        match outcome {
            // One line each, whatever is in the value.
            Ok(plain) => output::line(&format!("{pointer}\t{}", plain.expose().escape_debug()))?,
            Err(error) => code = refused(&pointer, error),
        }
    }
    Ok(code)
}

fn refused(field: &str, error: SealError) -> ExitCode {
    output::notice(&format!("guestsync: {field}: {} ({})", error, error.code()));
    ExitCode::from(1)
}
