//! Metadata: what attributes an organisation has, records mapped to them in bulk, and how much they are used.
//!
//! ```text
//!  input ──► mapping ──► schema (rules) ──► run (batches, journal) ──► genesys S3
//!                           ▲
//!              access (S4), inherit (S2 + S5), cache
//! ```
//! - [`schema`]: definitions and their rules;
//! - [`mapping`]: from the fields of a CRM record to attributes;
//! - [`input`]: records from NDJSON, CSV or a JSON array, one at a time;
//! - [`run`]: records written in batches, resumable;
//! - `job`: uploads to the administration address, run in the background;
//! - `sweep`: what uploads leave behind;
//! - [`report`]: how many conversations have an attribute;
//! - [`Metadata`]: what all of them ask Genesys.

mod access;
mod cache;
mod error;
mod inherit;
pub mod input;
pub(crate) mod job;
pub mod mapping;
pub mod report;
pub mod run;

pub mod schema;
pub(crate) mod sweep;

use std::path::Path;

use guestsync_genesys::{Client, Settings};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::text::hex;
use cache::Cache;
use mapping::Mapping;
use schema::Definition;

pub use error::MetaError;
pub use inherit::{Inherited, Warning};

/// One organisation's metadata, as one OAuth client sees it.
#[derive(Clone)]
pub struct Metadata {
    client: Client,
    cache: Cache,
    /// Tells this client's answers from another's.
    identity: String,
    /// Tells this client's jobs from another's.
    caller: String,
}

impl Metadata {
    /// Asks by `client`, which was made from `settings`; answers are kept under `directory`.
    #[must_use]
    pub fn new(client: Client, settings: &Settings, directory: &Path) -> Self {
        let parts = [settings.api_base.as_str(), &settings.client_id, settings.scope.as_deref().unwrap_or_default()];
        let identity = hex(&Sha256::digest(parts.join("\n"))[..8]);
        let caller = hex(&Sha256::digest(parts[..2].join("\n"))[..6]);
        Self { client, cache: Cache::new(directory.join("metadata")), identity, caller }
    }

    /// The upstream client.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Tells this organisation and client from another, on this machine.
    #[must_use]
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Tells whose work a job is: the same client with another scope goes on with it.
    pub(crate) fn caller(&self) -> &str {
        &self.caller
    }

    /// The attributes of an organisation that records may be mapped to, as S2 states them, and why there may be more.
    ///
    /// # Errors
    /// It cannot be read, or has none of the map's.
    pub async fn allowed(
        &self,
        organisation: &str,
        mapping: &Mapping,
        refresh: bool,
    ) -> Result<(Vec<Value>, Vec<Warning>), MetaError> {
        let inherited = self.inherited(organisation, refresh).await?;
        let rules = inherited.rules();
        if !mapping.attributes().any(|name| rules.find(name).is_some()) {
            return Err(MetaError::NothingAllowed(organisation.to_owned()));
        }
        Ok((rules.definitions().map(Definition::shown).collect(), inherited.warnings))
    }
}

/// A name for what these parts say, good for a folder.
#[must_use]
pub fn run_name(parts: &[&str]) -> String {
    hex(&Sha256::digest(parts.join("\n"))[..12])
}

#[cfg(test)]
mod tests {
    use guestsync_core::Sensitive;

    use super::*;

    #[test]
    fn jobs_belong_to_one_oauth_client_of_one_genesys_whatever_its_scope() {
        let caller = |base: &str, client: &str, scope: Option<&str>| {
            let base = url::Url::parse(base).unwrap();
            let mut settings = Settings::new(base.clone(), base, client.into(), Sensitive::new("secret".into()));
            settings.scope = scope.map(str::to_owned);
            Metadata::new(Client::new(settings.clone(), None).unwrap(), &settings, Path::new("none")).caller().to_owned()
        };
        let one = caller("http://127.0.0.1:1/", "one", None);
        assert_eq!(one, caller("http://127.0.0.1:1/", "one", Some("groups:read")));
        assert_ne!(one, caller("http://127.0.0.1:1/", "other", None));
        assert_ne!(one, caller("http://127.0.0.1:2/", "one", None));
    }
}
