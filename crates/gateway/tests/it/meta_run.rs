//! A run that ends just before whoever asked for it is told.

use std::time::Duration;

use guestsync_core::Sensitive;
use guestsync_gateway::meta::Metadata;
use guestsync_gateway::meta::input::Format;
use guestsync_gateway::meta::mapping::Mapping;
use guestsync_gateway::meta::run::{InputFile, Options, Outcome, Run, Task};
use guestsync_genesys::{Client, Settings};

use crate::world::{Directory, SECRET, Upstream};

const ORG: &str = "acme-emea-dach-support-tier1";

#[tokio::test]
async fn a_finished_run_tells_again_what_it_came_to_and_writes_nothing_again() {
    let upstream = Upstream::start().await;
    let base = url::Url::parse(&upstream.base).unwrap();
    let token = base.join("/oauth/token").unwrap();
    let settings = Settings::new(base, token, "gateway".into(), Sensitive::new(SECRET.into()));
    let directory = Directory::new();
    std::fs::create_dir_all(directory.path()).unwrap();
    let metadata = Metadata::new(Client::new(settings.clone(), None).unwrap(), &settings, directory.path());
    let file = directory.path().join("tickets.ndjson");
    std::fs::write(&file, "{\"ticketId\": \"T-1\"}\n{\"ticketId\": 2}\n{}\n").unwrap();
    let (attributes, _) = metadata.allowed(ORG, &Mapping::tickets(), false).await.unwrap();
    let folder = directory.path().join("runs/one");
    let run = async || -> Outcome {
        let task = Task {
            id: String::new(),
            identity: metadata.identity().to_owned(),
            organisation: ORG.to_owned(),
            input: Some(InputFile::of(&file).unwrap()),
            format: Format::Ndjson,
            map: None,
            replace: false,
            rejects: directory.path().join("rejects.ndjson"),
            attributes: attributes.clone(),
        };
        let options =
            Options { stream: None, mapping: Mapping::tickets(), batch: None, parallel: 2, patience: Duration::from_secs(5) };
        Run::open(&folder, task).unwrap().work(&metadata, options, |_| ()).await.unwrap()
    };
    let first = run().await;
    let sent = upstream.requests().await.len();
    let rejects = std::fs::read_to_string(directory.path().join("rejects.ndjson")).unwrap();
    let again = run().await;
    assert_eq!((&again.counts, again.went_on, upstream.requests().await.len()), (&first.counts, true, sent));
    assert_eq!(std::fs::read_to_string(directory.path().join("rejects.ndjson")).unwrap(), rejects);
    Run::discard(&folder).unwrap();
    assert!(!folder.exists());
    let anew = run().await;
    assert!(!anew.went_on && anew.counts.updated == first.counts.created, "{anew:?}");
}
