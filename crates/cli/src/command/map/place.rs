//! Where a run writes down how far it is, and where it lists what was refused.

use std::path::{Path, PathBuf};

use guestsync_gateway::meta::run::InputFile;
use guestsync_gateway::meta::run_name;

use super::Map;
use crate::failure::Failure;

/// A run's files.
pub(super) struct Place {
    pub(super) folder: PathBuf,
    pub(super) rejects: PathBuf,
    /// Whether the same command can go on with it.
    pub(super) lasts: bool,
}

impl Place {
    /// `identity` tells whom the records go to, `mapping` is the map's text.
    pub(super) fn of(
        map: &Map,
        state_dir: &Path,
        identity: &str,
        input: Option<&InputFile>,
        mapping: Option<&str>,
    ) -> Result<Self, Failure> {
        let name = match (&map.run, input) {
            (Some(name), _) => {
                let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
                let fits = plain && (1..=64).contains(&name.len());
                let name = fits.then(|| name.clone());
                name.ok_or(Failure::Usage("--run must have letters, digits, - and _ only, 64 of them at most"))?
            }
            (None, Some(input)) => run_name(&[
                identity,
                &map.org,
                &input.path.to_string_lossy(),
                mapping.unwrap_or_default(),
                if map.replace { "replace" } else { "merge" },
            ]),
            // Nobody can give the same input again. A name that comes again, as a process's id does, would go on all the same.
            (None, None) => format!("stream-{:016x}", random()?),
        };
        // Another run of the same file has a list of its own.
        let run = if map.run.is_some() { &name[..] } else { &name[..name.len().min(8)] };
        let rejects = match (&map.rejects, input) {
            (Some(rejects), _) => rejects.clone(),
            (None, Some(input)) => {
                let mut name = input.path.clone().into_os_string();
                name.push(format!(".{run}.rejects.ndjson"));
                name.into()
            }
            (None, None) if map.run.is_some() => PathBuf::from(format!("{run}.rejects.ndjson")),
            (None, None) => PathBuf::from("rejects.ndjson"),
        };
        let rejects = std::path::absolute(rejects)?;
        if input.is_some_and(|input| rejects.canonicalize().is_ok_and(|rejects| rejects == input.path)) {
            return Err(Failure::Usage("--rejects names the file that the records come from"));
        }
        let lasts = map.run.is_some() || input.is_some();
        Ok(Self { folder: state_dir.join("runs").join(name), rejects, lasts })
    }
}

fn random() -> Result<u64, Failure> {
    getrandom::u64().map_err(|_| Failure::Usage("the operating system gives no random numbers"))
}
