//! What would be done for a file of channels: read-only.

use guestsync_core::Millis;
use guestsync_core::retry::Policy;
use guestsync_genesys::call::ExistingChannel;
use guestsync_genesys::{Client, Error};
use serde::Serialize;

use super::channel::Channel;
use super::existing::{Found, find};
use super::machine::{MOST_LOOKUPS, OnConflict};
use super::problem::{Problem, Rule, step};
use super::suffix::suffixed;
use crate::clock;

/// Up to so many channels are looked up one by one; for more, all there are is listed once.
const FEW: usize = 3;

/// Lists in a row that nobody answers before it is said that Genesys cannot be reached: nothing has been begun yet.
const MOST_UNREACHED: u32 = 3;

/// What would be done for one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum Action {
    /// It is made.
    Create,
    /// Its name is taken: it is made under this one.
    Suffix {
        /// The name with its suffix.
        name: String,
    },
    /// It is there already, with the same definition; with `--on-conflict suffix` perhaps under a name with a suffix.
    Present {
        /// Its name.
        name: String,
        /// Its id.
        channel_id: String,
    },
    /// Its name is taken, and it is not made.
    Taken,
}

/// One channel of the file.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its path in the file.
    pub path: String,
    /// Its definition.
    pub channel: Channel,
    /// What would be done.
    pub action: Action,
}

/// What would be done for all.
#[derive(Debug, Clone)]
pub struct Plan {
    /// In the order of the file.
    pub channels: Vec<Planned>,
    /// What happens where a name is taken.
    pub on_conflict: OnConflict,
    /// When the looking began, milliseconds since 1970.
    pub(super) listed_at: Millis,
}

impl Plan {
    /// Looks up what is there.
    ///
    /// # Errors
    /// Genesys could not be asked, for minutes or for good.
    pub(super) async fn make(genesys: &Client, channels: &[(String, Channel)], on_conflict: OnConflict) -> Result<Self, Error> {
        let listed_at = clock::now();
        let all = if channels.len() > FEW { Some(list(genesys, None).await?) } else { None };
        let mut planned = Vec::with_capacity(channels.len());
        for (path, channel) in channels {
            let action = match (look_up(genesys, all.as_deref(), channel).await?, on_conflict) {
                (Found::Nothing, _) => Action::Create,
                (Found::Same(channel_id), _) => Action::Present { name: channel.name.clone(), channel_id },
                (_, OnConflict::Fail) => Action::Taken,
                (_, OnConflict::Suffix) => {
                    let other = suffixed(channel);
                    match look_up(genesys, all.as_deref(), &other).await? {
                        Found::Nothing => Action::Suffix { name: other.name },
                        Found::Same(channel_id) => Action::Present { name: other.name, channel_id },
                        _ => Action::Taken,
                    }
                }
            };
            planned.push(Planned { path: path.clone(), channel: channel.clone(), action });
        }
        Ok(Self { channels: planned, on_conflict, listed_at })
    }

    /// The names that are taken, as problems of the file.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let taken = self.channels.iter().filter(|planned| planned.action == Action::Taken);
        taken.map(|planned| Problem::new(step(&planned.path, "name"), Rule::NameTaken)).collect()
    }
}

async fn look_up(genesys: &Client, all: Option<&[ExistingChannel]>, channel: &Channel) -> Result<Found, Error> {
    match all {
        Some(all) => Ok(find(channel, all)),
        None => Ok(find(channel, &list(genesys, Some(&channel.name)).await?)),
    }
}

/// A list, asked for as patiently as a job does.
async fn list(genesys: &Client, prefix: Option<&str>) -> Result<Vec<ExistingChannel>, Error> {
    let mut failed = 0;
    loop {
        let error = match genesys.channels(prefix).await {
            Ok(list) => return Ok(list),
            Err(error) => error,
        };
        failed += 1;
        let wait = match error {
            _ if failed >= MOST_LOOKUPS => return Err(error),
            Error::Unreachable | Error::Timeout if failed >= MOST_UNREACHED => return Err(error),
            Error::Busy { retry_after } => retry_after,
            Error::Unavailable { .. } | Error::Unreachable | Error::Timeout => {
                Policy::SERVER.delay(failed, getrandom::u64().unwrap_or_default())
            }
            _ => return Err(error),
        };
        tracing::warn!(%error, wait_ms = wait, "the channels cannot be listed now: they are asked for again");
        tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
    }
}
