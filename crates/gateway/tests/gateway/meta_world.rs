//! What tests of bulk work begin with: one organisation's metadata, and tickets to map.

use std::path::PathBuf;
use std::time::Duration;

use guestsync_core::Sensitive;
use guestsync_gateway::meta::Metadata;
use guestsync_gateway::meta::input::Format;
use guestsync_gateway::meta::mapping::Mapping;
use guestsync_gateway::meta::run::{InputFile, Options, Outcome, Run, RunError, Task};
use guestsync_genesys::{Client, Settings};

use crate::world::{Directory, SECRET};

const ORG: &str = "acme-emea-dach-support-tier1";

/// The metadata of a Genesys, kept in a directory; a call gives up after so long.
pub(crate) fn metadata(base: &str, directory: &Directory, patience: Duration) -> Metadata {
    let base = url::Url::parse(base).unwrap();
    let token = base.join("/oauth/token").unwrap();
    let mut settings = Settings::new(base, token, "gateway".into(), Sensitive::new(SECRET.into()));
    settings.patience = patience;
    std::fs::create_dir_all(directory.path()).unwrap();
    Metadata::new(Client::new(settings.clone(), None).unwrap(), &settings, directory.path())
}

/// A file of tickets and the run that maps them.
pub(crate) struct Tickets {
    metadata: Metadata,
    directory: Directory,
    pub(crate) task: Task,
}

impl Tickets {
    pub(crate) async fn of(base: &str, tickets: &str) -> Self {
        let directory = Directory::new();
        let metadata = metadata(base, &directory, Duration::from_secs(15));
        let file = directory.path().join("tickets.ndjson");
        std::fs::write(&file, tickets).unwrap();
        let (attributes, _) = metadata.allowed(ORG, &Mapping::tickets(), false).await.unwrap();
        let task = Task {
            id: String::new(),
            identity: metadata.identity().to_owned(),
            organisation: ORG.to_owned(),
            input: Some(InputFile::of(&file).unwrap()),
            format: Format::Ndjson,
            map: None,
            replace: false,
            rejects: directory.path().join("rejects.ndjson"),
            attributes,
        };
        Self { metadata, directory, task }
    }

    /// Where the run writes down how far it is.
    pub(crate) fn folder(&self) -> PathBuf {
        self.directory.path().join("runs/one")
    }

    pub(crate) async fn run(&self) -> Result<Outcome, RunError> {
        let options =
            Options { stream: None, mapping: Mapping::tickets(), batch: None, parallel: 2, patience: Duration::from_secs(5) };
        Run::open(&self.folder(), self.task.clone()).unwrap().work(&self.metadata, options, |_| ()).await
    }
}
